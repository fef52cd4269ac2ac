"""A level with a damped additive trend (Gardner and McKenzie, Management Science 31, 1985)."""

import numpy as np

from forecasting.features.series import Array


def damped_trend(values: Array, grid: Array, n_ahead: int) -> Array:
    """Return what level and trend say of the next steps of each column, shape (n_ahead, M).

    Args:
        values: shape (T, M), T at least 1, no NaN.
        grid: gains of level and trend, and damping, shape (G, 3); for each column that with the
            least absolute errors a step ahead is taken.
    """
    of_level, of_trend, damping = grid.T[..., None]
    shape = (grid.shape[0], values.shape[1])
    level = np.broadcast_to(values[0], shape).copy()
    trend, errors, error = np.zeros(shape), np.zeros(shape), np.empty(shape)
    for now in values[1:]:
        trend *= damping
        level += trend
        np.subtract(now, level, out=error)
        level += of_level * error
        trend += of_trend * error
        errors += np.abs(error, out=error)
    best = np.argmin(errors, axis=0), np.arange(values.shape[1])
    fades: Array = damping[best[0], 0] ** np.arange(1, n_ahead + 1)[:, None]
    found: Array = level[best] + np.cumsum(fades, axis=0) * trend[best]
    return found
