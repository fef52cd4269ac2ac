"""Several courses of things in one model: two stages and the worst tail (formulation F13).

With c[w] what scenario w costs and π[w] its weight::

    min Σ π[w] · c[w] + β · (ζ + 1 / s · Σ π[w] · y[w]),   y[w] >= c[w] - ζ,   y[w] >= 0

The second part is β times the mean cost of the worst scenarios that together weigh s (CVaR;
Rockafellar and Uryasev, J. of Risk 2, 2000). What is decided before scenarios can be told apart
is the same in all of them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.blocks import Limit, RowLimit
from scheduling.formulation.linear_model import Columns, LinearModel

Array = NDArray[np.float64]

RISK = "risk of dear scenarios"


@dataclass(frozen=True, slots=True)
class Course:
    """One scenario: its model and weight, and the columns that all scenarios share."""

    name: str
    weight: float
    model: LinearModel
    shared: Columns


@dataclass(frozen=True, slots=True)
class CourseCost:
    """What a scenario costs: ``prices`` · x[``columns``] + ``constant`` [currency].

    ``limits`` and ``row_limits``: its own, their columns counted from ``first_column`` and their
    rows from ``first_row``; it has ``n_columns`` and ``n_rows``.
    """

    name: str
    weight: float
    columns: Columns
    prices: Array
    constant: float
    limits: tuple[Limit, ...]
    row_limits: tuple[RowLimit, ...]
    first_column: int
    first_row: int
    n_columns: int
    n_rows: int

    def of(self, values: Array) -> float:
        """Return the cost of the scenario in ``values``."""
        return float(self.prices @ values[self.columns]) + self.constant


def join(
    courses: list[Course], *, risk_weight: float, tail_share: float
) -> tuple[LinearModel, list[CourseCost]]:
    """Return one model of all ``courses``; columns of the first keep their numbers.

    Costs are means over the scenarios, by term, with the risk as a term of its own.
    """
    joined, costs = LinearModel(), []
    for number, course in enumerate(courses):
        first_row = joined.n_rows
        offset = joined.add_model(
            course.model, prefix=f"{course.name}: " if number else "", weight=course.weight
        )
        columns = [columns for _, columns, _ in course.model.costs]
        prices = [prices for _, _, prices in course.model.costs]
        costs.append(
            CourseCost(
                course.name,
                course.weight,
                np.concatenate(columns) + offset if columns else np.empty(0, dtype=np.int64),
                np.concatenate(prices) if prices else np.empty(0),
                sum(course.model.constants.values()),
                tuple(course.model.limits),
                tuple(course.model.row_limits),
                offset,
                first_row,
                course.model.n_columns,
                course.model.n_rows,
            )
        )
        if number:
            joined.add_rows(
                f"{course.name}: decided alike",
                course.shared.shape,
                [(course.shared + offset, 1.0), (courses[0].shared, -1.0)],
                lower=0.0,
                upper=0.0,
            )
    if risk_weight:
        _add_risk(joined, costs, risk_weight, tail_share)
    return joined, costs


def _add_risk(
    model: LinearModel, costs: list[CourseCost], risk_weight: float, tail_share: float
) -> None:
    threshold = model.add_columns("tail begins", (1,), lower=-np.inf)
    beyond = model.add_columns("beyond it", (len(costs),))
    rows = model.add_rows("tail", (len(costs),), [(beyond, 1.0)])
    lower, _ = model.row_bounds()
    for number, cost in enumerate(costs):
        row = rows[number : number + 1]
        model.add_entries(row, threshold, 1.0)
        model.add_entries(np.broadcast_to(row, cost.columns.shape), cost.columns, -cost.prices)
        lower[row] = cost.constant
    weights = np.array([cost.weight for cost in costs])
    model.add_cost(RISK, threshold, risk_weight)
    model.add_cost(RISK, beyond, risk_weight / tail_share * weights)
