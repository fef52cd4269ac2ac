"""What must hold between the parts of a site's document: names, lengths, times."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NoReturn

from pydantic_core import PydanticCustomError

from scheduling.flex.devices import (
    Converter,
    Device,
    Feeder,
    Load,
    Photovoltaics,
    Process,
    Vehicle,
)
from scheduling.flex.devices.storing import Holding
from scheduling.flex.network import Prices
from scheduling.flex.parts import SiteParts
from scheduling.flex.window import Window

#: What is published of them is left aside: nothing freezes it.
_NO_FLOW: Final = (Load, Photovoltaics, Process)
#: Lists of numbers that are not one per step.
_NOT_PER_STEP: Final = {"profile_kw"}


def check_lengths(window: Window, quantities: list[tuple[str, str, Any]]) -> None:
    """Check that each of ``quantities`` that is a list of numbers has one per step.

    Raises:
        PydanticCustomError: one has not.
    """
    n_steps = window.grid.n_steps
    for path, field, values in quantities:
        if isinstance(values, tuple) and field not in _NOT_PER_STEP and len(values) != n_steps:
            raise PydanticCustomError(
                "length",
                "{path} has {given} values: the window has {n_steps} steps",
                {"path": path, "given": len(values), "n_steps": n_steps},
            )


def check_names(document: SiteParts) -> None:
    """Check that names are given once, and that what is referred to by name is there.

    Raises:
        PydanticCustomError: a name is taken or unknown, or nodes run in a circle.
    """
    _given_once("devices", [device.name for device in document.devices])
    places = [node.name for node in document.nodes] + [each.name for each in document.commodities]
    _given_once("nodes or commodities", places)
    _given_once("peaks", [each.name for each in document.peaks])
    _given_once("commitments", [each.name for each in document.commitments])
    _given_once("stocks", [each.name for each in document.stocks])
    for i, node in enumerate(document.nodes):
        known("node or commodity", f"nodes[{i}].parent", node.parent, places)
    _no_circle({node.name: node.parent for node in document.nodes})
    _check_devices(document, places)
    devices = power_names(document)
    for i, peak in enumerate(document.peaks):
        known("node or commodity", f"peaks[{i}].node", peak.node, places)
        _metered(document, f"peaks[{i}].node", peak.node)
    for i, commitment in enumerate(document.commitments):
        known("node or commodity", f"commitments[{i}].node", commitment.node, places)
        _metered(document, f"commitments[{i}].node", commitment.node)
        for j, name in enumerate(commitment.devices):
            known("device", f"commitments[{i}].devices[{j}]", name, devices)
    _given_once("exclusions", [each.name for each in document.exclusions])
    for i, exclusion in enumerate(document.exclusions):
        _given_once("devices of an exclusion", list(exclusion.devices))
        for j, name in enumerate(exclusion.devices):
            known("device", f"exclusions[{i}].devices[{j}]", name, devices)
    for i, coupling in enumerate(document.couplings):
        _given_once("members of a coupling", [member.device for member in coupling.members])
        for j, member in enumerate(coupling.members):
            known("device", f"couplings[{i}].members[{j}].device", member.device, devices)


def _check_devices(document: SiteParts, places: list[str]) -> None:
    for i, device in enumerate(document.devices):
        path = f"devices[{i}]"
        if isinstance(device, Converter):
            for j, port in enumerate(device.ports):
                known("node or commodity", f"{path}.ports[{j}].node", port.node, places)
            continue
        known("node or commodity", f"{path}.node", device.node, places)
        if isinstance(device, Feeder):
            stocks = [stock.name for stock in document.stocks]
            known("stock", f"{path}.stock", device.stock, stocks)


def check_prices(document: SiteParts) -> None:
    """Check that electricity has one price wherever a device takes or gives it.

    Raises:
        PydanticCustomError: it has none at some device, or two.
    """
    _billed_once(document)
    if document.prices is not None:
        return
    priced = {node.name for node in document.nodes if node.prices is not None}
    parents = {node.name: node.parent for node in document.nodes}
    commodities = {each.name for each in document.commodities}
    for i, device in enumerate(document.devices):
        for place in _places(device):
            at = place
            while at is not None and at not in priced and at not in commodities:
                at = parents[at]
            if at is None:
                refuse(
                    "prices: Field required: energy at devices[{number}], {name}, has no price",
                    number=str(i),
                    name=repr(device.name),
                )
    if not document.devices and not priced:
        refuse("prices: Field required")


def _billed_once(document: SiteParts) -> None:
    priced = {node.name for node in document.nodes if node.prices is not None}
    priced |= {each.name for each in document.commodities if each.prices is not None}
    above = {node.name: node.parent for node in document.nodes}
    for i, node in enumerate(document.nodes):
        if node.prices is None:
            continue
        at = node.parent
        while at is not None and at not in priced:
            at = above.get(at)
        if at is None and (not _bills(document.prices) or _is_other_commodity(node.name, document)):
            continue
        refuse(
            "nodes[{number}].prices: what {name} takes or gives has a price already, that of "
            "{other}: two prices for one direction",
            number=str(i),
            name=repr(node.name),
            other="the grid connection" if at is None else repr(at),
        )


def _bills(prices: Prices | None) -> bool:
    """Return if energy costs or earns anything: a root may say 0 for what sites pay themselves."""
    return prices is not None and any((prices.import_per_kwh != 0.0, prices.export_per_kwh != 0.0))


def _is_other_commodity(name: str, document: SiteParts) -> bool:
    above: dict[str, str | None] = {node.name: node.parent for node in document.nodes}
    top: str | None = name
    while top in above and above[top] is not None:
        top = above[top]
    return top in {each.name for each in document.commodities}


def _places(device: Device) -> list[str | None]:
    if isinstance(device, Converter):
        return [port.node for port in device.ports]
    return [device.node]


def _check_published(document: SiteParts) -> None:
    rolling, grid = document.rolling, document.window.grid
    if rolling.frozen_until is not None and not rolling.published_kw:
        refuse("rolling.frozen_until needs published_kw, the power that is kept")
    frozen = (rolling.frozen_until or grid.start) - grid.start
    needed = min(-(-frozen // grid.step), grid.n_steps)
    still = {each.name for each in document.devices if isinstance(each, _NO_FLOW)}
    for name, power in rolling.published_kw.items():
        path = f"rolling.published_kw.{name}"
        known("device", path, name, power_names(document))
        if name not in still and len(power) < needed:
            refuse(
                "{path} has {given} values: rolling.frozen_until needs {needed}",
                path=path,
                given=str(len(power)),
                needed=str(needed),
            )


def check_times(document: SiteParts) -> None:
    """Check that sessions, goals and spans touch the window.

    Raises:
        PydanticCustomError: one lies outside it.
    """
    start, end = document.window.grid.start, document.window.grid.end
    rolling = document.rolling
    if rolling.now is not None and not start <= rolling.now < start + document.window.grid.step:
        refuse("rolling.now should be within the first step of the window")
    _check_published(document)
    for i, peak in enumerate(document.peaks):
        _check_average(f"peaks[{i}].average_minutes", peak.average_minutes, document.window)
        if peak.within and all(s.end <= start or s.start >= end for s in peak.within):
            refuse("peaks[{number}].within: all of it is outside the window", number=str(i))
    for i, device in enumerate(document.devices):
        path = f"devices[{i}]"
        if isinstance(device, Vehicle) and (device.departure <= start or device.arrival >= end):
            refuse("{path}: the session is outside the window", path=path)
        for at, first, last in _times(device, path):
            if last < start or first > end:
                refuse("{path} is outside the window", path=at)


def _check_average(path: str, minutes: int | None, window: Window) -> None:
    step = window.step_minutes
    if minutes is not None and (1_440 % minutes or (minutes % step and step % minutes)):
        refuse(
            "{path} is {minutes}: it should divide a day, and be a multiple of a step or a part of "
            "one, of {step} minutes",
            path=path,
            minutes=str(minutes),
            step=str(step),
        )


def power_names(document: SiteParts) -> list[str]:
    """Return by which names power is planned: of devices, and of ports as ``converter/port``."""
    ports = [
        f"{device.name}/{port.name}"
        for device in document.devices
        if isinstance(device, Converter)
        for port in device.ports
    ]
    return [*(device.name for device in document.devices), *ports]


def _times(device: Device, path: str) -> Iterator[tuple[str, datetime, datetime]]:
    if isinstance(device, Process):
        for j, span in enumerate(device.forbidden):
            yield f"{path}.forbidden[{j}]", span.start, span.end
    if not isinstance(device, Holding):
        return
    for j, goal in enumerate(device.goals):
        for k, point in enumerate(goal.points):
            first, last = point.at or point.start, point.at or point.end
            if first is not None and last is not None:
                yield f"{path}.goals[{j}].points[{k}]", first, last


def _given_once(what: str, names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            refuse("two {what} are called {name}", what=what, name=repr(name))
        seen.add(name)


def known(what: str, path: str, name: str | None, names: list[str]) -> None:
    """Check that ``name``, at ``path``, is one of ``names``, or none.

    Raises:
        PydanticCustomError: it is neither.
    """
    if name is not None and name not in names:
        there = ", ".join(names) or "none"
        refuse(
            "{path}: there is no {what} {name} (known: {known})",
            path=path,
            what=what,
            name=repr(name),
            known=there,
        )


def _metered(document: SiteParts, path: str, name: str | None) -> None:
    """Refuse a commodity that balances within itself: nothing passes it that could be metered."""
    for each in document.commodities:
        if each.name == name and each.is_internal:
            refuse(
                "{path}: {name} has no prices and no connection, so nothing is bought or sold that "
                "could be metered: name a node beneath it",
                path=path,
                name=repr(name),
            )


def _no_circle(parents: dict[str, str | None]) -> None:
    for name, parent in parents.items():
        above, steps = parent, 0
        while above in parents:
            above, steps = parents[above], steps + 1
            if steps > len(parents):
                refuse("nodes: {name} is above itself", name=repr(name))


def refuse(message: str, **parts: str) -> NoReturn:
    """Raise the error that parts of a document do not fit, in words made of ``parts``."""
    raise PydanticCustomError("inconsistent", message, parts)
