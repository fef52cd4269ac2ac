"""What each voice of a mixture said, and how that came out: weights and bands follow from it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.forecasters.base import Array

_HALF_LIFE_ORIGINS: Final = 30.0
_BAND_HALF_LIFE: Final = 40.0
#: Of the side that errors leaned to, so much is taken off the next: the rest is chance.
_LEANING: Final = 0.5
_SIZE_HALF_LIFE: Final = 5.0
_SIZE_SHARE: Final = 0.85
_POWER: Final = 8.0
_ERRORS_AN_ORIGIN: Final = 2
#: From so many origins on, weights are learnt without a fifth of them to see how they do there.
_FEWEST_APART: Final = 15
_FOLDS: Final = 5
#: How far steps lie apart that say nothing of each other, and what those nearer count for.
_REACH_HOURS: Final = 2.0
_NEAR: Final = 0.9


@dataclass(frozen=True, slots=True)
class Ledger:
    """Out-of-sample forecasts of past origins, oldest first.

    Attributes:
        said: shape (N, M, C), of M voices; NaN where one said nothing.
        truth: shape (N, C); NaN where unknown.
        minutes: length of a step.
    """

    said: Array
    truth: Array
    minutes: int

    def weights(self) -> Array:
        """Return the weight of each voice at each step, shape (M, C); they sum to one.

        A voice counts by its recent mean absolute error to the power of -8, at the step and those
        less than two hours from it, nearer ones more, and a little among all steps.
        """
        errors = np.abs(self.said - self.truth[:, None, :])
        recency = 0.5 ** (np.arange(errors.shape[0])[::-1] / _HALF_LIFE_ORIGINS)
        overall = _mean(errors, recency, axes=(0, 2))[:, None]
        if np.isnan(overall).all():
            return np.full(errors.shape[1:], 1 / overall.size)
        near = self._near(errors, recency)
        typical = np.where(np.isnan(near), overall, _NEAR * near + (1 - _NEAR) * overall)
        typical = np.maximum(typical, 1e-9)
        scores = np.nan_to_num((typical / np.nanmin(typical, axis=0)) ** -_POWER)
        weights: Array = scores / scores.sum(axis=0)
        return weights

    def _near(self, errors: Array, recency: Array) -> Array:
        """Return the mean of ``errors`` (N, M, C) about each step, shape (M, C), where shared."""
        shared, _ = _shared(errors)
        at_step = np.einsum("n,nmc->mc", recency, np.where(shared, np.nan_to_num(errors), 0.0))
        counts = recency @ shared[:, 0]
        hours = np.arange(counts.size) * self.minutes / 60
        kernel = np.maximum(0.0, 1 - np.abs(hours[:, None] - hours) / _REACH_HOURS)
        counts = counts @ kernel
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(counts > 0, at_step @ kernel / counts, np.nan)

    def errors(self) -> Array:
        """Return the mean absolute error of each voice on what all spoke of, shape (M,)."""
        errors = np.abs(self.said - self.truth[:, None, :])
        return _mean(errors, np.ones(errors.shape[0]), axes=(0, 2))

    def mixed(self, weights: Array, said: Array) -> Array:
        """Return the weighted mean of what the voices ``said`` (N, M, C), shape (N, C)."""
        shares = np.where(np.isnan(said), 0.0, weights)
        with np.errstate(invalid="ignore"):
            found: Array = (shares * np.nan_to_num(said)).sum(axis=1) / shares.sum(axis=1)
        return found

    def errors_apart(self, weigh: Callable[["Ledger"], Array]) -> Array:
        """Return the mixture's errors, shape (N, C), each under weights that have not seen it.

        Weights fit the origins that they come from: errors there are smaller than those to come.
        """
        origins = np.arange(self.truth.shape[0])
        folds = np.array_split(origins, _FOLDS) if origins.size >= _FEWEST_APART else []
        if not folds:
            return self.truth - self.mixed(weigh(self), self.said)
        errors = np.empty_like(self.truth)
        for fold in folds:
            others = np.delete(origins, fold)
            weights = weigh(Ledger(self.said[others], self.truth[others], self.minutes))
            errors[fold] = self.truth[fold] - self.mixed(weights, self.said[fold])
        return errors

    def spread(self, errors: Array, levels: Array) -> Array:
        """Return quantiles of the mixture's ``errors`` (N, C) at each step, shape (Q, C).

        Errors are counted in units of how large they had been just before, because calm and
        storm come in spells; recent ones count more. Their median, which few errors tell badly,
        is halved, and the others go with it.
        """
        sizes = _sizes_before(errors)
        recency = 0.5 ** (np.arange(errors.shape[0])[::-1] / _BAND_HALF_LIFE)
        units = errors / sizes[:-1, None]
        wider = np.append(_of_few(levels, recency), 0.5)
        found = residual_quantiles(units, self.minutes, wider, recency)
        spread: Array = (found[:-1] - (1 - _LEANING) * found[-1]) * sizes[-1]
        return spread


def _of_few(levels: Array, recency: Array) -> Array:
    """Return at which levels of the past errors the next one keeps below with ``levels``.

    Of n errors the k-th keeps the next one below it with k / (n + 1), though (k - 0.5) / n of them
    are below itself: of few errors, quantiles far out lie too near. Steps of one origin err
    together: an origin counts for two errors, and new ones count more (effective number: Kish,
    Survey Sampling, 1965).
    """
    n = _ERRORS_AN_ORIGIN * float(recency.sum() ** 2 / (recency**2).sum())
    return np.clip((levels * (n + 1) - 0.5) / n, 0.0, 1.0)


def _shared(errors: Array) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the cells (N, 1, C) that all voices spoke of, but those (M,) that never did."""
    unknown = np.isnan(errors)
    silent = np.asarray(unknown.all(axis=(0, 2)), dtype=np.bool_)
    shared = ~np.asarray(unknown[:, ~silent].any(axis=1, keepdims=True), dtype=np.bool_)
    return shared, silent


