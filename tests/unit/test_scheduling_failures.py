"""Why there is no plan, in Dutch and German: each sentence, as the product says it."""

from datetime import timedelta

import numpy as np
import pytest

from scheduling.flex import SiteDocument
from scheduling.flex.measured import MeasuredBattery, MeasuredBuilding
from scheduling.interpret.failures import failure_words, lacking_words
from scheduling.planning import EngineUnsuited, plan
from scheduling.planning.identifying import NotIdentifiable, identify
from tests.unit.scheduling_documents import battery, clock, load, site

NO_PLAN = "no plan keeps every limit: "
MORE = "more has to be used than can be made"
IMPOSSIBLE = {
    "a load above the limit": site(load(9.0), import_price=[0.2] * 2, import_limit_kw=5),
    "a level beyond reach": site(battery(stock_at_end_min_kwh=10), import_price=[0.2]),
    "levels that cross": site(
        battery(stock_min_kwh=[2, 8], stock_max_kwh=[9, 4], stock_at_start_kwh=3),
        import_price=[0.2] * 2,
    ),
    "frozen above a limit": site(
        battery(),
        import_price=[0.2] * 2,
        more={"rolling": {"published_kw": {"battery": [7.0, 0.0]}, "frozen_until": clock(1)}},
    ),
    "a stock and a connection": site(
        battery(stock_at_end_min_kwh=9, charge_limit_kw=5),
        load(3.0),
        import_price=[0.2] * 2,
        import_limit_kw=5,
    ),
}
SAID = (
    "no solution was found within the time limit",
    "a price pays for something without a limit",
    "internal error: gave up after 3 attempts: the worker stopped in the middle",
    "internal error: it took longer than it may",
    "internal error: gave up after 3 attempts: internal error (KeyError)",
    "prices.import_per_kwh: its sensor was removed",
    "depot price: 3 of 96 steps are unknown, the first at 2026-01-12 10:15Z",
    "none of these quantiles is known of any price, load or generation",
    "devices.0.power_kw: its quantile 0.9 is not known throughout",
    "devices.0.power_kw: its quantiles cross at 2026-01-12 10:15Z",
    f"{NO_PLAN}washing: the window allows it for too few steps",
    f"{NO_PLAN}washing: no time in the window is long enough and allowed",
    f"{NO_PLAN}pump: supply_c is below absolute zero",
    f"{NO_PLAN}mix: the power of load cannot be planned",
    f"{NO_PLAN}heat from 2026-01-12 10:00 to 11:00 Z: 3.5 kW more has to be made than used",
    f"{NO_PLAN}heat from 2026-01-12 23:00 to 2026-01-13 00:00 Z: 1e+03 kW {MORE}",
    f"{NO_PLAN}the limits of the devices contradict each other",
    str(EngineUnsuited("dp")),
)


def failure_of(document: SiteDocument) -> str:
    """Return what a run of ``document`` keeps of it, as ``scheduling.pipeline`` writes it."""
    found = plan(document, time_limit=timedelta(seconds=10))
    words = "no plan keeps every limit: " + "; ".join(found.infeasible)
    if found.contradiction:
        words += ". These cannot all be kept: "
        words += "; ".join(each.text for each in found.contradiction)
    return words


def parts(failure: str) -> list[str]:
    head, _, together = failure.partition(". These cannot all be kept: ")
    found = [*head.removeprefix(NO_PLAN).split("; "), *together.split("; ")]
    return [part for part in found if part]


@pytest.mark.parametrize("language", ["nl", "de"])
@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_all_that_is_said_of_an_impossible_plan_is_translated(name: str, language: str) -> None:
    failure = failure_of(IMPOSSIBLE[name])

    said = failure_words(failure, language)

    assert failure_words(failure, "en") == failure
    for part in parts(failure):
        assert part not in said
    for english in (" limit of ", "short by", "at least", " from ", "minimum stock", "no plan"):
        assert english not in said


