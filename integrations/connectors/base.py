"""What a connector promises.

A connector says what it can do by the protocols it satisfies: ``ReadsSeries`` brings values
in, ``SendsSetpoints`` takes them out. Which channel is which sensor is said by bindings.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from tenants.plugins import PluginGroup

if TYPE_CHECKING:
    import httpx  # a sixth of a second that only who talks to peers need pay


class ConnectorError(Exception):
    """The other side failed in a way that may pass: the job tries again later."""


class RejectedByPeer(ConnectorError):
    """The other side refused, and will again until an operator changes the settings."""


@dataclass(frozen=True, slots=True)
class SeriesReading:
    """Values of one channel from ``start``, one per ``step``.

    ``values``: shape (T,), in ``unit``, NaN where the peer has none. ``unit``: as the peer
    says it, for example "EUR/MWh"; ``integrations.ingest`` converts.
    """

    channel: str
    start: datetime
    step: timedelta
    values: NDArray[np.float64]
    unit: str


class Connector(Protocol):
    """Typed settings, and a check of them before they are saved."""

    settings_type: type[BaseModel]

    def __init__(self, settings: BaseModel, http: "httpx.Client") -> None: ...

    def check(self, now: datetime) -> None:
        """Try the settings without changing anything. Raises ``ConnectorError``."""
        ...


@runtime_checkable
class ReadsSeries(Protocol):
    def read(self, start: datetime, end: datetime) -> Iterator[SeriesReading]:
        """Yield what the peer knows about [start, end). Raises ``ConnectorError``."""
        ...


@runtime_checkable
class SendsSetpoints(Protocol):
    def send(self, channel: str, at: datetime, power_kw: float) -> None:
        """Ask the device to draw ``power_kw`` from ``at`` on; positive consumes."""
        ...


CONNECTORS = PluginGroup("integrations.connectors", Connector)
