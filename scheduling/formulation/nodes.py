"""Nodes: the grid connection and the tree of limits below it, for each commodity.

A node takes what its devices and the nodes below it take. With g the net power into node m
[kW], in each step::

    g[m] = (power into the devices at m) + Σ g[children of m] + (fixed power at m)
    g[m] <= import limit + v,   -g[m] <= export limit + w

v and w are zero where a limit is hard; where it is soft they cost a price per kWh, and one
per kW of the highest (formulations F1 to F4). A node with prices splits g into import and
export, g = i - e, and pays for each; both at once pays only where export earns more than
import costs, and the two are declared exclusive. A node without prices or limits above which
there is none is internal: it balances.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.blocks import Side
from scheduling.formulation.linear_model import NO_COLUMN, Columns, LinearModel, Rows

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Parent of a node that has none.
NO_PARENT: Final = -1
IMPORT: Final = "import"
EXPORT: Final = "export"
#: What importing and exporting are called as columns that exclude each other.
APART: Final = "import or export"
#: A bound of nature is given so much room that it never binds beside the devices' own limits:
#: else one more kWh would seem to cost what it cannot [share, kW].
_ROOM: Final = (0.01, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePart:
    """What of the price of ``direction`` at ``node`` is ``name``, shape (T,) [currency/kWh]."""

    name: str
    node: int
    direction: str
    price: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """N nodes over T steps.

    Per node: ``names`` in the user's words, ``parent`` (index or ``NO_PARENT``, shape (N,)),
    ``is_priced`` and ``is_internal``, shape (N,).
    Per node and step, shape (N, T): ``import_price`` paid and ``export_price`` earned
    [currency/kWh]; ``import_limit`` and ``export_limit`` [kW, >= 0, may be infinite]; breach
    prices [currency/kWh] and, shape (N,), of the highest [currency/kW]: NaN and 0 where the
    limit is hard. ``import_most`` and ``export_most`` bound what is below the node. ``parts`` of
    prices are costs of their own.
    """

    names: Sequence[str]
    parent: Indices
    is_priced: NDArray[np.bool_]
    is_internal: NDArray[np.bool_]
    import_price: Array
    export_price: Array
    import_limit: Array
    export_limit: Array
    import_breach_price: Array
    export_breach_price: Array
    import_peak_breach_price: Array
    export_peak_breach_price: Array
    import_most: Array
    export_most: Array
    parts: Sequence[PricePart] = ()

    def parts_of(self, node: int, direction: str) -> list[PricePart]:
        """Return what the price of ``direction`` at ``node`` is made of beside energy."""
        return [each for each in self.parts if (each.node, each.direction) == (node, direction)]


@dataclass(frozen=True, slots=True)
class NodeColumns:
    """Where the variables are, shape (N, T); ``NO_COLUMN`` where a node has none.

    A priced node has ``imported`` and ``exported``, another has ``net``, an internal one has
    none. ``balance``: rows, shape (N, T); what devices take is entered there, negative.
    """

    imported: Columns
    exported: Columns
    net: Columns
    balance: Rows


@dataclass(frozen=True, slots=True)
class Way:
    """What holds of all nodes in one direction, by steps, as in ``Nodes``.

    ``most``: what is below, with room; ``bounds`` of what nodes import or export, both of shape
    (N, T) [kW]. ``is_soft``, shape (N,).
    """

    direction: str
    limit: Array
    most: Array
    bounds: Array
    breach_price: Array
    peak_breach_price: Array
    is_soft: NDArray[np.bool_]


Ways: TypeAlias = tuple[Way, Way]


def ways_of(nodes: Nodes) -> Ways:
    """Return what ``nodes`` say of importing and of exporting."""
    into = nodes.import_limit, nodes.import_most, nodes.import_breach_price
    out = nodes.export_limit, nodes.export_most, nodes.export_breach_price
    return (
        _way(IMPORT, *into, nodes.import_peak_breach_price),
        _way(EXPORT, *out, nodes.export_peak_breach_price),
    )


def _way(
    direction: str, limit: Array, most: Array, breach_price: Array, peak_breach_price: Array
) -> Way:
    share, power = _ROOM
    most = most * (1.0 + share) + power
    is_soft = np.logical_not(np.isnan(breach_price).all(axis=1))
    # Without a bound, importing and exporting at once would be worth any amount wherever export
    # earns more. What the devices can take or give bounds every honest plan.
    bounds = np.minimum(limit, most)
    if is_soft.any():
        bounds[is_soft] = most[is_soft]
    return Way(direction, limit, most, bounds, breach_price, peak_breach_price, is_soft)


def add_nodes(
    model: LinearModel, nodes: Nodes, fixed: Array, *, step_hours: float | Array
) -> NodeColumns:
    """Add the balance and the limits of all nodes.

    Args:
        fixed: net power into each node that no plan can move, shape (N, T) [kW].
    """
    balance = model.add_rows("node balance", fixed.shape)
    ways = ways_of(nodes)
    imported, exported = (_add_split(model, nodes, way, step_hours=step_hours) for way in ways)
    net = _add_net(model, nodes, ways, step_hours=step_hours)
    columns = NodeColumns(imported, exported, net, balance)
    below = np.flatnonzero(nodes.parent != NO_PARENT)
    for own, sign in ((imported, 1.0), (exported, -1.0), (net, 1.0)):
        model.add_entries(balance, own, sign)
        if below.size:
            model.add_entries(balance[nodes.parent[below]], own[below], -sign)
    bound_nodes(model, nodes, ways, columns)
    balance_nodes(model, nodes, fixed, columns)
    priced = np.flatnonzero(nodes.is_priced)
    model.keep_apart(
        APART,
        imported[priced],
        exported[priced],
        first_most=nodes.import_most[priced],
        second_most=nodes.export_most[priced],
        cancels=may_cancel(nodes),
    )
    return columns


def bound_nodes(model: LinearModel, nodes: Nodes, ways: Ways, columns: NodeColumns) -> None:
    """Put the limits of all nodes in the bounds of columns, and of rows where they are soft."""
    (into, out), (lower, upper) = ways, model.bounds()
    _, row_upper = model.row_bounds()
    priced = np.flatnonzero(nodes.is_priced)
    upper[columns.imported[priced]] = into.bounds[priced]
    upper[columns.exported[priced]] = out.bounds[priced]
    others = np.flatnonzero(~nodes.is_priced & ~nodes.is_internal)
    if others.size:
        upper[columns.net[others]] = into.bounds[others]
        lower[columns.net[others]] = -out.bounds[others]
    for way in ways:
        for n in np.flatnonzero(way.is_soft & ~nodes.is_internal).tolist():
            row_upper[model.rows[_limit_of(nodes, n, way)]] = way.limit[n]


def balance_nodes(model: LinearModel, nodes: Nodes, fixed: Array, columns: NodeColumns) -> None:
    """Let each node balance ``fixed``; tell which of its columns takes up what is fixed below."""
    lower, upper = model.row_bounds()
    lower[columns.balance] = upper[columns.balance] = fixed
    power = fixed.copy()
    for node, parent in enumerate(nodes.parent.tolist()):
        above = parent
        while above != NO_PARENT:
            power[above] += fixed[node]
            above = int(nodes.parent[above])
    one_way = np.where(power > 0.0, columns.imported, columns.exported)
    is_priced = nodes.is_priced[:, None]
    model.stand_still(columns.balance, np.where(is_priced, one_way, columns.net))


def energy_cost(
    nodes: Nodes, n: int, direction: str, columns: Columns, *, step_hours: float | Array
) -> tuple[str, Columns, Array]:
    """Return term, columns and prices [currency/kW] of energy that node ``n`` imports or exports.

    Parts of the price are left out: they are terms of their own.
    """
    price = (nodes.import_price if direction == IMPORT else nodes.export_price)[n]
    for part in nodes.parts_of(n, direction):
        price = price - part.price
    return _term(nodes, n, direction), columns, _signed(direction, step_hours) * price


def _term(nodes: Nodes, n: int, direction: str, part: str = "") -> str:
    is_root = nodes.parent[n] == NO_PARENT and n == 0
    of = ", ".join(each for each in ("" if is_root else nodes.names[n], part) if each)
    return f"{direction}: {of}" if of else direction


def _signed(direction: str, step_hours: float | Array) -> float | Array:
    return step_hours if direction == IMPORT else -step_hours


def may_cancel(nodes: Nodes) -> NDArray[np.bool_]:
    """Return where a priced node gains nothing by importing and exporting at once, (P, T)."""
    priced = np.flatnonzero(nodes.is_priced)
    cancels: NDArray[np.bool_] = nodes.export_price[priced] <= nodes.import_price[priced]
    return cancels


def _add_split(model: LinearModel, nodes: Nodes, way: Way, *, step_hours: float | Array) -> Columns:
    columns = np.full(way.limit.shape, NO_COLUMN)
    for n in np.flatnonzero(nodes.is_priced).tolist():
        own = model.add_columns(f"{way.direction} of {nodes.names[n]}", way.limit[n].shape)
        columns[n] = own
        model.add_cost(*energy_cost(nodes, n, way.direction, own, step_hours=step_hours))
        for part in nodes.parts_of(n, way.direction):
            term = _term(nodes, n, way.direction, part.name)
            model.add_cost(term, own, _signed(way.direction, step_hours) * part.price)
        _add_limit(model, nodes, n, way, own, step_hours=step_hours)
    return columns


def _add_net(model: LinearModel, nodes: Nodes, ways: Ways, *, step_hours: float | Array) -> Columns:
    columns = np.full(nodes.import_limit.shape, NO_COLUMN)
    for n in np.flatnonzero(~nodes.is_priced & ~nodes.is_internal).tolist():
        columns[n] = model.add_columns(f"net of {nodes.names[n]}", columns[n].shape)
        for way in ways:
            _add_limit(model, nodes, n, way, columns[n], step_hours=step_hours, is_net=True)
    return columns


def _add_limit(
    model: LinearModel,
    nodes: Nodes,
    n: int,
    way: Way,
    columns: Columns,
    *,
    step_hours: float | Array,
    is_net: bool = False,
) -> None:
    """Name the limit of a node in one direction; where it is soft, it has rows of its own."""
    what, of = f"{way.direction} limit", nodes.names[n]
    is_below = is_net and way.direction == EXPORT
    if not way.is_soft[n]:
        side: Side = "lower" if is_below else "upper"
        most = -way.most[n] if is_below else way.most[n]
        model.add_limit(what, columns, side=side, unit="kW", of=of, beyond=most)
        return
    name = _limit_of(nodes, n, way)
    rows = model.add_rows(name, columns.shape, [(columns, -1.0 if is_below else 1.0)])
    model.add_row_limit(what, rows, unit="kW", of=of)
    above = model.soften(name, above=way.breach_price[n] * step_hours).above
    if way.peak_breach_price[n] and above is not None:
        price = way.peak_breach_price[n]
        model.add_highest(f"{name} highest", above, f"breach: {name}", price)


def _limit_of(nodes: Nodes, n: int, way: Way) -> str:
    return f"{way.direction} limit of {nodes.names[n]}"
