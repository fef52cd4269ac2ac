"""The model of a site in other numbers: what is there, and where, stays as it was built.

A window that has moved on by a step, other prices, other forecasts: the same columns and rows.
Their numbers are put anew by the same functions that put them first, in a fraction of the time
that building takes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final

import numpy as np

from scheduling.formulation.blocks import Exclusive, Limit
from scheduling.formulation.curtailable import Curtailables
from scheduling.formulation.linear_model import LinearModel
from scheduling.formulation.nodes import (
    APART,
    EXPORT,
    IMPORT,
    Nodes,
    Ways,
    balance_nodes,
    bound_nodes,
    energy_cost,
    may_cancel,
    ways_of,
)
from scheduling.formulation.rolling import Held, hold
from scheduling.formulation.site import SiteModel, SiteProblem
from scheduling.formulation.stocks import Stocks, gained, left_alone
from scheduling.formulation.storage import Flows, StorageColumns, balance_stocks, stock_costs

_LIMITS: Final = {f"{way}_{what}" for way in (IMPORT, EXPORT) for what in ("limit", "most")}
_TERMS: Final = {*_LIMITS, f"{IMPORT}_price", f"{EXPORT}_price"}


def _but(kind: type[Any], numbers: set[str]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind) if each.name not in numbers)


#: What has to be the same, by kind: it says which columns and rows there are, or is not restated.
_SAME: Final[dict[type, tuple[str, ...]]] = {
    SiteProblem: _but(SiteProblem, {"fixed"}),
    Nodes: _but(Nodes, _TERMS),
    Stocks: _but(Stocks, {"initial", "end_value"}),
    Flows: _but(Flows, set()),
    Curtailables: _but(Curtailables, {"available"}),
    Held: _but(Held, {"published"}),
}


def restated(site: SiteModel, was: SiteProblem, problem: SiteProblem) -> SiteModel | None:
    """Return ``site``, built of ``was``, as ``build_site(problem)`` would; None if it cannot.

    Prices and hard limits at nodes may differ and what stocks are worth at the end; where there
    is nothing but stores, generators and what is fixed, also powers, what stocks hold at the start
    and what was published of as many steps.
    """
    if not _is_alike(was, problem):
        return None
    model, nodes, hours = site.model.branch(), problem.nodes, problem.step_hours
    storage = site.storage
    # Other prices alone leave the very same powers and limits.
    has_powers = problem.fixed is not was.fixed
    if has_powers or not all(getattr(nodes, n) is getattr(was.nodes, n) for n in _LIMITS):
        ways = ways_of(nodes)
        bound_nodes(model, nodes, ways, site.nodes)
        if has_powers:
            storage = _with_powers(site, model, problem)
            model.limits = list(_limits(model.limits, nodes.names, ways))
    worth = list(stock_costs(problem.stocks, storage))
    energy = [
        energy_cost(nodes, n, direction, columns[n], step_hours=hours)
        for direction, columns in ((IMPORT, site.nodes.imported), (EXPORT, site.nodes.exported))
        for n in np.flatnonzero(nodes.is_priced).tolist()
    ]
    model.reprice([*energy, *((term, stock, price) for term, stock, price, _ in worth)])
    for term, _, _, _ in worth:
        model.constants[term] = 0.0
    for term, _, _, amount in worth:
        model.add_constant(term, amount)
    model.exclusives = [_exclusive(each, nodes) for each in model.exclusives]
    return replace(site, model=model, storage=storage)


def _with_powers(site: SiteModel, model: LinearModel, problem: SiteProblem) -> StorageColumns:
    """Put what is fixed, available, stored at the start and published; return where stores are."""
    balance_nodes(model, problem.nodes, problem.fixed, site.nodes)
    more = gained(problem.stocks, problem.step_hours)
    balance_stocks(model, problem.stocks, more)
    model.bounds()[1][site.curtailed] = problem.generators.available
    hold(model, problem.held, site.storage)
    return replace(site.storage, still=left_alone(problem.stocks, more))


def _exclusive(each: Exclusive, nodes: Nodes) -> Exclusive:
    if each.name != APART:
        return each
    return replace(
        each,
        first_most=nodes.import_most[nodes.is_priced].ravel(),
        second_most=nodes.export_most[nodes.is_priced].ravel(),
        cancels=may_cancel(nodes).ravel(),
    )


def _limits(limits: list[Limit], names: Sequence[str], ways: Ways) -> Iterator[Limit]:
    """Yield ``limits``, those of nodes, ``names``, with what is below them now."""
    most = {
        (f"{way.direction} limit", of): power
        for way in ways
        for of, power in zip(names, way.most, strict=True)
    }
    for each in limits:
        beyond = most.get((each.name, each.of))
        if beyond is None:
            yield each
        else:
            yield replace(each, beyond=beyond if each.side == "upper" else -beyond)


def _is_alike(was: SiteProblem, problem: SiteProblem) -> bool:
    """Return whether ``problem`` has the columns and rows of ``was``, and what is not restated."""
    if not _is_same(was, problem):
        return False
    if ((was.stocks.end_value != 0.0) != (problem.stocks.end_value != 0.0)).any():
        return False
    return all(
        _is_same(np.isnan(one.published), np.isnan(other.published))
        for one, other in zip(was.held, problem.held, strict=True)
        if one is not other
    )


def _is_same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    kind = type(one)
    if kind is not type(other):
        return False
    if kind is np.ndarray:
        # By bytes: what is unknown, NaN, is the same as itself.
        return bool(one.shape == other.shape and one.tobytes() == other.tobytes())
    if kind in {list, tuple}:
        return len(one) == len(other) and (not one or all(map(_is_same, one, other)))
    if is_dataclass(kind):
        # What is not in the list, from goals to jobs, is not looked into.
        names = _SAME.get(kind, ())
        return bool(names) and all(_is_same(getattr(one, n), getattr(other, n)) for n in names)
    return bool(one == other)
