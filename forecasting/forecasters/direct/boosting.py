"""Gradient boosting of trees over all steps of the window at once.

LightGBM (Ke et al., NIPS 2017), for the absolute error. Trees cannot follow a level that they
never met, so some learn the difference to the best of four profiles, from differences to it
alone: a level that they see they would cut at. Some cut where chance says (Geurts, Ernst and
Wehenkel, Machine Learning 63, 2006): hardly worse alone, and wrong elsewhere, which is what a
mixture lives on.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

import numpy as np

from forecasting.features.days import Index
from forecasting.features.design import LEVELS, Design
from forecasting.forecasters.base import Array
from forecasting.forecasters.direct.ridge import best_profile

_MOST_ROWS: Final = 30_000
_HOUR: Final = 60
_MOST_TREES: Final = 120
_FEWEST_TREES: Final = 60
#: Half the time of twice as many trees at 0.06 with 127 bins, and in a mixture as good.
_SETTINGS: Final[Mapping[str, Any]] = {
    "num_leaves": 31,
    "learning_rate": 0.1,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
    "max_bin": 63,
    "num_threads": 1,
    "seed": 1,
    "deterministic": True,
    "verbosity": -1,
}


class BoostingLearner:
    """See the module.

    Args:
        differs: whether it learns the difference to a profile, from such differences.
        by_chance: whether it cuts where chance says.
    """

    def __init__(self, *, differs: bool = False, by_chance: bool = False) -> None:
        self.differs = differs
        self.by_chance = by_chance
        self._base = 0
        self._trees: Any = None

    def fit(self, design: Design, origins: Index) -> Self:
        wanted = design.truth(origins)
        profiles = design.profiles(origins)
        self._base = best_profile(profiles, wanted)
        if self.differs:
            wanted = wanted - profiles[..., self._base]
        features = self._features(design, origins)
        # Within the hour, steps next to each other say nearly the same.
        rows = _MOST_ROWS if design.axis.minutes >= _HOUR else _MOST_ROWS // 3
        changes = {"extra_trees": self.by_chance}
        [self._trees] = train_trees(features, wanted, [0.5], changes, rows)
        return self

    def predict(self, design: Design, origins: Index) -> Array:
        features = self._features(design, origins)
        rows = features.reshape(-1, features.shape[-1]).astype(np.float32)
        found: Array = self._trees.predict(rows, num_threads=1).reshape(features.shape[:2])
        if self.differs:
            found = found + design.profiles(origins)[..., self._base]
        return found

    def _features(self, design: Design, origins: Index) -> Array:
        features, names = design.features(origins)
        if not self.differs:
            return features
        levels = np.array([name in LEVELS for name in names])
        base = design.profiles(origins)[..., [self._base]]
        found: Array = np.where(levels, features - base, features)
        return found


def train_trees(
    features: Array,
    wanted: Array,
    levels: Sequence[float],
    changes: Mapping[str, Any] | None = None,
    most_rows: int = _MOST_ROWS // 3,
) -> list[Any]:
    """Return a booster for each quantile of ``wanted``, NaN left out.

    Args:
        features: shape (N, C, F).
        wanted: shape (N, C).
        levels: probabilities; 0.5 is learnt by the absolute error.
        changes: of the settings.
        most_rows: so many of N·C, drawn, are learnt from at most.
    """
    import lightgbm  # noqa: PLC0415 - a second to import, and workers alone need it

    kept = ~np.isnan(wanted)
    rows, targets = features[kept], wanted[kept]
    if targets.size > most_rows:
        chosen = np.random.default_rng(1).choice(targets.size, most_rows, replace=False)
        rows, targets = rows[chosen], targets[chosen]
    # What a few weeks can teach, fewer trees hold.
    most = _MOST_TREES if len(levels) == 1 else _MOST_TREES // 2
    trees = int(np.clip(targets.size // 50, min(_FEWEST_TREES, most), most))
    leaf = int(np.clip(targets.size // 400, 5, 40))
    settings = {**_SETTINGS, **(changes or {}), "min_data_in_leaf": leaf}
    table = lightgbm.Dataset(rows.astype(np.float32), targets, params=settings, free_raw_data=False)
    return [
        lightgbm.train(
            settings
            | ({"objective": "l1"} if level == 0.5 else {"objective": "quantile", "alpha": level}),
            table,
            trees,
        )
        for level in levels
    ]
