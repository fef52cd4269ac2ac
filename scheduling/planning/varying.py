"""What if: the same problem with a larger battery, another connection, more chargers, more PV."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import product
from typing import Any, Final

from scheduling.engines.base import OutOfTime
from scheduling.flex.parsing import DocumentError, document_from_object
from scheduling.flex.quantities import MOST
from scheduling.flex.site import SiteDocument
from scheduling.flex.study import StudiedBattery
from scheduling.planning.choices import AUTO
from scheduling.planning.plan import Plan, PlanStatus
from scheduling.planning.solving import DEFAULT_TIME_LIMIT, plan

MOST_VARIANTS: Final = 200


class Knob(StrEnum):
    """What can be varied.

    Attributes:
        battery_kwh: capacity of all batteries together; their power and stock keep their ratio.
            Where there is none, of one that is empty at the start and full in two hours.
        import_limit_kw: of the grid connection, in all steps.
        export_limit_kw: of the grid connection, in all steps.
        chargers: number of vehicle sessions; further ones are copies, the first first.
        pv_kw: highest power of all roofs together; each keeps its share and its shape.
    """

    BATTERY_KWH = "battery_kwh"
    IMPORT_LIMIT_KW = "import_limit_kw"
    EXPORT_LIMIT_KW = "export_limit_kw"
    CHARGERS = "chargers"
    PV_KW = "pv_kw"


_MOST_CHARGERS: Final = 2_000


class VariationRefused(ValueError):
    """The document has nothing to vary, or not to that value; words for the user."""

    def __init__(self, knob: Knob, words: str) -> None:
        self.knob = knob
        super().__init__(f"{knob.value}: {words}")


@dataclass(frozen=True, slots=True)
class Variant:
    """A plan with ``changes`` made; None where none was found in time."""

    changes: Mapping[Knob, float]
    plan: Plan | None

    @property
    def fits(self) -> bool:
        """Whether all limits are kept, the soft ones too."""
        proper = {PlanStatus.OPTIMAL, PlanStatus.LOCAL, PlanStatus.TIME_LIMIT}
        return self.plan is not None and self.plan.status in proper and not self.plan.breaches


#: Fields that grow with a battery.
_SCALED: Final = (
    *("capacity_kwh", "charge_limit_kw", "discharge_limit_kw", "charge_min_kw"),
    *("discharge_min_kw", "stock_at_start_kwh", "stock_min_kwh", "stock_max_kwh"),
    *("stock_at_end_min_kwh", "ramp_kw_per_hour", "power_before_kw"),
    *("at_empty_kw", "low_kw", "high_kw", "above_kw", "stock_kwh"),
)
#: Fields that shrink as it grows: of twice the battery each half bears half of the power.
_INVERSE: Final = ("quadratic_loss_per_kw",)
_PARTS: Final = (
    *("charge_taper", "discharge_taper", "bands", "surcharges", "goals", "points"),
    "efficiency_by_stock",
)


def varied(document: SiteDocument, changes: Mapping[Knob, float]) -> SiteDocument:
    """Return ``document`` with ``changes`` made.

    Raises:
        VariationRefused: there is nothing to vary, or the document does not allow that value.
    """
    given = document.model_dump(mode="json")
    for knob, value in changes.items():
        if value < 0:
            raise VariationRefused(knob, f"{value:g} should be at least 0")
        most = _MOST_CHARGERS if knob is Knob.CHARGERS else MOST
        if not value <= most:
            raise VariationRefused(knob, f"{value:g} should be a number, at most {most:,g}")
        _CHANGES[knob](given, value)
    _forget_removed(given, {device.name for device in document.devices})
    try:
        return document_from_object(given)
    except DocumentError as error:
        raise VariationRefused(next(iter(changes)), str(error)) from None


def _forget_removed(given: dict[str, Any], before: set[str]) -> None:
    """Keep nothing of the last plan for devices that are not there any more."""
    removed = before - {device["name"] for device in given["devices"]}
    rolling = given["rolling"]
    published = rolling["published_kw"]
    rolling["published_kw"] = {
        name: power for name, power in published.items() if name not in removed
    }
    if not rolling["published_kw"]:
        rolling["frozen_until"] = None


def sweep(
    document: SiteDocument,
    values: Mapping[Knob, Sequence[float]],
    *,
    engine: str = AUTO,
    time_limit: timedelta = DEFAULT_TIME_LIMIT,
) -> list[Variant]:
    """Return a plan for each combination of ``values``, the last named varying fastest.

    Raises:
        VariationRefused: as ``varied``, or there are too many combinations.
        UnresolvedReference, EngineUnsuited, Unbounded, EngineFailed: as ``planning.plan``.
    """
    combinations = list(product(*values.values()))
    if len(combinations) > MOST_VARIANTS:
        words = f"{len(combinations)} combinations: at most {MOST_VARIANTS} are allowed"
        raise VariationRefused(next(iter(values)), words)
    documents = []
    for combination in combinations:
        changes = dict(zip(values, combination, strict=True))
        documents.append((changes, varied(document, changes)))
    found = []
    for changes, each in documents:
        try:
            answer: Plan | None = plan(each, engine=engine, time_limit=time_limit)
        except OutOfTime:
            answer = None
        found.append(Variant(changes, answer))
    return found


def _of_kind(given: dict[str, Any], kind: str, knob: Knob) -> list[dict[str, Any]]:
    found = [device for device in given["devices"] if device["kind"] == kind]
    if not found:
        raise VariationRefused(knob, f"the document has no device of kind {kind}")
    return found


def _vary_battery(given: dict[str, Any], kwh: float) -> None:
    batteries = [each for each in given["devices"] if each["kind"] == "battery"]
    if not batteries:
        if kwh:
            given["devices"] = [*given["devices"], _usual_battery(kwh, given)]
        return
    share = kwh / sum(each["capacity_kwh"] for each in batteries)
    if not kwh:
        given["devices"] = [each for each in given["devices"] if each["kind"] != "battery"]
    published = given["rolling"]["published_kw"]
    for each in batteries:
        _scale(each, share, Knob.BATTERY_KWH)
        if each["name"] in published:
            published[each["name"]] = _times(published[each["name"]], share, Knob.BATTERY_KWH)


def _usual_battery(kwh: float, given: dict[str, Any]) -> dict[str, Any]:
    """Return a battery at the connection, empty at the start, as studies try them."""
    names = {each["name"] for each in given["devices"]}
    wanted = ("battery", *(f"battery ({number})" for number in range(2, len(names) + 3)))
    power = kwh / StudiedBattery().duration_hours
    return {
        "kind": "battery",
        "name": next(name for name in wanted if name not in names),
        "capacity_kwh": kwh,
        "charge_limit_kw": power,
        "discharge_limit_kw": power,
        "stock_at_start_kwh": 0.0,
    }


def _scale(part: dict[str, Any], share: float, knob: Knob) -> None:
    for name in _SCALED:
        if part.get(name) is not None:
            part[name] = _times(part[name], share, knob)
    for name in _INVERSE if share else ():
        if part.get(name):
            part[name] = part[name] / share
    for name in _PARTS:
        for each in part.get(name) or ():
            _scale(each, share, knob)


def _times(value: Any, share: float, knob: Knob) -> Any:
    if isinstance(value, dict):
        raise VariationRefused(knob, "a sensor has no values here to vary")
    return [each * share for each in value] if isinstance(value, list) else value * share


def _limit(field: str) -> Any:
    def change(given: dict[str, Any], kilowatts: float) -> None:
        given["connection"][field] = kilowatts

    return change


def _vary_chargers(given: dict[str, Any], count: float) -> None:
    if count != int(count):
        raise VariationRefused(Knob.CHARGERS, f"{count:g} should be a whole number")
    vehicles = _of_kind(given, "ev", Knob.CHARGERS)
    others = [each for each in given["devices"] if each["kind"] != "ev"]
    names = {each["name"] for each in given["devices"]}
    chosen = vehicles[: int(count)]
    for number in range(len(vehicles), int(count)):
        model = vehicles[number % len(vehicles)]
        name = f"{model['name'][:70]} ({number // len(vehicles) + 1})"
        if name in names:
            raise VariationRefused(Knob.CHARGERS, f"a device is called {name} already")
        chosen.append({**model, "name": name})
    given["devices"] = [*others, *chosen]


def _vary_pv(given: dict[str, Any], kilowatts: float) -> None:
    roofs = _of_kind(given, "pv", Knob.PV_KW)
    if given["uncertainty"]["scenarios"]:
        raise VariationRefused(Knob.PV_KW, "scenarios hold the power of the roofs themselves")
    series = [each["available_kw"] for each in roofs]
    if any(isinstance(each, dict) for each in series):
        raise VariationRefused(Knob.PV_KW, "a sensor has no values here to vary")
    n_steps = max((len(each) for each in series if isinstance(each, list)), default=1)
    spread = [each if isinstance(each, list) else [each] * n_steps for each in series]
    highest = max(map(sum, zip(*spread, strict=True)))
    if not highest:
        raise VariationRefused(Knob.PV_KW, "the roofs give nothing in this window")
    for each in roofs:
        each["available_kw"] = _times(each["available_kw"], kilowatts / highest, Knob.PV_KW)


_CHANGES: Final[dict[Knob, Any]] = {
    Knob.BATTERY_KWH: _vary_battery,
    Knob.IMPORT_LIMIT_KW: _limit("import_limit_kw"),
    Knob.EXPORT_LIMIT_KW: _limit("export_limit_kw"),
    Knob.CHARGERS: _vary_chargers,
    Knob.PV_KW: _vary_pv,
}
