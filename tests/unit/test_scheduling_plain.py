"""Plain sites are planned without a model, and as with one; what is more than plain is not."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.flex import document_from_object
from scheduling.planning import Plan, PlanStatus, explain, plan
from scheduling.planning.plain import plan_plain
from tests.unit.scheduling_documents import battery, clock, load, pv, site, site_object

STEPS = 24


@st.composite
def plain_sites(draw: st.DrawFn) -> dict[str, Any]:
    """A battery, a load and perhaps a roof; prices of any sign, limits now and then narrow."""
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    n_steps = draw(st.sampled_from([1, 2, STEPS]))
    price = random.uniform(draw(st.sampled_from([-0.05, 0.05])), 0.4, n_steps).round(4)
    store = battery(
        capacity_kwh=draw(st.sampled_from([4, 10])),
        stock_at_start_kwh=draw(st.sampled_from([0, 3.5])),
        stock_min_kwh=draw(st.sampled_from([0.0, 1.0])),
        charge_limit_kw=random.uniform(0, 5, n_steps).round(3).tolist(),
        charge_efficiency=0.9,
        discharge_efficiency=0.95,
    )
    store |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "wear_cost_per_kwh": st.just(0.03),
                "end_value_per_kwh": st.sampled_from([0.0, 0.1, -0.05]),
                "loss_per_hour": st.just(0.004),
                "stock_max_kwh": st.just(3.5),
            },
        )
    )
    devices = [store, load(random.uniform(0, 6, n_steps).round(3).tolist())]
    if draw(st.booleans()):
        sun = random.uniform(0, 9, n_steps).round(3).tolist()
        devices.append(pv(sun, curtailable=draw(st.booleans())))
    return site_object(
        *devices,
        import_price=price.tolist(),
        export_price=(price - draw(st.sampled_from([0.0, 0.02]))).tolist(),
        step_minutes=draw(st.sampled_from([15, 60])),
        more={"ties": draw(st.sampled_from(["early", "late"])), "uncontrolled_kw": 0.25},
        **draw(st.sampled_from([{}, {"import_limit_kw": 7, "export_limit_kw": 5}])),
    )


def far_apart(one: Plan, other: Plan) -> float:
    """Return the largest difference of any number of two plans."""
    assert list(one.costs) == list(other.costs)
    costs = [np.array([plan.cost, *plan.costs.values()]) for plan in (one, other)]
    pairs = [(costs[0], costs[1]), (one.grid_power_kw, other.grid_power_kw)]
    for name in ("power_kw", "stock_kwh", "curtailed_kw"):
        mine, others = getattr(one, name), getattr(other, name)
        assert list(mine) == list(others)
        pairs += [(mine[device], others[device]) for device in mine]
    return max(float(np.abs(mine - its).max()) for mine, its in pairs)


@settings(max_examples=150, deadline=None)
@given(given=plain_sites())
def test_is_planned_as_by_a_model(given: dict[str, Any]) -> None:
    document = document_from_object(given)

    found = plan_plain(document, engine="dp")

    expected = plan(document, engine="highs")
    if found is None:
        # Nothing keeps all limits, or drawing and giving at once would pay.
        assert (
            expected.status is PlanStatus.INFEASIBLE or min(given["prices"]["export_per_kwh"]) < 0
        )
    else:
        assert far_apart(found, expected) < 1e-6


def plain(**fields: Any) -> dict[str, Any]:
    price = [0.1, 0.3, 0.2, 0.4]
    return {**site_object(battery(), load(2.0), pv(3.0), import_price=price), **fields}


def test_is_explained_by_the_model_that_it_did_not_need() -> None:
    document = document_from_object(plain())

    found = plan(document, engine="dp")

    assert found.solved is None
    assert found.by_model is not None
    again = found.by_model()
    assert far_apart(found, again) < 1e-9
    assert again.solved is not None
    why, expected = explain(found), explain(again)
    assert why.reasons == expected.reasons
    assert why.device_reasons == expected.device_reasons
    assert why.savings == expected.savings
    assert why.savings


def test_a_long_plain_window_needs_no_model_whoever_asks() -> None:
    price = [0.1, 0.3] * 500
    document = site(battery(), load(2.0), import_price=price)

    found = plan(document)

    assert found.engine == "dp"
    assert found.solved is None
    assert found.cost == pytest.approx(plan(document, engine="highs").cost, rel=1e-9)


def test_what_is_said_as_if_nothing_was_is_plain() -> None:
    given = plain(peaks=[], nodes=[], rolling={}, uncertainty={}, on_infeasible="explain")
    given["devices"][0] |= {"goals": [], "charge_min_kw": 0.0, "node": None}

    assert plan_plain(document_from_object(given), engine="dp") is not None


@pytest.mark.parametrize(
    "fields",
    [
        {"ties": "smooth"},
        {"nodes": [{"name": "roof"}]},
        {"peaks": [{"name": "month", "price_per_kw": 3.0}]},
        {"commitments": [{"name": "sold", "baseline_kw": 1.0, "up_cost_per_kwh": 1.0}]},
        {"connection": {"import_limit_kw": 2.0, "import_breach_price_per_kwh": 1.0}},
        {"rolling": {"now": clock(0.5)}},
        {"devices": [battery(), battery(name="another")]},
        {"devices": [battery(), pv(1.0), pv(2.0, name="another")]},
        {"devices": [load(1.0)]},
        {"devices": [battery(), pv(1.0, curtailment_cost_per_kwh=0.1)]},
        {"devices": [battery(gain_kw=0.1)]},
        {"devices": [battery(stock_at_end_min_kwh=1.0)]},
        {"devices": [battery(charge_min_kw=1.0)]},
        {"devices": [battery(ageing="by_depth", wear_cost_per_kwh=None)]},
        {"devices": [battery(quadratic_loss_per_kw=0.001)]},
        {"devices": [battery(ramp_kw_per_hour=1.0)]},
    ],
    ids=str,
)
def test_more_than_plain_is_left_to_a_model(fields: dict[str, Any]) -> None:
    assert plan_plain(document_from_object(plain(**fields)), engine="dp") is None


def test_where_no_plan_keeps_the_limits_the_model_says_which() -> None:
    document = document_from_object(
        plain(connection={"import_limit_kw": 0.5}, devices=[battery(), load(20.0)])
    )

    found = plan(document, engine="dp")

    assert found.status is PlanStatus.INFEASIBLE
    assert found.infeasible
    assert found.contradiction
