"""Scores of forecasts. Arrays end in the same shape; NaN, an unknown truth, is not scored.

Point scores are in the unit of the series, and so are pinball loss and CRPS, which are 0 for
a perfect forecast and equal half the MAE, and the MAE, for one that knows no doubt.
"""

import numpy as np

from forecasting.forecasters.base import Array


def mae(truth: Array, point: Array) -> float:
    """Mean absolute error."""
    return _mean(np.abs(truth - point))


def rmse(truth: Array, point: Array) -> float:
    """Root of the mean squared error: large errors count more."""
    return float(np.sqrt(_mean((truth - point) ** 2)))


def bias(truth: Array, point: Array) -> float:
    """Mean of forecast minus truth: positive where too much was foretold."""
    return _mean(point - truth)


def skill(error: float, reference: float) -> float:
    """Return the share of the reference's error that was avoided; 1 is perfect, negative worse."""
    if reference == 0:
        return 0.0 if error == 0 else -np.inf
    return 1 - error / reference


def mase(truth: Array, point: Array, history: Array, season: int) -> float:
    """Mean absolute scaled error (Hyndman and Koehler, Int. J. of Forecasting 22, 2006).

    Args:
        history: what was known, consecutive steps; it sets the scale.
        season: lag in steps of the naive forecast whose error in ``history`` is the unit.
    """
    unit = _mean(np.abs(history[season:] - history[:-season]))
    error = mae(truth, point)
    return error / unit if unit else (0.0 if error == 0 else np.inf)


def pinball(truth: Array, quantiles: Array, probabilities: Array) -> float:
    """Pinball loss, mean over probabilities (Koenker and Bassett, Econometrica 46, 1978).

    Args:
        truth: shape (N,).
        quantiles: shape (Q, N).
        probabilities: shape (Q,).
    """
    return _mean(_losses(truth, quantiles, probabilities).mean(axis=0))


def crps(truth: Array, quantiles: Array, probabilities: Array) -> float:
    """Continuous ranked probability score, as twice the integral of the pinball loss.

    By the trapezium rule over ``probabilities``, the outermost standing for the tails
    (Gneiting and Ranjan, J. of Business and Economic Statistics 29, 2011). Arguments as above.
    """
    edges = np.concatenate([[0.0], (probabilities[1:] + probabilities[:-1]) / 2, [1.0]])
    losses = _losses(truth, quantiles, probabilities)
    return 2 * _mean((np.diff(edges)[:, None] * losses).sum(axis=0))


def coverage(truth: Array, low: Array, high: Array) -> float:
    """Share of truths in [low, high]; NaN where there is none."""
    known = ~np.isnan(truth)
    if not known.any():
        return float("nan")
    return float(np.mean((low[known] <= truth[known]) & (truth[known] <= high[known])))


def _losses(truth: Array, quantiles: Array, probabilities: Array) -> Array:
    above = truth - quantiles
    rates = probabilities[:, None]
    losses: Array = np.maximum(rates * above, (rates - 1) * above)
    return losses


def _mean(values: Array) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")
