"""What a device did before a plan begins: where a ramp starts, and a run or a pause."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assets.models import Sensor, SourceKind
from assets.queries import MEASURED, read_onto
from assets.timegrid import TimeGrid

#: How old the power may be that a plan starts from.
_POWER_AGE: Final = timedelta(hours=1)
#: A run or a pause that is asked to last longer is looked at no further back.
_LONGEST: Final = timedelta(days=2)
#: Of points in time it is looked at each minute.
_POINTS: Final = timedelta(minutes=1)
#: What draws less stands still: its controls take that [kW].
_STANDBY_KW: Final = 0.05


def as_before(device: Any, sensor_id: int | None, at: datetime, *, known_at: datetime) -> Any:
    """Return ``device`` with its power before ``at``, and for how long it has run or paused.

    As measured, or else as last planned, by its power sensor; as it is where nothing is known.
    """
    if sensor_id is None or not _minds(device):
        return device
    sensor = Sensor.objects.get(pk=sensor_id)
    longest = timedelta(minutes=max(device.run_min_minutes, device.pause_min_minutes))
    grid = _before(at, sensor.resolution or _POINTS, min(max(longest, _POWER_AGE), _LONGEST))
    power = read_onto(sensor, grid, known_at=known_at, kinds=(*MEASURED, SourceKind.SCHEDULER))
    known = np.flatnonzero(~np.isnan(power))
    if not known.size or (grid.n_steps - 1 - known[-1]) * grid.step >= _POWER_AGE:
        return device
    power = power[: known[-1] + 1]
    last, runs = float(power[-1]), bool(abs(power[-1]) > _STANDBY_KW)
    if device.is_switched and not runs:
        last = 0.0
    changed = _changed_at(power, grid, runs=runs)
    lasted = None if changed is None else (at - changed) / timedelta(minutes=1)
    return device.model_copy(update={"power_before_kw": last, "state_before_minutes": lasted})


def _before(at: datetime, step: timedelta, back: timedelta) -> TimeGrid:
    """Return events that began before ``at``, from so long before on; that which runs counts."""
    seconds = int(step.total_seconds())
    end = datetime.fromtimestamp(-(-int(at.timestamp()) // seconds) * seconds, UTC)
    n_steps = -(-back // step) + 1
    return TimeGrid(end - n_steps * step, step, n_steps)


def _changed_at(power: NDArray[np.float64], grid: TimeGrid, *, runs: bool) -> datetime | None:
    """Return since when it has run or paused, as it does at the end of ``power``; None if longer.

    What came before an unknown event is not known: then it has lasted for long enough.
    """
    other = np.flatnonzero(np.isnan(power) | ((np.abs(power) > _STANDBY_KW) != runs))
    if not other.size or np.isnan(power[other[-1]]):
        return None
    return grid.start + (int(other[-1]) + 1) * grid.step


def _minds(device: Any) -> bool:
    if "power_before_kw" not in type(device).model_fields:
        return False
    return bool(device.is_switched or device.ramp_kw_per_hour)
