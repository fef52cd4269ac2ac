"""A problem in FlexMeasures notation as one of our documents."""

from typing import Any, Final

from assets.timegrid import TimeGrid
from scheduling.flex.flexmeasures.context import Parts, add_commitments, add_context
from scheduling.flex.flexmeasures.devices import add_device, add_group
from scheduling.flex.flexmeasures.processes import add_process
from scheduling.flex.flexmeasures.reading import Reader, known
from scheduling.flex.flexmeasures.stocks import add_stock
from scheduling.flex.flexmeasures.units import duration, moment
from scheduling.flex.parsing import DocumentError, document_from_object
from scheduling.flex.site import SiteDocument

#: Keys of a file; those that say where it comes from and what to expect are not for us.
_FIELDS: Final = {"scheduler", "time", "series", "flex_context", "devices", "stocks", "groups"}
_ABOUT: Final = {"schema", "id", "title", "derived_from", "note", "expected"}


def document_from_flexmeasures(given: Any) -> SiteDocument:
    """Return the document of a problem in FlexMeasures notation.

    Raises:
        DocumentError: a field is unknown, missing, or contradicts another.
    """
    known(given, _FIELDS | _ABOUT, "$")
    for name in ("time", "flex_context", "devices"):
        if name not in given:
            raise DocumentError([(f"$.{name}", "Field required")])
    reader = Reader(_grid(given["time"]), given.get("series", {}))
    context = given["flex_context"]
    parts = Parts()
    add_context(reader, context, parts, "$.flex_context")
    for i, entry in enumerate(context.get("commodities", [])):
        add_context(reader, entry, parts, f"$.flex_context.commodities[{i}]")
    for i, group in enumerate(given.get("groups", [])):
        add_group(reader, group, parts, f"$.groups[{i}]")
    for i, stock in enumerate(given.get("stocks", [])):
        add_stock(reader, stock, context, parts, f"$.stocks[{i}]")
    is_process = given.get("scheduler") == "ProcessScheduler"
    for i, device in enumerate(given["devices"]):
        if is_process:
            add_process(device, parts, f"$.devices[{i}]")
        else:
            add_device(reader, device, context, parts, f"$.devices[{i}]")
    names = {device["name"] for device in parts.devices}
    add_commitments(reader, context, parts, "$.flex_context", names)
    return document_from_object(_assembled(reader, context, parts))


def _grid(given: Any) -> TimeGrid:
    known(given, {"start", "duration", "resolution", "timezone"}, "$.time")
    start = moment(given.get("start"), "$.time.start")
    step = duration(given.get("resolution"), "$.time.resolution")
    end = start + duration(given.get("duration"), "$.time.duration")
    try:
        return TimeGrid.between(start, end, step)
    except ValueError as error:
        raise DocumentError([("$.time", str(error))]) from None


def _assembled(reader: Reader, context: dict[str, Any], parts: Parts) -> dict[str, Any]:
    currencies = reader.currencies(context)
    if len(currencies) > 1:
        mixed = ", ".join(sorted(currencies))
        raise DocumentError([("$.flex_context", f"currencies are mixed: {mixed}")])
    grid = reader.grid
    return {
        "window": {
            "start": grid.start,
            "end": grid.end,
            "step_minutes": int(grid.step.total_seconds() // 60),
        },
        "currency": next(iter(currencies), "EUR"),
        **parts.root,
        "devices": tuple(parts.devices),
        "nodes": tuple(parts.nodes),
        "commodities": tuple(parts.commodities),
        "stocks": tuple(parts.stocks),
        "peaks": tuple(parts.peaks),
        "commitments": tuple(parts.commitments),
        "couplings": tuple(
            {"name": name, "members": tuple(members)} for name, members in parts.couplings.items()
        ),
    }
