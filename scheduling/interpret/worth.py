"""What a kWh is worth: at each node in each step, and in each stock at the end of each.

The price of a node is the dual of its balance: how much dearer the plan becomes for one kWh
more of load. The value of a stock is that of its balance: how much cheaper for one kWh more
in it. Both hold for small changes.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.blocks import Limited
from scheduling.formulation.exchange import across
from scheduling.formulation.site import SiteModel, SiteProblem
from scheduling.formulation.stocks import hours_left
from scheduling.interpret.reasons import WORTHLESS

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Worth:
    """``price`` of each node, shape (N, T), and ``value`` of each stock, shape (K, T).

    Both [currency/kWh]. ``falls`` and ``rises``, shape (K, T): the value does so after the end
    of the step because of a level: the stock is as empty there as it may be, or as full. Between
    two such ends a kWh is worth the same whenever it comes, but for losses and for what power or
    efficiency the stock leaves (a taper, physics that bend).
    """

    price: Array
    value: Array
    falls: NDArray[np.bool_]
    rises: NDArray[np.bool_]

    @classmethod
    def read(
        cls, site: SiteModel, problem: SiteProblem, limited: Limited, duals: tuple[Array, Array]
    ) -> Self:
        """Return what the duals of a solution of ``site`` say.

        Args:
            limited: the model of ``site``, or the course in it that ``problem`` is.
            duals: of rows and of columns, as in ``engines.base.Solution``.
        """
        row_duals, _ = duals
        price = row_duals[site.nodes.balance] / problem.step_hours
        stocks = problem.stocks
        value = -row_duals[site.model.rows["stock balance"]]
        after = np.empty_like(value)
        after[:, :-1] = stocks.kept[:, 1:] * value[:, 1:]
        for to, of, share, _ in across(stocks.exchanges):
            after[of, :-1] += share[1:] * value[to, 1:]
        after[:, -1:] = stocks.end_value[:, None]
        fall = np.where(_level_binds(site, problem, limited, duals), value - after, 0.0)
        return cls(price, value, fall > WORTHLESS, fall < -WORTHLESS)

    def entering(self, problem: SiteProblem) -> Array:
        """Return what a kWh that comes into each stock during a step is worth, shape (K, T).

        Of it only what is left counts at the end of the step [currency/kWh].
        """
        stocks, hours = problem.stocks, problem.step_hours
        found: Array = hours_left(stocks, hours) * self.value
        for to, of, _, spread in across(stocks.exchanges):
            found[of] += spread * self.value[to]
        return found / hours


def _level_binds(
    site: SiteModel, problem: SiteProblem, limited: Limited, duals: tuple[Array, Array]
) -> NDArray[np.bool_]:
    """Return whether a bound or a goal of each stock binds at the end of each step, (K, T)."""
    row_duals, reduced_costs = duals
    stock = site.storage.stock
    binds = np.abs(reduced_costs[stock]) > WORTHLESS
    number = {name: k for k, name in enumerate(problem.stocks.names)}
    # Of several goals of one stock each has a number: "min stock of tank (2)".
    number |= {goal.name.partition(" of ")[2]: goal.stock for goal in problem.goals}
    for row in limited.row_limits:
        if row.unit == "kWh":
            binds[number[row.of], row.beyond - 1] |= np.abs(row_duals[row.rows]) > WORTHLESS
    return binds
