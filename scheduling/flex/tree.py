"""From what is kept along the asset tree to the document of one problem.

Each asset beneath the root that has a context is a node: its limits, its uncontrolled load
and its peaks hold for all beneath it, to any depth. A device stands at the nearest of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from scheduling.flex.context import SiteContext
from scheduling.flex.devices import Converter, Device
from scheduling.flex.network import Node
from scheduling.flex.parts import OnInfeasible
from scheduling.flex.site import SiteDocument
from scheduling.flex.window import Window

_LISTS: Final = ("peaks", "commitments", "commodities", "stocks", "couplings", "exclusions")
#: Lists whose entries are referred to by name.
_DECLARED: Final = ("commodities", "stocks")


class Unbilled(Exception):
    """Energy at some device is not billed anywhere, twice, or in two currencies. In words."""


@dataclass(frozen=True, slots=True)
class PlacedContext:
    """The context of the asset at ``path`` ("3.17."), called ``name`` in the problem."""

    path: str
    name: str
    context: SiteContext


@dataclass(frozen=True, slots=True)
class PlacedDevice:
    """A device, named as in the problem, at the asset at ``path``."""

    path: str
    device: Device


def document_of(
    window: Window,
    root: SiteContext,
    *,
    is_billed: bool,
    contexts: Sequence[PlacedContext],
    devices: Sequence[PlacedDevice],
    on_infeasible: OnInfeasible = OnInfeasible.EXPLAIN,
) -> SiteDocument:
    """Return the document of all ``devices``, with a node for each of ``contexts``.

    Args:
        root: context of the plan's root; its names are kept as they are.
        is_billed: whether the root's prices are its own, not inherited.
        contexts: those beneath the root; names in them are known beneath them alone.
        on_infeasible: as ``flex.SiteParts``.

    Raises:
        Unbilled: there is no price for some device, two, or prices in two currencies.
        pydantic.ValidationError: the parts do not fit together.
    """
    ordered = sorted(contexts, key=lambda each: len(each.path))
    parts: dict[str, list[Any]] = {field: list(getattr(root, field)) for field in _LISTS}
    nodes = []
    scopes = {each.path: _scope(each) for each in ordered}
    for each in ordered:
        above = _nearest(each.path, ordered, but=each)
        context, names = each.context, scopes[each.path]
        nodes.append(
            Node(
                name=each.name,
                parent=None if above is None else above.name,
                uncontrolled_kw=context.uncontrolled_kw,
                prices=context.prices,
                loss_share=context.loss_share,
                **dict(context.connection.fields()),
            )
        )
        for field in _LISTS:
            for part in getattr(context, field):
                parts[field].append(_placed(part, each, names, is_named=field in _DECLARED))
    prices = _root_prices(root, ordered, devices, is_billed=is_billed)
    return SiteDocument(
        window=window,
        currency=_one_currency(root, ordered, is_priced=prices is not None),
        prices=prices,
        connection=root.connection,
        uncontrolled_kw=root.uncontrolled_kw,
        ties=root.ties,
        on_infeasible=on_infeasible,
        devices=tuple(_at_node(each, ordered, scopes) for each in devices),
        nodes=tuple(nodes),
        **{field: tuple(found) for field, found in parts.items()},
    )


def _scope(each: PlacedContext) -> dict[str, str]:
    """Return the names that ``each`` declares, as they are called in the problem."""
    declared = [part.name for field in _DECLARED for part in getattr(each.context, field)]
    return {name: f"{name} of {each.name}"[:80] for name in declared}


def _placed(part: Any, at: PlacedContext, names: Mapping[str, str], *, is_named: bool) -> Any:
    """Return an entry of a context beneath the root: its own names, and its node by default."""
    changes: dict[str, Any] = {"name": f"{part.name} of {at.name}"[:80]}
    if is_named:
        return part.model_copy(update=changes)
    if "node" in type(part).model_fields and not getattr(part, "devices", ()):
        changes["node"] = at.name if part.node is None else names.get(part.node, part.node)
    return part.model_copy(update=changes)


def _nearest(
    path: str, contexts: Sequence[PlacedContext], *, but: PlacedContext | None = None
) -> PlacedContext | None:
    found = [each for each in contexts if path.startswith(each.path) and each is not but]
    return max(found, key=lambda each: len(each.path), default=None)


def _at_node(
    each: PlacedDevice, contexts: Sequence[PlacedContext], scopes: Mapping[str, dict[str, str]]
) -> Device:
    """Return the device at its node, the names it refers to as they are called in the problem."""
    nearest = _nearest(each.path, contexts)
    known: dict[str, str] = {}
    for path in sorted(scopes, key=len):
        if each.path.startswith(path):
            known |= scopes[path]
    default = None if nearest is None else nearest.name

    def place(node: str | None) -> str | None:
        return default if node is None else known.get(node, node)

    device: Any = each.device
    if isinstance(device, Converter):
        ports = [port.model_copy(update={"node": place(port.node)}) for port in device.ports]
        return device.model_copy(update={"ports": tuple(ports)})
    changes: dict[str, Any] = {"node": place(device.node)}
    if "stock" in type(device).model_fields:
        changes["stock"] = known.get(device.stock, device.stock)
    placed: Device = device.model_copy(update=changes)
    return placed


def _root_prices(
    root: SiteContext,
    contexts: Sequence[PlacedContext],
    devices: Sequence[PlacedDevice],
    *,
    is_billed: bool,
) -> Any:
    priced = [each for each in contexts if each.context.prices is not None]
    billed = [_nearest(each.path, priced) for each in devices]
    if all(billed) and not is_billed:
        return None
    if root.prices is None:
        unpriced = next(each for each, at in zip(devices, billed, strict=True) if at is None)
        raise Unbilled(f"no prices are set at or above {unpriced.device.name}")
    if any(billed) and not is_billed:
        bare = next(each for each, at in zip(devices, billed, strict=True) if at is None)
        words = f"{priced[0].name} has prices of its own, {bare.device.name} has those from above"
        raise Unbilled(f"{words}: set them at each site, or at none")
    return root.prices


def _one_currency(root: SiteContext, contexts: Sequence[PlacedContext], *, is_priced: bool) -> str:
    found = {root.currency: "the prices of the whole"} if is_priced else {}
    for each in contexts:
        if "currency" in each.context.model_fields_set:
            found.setdefault(each.context.currency, each.name)
        elif each.context.prices is not None:
            found.setdefault(root.currency, each.name)
    if len(found) > 1:
        words = ", ".join(f"{currency} at {name}" for currency, name in sorted(found.items()))
        raise Unbilled(f"currencies are mixed: {words}")
    return next(iter(found), root.currency)
