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
from typing import Final

import numpy as np
from numpy.typing import NDArray

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
class Nodes:
    """N nodes over T steps.

    Per node: ``names`` in the user's words, ``parent`` (index or ``NO_PARENT``, shape (N,)),
    ``is_priced`` and ``is_internal``, shape (N,).
    Per node and step, shape (N, T): ``import_price`` paid and ``export_price`` earned
    [currency/kWh]; ``import_limit`` and ``export_limit`` [kW, >= 0, may be infinite]; breach
    prices [currency/kWh] and, shape (N,), of the highest [currency/kW]: NaN and 0 where the
    limit is hard. ``import_most`` and ``export_most`` bound what is below the node.
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


def add_nodes(
    model: LinearModel, nodes: Nodes, fixed: Array, *, step_hours: float | Array
) -> NodeColumns:
    """Add the balance and the limits of all nodes.

    Args:
        fixed: net power into each node that no plan can move, shape (N, T) [kW].
    """
    shape = fixed.shape
    balance = model.add_rows("node balance", shape, lower=fixed, upper=fixed)
    imported = _add_split(model, nodes, IMPORT, step_hours=step_hours)
    exported = _add_split(model, nodes, EXPORT, step_hours=step_hours)
    net = _add_net(model, nodes, step_hours=step_hours)
    columns = NodeColumns(imported, exported, net, balance)
    for own, sign in ((imported, 1.0), (exported, -1.0), (net, 1.0)):
        model.add_entries(balance, own, sign)
        below = np.flatnonzero(nodes.parent != NO_PARENT)
        model.add_entries(balance[nodes.parent[below]], own[below], -sign)
    _stand_still(model, nodes, fixed, columns)
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


def _stand_still(model: LinearModel, nodes: Nodes, fixed: Array, columns: NodeColumns) -> None:
    """Tell which column of each node takes up what is fixed there and below."""
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
    """Return term, columns and prices [currency/kW] of what node ``n`` imports or exports."""
    is_import = direction == IMPORT
    price = nodes.import_price if is_import else nodes.export_price
    is_root = nodes.parent[n] == NO_PARENT and n == 0
    term = direction if is_root else f"{direction}: {nodes.names[n]}"
    return term, columns, (step_hours if is_import else -step_hours) * price[n]


def energy_most(nodes: Nodes, n: int, direction: str) -> Array:
    """Return the bound of what node ``n`` imports or exports, shape (T,) [kW].

    Without one, importing and exporting at once would be worth any amount wherever export earns
    more. What the devices can take or give bounds every honest plan.
    """
    is_import = direction == IMPORT
    most: Array = _with_room((nodes.import_most if is_import else nodes.export_most)[n])
    breach = nodes.import_breach_price if is_import else nodes.export_breach_price
    if not np.isnan(breach[n]).all():
        return most
    limit = nodes.import_limit if is_import else nodes.export_limit
    bounded: Array = np.minimum(limit[n], most)
    return bounded


def may_cancel(nodes: Nodes) -> NDArray[np.bool_]:
    """Return where a priced node gains nothing by importing and exporting at once, (P, T)."""
    priced = np.flatnonzero(nodes.is_priced)
    cancels: NDArray[np.bool_] = nodes.export_price[priced] <= nodes.import_price[priced]
    return cancels


def _add_split(
    model: LinearModel, nodes: Nodes, direction: str, *, step_hours: float | Array
) -> Columns:
    is_import = direction == IMPORT
    limit = nodes.import_limit if is_import else nodes.export_limit
    most = _with_room(nodes.import_most if is_import else nodes.export_most)
    breach = nodes.import_breach_price if is_import else nodes.export_breach_price
    peak = nodes.import_peak_breach_price if is_import else nodes.export_peak_breach_price
    columns = np.full(limit.shape, NO_COLUMN)
    for n in np.flatnonzero(nodes.is_priced).tolist():
        of = nodes.names[n]
        name = f"{direction} limit of {of}"
        is_hard = np.isnan(breach[n]).all()
        upper = energy_most(nodes, n, direction)
        columns[n] = model.add_columns(f"{direction} of {of}", upper.shape, upper=upper)
        model.add_cost(*energy_cost(nodes, n, direction, columns[n], step_hours=step_hours))
        if is_hard:
            model.add_limit(
                f"{direction} limit", columns[n], side="upper", unit="kW", of=of, beyond=most[n]
            )
        else:
            rows = model.add_rows(name, upper.shape, [(columns[n], 1.0)], upper=limit[n])
            model.add_row_limit(f"{direction} limit", rows, unit="kW", of=of)
            _soften(model, name, breach[n] * step_hours, peak[n])
    return columns


def _add_net(model: LinearModel, nodes: Nodes, *, step_hours: float | Array) -> Columns:
    columns = np.full(nodes.import_limit.shape, NO_COLUMN)
    for n in np.flatnonzero(~nodes.is_priced & ~nodes.is_internal).tolist():
        of = nodes.names[n]
        soft_in = ~np.isnan(nodes.import_breach_price[n]).all()
        soft_out = ~np.isnan(nodes.export_breach_price[n]).all()
        most_in, most_out = _with_room(nodes.import_most[n]), _with_room(nodes.export_most[n])
        upper = most_in if soft_in else np.minimum(nodes.import_limit[n], most_in)
        lower = -most_out if soft_out else -np.minimum(nodes.export_limit[n], most_out)
        net = model.add_columns(f"net of {of}", upper.shape, lower=lower, upper=upper)
        columns[n] = net
        if soft_in:
            name = f"import limit of {of}"
            limit = nodes.import_limit[n]
            rows = model.add_rows(name, upper.shape, [(net, 1.0)], upper=limit)
            model.add_row_limit("import limit", rows, unit="kW", of=of)
            price = nodes.import_breach_price[n] * step_hours
            _soften(model, name, price, nodes.import_peak_breach_price[n])
        else:
            model.add_limit("import limit", net, side="upper", unit="kW", of=of, beyond=most_in)
        if soft_out:
            name = f"export limit of {of}"
            limit = nodes.export_limit[n]
            rows = model.add_rows(name, upper.shape, [(net, -1.0)], upper=limit)
            model.add_row_limit("export limit", rows, unit="kW", of=of)
            price = nodes.export_breach_price[n] * step_hours
            _soften(model, name, price, nodes.export_peak_breach_price[n])
        else:
            model.add_limit("export limit", net, side="lower", unit="kW", of=of, beyond=-most_out)
    return columns


def _with_room(most: Array) -> Array:
    share, power = _ROOM
    return most * (1.0 + share) + power


def _soften(model: LinearModel, name: str, price: Array, peak_price: float) -> None:
    above = model.soften(name, above=price).above
    if peak_price and above is not None:
        model.add_highest(f"{name} highest", above, f"breach: {name}", peak_price)
