"""The model of a site under other prices and hard limits at nodes: all else stays."""

from dataclasses import replace

import numpy as np

from scheduling.formulation.nodes import (
    APART,
    EXPORT,
    IMPORT,
    energy_cost,
    energy_most,
    may_cancel,
)
from scheduling.formulation.site import SiteModel, SiteProblem
from scheduling.formulation.storage import stock_costs


def repriced(site: SiteModel, was: SiteProblem, problem: SiteProblem) -> SiteModel | None:
    """Return ``site``, built of ``was``, as ``build_site(problem)`` would; None if it cannot.

    ``problem`` differs in prices and hard limits at nodes and in what stocks are worth at the end
    alone.
    """
    if ((was.stocks.end_value != 0.0) != (problem.stocks.end_value != 0.0)).any():
        return None
    model, nodes, hours = site.model.branch(), problem.nodes, problem.step_hours
    worth = list(stock_costs(problem.stocks, site.storage))
    energy, (_, upper) = [], model.bounds()
    for direction, columns in ((IMPORT, site.nodes.imported), (EXPORT, site.nodes.exported)):
        for n in np.flatnonzero(nodes.is_priced).tolist():
            energy.append(energy_cost(nodes, n, direction, columns[n], step_hours=hours))
            upper[columns[n]] = energy_most(nodes, n, direction)
    model.reprice([*energy, *((term, stock, price) for term, stock, price, _ in worth)])
    for term, _, _, _ in worth:
        model.constants[term] = 0.0
    for term, _, _, amount in worth:
        model.add_constant(term, amount)
    cancels = may_cancel(nodes).ravel()
    model.exclusives = [
        replace(each, cancels=cancels) if each.name == APART else each for each in model.exclusives
    ]
    return replace(site, model=model)
