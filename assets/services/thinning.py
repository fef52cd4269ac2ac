"""Thinning: of superseded forecasts only what was foretold some horizons ahead is kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from assets.access import authorise_on
from assets.models import Sensor, Source, SourceKind
from assets.services.recording import hold_sensors
from tenants.permissions import Actor, Permission

#: The hour before, the quarter of a day, the day before.
HORIZONS: Final = tuple(timedelta(hours=hours) for hours in (1, 6, 24))

# A belief was held from its time until that of the next. It is kept if it was held at some
# horizon before its event; the newest of all stands in the other table and is never touched.
_THIN: Final = """
DELETE FROM assets_supersededbelief gone USING (
    SELECT s.sensor_id, s.event_start, s.source_id, s.cumulative_probability, s.belief_time,
        COALESCE(lead(s.belief_time) OVER (
            PARTITION BY s.event_start, s.source_id, s.cumulative_probability ORDER BY s.belief_time
        ), b.belief_time) AS until
    FROM assets_supersededbelief s
    JOIN assets_belief b USING (sensor_id, event_start, source_id, cumulative_probability)
    WHERE s.sensor_id = %(sensor)s AND s.event_start < %(before)s
        AND s.event_start >= COALESCE(%(since)s::timestamptz, '-infinity')
        AND s.source_id = ANY(%(sources)s)
) held
WHERE gone.sensor_id = held.sensor_id AND gone.event_start = held.event_start
    AND gone.source_id = held.source_id
    AND gone.cumulative_probability = held.cumulative_probability
    AND gone.belief_time = held.belief_time
    AND NOT EXISTS (
        SELECT FROM unnest(%(horizons)s::interval[]) horizon
        WHERE held.belief_time <= held.event_start - horizon
            AND held.event_start - horizon < held.until
    )
"""


@transaction.atomic
def thin_forecasts(
    *,
    actor: Actor,
    sensor: Sensor,
    before: datetime,
    since: datetime | None = None,
    horizons: Sequence[timedelta] = HORIZONS,
) -> int:
    """Forget superseded forecasts of ``sensor`` about events before ``before``, from ``since`` on.

    What a forecaster believed last, and what it believed at each of ``horizons`` before an event,
    stays; so do all beliefs of meters, markets, people and schedules.

    Returns:
        how many were forgotten.

    Raises:
        PermissionDenied: ``actor`` may not manage the sensor's asset.
    """
    authorise_on(actor, Permission.ASSET_MANAGE, sensor.asset)
    hold_sensors({sensor.pk})
    wanted: dict[str, Any] = {
        "sensor": sensor.pk,
        "before": before,
        "since": since,
        "sources": [each.pk for each in Source.objects.of_kinds(SourceKind.FORECASTER)],
        "horizons": list(horizons),
    }
    with connection.cursor() as cursor:
        cursor.execute(_THIN, wanted)
        return int(cursor.rowcount)