@pytest.mark.parametrize("language", ["nl", "de"])
@pytest.mark.parametrize("failure", SAID)
def test_each_other_sentence_is_translated(failure: str, language: str) -> None:
    said = failure_words(failure, language)

    for part in parts(failure):
        assert part not in said
    for english in (" the ", " more ", "internal error", " its "):
        assert english not in said


def test_parts_are_said_as_the_language_says_them() -> None:
    failure = (
        "no plan keeps every limit: import limit of the grid connection from 2026-01-12 18:00 to "
        "18:45 Z: short by 3.5 kW; minimum stock of bus 7 at 2026-01-12 19:00 Z: short by 12 kWh. "
        "These cannot all be kept: charging limit of bus 7 from 2026-01-12 18:00 to 19:00 Z: at "
        "most 7.5 to 11 kW"
    )

    assert failure_words(failure, "nl-NL") == (
        "geen plan houdt elke limiet aan: importlimiet van de netaansluiting van 2026-01-12 18:00 "
        "tot 18:45 Z: 3,5 kW tekort; minimale voorraad van bus 7 om 2026-01-12 19:00 Z: 12 kWh "
        "tekort. Deze kunnen niet allemaal worden aangehouden: laadvermogen van bus 7 van "
        "2026-01-12 18:00 tot 19:00 Z: hoogstens 7,5 tot 11 kW"
    )
    assert failure_words(failure, "de") == (
        "kein Plan hält jede Grenze ein: Bezugsgrenze (Netzanschluss) von 2026-01-12 18:00 bis "
        "18:45 Z: 3,5 kW fehlen; Mindestbestand (bus 7) um 2026-01-12 19:00 Z: 12 kWh fehlen. "
        "Diese lassen sich nicht alle einhalten: Ladeleistung (bus 7) von 2026-01-12 18:00 bis "
        "19:00 Z: höchstens 7,5 bis 11 kW"
    )


@pytest.mark.parametrize("failure", ["", "a sentence of a later release", "no plan keeps every"])
def test_what_is_not_known_stays_as_it_is(failure: str) -> None:
    assert failure_words(failure, "nl") == failure
    assert lacking_words(failure, "de") == failure


def lacking(measured: MeasuredBuilding | MeasuredBattery) -> str:
    with pytest.raises(NotIdentifiable) as refused:
        identify(measured)
    return str(refused.value)


def building(**fields: object) -> MeasuredBuilding:
    random = np.random.default_rng(1)
    given = {
        "indoor_c": (20 + random.normal(0, 1, 192)).tolist(),
        "outdoor_c": random.normal(5, 3, 192).tolist(),
        "heat_kw": random.uniform(0, 5, 192).tolist(),
        **fields,
    }
    return MeasuredBuilding.model_validate(given)


LACKING: dict[str, MeasuredBuilding | MeasuredBattery] = {
    "flat indoors": building(indoor_c=[20.0] * 192),
    "heated alike": building(heat_kw=[2.0] * 192),
    "too short": building(
        indoor_c=[20.0, 21.0] * 10, outdoor_c=[5.0] * 20, heat_kw=[2.0, 3.0] * 10
    ),
    "too little known": building(indoor_c=[None, 21.0] * 96),
    "a gap": building(outdoor_c=[5.0] * 80 + [None] * 20 + [6.0] * 92),
    "noise": building(),
    "never discharged": MeasuredBattery(power_kw=(1.0,) * 96, stock_kwh=(5.0,) * 97),
}


@pytest.mark.parametrize("language", ["nl", "de"])
@pytest.mark.parametrize("name", LACKING)
def test_what_measurements_lack_is_translated(name: str, language: str) -> None:
    failure = lacking(LACKING[name])

    said = lacking_words(failure, language)

    assert said != failure
    assert lacking_words(failure, "en") == failure
    for english in (" at least", " less than", "tell it", " known", "error"):
        assert english not in said


def test_a_gone_sensor_is_told() -> None:
    assert lacking_words("a sensor that this was asked of was removed", "nl").startswith(
        "een sensor"
    )
