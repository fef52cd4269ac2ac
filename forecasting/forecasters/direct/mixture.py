"""A mixture of learners, weighted by how well each did of late, with bands from its own errors.

Every learner first learns without the newest origins (a third of them, at most 60) and
foretells those: what it said and how that came out is the ledger, from which weights and bands
follow. Voices that count for nothing are dropped, and the others learn again from all there
is. ``update`` leaves what they learnt and goes on with the ledger.
"""

from collections.abc import Mapping
from typing import ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray

from forecasting.features.days import Index
from forecasting.features.design import Design
from forecasting.features.scale import Scale
from forecasting.features.solar import Plane, plane_of, with_sun
from forecasting.forecasters.base import Array, Sample, Times
from forecasting.forecasters.bounds import Bounds
from forecasting.forecasters.direct.lasting import lasting_error
from forecasting.forecasters.direct.learner import Learner, ProfileLearner
from forecasting.forecasters.direct.ledger import Ledger
from forecasting.forecasters.wall_clock import require_days

_MIN_DAYS: Final = 8
_MAX_DAYS: Final = 1_100
_CHECKED_ORIGINS: Final = 60
_CHECKED_SHARE: Final = 0.3
_DROPPED_BELOW: Final = 0.03
_DAY: Final = np.timedelta64(1, "D")


class Mixture:
    """See the module. Subclasses say of which learners."""

    version: ClassVar[str] = "9"

    def __init__(self) -> None:
        self._n_ahead = 0
        self._history: Sample
        self._scale: Scale
        self._bounds: Bounds
        self._plane: Plane | None
        self._learners: dict[str, Learner]
        self._said: dict[np.datetime64, Array]

    def learners(self) -> Mapping[str, Learner]:
        """Return new learners, by name."""
        raise NotImplementedError

    def fit(self, history: Sample, n_ahead: int) -> Self:
        require_days(history, _MIN_DAYS)
        self._n_ahead = n_ahead
        known = _recent(history).known()
        self._scale, self._bounds = Scale.of(known.target), Bounds.of(known.target)
        self._plane = plane_of(_recent(history))
        self._history = self._seen(_recent(history))
        design = self._design(self._history.times[:0], self._history.covariates[:0])
        origins = np.arange(min(9, design.origin_day // 3) + 1, design.origin_day)
        n_checked = max(1, min(_CHECKED_ORIGINS, round(origins.size * _CHECKED_SHARE)))
        checked = origins[-n_checked:]
        # Those whose window was over before the first that is checked.
        before = origins[origins + int(design.window.day.max()) < checked[0]]
        trial = {name: each.fit(design, before) for name, each in self.learners().items()}
        said = _ask(trial, design, checked)
        counts = self._worth_keeping(said, design, checked, list(trial))
        self._said = dict(zip(_days(design, checked), said[:, counts], strict=True))
        kept = [name for name, counted in zip(trial, counts, strict=True) if counted]
        self._learners = {
            name: each.fit(design, origins)
            for name, each in self.learners().items()
            if name in kept
        }
        return self

    def update(self, history: Sample) -> Self:
        self._history = self._seen(_recent(history))
        return self

    def predict(self, times: Times, covariates: Array, quantiles: Array) -> Array:
        future = Sample(
            times,
            np.full(times.size, np.nan),
            covariates,
            self._history.names[: covariates.shape[1]],
            self._history.place,
        )
        design = self._design(times, self._seen(future).covariates)
        self._go_on(design)
        ledger = self._ledger(design)
        errors = ledger.errors_apart(self.weigh)
        lasting = lasting_error(errors, design.axis.n_slots)
        spread = ledger.spread(errors - lasting[:-1, None], quantiles)
        weights = self.weigh(ledger)
        origin = np.array([design.origin_day])
        centre = ledger.mixed(weights, _ask(self._learners, design, origin))[0]
        found = self._scale.back(centre + lasting[-1] + spread)
        return self._bounds.clip(found[:, design.columns_of(times)])

    def weigh(self, ledger: Ledger) -> Array:
        """Return the weight of each voice at each step, shape (M, C)."""
        return ledger.weights()

    def _worth_keeping(
        self, said: Array, design: Design, checked: Index, names: list[str]
    ) -> NDArray[np.bool_]:
        ledger = Ledger(said, design.truth(checked), design.axis.minutes)
        if np.isnan(ledger.truth).all():
            return np.ones(len(names), dtype=bool)
        share = ledger.weights().mean(axis=1)
        # The plain profiles cost nothing, and keep the others honest.
        free = [isinstance(each, ProfileLearner) for each in self.learners().values()]
        counts: NDArray[np.bool_] = (share >= _DROPPED_BELOW) | np.array(free)
        return counts

    def _go_on(self, design: Design) -> None:
        """Note what the learners say of the origins since they learnt."""
        last = int((max(self._said) - design.axis.first) // _DAY)
        new = np.arange(last + 1, design.origin_day)
        if new.size:
            said = _ask(self._learners, design, new)
            self._said |= dict(zip(_days(design, new), said, strict=True))

    def _ledger(self, design: Design) -> Ledger:
        first = design.axis.first
        days = [day for day in sorted(self._said) if day > first][-_CHECKED_ORIGINS:]
        origins = ((np.array(days) - first) // _DAY).astype(np.intp)
        said = np.stack([self._said[day] for day in days])
        return Ledger(said, design.truth(origins), design.axis.minutes)

    def _seen(self, sample: Sample) -> Sample:
        return sample if self._plane is None else with_sun(sample, self._plane)

    def _design(self, times: Times, covariates: Array) -> Design:
        return Design(self._history, times, covariates, self._n_ahead, self._scale)


def _ask(learners: Mapping[str, Learner], design: Design, origins: Index) -> Array:
    """Return what each says, shape (N, M, C)."""
    return np.stack([each.predict(design, origins) for each in learners.values()], axis=1)


def _days(design: Design, origins: Index) -> list[np.datetime64]:
    return list(design.axis.first + origins.astype("timedelta64[D]"))


def _recent(history: Sample) -> Sample:
    return history[history.times > history.times[-1] - _MAX_DAYS * _DAY]
