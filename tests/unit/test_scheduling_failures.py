"""Why there is no plan, in Dutch and German: each sentence, as the product says it."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from scheduling.flex import SiteDocument
from scheduling.flex.measured import MeasuredBattery, MeasuredBuilding
from scheduling.interpret.failures import FAILURES
from scheduling.planning import EngineUnsuited, plan
from scheduling.planning.identifying import NotIdentifiable, identify
from tenants.sayings import Saying, kept, saying_of
from tests.unit.scheduling_documents import battery, clock, load, site

NO_PLAN = "no plan keeps every limit: "
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


def failure_of(document: SiteDocument) -> Saying:
    """Return why there is no plan of ``document``, as ``scheduling.pipeline`` keeps it."""
    return plan(document, time_limit=timedelta(seconds=10)).failure


def in_language(failure: str, language: str) -> str:
    fields = json.loads(json.dumps(kept(most=1000, failure=failure), allow_nan=False))
    return FAILURES.said(fields["said"]["failure"], language, otherwise="")


def parts(failure: str) -> list[str]:
    head, _, together = failure.partition(". These cannot all be kept: ")
    found = [*head.removeprefix(NO_PLAN).split("; "), *together.split("; ")]
    return [part for part in found if part]


@pytest.mark.parametrize("language", ["nl", "de"])
@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_all_that_is_said_of_an_impossible_plan_is_translated(name: str, language: str) -> None:
    failure = failure_of(IMPOSSIBLE[name])

    said = in_language(failure, language)

    assert in_language(failure, "en") == failure
    for part in parts(failure):
        assert part not in said
    for english in (" limit of ", "short by", "at least", " from ", "minimum stock", "no plan"):
        assert english not in said


@pytest.mark.parametrize("language", ["nl", "de"])
def test_an_engine_that_does_not_suit_is_told(language: str) -> None:
    refusal = saying_of(EngineUnsuited("dp"))

    assert str(EngineUnsuited("dp")) == refusal
    assert "dp" in in_language(refusal, language)
    assert " store " not in in_language(refusal, language)


def test_parts_are_said_as_the_language_says_them() -> None:
    six = datetime(2026, 1, 12, 18, tzinfo=UTC)
    failure = FAILURES(
        "no_plan_as",
        short=[
            FAILURES(
                "short_by",
                limit="import limit",
                of="the grid connection",
                when=(six, six + timedelta(minutes=45)),
                amount=3.5,
                unit="kW",
            ),
            FAILURES(
                "short_by",
                limit="minimum stock",
                of="peak",  # a device of that name is no peak
                when=six + timedelta(hours=1),
                amount=12.0,
                unit="kWh",
            ),
        ],
        together=[
            FAILURES(
                "limit_is",
                limit="charging limit",
                of="bus 7",
                when=(six, six + timedelta(hours=1)),
                sense="at most",
                amount=(7.5, 11.0),
                unit="kW",
            )
        ],
    )

    assert failure == (
        "no plan keeps every limit: import limit of the grid connection from 2026-01-12 18:00 to "
        "18:45 Z: short by 3.5 kW; minimum stock of peak at 2026-01-12 19:00 Z: short by 12 kWh. "
        "These cannot all be kept: charging limit of bus 7 from 2026-01-12 18:00 to 19:00 Z: at "
        "most 7.5 to 11 kW"
    )
    assert in_language(failure, "nl-NL") == (
        "geen plan houdt elke limiet aan: importlimiet van de netaansluiting van 2026-01-12 18:00 "
        "tot 18:45 Z: 3,5 kW tekort; minimale voorraad van peak om 2026-01-12 19:00 Z: 12 kWh "
        "tekort. Deze kunnen niet allemaal worden aangehouden: laadvermogen van bus 7 van "
        "2026-01-12 18:00 tot 19:00 Z: hoogstens 7,5 tot 11 kW"
    )
    assert in_language(failure, "de") == (
        "kein Plan hält jede Grenze ein: Bezugsgrenze (Netzanschluss) von 2026-01-12 18:00 bis "
        "18:45 Z: 3,5 kW fehlen; Mindestbestand (peak) um 2026-01-12 19:00 Z: 12 kWh fehlen. "
        "Diese lassen sich nicht alle einhalten: Ladeleistung (bus 7) von 2026-01-12 18:00 bis "
        "19:00 Z: höchstens 7,5 bis 11 kW"
    )


def lacking(measured: MeasuredBuilding | MeasuredBattery) -> str:
    with pytest.raises(NotIdentifiable) as refused:
        identify(measured)
    return saying_of(refused.value)


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

    said = in_language(failure, language)

    assert said != failure
    assert in_language(failure, "en") == failure
    for english in (" at least", " less than", "tell it", " known", "error"):
        assert english not in said
