"""Local time: what the clock on the wall of a place shows."""

from datetime import UTC
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

_HALF_HOUR = np.timedelta64(1800, "s")


def wall_clock(starts: NDArray[np.datetime64], time_zone: str) -> NDArray[np.datetime64]:
    """Return the local times of ``starts`` (UTC, as of ``TimeGrid.starts``), without an offset.

    On the day on which clocks go forward an hour of labels is missing; on the day on which they
    go back an hour of labels is there twice.

    Raises:
        ZoneInfoNotFoundError: there is no such time zone.
    """
    zone = ZoneInfo(time_zone)
    # Clocks change on whole half hours of UTC, so one look per half hour will do.
    half_hours, place = np.unique(
        starts.astype(np.int64) // _HALF_HOUR.astype(np.int64), return_inverse=True
    )
    times = (half_hours * _HALF_HOUR.astype(np.int64)).astype("datetime64[s]")
    local = [
        time.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) for time in times.tolist()
    ]
    offsets = np.array(local, dtype="datetime64[s]") - times
    wall: NDArray[np.datetime64] = starts + offsets[place]
    return wall
