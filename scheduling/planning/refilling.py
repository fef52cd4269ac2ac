"""What a kWh costs at each node, and so what one is worth that is left in a stock."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.nodes import NO_PARENT, Nodes
from scheduling.formulation.operation import Coupling
from scheduling.formulation.storage import NO_STOCK, Flows

Array = NDArray[np.float64]


def refill_prices(
    refilled: Sequence[int], nodes: Nodes, flows: Flows, couplings: Sequence[Coupling]
) -> dict[int, float]:
    """Return what a kWh in each stock is worth at the end, when nobody says [currency/kWh].

    What it costs to put back in the cheapest quarter of the window. Nothing at all would
    make the stock free, and every plan end empty.
    """
    cheapest = dict.fromkeys(refilled, np.inf)
    made = made_prices(nodes, flows, couplings) if refilled and nodes.is_internal.any() else {}
    for flow in np.flatnonzero(flows.charge_limit.any(axis=1)).tolist() if refilled else ():
        stock, node = int(flows.stock[flow]), billed_at(nodes, int(flows.node[flow]))
        price = nodes.import_price[node] if nodes.is_priced[node] else made.get(node)
        if stock in cheapest and price is not None:
            per_kwh = refill_price(price, flows.charge_efficiency[flow])
            cheapest[stock] = min(cheapest[stock], per_kwh)
    return {k: price if price < np.inf else 0.0 for k, price in cheapest.items()}


def refill_price(price: Array, charge_efficiency: float | Array) -> float:
    """Return what a kWh put in stock costs in the cheapest quarter of the window, 0 at least.

    ``price``: of what is drawn for it, shape (T,) [currency/kWh].
    """
    per_kwh = price / charge_efficiency
    per_kwh.sort()
    quarter = per_kwh[: max(1, per_kwh.size // 4)]
    return max(0.0, float(quarter.sum()) / quarter.size)


def billed_at(nodes: Nodes, node: int) -> int:
    """Return the nearest priced node at or above ``node``; the topmost where there is none."""
    while not nodes.is_priced[node] and nodes.parent[node] != NO_PARENT:
        node = int(nodes.parent[node])
    return node


def made_prices(nodes: Nodes, flows: Flows, couplings: Sequence[Coupling]) -> dict[int, Array]:
    """Return what a kWh costs at each internal node, shape (T,), by what makes it cheapest.

    A converter pays for what it takes in, and what else it makes earns its export price, or
    saves what making it costs otherwise. What is made of what is made comes after that.
    """
    makers = _makers(flows, couplings)
    found: dict[int, Array] = {}
    for _ in range(int(nodes.is_internal.sum())):
        known = dict(found)
        for ports in makers:
            for flow in ports:
                node = billed_at(nodes, int(flows.node[flow]))
                if nodes.is_internal[node] and flows.discharge_limit[flow].any():
                    price = _price_of(flow, ports, nodes, flows, known)
                    if price is not None:
                        found[node] = np.fmin(found.get(node, price), price)
        if len(found) == len(known):
            break
    return found


def _makers(flows: Flows, couplings: Sequence[Coupling]) -> list[dict[int, float | Array]]:
    """Return the ratios of flows that are coupled, and of each that gives without a stock."""
    groups: dict[int, dict[int, float | Array]] = defaultdict(dict)
    for each in couplings:
        groups[each.first] |= {each.first: each.ratio_first, each.second: each.ratio_second}
    coupled = {flow for group in groups.values() for flow in group}
    alone = np.flatnonzero((flows.stock == NO_STOCK) & flows.discharge_limit.any(axis=1))
    for flow in alone.tolist():
        if flow not in coupled:
            groups[flow] = {flow: 1.0}
    return list(groups.values())


def _price_of(
    made: int,
    ports: dict[int, float | Array],
    nodes: Nodes,
    flows: Flows,
    known: dict[int, Array],
) -> Array | None:
    """Return what a kWh at port ``made`` costs, shape (T,); None where that is not known yet."""
    cost = np.zeros(nodes.import_price.shape[1])
    for flow, ratio in ports.items():
        node, is_drawn = billed_at(nodes, int(flows.node[flow])), flows.charge_limit[flow].any()
        cost += ratio * (flows.charge_cost if is_drawn else flows.discharge_cost)[flow]
        if flow == made:
            continue
        if nodes.is_priced[node]:
            cost += ratio * (nodes.import_price[node] if is_drawn else -nodes.export_price[node])
        elif node in known:
            cost += ratio * (known[node] if is_drawn else -known[node])
        elif is_drawn:
            return None
    return np.asarray(cost / ports[made])
