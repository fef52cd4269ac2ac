"""A ridge regression per step of the window, each helped by its neighbours.

The many lags and calendar terms of a linear model per hour are those of Lago et al., "Forecasting
day-ahead electricity prices" (Applied Energy 293, 2021). Ours corrects the best of four
profiles, so that with little history it shrinks to that and not to a constant. Steps nearby
share what they learnt: their moment matrices are averaged before they are solved.
"""

from dataclasses import dataclass, fields
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from forecasting.features.days import Index
from forecasting.features.design import PROFILES, Design
from forecasting.forecasters.base import Array

_PENALTIES: Final = (0.003, 0.03, 0.3, 3.0)
_NOTHING: Final = 1e-9
_CLIP: Final = 4.0
_POOL_MINUTES: Final = 90.0
_HALF_LIFE_DAYS: Final = 720.0
_ROUNDS: Final = 2
_FOLDS: Final = 5
#: Features look back a week: for so long a holiday is near.
_DAYS_AFTER: Final = 7
#: From so many origins without a holiday near on, they are learnt apart.
_FEWEST_PLAIN: Final = 28
_MEANS: Final = ("mean_7", "mean_4_kind", "smoothed", "by_sun")
#: What a tree can cut at, but a line cannot follow.
_FOR_TREES: Final = frozenset({"slot", "ahead"})


class RidgeLearner:
    """See the module.

    Days near holidays are of another sort, also to what the days before say of them: a Friday that
    was a bridge is no hint at the next week. So where there are both, two are learnt: from all
    origins, and from those without a holiday near, which is asked for the like.
    """

    def __init__(self) -> None:
        self._of_all: _Correction
        self._of_plain: _Correction | None = None

    def fit(self, design: Design, origins: Index) -> Self:
        features, names = design.features(origins)
        kept = [at for at, name in enumerate(names) if name not in _FOR_TREES]
        past = _Past(
            features[..., kept],
            design.profiles(origins),
            design.truth(origins),
            0.5 ** ((origins.max() - origins)[:, None] / _HALF_LIFE_DAYS),
        )
        pool = _pool(design)
        self._of_all = _Correction(kept, past, pool)
        plain = ~_near_holidays(design, origins)
        if _FEWEST_PLAIN <= plain.sum() < plain.size:
            self._of_plain = _Correction(kept, past[plain], pool, self._of_all.penalty)
        return self

    def predict(self, design: Design, origins: Index) -> Array:
        features, _ = design.features(origins)
        profiles = design.profiles(origins)
        found = self._of_all.says(features, profiles)
        if self._of_plain is not None:
            plain = ~_near_holidays(design, origins)
            found[plain] = self._of_plain.says(features[plain], profiles[plain])
        return found


@dataclass(frozen=True, slots=True)
class _Past:
    """What N origins saw, (N, C, F), the profiles (N, C, P) and truth (N, C), and how it counts."""

    features: Array
    profiles: Array
    truth: Array
    recency: Array

    def __getitem__(self, chosen: NDArray[np.bool_]) -> "_Past":
        return _Past(*(getattr(self, each.name)[chosen] for each in fields(self)))


class _Correction:
    """What one ridge regression learnt of how the best profile errs.

    ``penalty``: None for the one that foretells best.
    """

    def __init__(
        self, kept: list[int], past: _Past, pool: Array, penalty: float | None = None
    ) -> None:
        self._kept = kept
        self._base = best_profile(past.profiles, past.truth)
        self._standardise(past.features)
        wanted = past.truth - past.profiles[..., self._base]
        weights = past.recency * ~np.isnan(wanted)
        wanted = _winsorised(np.nan_to_num(wanted))
        inputs = self._inputs(past.features)
        self.penalty = penalty or _best_penalty(inputs, wanted, weights, pool)
        self._solve(inputs, wanted, weights, pool)

    def says(self, features: Array, profiles: Array) -> Array:
        """Return the corrected profile, shape (N, C)."""
        inputs = self._inputs(features[..., self._kept])
        correction = np.einsum("ncf,cf->nc", inputs, self._weights)
        found: Array = profiles[..., self._base] + correction
        return found

    def _standardise(self, features: Array) -> None:
        flat = features.reshape(-1, features.shape[-1])
        known = ~np.isnan(flat)
        counts = np.maximum(known.sum(axis=0), 1)
        self._centre = np.where(known, flat, 0.0).sum(axis=0) / counts
        squares = np.where(known, (flat - self._centre) ** 2, 0.0)
        spread = np.sqrt(squares.sum(axis=0) / counts)
        self._spread = np.where(spread > 1e-9, spread, np.inf)

    def _solve(self, inputs: Array, wanted: Array, weights: Array, pool: Array) -> None:
        robust = weights
        for _ in range(_ROUNDS):
            self._weights = _solution(*_moments(inputs, wanted, robust, pool), self.penalty)
            left = np.abs(wanted - np.einsum("ncf,cf->nc", inputs, self._weights))
            typical = float(np.median(left[weights > 0])) + 1e-9 if weights.any() else 1.0
            # Absolute errors are scored: large ones pull less (iterated reweighting).
            robust = weights / np.maximum(left / typical, 0.5)

    def _inputs(self, features: Array) -> Array:
        scaled = np.clip((features - self._centre) / self._spread, -_CLIP, _CLIP)
        inputs = np.nan_to_num(scaled)
        return np.concatenate([inputs, np.ones((*inputs.shape[:2], 1))], axis=-1)


