"""Peak tariffs: the highest import (or export) of a billing window costs, per kW.

With i the power in a step and k what is paid for::

    k >= (mean of i over each averaging period),   k >= incumbent,   cost p · (k - incumbent)

The incumbent is the peak that this billing period has seen already: below it, power is free
(formulation F5).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.linear_model import LinearModel, Term

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """One component of a peak tariff.

    ``length``: steps in a whole averaging period; ``metered``: what the first period has seen
    before the window, as power over a step [kW], NaN where that is unknown: then its mean is
    over the steps in the window.
    ``period``: number of the averaging period of each step, from 0, shape (T,); -1 for steps
    that the tariff does not look at. ``price`` [currency/kW], ``incumbent`` [kW].
    """

    name: str
    node: int
    is_import: bool
    price: float
    incumbent: float
    period: NDArray[np.int64]
    length: int = 1
    metered: float = np.nan


def add_peaks(
    model: LinearModel, peaks: list[tuple[Peak, list[Term]]], *, step_hours: float | Array
) -> None:
    """Add each peak over the power that its terms, of shape (T,), make up [kW]."""
    for peak, terms in peaks:
        at = np.flatnonzero(peak.period >= 0)
        if not at.size:
            continue
        name = f"peak: {peak.name}"
        highest = model.add_columns(name, (1,), lower=peak.incumbent)
        model.add_cost(name, highest, peak.price)
        model.add_constant(name, -peak.price * peak.incumbent)
        hours = np.full(peak.period.size, step_hours)
        whole = peak.length * float(hours.max())
        lengths = np.bincount(peak.period[at], hours[at]).astype(np.float64)
        known = np.zeros(lengths.shape)
        if not np.isnan(peak.metered) and peak.period[0] == 0 and lengths[0] < whole - 1e-9:
            lengths[0] = whole
            known[0] = -peak.metered / peak.length
        rows = model.add_rows(name, lengths.shape, [(highest, -1.0)], upper=known)
        period = peak.period[at]
        first = np.full(lengths.size, peak.period.size)
        np.minimum.at(first, period, at)
        beyond = np.zeros(lengths.size, dtype=np.int64)
        np.maximum.at(beyond, period, at + 1)
        model.add_row_limit(
            "peak", rows, unit="kW at most", of=peak.name, first=first, beyond=beyond
        )
        for columns, coefficient in terms:
            share = np.broadcast_to(np.asarray(coefficient, dtype=np.float64), columns.shape)
            model.add_entries(rows[period], columns[at], share[at] * hours[at] / lengths[period])
