"""Planning over what may come otherwise, as a partner's programme asks for it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from assets.models import Asset, AssetType, Quantity, Sensor, SourceKind
from scheduling.flex.context import SiteContext
from scheduling.models import ScheduleRun
from scheduling.services import keep_context
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import HOUR, a_device, a_sensor, a_site_with_battery, believe

REQUEST = """
    mutation ($input: RequestScheduleInput!) {
      requestSchedule(input: $input) { object { id } errors { code field detail } }
    }
"""
RUN = """
    query ($id: ID!) {
      scheduleRun(id: $id) {
        state failure cost { amount } scenarios { name weight cost { amount } }
        reasons { text limit worthPerKwh scenariosBinding }
        deviceReasons { text pricePerKwh worthPerKwh end }
        baselines { baseline cost { amount } saving { amount } }
        resolvedLimits { limit start end basis saving { amount } byDual { amount } }
      }
    }
"""
LOW, MIDDLE, HIGH = [0.1, 0.2, 0.1, 0.2], [0.1, 0.5, 0.1, 0.5], [0.1, 0.9, 0.1, 0.9]


@pytest.fixture
def planner(tenant: Tenant, customer: Customer, now: datetime) -> GraphQLClient:
    issued = issue_token(actor=PLATFORM, name="test", role=Role.PLANNER, customer=customer, now=now)
    return GraphQLClient(host_of(tenant), issued.key)


@pytest.fixture
def site(customer: Customer, now: datetime) -> Asset:
    return a_site_with_battery(customer, now, MIDDLE, known_at=now - HOUR)


def quantile(site: Asset, now: datetime, values: list[float], probability: float) -> None:
    price = Sensor.objects.get(asset=site, quantity=Quantity.PRICE)
    believe(
        price, now, values, at=now - HOUR, kind=SourceKind.MARKET, name="exchange",
        probability=probability,
    )  # fmt: skip


def asked(site: Asset, now: datetime, **quantiles: Any) -> dict[str, Any]:
    usual = {"probabilities": [0.1, 0.5, 0.9], "weights": [0.3, 0.4, 0.3], "decidedHours": 2.0}
    return {
        "asset": node_id(site),
        "start": now.isoformat(),
        "end": (now + 4 * HOUR).isoformat(),
        "stepMinutes": 60,
        "quantiles": {**usual, **quantiles},
    }


def test_quantiles_of_a_forecast_are_scenarios_of_one_plan(
    planner: GraphQLClient, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    quantile(site, now, LOW, 0.1)
    quantile(site, now, HIGH, 0.9)

    answer = planner.execute(REQUEST, input=asked(site, now))["requestSchedule"]
    run_jobs()

    run = planner.execute(RUN, id=answer["object"]["id"])["scheduleRun"]
    assert (run["state"], run["failure"]) == ("READY", "")
    costs = {each["name"]: float(each["cost"]["amount"]) for each in run["scenarios"]}
    # 5 kWh are shifted twice from 0.1, whatever the later price.
    assert costs == pytest.approx(
        {"quantile 0.1": -2 * 0.5, "quantile 0.5": -2 * 2.0, "quantile 0.9": -2 * 4.0}
    )
    mean = sum(each["weight"] * costs[each["name"]] for each in run["scenarios"])
    assert float(run["cost"]["amount"]) == pytest.approx(mean)


def test_quantiles_of_what_is_not_controlled_at_a_node_are_planned_over(
    planner: GraphQLClient, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    hall = a_device(site, "Hall", AssetType.GRID_CONNECTION)
    meter = a_sensor(hall, Quantity.POWER, name="forecast")
    for values, probability in (([4.0] * 4, 0.5), ([9.0] * 4, 0.9)):
        believe(
            meter, now, values, at=now - HOUR, kind=SourceKind.FORECASTER, name="model",
            probability=probability,
        )  # fmt: skip
    keep_context(
        actor=PLATFORM,
        asset=hall,
        context=SiteContext.model_validate({"uncontrolled_kw": {"sensor": meter.pk}}),
        valid_from=now - HOUR,
    )

    given = asked(site, now, probabilities=[0.5, 0.9], weights=[0.6, 0.4])
    answer = planner.execute(REQUEST, input=given)["requestSchedule"]
    run_jobs()

    run = planner.execute(RUN, id=answer["object"]["id"])["scheduleRun"]
    assert (run["state"], run["failure"]) == ("READY", "")
    costs = {each["name"]: float(each["cost"]["amount"]) for each in run["scenarios"]}
    assert costs["quantile 0.9"] - costs["quantile 0.5"] == pytest.approx(5.0 * sum(MIDDLE))


def test_over_quantiles_a_plan_says_why_it_is_so(
    planner: GraphQLClient, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    """Shifting a kWh from 0.1 earns 0.1, 0.4 or 0.8: by weight 0.43, which its limits hold back."""
    quantile(site, now, LOW, 0.1)
    quantile(site, now, HIGH, 0.9)

    answer = planner.execute(REQUEST, input=asked(site, now))["requestSchedule"]
    run_jobs()

    run = planner.execute(RUN, id=answer["object"]["id"])["scheduleRun"]
    worth = 0.3 * 0.1 + 0.4 * 0.4 + 0.3 * 0.8
    assert max(each["worthPerKwh"] for each in run["reasons"]) == pytest.approx(worth)
    assert {each["scenariosBinding"] for each in run["reasons"]} == {None}, "alike in all"
    [charges, gives] = run["deviceReasons"]
    assert (charges["pricePerKwh"], gives["pricePerKwh"]) == pytest.approx((0.1, 0.1 + worth))
    assert charges["text"].startswith("charges: a kWh costs 0.100 EUR here")
    assert all(each["end"] <= (now + 2 * HOUR).isoformat() for each in run["deviceReasons"])
    # Without control the battery stands still, and the site has no load.
    assert [float(each["cost"]["amount"]) for each in run["baselines"]] == [0.0, 0.0]
    assert float(run["baselines"][0]["saving"]["amount"]) == pytest.approx(
        -float(run["cost"]["amount"])
    )


def test_over_quantiles_a_kw_is_worth_what_it_saves_in_all_of_them(
    planner: GraphQLClient, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    quantile(site, now, LOW, 0.1)
    quantile(site, now, HIGH, 0.9)

    given = asked(site, now) | {"resolves": 3}
    answer = planner.execute(REQUEST, input=given)["requestSchedule"]
    run_jobs()

    told = planner.execute(RUN, id=answer["object"]["id"])["scheduleRun"]["resolvedLimits"]
    assert told
    assert {each["basis"] for each in told} == {"RESOLVE"}
    # A kWh shifted from 0.1 earns 0.1, 0.4 or 0.8: by weight 0.43. A kW alone at one limit meets
    # the next one, as the dual does not.
    by_dual = max(float(each["byDual"]["amount"]) for each in told)
    assert by_dual == pytest.approx(0.3 * 0.1 + 0.4 * 0.4 + 0.3 * 0.8)
    assert all(
        0 <= float(each["saving"]["amount"]) <= float(each["byDual"]["amount"]) + 0.01
        for each in told
    )


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (HIGH, LOW, "its quantiles cross at 2026-03-28 13:00 Z"),
        (None, HIGH, "its quantile 0.1 is not known throughout"),
        (None, None, "none of these quantiles is known"),
    ],
)
def test_quantiles_that_cannot_be_planned_over_are_said(
    planner: GraphQLClient,
    site: Asset,
    now: datetime,
    run_jobs: Callable[..., int],
    low: list[float] | None,
    high: list[float] | None,
    words: str,
) -> None:
    for values, probability in ((low, 0.1), (high, 0.9)):
        if values is not None:
            quantile(site, now, values, probability)

    answer = planner.execute(REQUEST, input=asked(site, now))["requestSchedule"]
    run_jobs()

    run = planner.execute(RUN, id=answer["object"]["id"])["scheduleRun"]
    assert run["state"] == "FAILED"
    assert words in run["failure"]


def own(site: Asset, now: datetime, *prices: list[float], **attitude: Any) -> dict[str, Any]:
    """Ask for scenarios of equal weight that differ in the price."""
    given = [
        {"name": f"course {number}", "weight": 1 / len(prices)}
        | {"importPerKwh": price, "exportPerKwh": price}
        for number, price in enumerate(prices)
    ]
    return {
        "asset": node_id(site),
        "start": now.isoformat(),
        "end": (now + 4 * HOUR).isoformat(),
        "stepMinutes": 60,
        "scenarios": {"scenarios": given, "decidedHours": 2.0, **attitude},
    }


def test_scenarios_with_numbers_of_their_own_are_planned_for_together(
    planner: GraphQLClient, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    """5 kWh are shifted twice from 0.1 where the later price is above it; decided for all."""
    answer = planner.execute(REQUEST, input=own(site, now, LOW, HIGH))["requestSchedule"]
    assert answer["errors"] == []
    run_jobs()

    run = planner.execute(RUN, id=answer["object"]["id"])["scheduleRun"]
    assert (run["state"], run["failure"]) == ("READY", "")
    costs = {each["name"]: float(each["cost"]["amount"]) for each in run["scenarios"]}
    assert costs == pytest.approx({"course 0": -2 * 0.5, "course 1": -2 * 4.0})
    assert float(run["cost"]["amount"]) == pytest.approx(-4.5)
    assert run["reasons"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"importPerKwh": [0.1]}, "has 1 values: the window has 4 steps"),
        ({"weight": 0.7}, "weights of scenarios sum to 1.2"),
        ({"name": "course 1"}, "two scenarios are called course 1"),
        ({"power": [{"device": "Ghost", "powerKw": [1, 1, 1, 1]}]}, "'Ghost'"),
        ({"nodes": [{"node": "Yard", "uncontrolledKw": [1, 1, 1, 1]}]}, "no node 'Yard'"),
        ({"quantile": 0.9}, "import_per_kwh of course 1 is below that of course 0"),
    ],
)
def test_a_wrong_scenario_is_refused_at_its_field(
    planner: GraphQLClient, site: Asset, now: datetime, change: dict[str, Any], words: str
) -> None:
    given = own(site, now, HIGH, LOW)
    first, second = given["scenarios"]["scenarios"]
    first.update(change)
    if "quantile" in change:
        first["quantile"], second["quantile"] = 0.1, 0.9

    [error] = planner.execute(REQUEST, input=given)["requestSchedule"]["errors"]

    assert error["field"][0] == "scenarios"
    assert words in error["detail"]
    assert not ScheduleRun.objects.exists()


def test_scenarios_and_quantiles_together_are_refused(
    planner: GraphQLClient, site: Asset, now: datetime
) -> None:
    both = own(site, now, LOW) | {"quantiles": asked(site, now)["quantiles"]}
    none = own(site, now)

    for given, words in ((both, "not both"), (none, "at least one")):
        [error] = planner.execute(REQUEST, input=given)["requestSchedule"]["errors"]
        assert error["field"][0] == "scenarios"
        assert words in error["detail"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weights": [0.3, 0.4, 0.4]}, "weights of scenarios sum to 1.1"),
        ({"weights": [0.5, 0.5]}, "as many weights as probabilities"),
        ({"probabilities": [0.5, 0.1, 0.9]}, "probabilities should rise"),
        ({"probabilities": [0.0, 0.1, 0.9]}, "greater than 0"),
        ({"tailShare": 0.0}, "greater than 0"),
    ],
)
def test_what_is_wrong_is_refused_at_its_field(
    planner: GraphQLClient, site: Asset, now: datetime, change: dict[str, Any], words: str
) -> None:
    answer = planner.execute(REQUEST, input=asked(site, now, **change))["requestSchedule"]

    [error] = answer["errors"]
    assert error["field"][0] == "quantiles"
    assert words in error["detail"]
    assert not ScheduleRun.objects.exists()
