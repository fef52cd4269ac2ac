"""The tree of nodes of a document in numbers: prices, limits, losses, what passes at most."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from scheduling.flex.network import Connection, Prices
from scheduling.formulation.losses import Loss
from scheduling.formulation.nodes import EXPORT, IMPORT, NO_PARENT, Nodes, PricePart, ways_of
from scheduling.formulation.processes import PiecedJob
from scheduling.formulation.storage import Flows
from scheduling.planning.builder import Builder

Array = NDArray[np.float64]

CONNECTION = "the grid connection"
_FREE = Connection()


def nodes_of(builder: Builder, flows: Flows) -> Nodes:
    """Return the nodes of the document in numbers; ``flows`` say what they take and give."""
    document = builder.document
    commodities = [each.connection or _FREE for each in document.commodities]
    links: list[Connection] = [document.connection, *commodities, *document.nodes]
    prices = [document.prices, *(each.prices for each in document.commodities)]
    prices += [node.prices for node in document.nodes]
    roots = 1 + len(document.commodities)
    parent = [NO_PARENT] * roots + [builder.node_of[node.parent] for node in document.nodes]
    internal = [each.is_internal for each in document.commodities]
    parents = np.array(parent, dtype=np.int64)
    import_most, export_most = _most(builder, flows, parents)
    return Nodes(
        names=[name or CONNECTION for name in builder.node_of],
        parent=parents,
        is_priced=np.array([price is not None for price in prices]),
        is_internal=np.array([False, *internal] + [False] * len(document.nodes)),
        import_price=_priced(builder, prices, "import_per_kwh"),
        export_price=_priced(builder, prices, "export_per_kwh"),
        import_limit=_limits(builder, links, "import_limit_kw", np.inf),
        export_limit=_limits(builder, links, "export_limit_kw", np.inf),
        import_breach_price=_limits(builder, links, "import_breach_price_per_kwh", np.nan),
        export_breach_price=_limits(builder, links, "export_breach_price_per_kwh", np.nan),
        import_peak_breach_price=np.array([link.import_breach_price_per_kw for link in links]),
        export_peak_breach_price=np.array([link.export_breach_price_per_kw for link in links]),
        import_most=import_most,
        export_most=export_most,
        parts=tuple(_parts(builder, prices)),
    )


def _parts(builder: Builder, prices: list[Prices | None]) -> Iterator[PricePart]:
    for node, each in enumerate(prices):
        for part in each.parts if each is not None else ():
            for direction in (IMPORT, EXPORT):
                price = builder.series(getattr(part, f"{direction}_per_kwh"))
                if price.any():
                    yield PricePart(name=part.name, node=node, direction=direction, price=price)


def _priced(builder: Builder, prices: list[Prices | None], field: str) -> Array:
    return np.array(
        [builder.series(None if each is None else getattr(each, field)) for each in prices]
    )


def _limits(builder: Builder, links: list[Connection], field: str, missing: float) -> Array:
    return np.array([builder.series(getattr(link, field), missing=missing) for link in links])


def _most(builder: Builder, flows: Flows, parents: NDArray[np.int64]) -> tuple[Array, Array]:
    """Return what can be taken and given below each node at most, each shape (N, T) [kW]."""
    taken, given = builder.fixed.copy(), -builder.fixed
    np.add.at(taken, flows.node, flows.charge_limit)
    np.add.at(given, flows.node, flows.discharge_limit)
    for _, node, available, _ in builder.generators:
        taken[node] += available  # held back in full: what is fixed counts it as given
    for job in builder.jobs:
        power = job.power if isinstance(job, PiecedJob) else float(np.abs(job.profile).max())
        taken[job.node] += power
        given[job.node] += 0.0 if isinstance(job, PiecedJob) else power
    shares = _lost_shares(builder)
    for node in _from_below(parents):
        if parents[node] != NO_PARENT:
            lost = shares[node] * np.maximum(taken[node], given[node])
            taken[parents[node]] += taken[node] + lost
            given[parents[node]] += given[node]
    return np.maximum(taken, 0.0), np.maximum(given, 0.0)


def _lost_shares(builder: Builder) -> dict[int, float]:
    shares = dict.fromkeys(builder.node_of.values(), 0.0)
    for each in builder.document.nodes:
        shares[builder.node_of[each.name]] = each.loss_share
    return shares


def losses_of(builder: Builder, nodes: Nodes) -> list[Loss]:
    """Return what is lost above nodes, where something is."""
    most = np.maximum(*(way.most for way in ways_of(nodes)))
    return [
        Loss(
            node=node,
            name=nodes.names[node],
            above=int(nodes.parent[node]),
            share=share,
            most=most[node],
        )
        for node, share in _lost_shares(builder).items()
        if share
    ]


def _from_below(parents: NDArray[np.int64]) -> list[int]:
    """Return all nodes, each before its parent."""
    depth = [0] * parents.size
    for node in range(parents.size):
        above = parents[node]
        while above != NO_PARENT:
            depth[node] += 1
            above = parents[above]
    return sorted(range(parents.size), key=lambda node: -depth[node])
