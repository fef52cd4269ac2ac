"""LightGBM: a boosted model of the difference to a plain profile for each quantile.

Trees fitted to a quantile promise more than they keep (here a 10-90 band of theirs held 60 to
70 %), so each is moved by the quantile of its own errors on origins that it had not seen
(conformalised quantile regression: Romano, Patterson and Candès, NeurIPS 2019).
"""

from typing import Any, ClassVar, Final, Self

import numpy as np

from forecasting.features.days import Index
from forecasting.features.design import Design
from forecasting.features.scale import Scale
from forecasting.forecasters.base import Array, Sample, Times
from forecasting.forecasters.bounds import Bounds
from forecasting.forecasters.direct.boosting import train_trees
from forecasting.forecasters.direct.ledger import residual_quantiles
from forecasting.forecasters.direct.ridge import best_profile
from forecasting.forecasters.wall_clock import require_days

_MIN_DAYS: Final = 8
_MAX_DAYS: Final = 730
_LEVELS: Final = (0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.95)
_CHECKED_ORIGINS: Final = 45
_CHECKED_SHARE: Final = 0.3


class LightGbm:
    """See the module."""

    version: ClassVar[str] = "3"

    def __init__(self) -> None:
        self._n_ahead = 0
        self._history: Sample
        self._scale: Scale
        self._bounds: Bounds
        self._base = 0
        self._trees: list[Any]
        self._moves: Array

    def fit(self, history: Sample, n_ahead: int) -> Self:
        require_days(history, _MIN_DAYS)
        self._n_ahead = n_ahead
        self._history = _recent(history)
        known = self._history.known().target
        self._scale, self._bounds = Scale.of(known), Bounds.of(known)
        none = self._history[:0]
        design = Design(self._history, none.times, none.covariates, n_ahead, self._scale)
        origins = np.arange(min(9, design.origin_day // 3) + 1, design.origin_day)
        checked = origins[-max(1, min(_CHECKED_ORIGINS, round(_CHECKED_SHARE * origins.size))) :]
        before = origins[origins + int(design.window.day.max()) < checked[0]]
        self._base = best_profile(design.profiles(before), design.truth(before))
        self._trees = self._learn(design, before)
        said = self._say(design, checked)
        equal = np.ones(checked.size)
        # Of the errors of each quantile the one that its probability names: shape (L, C).
        self._moves = np.stack(
            [
                residual_quantiles(
                    design.truth(checked) - said[..., index],
                    design.axis.minutes,
                    np.array([level]),
                    equal,
                )[0]
                for index, level in enumerate(_LEVELS)
            ]
        )
        self._trees = self._learn(design, origins)
        return self

    def update(self, history: Sample) -> Self:
        self._history = _recent(history)
        return self

    def predict(self, times: Times, covariates: Array, quantiles: Array) -> Array:
        design = Design(self._history, times, covariates, self._n_ahead, self._scale)
        said = self._say(design, np.array([design.origin_day]))[0].T + self._moves
        columns = design.columns_of(times)
        ordered = np.sort(said, axis=0)[:, columns]
        found = np.stack([np.interp(quantiles, _LEVELS, each) for each in ordered.T], axis=1)
        return self._bounds.clip(self._scale.back(found))

    def _learn(self, design: Design, origins: Index) -> list[Any]:
        features, _ = design.features(origins)
        wanted = design.truth(origins) - design.profiles(origins)[..., self._base]
        return train_trees(features, wanted, _LEVELS)

    def _say(self, design: Design, origins: Index) -> Array:
        """Return what the trees say, scaled, shape (N, C, L)."""
        features, _ = design.features(origins)
        rows = features.reshape(-1, features.shape[-1]).astype(np.float32)
        said = np.stack([each.predict(rows, num_threads=1) for each in self._trees], axis=-1)
        found: Array = said.reshape(*features.shape[:2], len(_LEVELS))
        return found + design.profiles(origins)[..., self._base, None]


def _recent(history: Sample) -> Sample:
    return history[history.times > history.times[-1] - np.timedelta64(_MAX_DAYS, "D")]
