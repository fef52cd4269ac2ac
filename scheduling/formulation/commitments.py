"""Commitments: a quantity agreed on, and what deviating from it costs, up and down.

With p the net power in scope and b the baseline [kW]::

    p = b + u - d,   u, d >= 0,   cost h · (up cost · u + down cost · d)

A negative cost is earned. Where the two costs together are below zero, deviating both ways at
once would earn without doing anything: there u and d are declared exclusive.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.linear_model import LinearModel, Term
from scheduling.formulation.processes import JobColumns

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """One commitment over T steps; arrays of shape (T,).

    ``baseline`` [kW], less what is fixed in scope; ``up_cost`` and ``down_cost``
    [currency/kWh]; ``most`` [kW] bounds the deviation either way.
    """

    name: str
    baseline: Array
    up_cost: Array
    down_cost: Array
    most: Array


def add_commitments(
    model: LinearModel,
    commitments: list[tuple[Commitment, list[Term], list[JobColumns]]],
    *,
    step_hours: float | Array,
) -> None:
    """Add each commitment over the power that its terms, of shape (T,), and jobs make up [kW]."""
    for commitment, terms, jobs in commitments:
        name = f"commitment: {commitment.name}"
        shape = commitment.baseline.shape
        up = model.add_columns(f"{name} up", shape, upper=commitment.most)
        down = model.add_columns(f"{name} down", shape, upper=commitment.most)
        baseline = commitment.baseline
        rows = model.add_rows(
            name, shape, [*terms, (up, -1.0), (down, 1.0)], lower=baseline, upper=baseline
        )
        for job in jobs:
            model.add_entries(rows[job.steps], job.columns, job.coefficients)
        model.add_cost(name, up, step_hours * commitment.up_cost)
        model.add_cost(name, down, step_hours * commitment.down_cost)
        model.keep_apart(
            name,
            up,
            down,
            first_most=commitment.most,
            second_most=commitment.most,
            cancels=commitment.up_cost + commitment.down_cost >= 0,
        )
