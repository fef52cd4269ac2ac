"""Retention: beliefs of events that are older than the tenant's plan keeps are forgotten."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from assets.access import authorise_on
from assets.models import Belief, Sensor, SupersededBelief
from assets.services.recording import hold_sensors
from tenants.permissions import Actor, Permission

#: Rows of one transaction, which holds up whoever records at the sensor meanwhile.
_BATCH: Final = 50_000
# What was believed before goes first: of which events there are any, the newest beliefs tell.
_TABLES: Final = (SupersededBelief, Belief)
# By the key, from the oldest event on; all of an event goes at once.
_FORGET: Final = """
DELETE FROM {table} WHERE sensor_id = %(sensor)s AND event_start < %(before)s
    AND event_start <= COALESCE((
        SELECT event_start FROM {table} WHERE sensor_id = %(sensor)s
        ORDER BY event_start OFFSET %(batch)s - 1 LIMIT 1
    ), %(before)s)
"""


def forget_beliefs(
    *, actor: Actor, sensor: Sensor, before: datetime, batch: int = _BATCH
) -> Iterator[int]:
    """Forget all that is believed of events of ``sensor`` that began before ``before``.

    May be broken off and begun again: each batch is a transaction of its own.

    Args:
        batch: beliefs of one transaction, about; more where a single event has more.

    Yields:
        how many beliefs each batch forgot.

    Raises:
        PermissionDenied: ``actor`` may not manage the sensor's asset.
    """
    authorise_on(actor, Permission.ASSET_MANAGE, sensor.asset)
    for model in _TABLES:
        table = model._meta.db_table
        while forgotten := _forget(table, sensor, before, batch):
            yield forgotten


def count_beliefs(*, sensor: Sensor, before: datetime) -> int:
    """Return how many beliefs ``forget_beliefs`` would forget."""
    of_events = {"sensor": sensor, "event_start__lt": before}
    return sum(model.objects.filter(**of_events).count() for model in _TABLES)


@transaction.atomic
def _forget(table: str, sensor: Sensor, before: datetime, batch: int) -> int:
    hold_sensors({sensor.pk})
    wanted: dict[str, Any] = {"sensor": sensor.pk, "before": before, "batch": batch}
    with connection.cursor() as cursor:
        cursor.execute(_FORGET.format(table=table), wanted)
        return int(cursor.rowcount)
