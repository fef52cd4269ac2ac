"""Moments as PostgreSQL keeps them, and beliefs are told: microseconds since 2000 in UTC."""

from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_EPOCH_OF_ARRAYS: Final = np.datetime64("2000-01-01", "us")


def microseconds(moment: datetime) -> int:
    """Return ``moment`` in microseconds since 2000."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def moment_of(since: int) -> datetime:
    """Return the moment that is ``since`` microseconds after the beginning of 2000."""
    return _EPOCH + timedelta(microseconds=int(since))


def microseconds_of(times: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return ``times`` in UTC, of any unit, in microseconds since 2000."""
    since: NDArray[np.int64] = (times.astype("datetime64[us]") - _EPOCH_OF_ARRAYS).astype(np.int64)
    return since


def times_of(since: NDArray[np.int64]) -> NDArray[np.datetime64]:
    """Return as times in UTC what is in microseconds since 2000."""
    times: NDArray[np.datetime64] = _EPOCH_OF_ARRAYS + since.astype("timedelta64[us]")
    return times
