"""What holds for every plan, whatever the site."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduling.flex import document_from_object
from scheduling.planning import Plan, PlanStatus, plan
from tests.unit.scheduling_documents import battery, load, pv, site_object

STEPS = 8
HOURS = 0.25

prices = st.lists(
    st.integers(-50, 50).map(lambda cents: cents / 100), min_size=STEPS, max_size=STEPS
)
powers = st.lists(st.integers(0, 12).map(float), min_size=STEPS, max_size=STEPS)


@st.composite
def sites(draw: st.DrawFn) -> dict[str, Any]:
    """A battery or two, a load and some sun; limits soft, so that there is always a plan."""
    stores = [
        battery(
            name=name,
            stock_at_start_kwh=draw(st.integers(0, 10)),
            charge_efficiency=draw(st.sampled_from([1.0, 0.95, 0.6])),
            discharge_efficiency=draw(st.sampled_from([1.0, 0.9])),
            loss_per_hour=draw(st.sampled_from([0.0, 0.01])),
            wear_cost_per_kwh=draw(st.sampled_from([0.0, 0.02])),
            end_value_per_kwh=draw(st.sampled_from([None, 0.0, 0.3])),
        )
        for name in ("first", "second")[: draw(st.integers(0, 2))]
    ]
    sun = pv(draw(powers), curtailable=draw(st.booleans()))
    return site_object(
        *stores,
        load(draw(powers)),
        sun,
        import_price=draw(prices),
        export_price=draw(prices),
        step_minutes=15,
        import_limit_kw=draw(st.integers(0, 15)),
        export_limit_kw=draw(st.integers(0, 15)),
        import_breach_price_per_kwh=3.0,
        export_breach_price_per_kwh=3.0,
    )


def planned(given_site: dict[str, Any], **options: Any) -> Plan:
    answer = plan(document_from_object(given_site), **options)
    assert answer.status is PlanStatus.OPTIMAL
    return answer


many = settings(max_examples=60, deadline=None, derandomize=True)
few = settings(
    max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


@many
@given(sites())
def test_energy_is_conserved_in_every_store_and_at_the_connection(
    given_site: dict[str, Any],
) -> None:
    answer = planned(given_site)

    assert np.allclose(sum(answer.power_kw.values()), answer.grid_power_kw, rtol=0, atol=1e-9)
    for device in given_site["devices"]:
        if device["kind"] != "battery":
            continue
        power, stock = answer.power_kw[device["name"]], answer.stock_kwh[device["name"]]
        kept = (1 - device["loss_per_hour"]) ** HOURS
        into = np.clip(power, 0, None) * device["charge_efficiency"]
        out = np.clip(-power, 0, None) / device["discharge_efficiency"]
        # What comes in during a step decays for a part of it.
        left = (kept - 1) / np.log(kept) if kept < 1 else 1.0
        change = HOURS * left * (into - out)
        # Also says that nothing is charged and discharged at once: only then does the net
        # power alone explain the stock.
        assert np.allclose(stock[1:], kept * stock[:-1] + change, rtol=0, atol=1e-6)
        assert stock.min() >= -1e-6
        assert stock.max() <= device["capacity_kwh"] + 1e-6
        assert np.abs(power).max() <= 5 + 1e-6


@many
@given(sites())
def test_the_bill_is_that_of_the_power_at_the_meter(given_site: dict[str, Any]) -> None:
    """No import and export at once: the net power at the meter explains what is paid."""
    answer = planned(given_site)

    bought = np.clip(answer.grid_power_kw, 0, None) * HOURS
    sold = np.clip(-answer.grid_power_kw, 0, None) * HOURS
    given_prices = given_site["prices"]
    assert answer.costs["import"] == pytest.approx(
        bought @ given_prices["import_per_kwh"], abs=1e-6
    )
    assert answer.costs["export"] == pytest.approx(
        -(sold @ np.array(given_prices["export_per_kwh"])), abs=1e-6
    )
    assert sum(answer.costs.values()) == pytest.approx(answer.cost, abs=1e-9)


@many
@given(sites())
def test_what_is_above_a_soft_limit_is_a_breach(given_site: dict[str, Any]) -> None:
    answer = planned(given_site)

    limit = given_site["connection"]["import_limit_kw"]
    above = np.clip(answer.grid_power_kw - limit, 0, None).sum() * HOURS
    named = sum(
        breach.energy_kwh for breach in answer.breaches if breach.limit.startswith("import limit")
    )
    assert named == pytest.approx(above, abs=1e-5)


@many
@given(sites(), st.sampled_from(["import_limit_kw", "export_limit_kw"]))
def test_a_looser_limit_never_costs_more(given_site: dict[str, Any], limit: str) -> None:
    before = planned(given_site).cost
    given_site["connection"][limit] += 3

    assert planned(given_site).cost <= before + 1e-6


@many
@given(sites())
def test_a_larger_battery_never_costs_more(given_site: dict[str, Any]) -> None:
    before = planned(given_site).cost
    for device in given_site["devices"]:
        if device["kind"] == "battery":
            device["charge_limit_kw"] = device["discharge_limit_kw"] = 9

    assert planned(given_site).cost <= before + 1e-6


@many
@given(sites())
def test_names_and_clocks_change_nothing(given_site: dict[str, Any]) -> None:
    before = planned(given_site)
    given_site["window"] = {
        "start": "2026-07-01T12:00:00+02:00",
        "end": "2026-07-01T14:00:00+02:00",
        "step_minutes": 15,
    }
    for number, device in enumerate(given_site["devices"]):
        device["name"] = f"device {number}"
    after = planned(given_site)

    assert after.cost == before.cost
    assert np.array_equal(after.grid_power_kw, before.grid_power_kw)


@few
@given(sites())
def test_engines_agree(given_site: dict[str, Any]) -> None:
    highs = planned(given_site, engine="highs")
    gekko = planned(given_site, engine="gekko")

    assert gekko.cost == pytest.approx(highs.cost, rel=1e-6, abs=1e-6)
