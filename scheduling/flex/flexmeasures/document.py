"""A problem in FlexMeasures notation as one of our documents."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assets.timegrid import TimeGrid
from scheduling.flex.flexmeasures.commitments import add_commitments
from scheduling.flex.flexmeasures.commodities import (
    commodity_of,
    contexts_of,
    contexts_of_devices,
)
from scheduling.flex.flexmeasures.context import add_context
from scheduling.flex.flexmeasures.couplings import couplings_of
from scheduling.flex.flexmeasures.currencies import currencies_of
from scheduling.flex.flexmeasures.devices import add_device, add_group, reach_of
from scheduling.flex.flexmeasures.goals import last_target
from scheduling.flex.flexmeasures.groups import check_groups, commodities_of_groups
from scheduling.flex.flexmeasures.limits import limit_the_rest
from scheduling.flex.flexmeasures.objects import check_names, known, needed, objects
from scheduling.flex.flexmeasures.parts import ELECTRICITY, Parts
from scheduling.flex.flexmeasures.processes import add_process
from scheduling.flex.flexmeasures.reading import Reader
from scheduling.flex.flexmeasures.shared import share_stocks
from scheduling.flex.flexmeasures.stocks import add_stock
from scheduling.flex.flexmeasures.units import duration, moment, nominal_days
from scheduling.flex.parsing import DocumentError, document_from_object
from scheduling.flex.site import SiteDocument

#: Keys of a file; those that say where it comes from and what to expect are not for us.
_FIELDS: Final = {"scheduler", "time", "series", "flex_context", "devices", "stocks", "groups"}
_ABOUT: Final = {"schema", "id", "title", "derived_from", "note", "expected"}
#: Targets make a window no longer than this.
_MOST_STEPS: Final = 2_520
#: Steps begin on the clock.
_CLOCK: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SCHEDULERS: Final = ("StorageScheduler", "ProcessScheduler")
#: Fields of ours as FlexMeasures calls them, for errors that only our document can show.
_THEIRS: Final = {
    "loss_per_hour": "storage-efficiency",
    "stock_at_start_kwh": "soc-at-start",
    "stock_min_kwh": "soc-min",
    "stock_max_kwh": "soc-max",
    "gain_kw": "soc-gain",
    "usage_kw": "soc-usage",
    "charge_efficiency": "charging-efficiency",
    "discharge_efficiency": "discharging-efficiency",
    "charge_limit_kw": "consumption-capacity",
    "discharge_limit_kw": "production-capacity",
    "goals": "soc-minima, soc-maxima or soc-targets",
    "duration_minutes": "duration",
    "parent": "group",
    "node": "group",
}


def document_from_flexmeasures(given: Any) -> SiteDocument:
    """Return the document of a problem in FlexMeasures notation.

    Raises:
        DocumentError: a field is unknown, missing, or contradicts another.
    """
    known(given, _FIELDS | _ABOUT, "$")
    needed(given, ("time", "flex_context", "devices"), "$")
    series = given.get("series", {})
    known(series, series if isinstance(series, dict) else (), "$.series")
    reader = Reader(_grid(given["time"]), series)
    scheduler = given.get("scheduler", _SCHEDULERS[0])
    if scheduler not in _SCHEDULERS:
        raise DocumentError([("$.scheduler", f"should be {' or '.join(_SCHEDULERS)}")])
    if scheduler == _SCHEDULERS[0]:
        reader = Reader(until_last_target(reader.grid, given), series)
    check_names(given, ("devices", "stocks", "groups"))
    parts = Parts()
    if scheduler == "ProcessScheduler":
        _read_processes(reader, given, parts)
    else:
        _read_stores(reader, given, parts)
    document = _assembled(reader, given["flex_context"], parts)
    try:
        return document_from_object(document)
    except DocumentError as error:
        raise DocumentError(_in_their_words(error, parts)) from None


def _read_processes(reader: Reader, given: dict[str, Any], parts: Parts) -> None:
    """Add processes: their scheduler looks at nothing but the price of consumption."""
    [(at, context)] = contexts_of(given["flex_context"], "$.flex_context")[:1]
    add_context(reader, {"consumption-price": context.get("consumption-price")}, parts, at)
    for path, device in objects(given["devices"], "$.devices"):
        add_process(reader, device, parts, path)


def _read_stores(reader: Reader, given: dict[str, Any], parts: Parts) -> None:
    given, first_of = share_stocks(given)
    contexts = contexts_of(given["flex_context"], "$.flex_context")
    for path, context in contexts:
        add_context(reader, context, parts, path)
    top = given["flex_context"]
    by_commodity = contexts_of_devices(reader, top, contexts, "$.flex_context")
    electric = by_commodity[ELECTRICITY]
    devices = objects(given["devices"], "$.devices")
    for path, device in devices:
        _add_commodity(device, parts, path)
    check_groups(given)
    commodities = commodities_of_groups(given)
    for path, group in objects(given.get("groups"), "$.groups"):
        commodity = commodities.get(str(group.get("name")), ELECTRICITY)
        add_group(reader, group, parts, path, commodity=commodity)
    for path, stock in objects(given.get("stocks"), "$.stocks"):
        reach = None
        if (number := first_of.get(str(stock.get("name")))) is not None:
            # Between ticks a level asks for what the first of the devices can do.
            at, device = devices[number]
            reach = reach_of(reader, device, by_commodity, at)
        add_stock(reader, stock, electric, parts, path, reach=reach)
    for path, device in devices:
        add_device(reader, device, by_commodity, parts, path)
    limit_the_rest(parts)
    if isinstance(top, dict) and ("$.flex_context", top) not in contexts:
        contexts = [("$.flex_context", top), *contexts]
    for path, context in contexts:
        add_commitments(reader, context, parts, path)


def _add_commodity(device: dict[str, Any], parts: Parts, path: str) -> None:
    """Add the commodity of a device that no context is about: what is made of it is used."""
    model, at = device.get("flex_model"), f"{path}.flex_model"
    commodity = commodity_of(model, at) if isinstance(model, dict) else ELECTRICITY
    if commodity not in parts.inner:
        parts.add("commodities", at, {"name": commodity})
        parts.inner[commodity] = commodity


def until_last_target(grid: TimeGrid, given: dict[str, Any]) -> TimeGrid:
    """Return the window of a problem asked for ``grid``: on the clock, until the last target.

    Raises:
        DocumentError: a target has no time.
    """
    grid = _on_the_clock(grid)
    ends = [
        last_target(Reader(grid, {}), part.get("flex_model"), f"{path}.flex_model")
        for kind in ("devices", "stocks")
        for path, part in objects(given.get(kind), f"$.{kind}")
    ]
    last = max((end for end in ends if end is not None), default=grid.end)
    n_steps = min(-int((grid.start - last) // grid.step), max(_MOST_STEPS, grid.n_steps))
    return TimeGrid(grid.start, grid.step, max(n_steps, grid.n_steps))


def _grid(given: Any) -> TimeGrid:
    known(given, {"start", "duration", "resolution", "timezone"}, "$.time")
    needed(given, ("start", "duration", "resolution"), "$.time")
    start = moment(given["start"], "$.time.start")
    step = duration(given["resolution"], "$.time.resolution")
    end = start + duration(given["duration"], "$.time.duration")
    # A day as such has 23 or 25 hours where clocks change; 24 hours are 24 hours.
    days = nominal_days(given["duration"])
    if days and given.get("timezone") is not None:
        local = start.astimezone(_zone(given["timezone"]))
        end += (local + days).astimezone(start.tzinfo) - start - days
    if timedelta(hours=1) % step or step % timedelta(minutes=1):
        words = "should be whole minutes that divide an hour, such as PT5M, PT15M or PT1H"
        raise DocumentError([("$.time.resolution", words)])
    try:
        return _on_the_clock(TimeGrid.between(start, end, step))
    except (ValueError, OverflowError) as error:
        raise DocumentError([("$.time", str(error))]) from None


def _on_the_clock(grid: TimeGrid) -> TimeGrid:
    """Return ``grid`` from the beginning of the step on the clock that its start lies in."""
    late = (grid.start - _CLOCK) % grid.step
    return TimeGrid(grid.start - late, grid.step, grid.n_steps)


def _zone(name: Any) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise DocumentError([("$.time.timezone", f"there is no time zone {name!r}")]) from None


def _assembled(reader: Reader, context: Any, parts: Parts) -> dict[str, Any]:
    currency: str | None = None
    for path, each in currencies_of(context, reader.series, "$.flex_context"):
        if currency not in (None, each):
            mixed = ", ".join(sorted({str(currency), each}))
            raise DocumentError([(path, f"currencies are mixed: {mixed}")])
        currency = each
    grid = reader.grid
    window = {
        "start": grid.start,
        "end": grid.end,
        "step_minutes": int(grid.step / timedelta(minutes=1)),
    }
    return {
        "window": window,
        "currency": currency or "EUR",
        **parts.root,
        **{kind: tuple(entries) for kind, entries in parts.lists.items()},
        "couplings": couplings_of(parts),
    }


def _in_their_words(error: DocumentError, parts: Parts) -> list[tuple[str, str]]:
    """Return the errors of our document at the places and by the names of what was given."""
    place = re.compile(r"\$?\.?\b(\w+)\[(\d+)\]")
    begins = re.compile(r"(\$[^ :]+): ")
    ours = re.compile(rf"\b({'|'.join(_THEIRS)})\b")

    def translated(text: str) -> str:
        def origin(found: re.Match[str]) -> str:
            return parts.paths.get((found[1], int(found[2])), found[0])

        return ours.sub(lambda found: _THEIRS[found[1]], place.sub(origin, text, count=1))

    found = []
    for path, message in error.errors:
        at, words = translated(path), translated(message)
        if at == "$" and (place_first := begins.match(words)):
            at, words = place_first[1], words[place_first.end() :]
        found.append((at, words))
    return found
