"""How far a sensor's series reaches, and in which steps it is shown to people."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Max, Min

from assets.models import Belief, Sensor, SourceKind
from assets.queries.known import terms_beneath

_MINUTE: Final = timedelta(minutes=1)


def shown_step(sensor: Sensor) -> timedelta:
    """Return the shortest step in which the series is shown; a minute of points in time."""
    return sensor.resolution or _MINUTE


def end_of_beliefs(sensor: Sensor) -> datetime | None:
    """Return the end of the last event of which anything is believed, None if nothing is."""
    terms = [term.sensor_id for each in terms_beneath([sensor]).values() for term in each]
    told = Belief.objects.filter(sensor__in=[sensor.pk, *terms])
    last: datetime | None = told.aggregate(last=Max("event_start"))["last"]
    if last is None:
        return None
    step = shown_step(sensor)
    end = last + step
    return end - timedelta(seconds=end.timestamp() % step.total_seconds())


def span_of_beliefs(
    sensor: Sensor, *, kinds: Sequence[SourceKind]
) -> tuple[datetime, datetime] | None:
    """Return [start, end) from the first to the last event that such sources tell of, if any."""
    terms = [term.sensor_id for each in terms_beneath([sensor]).values() for term in each]
    told = Belief.objects.filter(sensor__in=[sensor.pk, *terms], source__kind__in=kinds)
    found = told.aggregate(first=Min("event_start"), last=Max("event_start"))
    if found["first"] is None:
        return None
    return found["first"], found["last"] + shown_step(sensor)
