"""Beliefs: everything that is known, by whom, and since when.

A measurement, a forecast and a schedule are one thing: a *belief* that a *source* held at some
time about one *event* of a *sensor*. So "what did we know when we planned?" is a filter, and a
backtest cannot look into the future by accident.

Nothing is stored twice: what a source believes now is in one table, what it believed before in
the other. Both are written by ``assets.services`` alone, by COPY. They carry no foreign key
constraints: checking one per row would double the cost of a year of quarter-hours; the service
holds the sensors' rows instead while it writes.
"""

from django.db import models
from django.db.models import Q

from assets.models.sensor import Sensor
from assets.models.source import Source


class _Believed(models.Model):
    """One value that one source held to be true.

    Attributes:
        event_start: beginning of the event; it lasts ``sensor.resolution``.
        belief_time: when the belief was formed: before the event for a forecast or a
            schedule, at or after its end for a measurement.
        cumulative_probability: chance that the truth is at most ``value``; 0.5 for a point
            value, several rows per event for a distribution.
        value: in the unit of ``sensor.quantity``; "unknown" is the absence of a row.
    """

    sensor = models.ForeignKey(
        Sensor, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False, related_name="+"
    )
    event_start = models.DateTimeField()
    source = models.ForeignKey(
        Source, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False, related_name="+"
    )
    cumulative_probability = models.FloatField(default=0.5)
    belief_time = models.DateTimeField()
    value = models.FloatField()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(cumulative_probability__gt=0) & Q(cumulative_probability__lt=1),
                name="%(class)s_probability_between_0_and_1",
            ),
            # To PostgreSQL, NaN equals itself and exceeds every number, infinity too.
            models.CheckConstraint(
                condition=Q(value__gt=float("-inf")) & Q(value__lt=float("inf")),
                name="%(class)s_value_is_finite",
            ),
        ]


class Belief(_Believed):
    """The newest belief of each source about each event, so that "now" needs no search."""

    # The natural key and no other index: each would be a copy of a table of billions of rows.
    pk = models.CompositePrimaryKey(
        "sensor_id", "event_start", "source_id", "cumulative_probability"
    )


class SupersededBelief(_Believed):
    """What a source believed of an event before it changed its mind; for "as known at"."""

    pk = models.CompositePrimaryKey(
        "sensor_id", "event_start", "source_id", "cumulative_probability", "belief_time"
    )