def best_profile(profiles: Array, truth: Array) -> int:
    """Return which of the profiles that are means came nearest to ``truth``."""
    means = [PROFILES.index(name) for name in _MEANS]
    # Of what has nothing to do with the sun, its profile says nothing.
    candidates = [each for each in means if not np.isnan(profiles[..., each]).all()] or means
    errors = np.abs(truth[..., None] - profiles[..., candidates])
    shared = ~np.isnan(errors).any(axis=-1)
    return candidates[int(np.argmin(errors[shared].sum(axis=0)))]


def _near_holidays(design: Design, origins: Index) -> NDArray[np.bool_]:
    """Return which of ``origins`` have a holiday in the days before or the window, shape (N,)."""
    days = np.arange(-_DAYS_AFTER, int(design.window.day.max()) + 1)
    near = origins[:, None] + days
    inside = (near >= 0) & (near < design.holidays.size)
    found: NDArray[np.bool_] = (inside & (design.holidays[near * inside] > 0)).any(axis=1)
    return found


def _winsorised(wanted: Array) -> Array:
    limit = 6 * float(wanted.std()) + 1e-12
    return np.clip(wanted, -limit, limit)


def _pool(design: Design) -> Array:
    """Return how much each step shares with each other, shape (C, C); rows sum to one."""
    steps = np.arange(design.window.slot.size) * design.axis.minutes
    shares = np.maximum(0.0, 1 - np.abs(steps[:, None] - steps) / _POOL_MINUTES)
    shares += np.eye(steps.size) * _NOTHING
    pool: Array = shares / shares.sum(axis=1, keepdims=True)
    return pool


def _best_penalty(inputs: Array, wanted: Array, weights: Array, pool: Array) -> float:
    """Return the penalty that foretells each fifth of the origins best from the other four.

    One fifth alone is one season: what is best in the holidays of May is not for the summer. Of
    steps that share what they learnt, one is asked.
    """
    asked = slice(None, None, int((pool[0] > _NOTHING).sum()))
    folds = [fold for fold in np.array_split(np.arange(inputs.shape[0]), _FOLDS) if fold.size]
    sums = [_sums(inputs[fold], wanted[fold], weights[fold]) for fold in folds]
    errors = np.zeros(len(_PENALTIES))
    for fold in folds:
        others = [each for each, of in zip(sums, folds, strict=True) if of is not fold]
        if not others:
            break
        gram, moment = _pooled(others, pool[asked])
        for at, penalty in enumerate(_PENALTIES):
            solution = _solution(gram, moment, penalty)
            said = np.einsum("ncf,cf->nc", inputs[fold][:, asked], solution)
            left = np.abs(wanted[fold][:, asked] - said)
            errors[at] += float((left * weights[fold][:, asked]).sum())
    return _PENALTIES[int(np.argmin(errors))]


def _moments(inputs: Array, wanted: Array, weights: Array, pool: Array) -> tuple[Array, Array]:
    """Return moment matrices (C, F, F) and moments (C, F) of each step, shared by ``pool``."""
    return _pooled([_sums(inputs, wanted, weights)], pool)


def _sums(inputs: Array, wanted: Array, weights: Array) -> tuple[Array, Array, Array]:
    """Return sums over origins: of products (C, F, F), of moments (C, F), of weights (C,)."""
    weighted = inputs * weights[..., None]
    gram = np.matmul(weighted.transpose(1, 2, 0), inputs.transpose(1, 0, 2))
    return gram, np.einsum("ncf,nc->cf", weighted, wanted), weights.sum(axis=0)


def _pooled(sums: list[tuple[Array, Array, Array]], pool: Array) -> tuple[Array, Array]:
    gram, moment, total = (sum(part[1:], part[0]) for part in zip(*sums, strict=True))
    total = total + 1e-9
    gram = np.asarray(gram / total[:, None, None], dtype=np.float64)
    moment = np.asarray(moment / total[:, None], np.float64)
    shared = np.asarray(np.tensordot(pool, gram, axes=1), dtype=np.float64)
    return shared, pool @ moment


def _solution(gram: Array, moment: Array, penalty: float) -> Array:
    ridge = penalty * np.eye(gram.shape[1])
    ridge[-1, -1] = 1e-6  # the level is not shrunk
    solved = np.linalg.solve(gram + ridge, moment[..., None])[..., 0]
    return np.asarray(solved, dtype=np.float64)