def _mean(errors: Array, recency: Array, axes: tuple[int, int]) -> Array:
    """Return the mean error of each voice on the cells that every voice spoke of, shape (M,)."""
    shared, silent = _shared(errors)
    weights = recency[:, None, None] * shared
    total = weights.sum()
    if not total:
        return np.full(errors.shape[1], np.nan)
    means: Array = (np.nan_to_num(errors) * weights).sum(axis=axes) / total
    return np.where(silent, np.nan, means)


def _sizes_before(errors: Array) -> Array:
    """Return the recent mean absolute error before each origin and now, shape (N + 1,)."""
    known = ~np.isnan(errors)
    usual = float(np.abs(errors[known]).mean()) if known.any() else 0.0
    sizes = np.full(errors.shape[0] + 1, usual)
    total, count, fade = 0.0, 0.0, 0.5 ** (1 / _SIZE_HALF_LIFE)
    for origin, (row, there) in enumerate(zip(errors, known, strict=True)):
        if there.any():
            total = total * fade + float(np.abs(row[there]).mean())
            count = count * fade + 1.0
        if count > 0:
            sizes[origin + 1] = _SIZE_SHARE * total / count + (1 - _SIZE_SHARE) * usual
    return np.maximum(sizes, 1e-9)


def residual_quantiles(errors: Array, minutes: int, levels: Array, recency: Array) -> Array:
    """Return quantiles of ``errors`` (N, C) at each step, shape (Q, C), NaN left out.

    Errors of an hour before to an hour after at steps next to each other are pooled, recent
    ones count more.
    """
    reach = max(1, 60 // minutes)
    n_steps = errors.shape[1]
    found = np.empty((levels.size, n_steps))
    for step in range(n_steps):
        near = slice(max(0, step - reach), step + reach + 1)
        pool = errors[:, near]
        weights = np.broadcast_to(recency[:, None], pool.shape)
        kept = ~np.isnan(pool)
        found[:, step] = weighted_quantiles(pool[kept], weights[kept], levels)
    return np.where(np.isnan(found), 0.0, found)


def weighted_quantiles(values: Array, weights: Array, levels: Array) -> Array:
    """Return quantiles of ``values`` with ``weights``; NaN without any."""
    if not values.size:
        return np.full(levels.shape, np.nan)
    order = np.argsort(values)
    values, weights = values[order], weights[order]
    below = np.cumsum(weights) - 0.5 * weights
    found: Array = np.interp(levels, below / weights.sum(), values)
    return found
