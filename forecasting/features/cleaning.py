"""What a meter says that cannot be so: spikes, and values that stand still."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.features.days import step_minutes
from forecasting.features.sayings import FORECASTS
from forecasting.features.series import Array, Sample

#: Spreads beyond which a value is no large one but a wrong one.
_FAR: Final = 30.0
_FROZEN_MINUTES: Final = 12 * 60
#: A series that often stands still, such as a process that is off, is not frozen.
_USUALLY_MOVES: Final = 0.2


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A history without what cannot be so, and how many steps of which sort were left out."""

    history: Sample
    missing: int
    spikes: int
    frozen: int

    def notes(self) -> str:
        """Return what was left out, in words; empty if nothing was."""
        counts = {"unknown": self.missing, "spikes": self.spikes, "still": self.frozen}
        each = [FORECASTS(code, steps=count) for code, count in counts.items() if count]
        return FORECASTS("listed", each=each) if each else ""


def cleaned(history: Sample) -> Cleaned:
    """Return ``history`` from its first known value on, with NaN for spikes and frozen values."""
    known = np.flatnonzero(~np.isnan(history.target))
    if not known.size:
        return Cleaned(history, history.target.size, 0, 0)
    history = history[int(known[0]) :]
    target = history.target.copy()
    missing = int(np.isnan(target).sum())
    spikes = _spikes(target)
    frozen = _frozen(target, step_minutes(history.times)) & ~spikes
    target[spikes | frozen] = np.nan
    kept = Sample(history.times, target, history.covariates, history.names, history.place)
    return Cleaned(kept, missing, int(spikes.sum()), int(frozen.sum()))


def _spikes(target: Array) -> NDArray[np.bool_]:
    known = target[~np.isnan(target)]
    low, middle, high = np.quantile(known, [0.05, 0.5, 0.95])
    spread = max(high - low, 1e-9) / 3.3
    with np.errstate(invalid="ignore"):
        far: NDArray[np.bool_] = np.abs(target - middle) > _FAR * spread
    # Rare they must be: what happens every week is how the series is.
    return far if far.mean() < 0.005 and high > low else np.zeros_like(far)


def _frozen(target: Array, minutes: int) -> NDArray[np.bool_]:
    """Return where one value other than zero stands for half a day, in a series that moves."""
    still = np.zeros(target.size, dtype=bool)
    same = np.diff(target, prepend=np.nan) == 0
    begins = np.flatnonzero(~same)
    lengths = np.diff(np.append(begins, target.size))
    long = lengths * minutes >= _FROZEN_MINUTES
    for begin, length in zip(begins[long], lengths[long], strict=True):
        if target[begin] != 0 and not np.isnan(target[begin]):
            still[begin + 1 : begin + length] = True
    return still if still.mean() < _USUALLY_MOVES else np.zeros_like(still)
