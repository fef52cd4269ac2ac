"""What a worker does for a connection: read the peer, convert, record."""

import logging
from collections.abc import Callable
from datetime import datetime

from assets.models import Source, SourceKind
from assets.services import SeriesOfBeliefs, record_many
from assets.units import UnknownUnit
from integrations.connectors.base import (
    CONNECTORS,
    ConnectorError,
    ReadsSeries,
    RejectedByPeer,
    SeriesReading,
)
from integrations.ingest.readings import DoesNotFit, to_grid
from integrations.models import Connection
from tenants.jobs import Claim, JobFailed
from tenants.permissions import PLATFORM
from tenants.secrets import CannotOpen

logger = logging.getLogger(__name__)


def read(
    claim: Claim,
    connection_id: int,
    start: datetime,
    end: datetime,
    *,
    clock: Callable[[], datetime],
) -> None:
    """Store what the peer knows about [start, end) under the bound sensors.

    A refusal stops the connection and tells the operator; another failure is tried again.
    """
    connection = Connection.objects.get(pk=connection_id)
    if connection.stopped_at is not None:
        return
    try:
        readings = _ask(connection, start, end)
    except (RejectedByPeer, CannotOpen) as refusal:
        with claim.finishing():
            _note(connection, error=str(refusal), stopped_at=clock())
        return
    except ConnectorError as failure:
        raise JobFailed(str(failure)) from None
    try:
        series = _fitted(connection, readings, at=clock())
    except (DoesNotFit, UnknownUnit) as misfit:
        raise JobFailed(str(misfit)) from None
    with claim.finishing():
        record_many(actor=PLATFORM, series=series)
        _note(connection, error="", read_until=max(end, connection.read_until or end))


def give_up(connection_id: int, *, reason: str) -> None:
    """Tell the operator that reading failed for good; the next reading is tried as usual."""
    Connection.objects.filter(pk=connection_id).update(last_error=reason[:500])


def _ask(connection: Connection, start: datetime, end: datetime) -> list[SeriesReading]:
    import httpx  # noqa: PLC0415  # see connectors.base

    with httpx.Client() as http:
        connector = CONNECTORS.get(connection.connector)(connection.settings(), http)
        if not isinstance(connector, ReadsSeries):
            raise RejectedByPeer(f"{connection.connector} reads no series")
        return list(connector.read(start, end))


def _fitted(
    connection: Connection, readings: list[SeriesReading], *, at: datetime
) -> list[SeriesOfBeliefs]:
    """Return what the bound sensors are told by ``readings``, in their steps and units."""
    source = Source.objects.of(SourceKind.MARKET, connection.connector)
    series = []
    for binding in connection.bindings.select_related("sensor__asset"):
        sensor = binding.sensor
        for reading in readings:
            if reading.channel == binding.channel:
                grid, values = to_grid(
                    reading,
                    quantity=sensor.quantity,
                    resolution=sensor.resolution,
                    outward_positive=sensor.outward_positive,
                )
                series.append(
                    SeriesOfBeliefs(
                        sensor=sensor, source=source, grid=grid, values=values, belief_time=at
                    )
                )
    unbound = {reading.channel for reading in readings} - {
        binding.channel for binding in connection.bindings.all()
    }
    if unbound:
        logger.warning("%s: %d channels are bound to no sensor", connection.pk, len(unbound))
    return series


def _note(connection: Connection, *, error: str, **changes: datetime) -> None:
    connection.last_error = error[:500]
    for name, value in changes.items():
        setattr(connection, name, value)
    connection.save(update_fields=["last_error", *changes])
