"""Engines against each other, on random sites: what one proves, no other beats."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduling.engines.base import ENGINES, Infeasible, Solution, Unsuited
from scheduling.engines.dp import DpEngine
from scheduling.engines.exclusive import solve_apart
from scheduling.engines.highs import HighsEngine
from scheduling.flex import document_from_object
from scheduling.formulation.compiled import Compiled
from scheduling.formulation.linear_model import LinearModel
from scheduling.formulation.site import build_site
from scheduling.planning.problem import problem_of
from tests.unit.scheduling_documents import battery, clock, load, pv, site_object

STEPS = 8
SOON = timedelta(seconds=20)

cents = st.integers(0, 40).map(lambda number: number / 100)
powers = st.lists(st.integers(0, 12).map(float), min_size=STEPS, max_size=STEPS)


@st.composite
def stores(draw: st.DrawFn) -> dict[str, Any]:
    """One store behind a connection, perhaps with an inverter, a soft limit, a goal."""
    buy = draw(st.lists(cents, min_size=STEPS, max_size=STEPS))
    margin = draw(st.lists(cents, min_size=STEPS, max_size=STEPS))
    sell = [max(price - less, -0.05) for price, less in zip(buy, margin, strict=True)]
    node = draw(st.sampled_from([None, "inverter"]))
    store = battery(
        kind="store",
        node=node,
        stock_at_start_kwh=draw(st.integers(0, 10)),
        charge_efficiency=draw(st.sampled_from([1.0, 0.95, 0.6])),
        discharge_efficiency=draw(st.sampled_from([1.0, 0.9])),
        loss_per_hour=draw(st.sampled_from([0.0, 0.01])),
        wear_cost_per_kwh=draw(st.sampled_from([0.0, 0.02])),
        end_value_per_kwh=draw(st.sampled_from([None, 0.0, 0.3])),
        usage_kw=draw(st.sampled_from([0.0, 0.0, 0.5])),
        stock_min_kwh=draw(st.sampled_from([0.0, None])),
    )
    if draw(st.booleans()):
        store["goals"] = [
            {
                "kind": draw(st.sampled_from(["min", "max", "target"])),
                "points": [{"at": clock(draw(st.integers(1, STEPS))), "stock_kwh": 6}],
                "miss_price_per_kwh": 0.5,
                "miss_price_per_kwh_hour": draw(st.sampled_from([0.0, 0.1])),
            }
        ]
    limits: dict[str, Any] = {"import_limit_kw": draw(st.integers(0, 15))}
    if draw(st.booleans()):
        limits["import_breach_price_per_kwh"] = 3.0
    return site_object(
        store,
        load(draw(powers)),
        pv(draw(powers), node=node, curtailable=draw(st.booleans())),
        import_price=buy,
        export_price=sell,
        more={
            "nodes": [{"name": "inverter", "import_limit_kw": 8, "export_limit_kw": 9}],
            "ties": draw(st.sampled_from(["early", "late"])),
        },
        **limits,
    )


def modelled(given_site: dict[str, Any]) -> LinearModel:
    return build_site(problem_of(document_from_object(given_site))[0]).model


def solved(name: str, given_site: dict[str, Any]) -> Solution | type[Exception]:
    try:
        return solve_apart(ENGINES.get(name)(), modelled(given_site), time_limit=SOON)
    except (Infeasible, Unsuited) as refused:
        return type(refused)


def assert_keeps(model: Compiled, values: np.ndarray) -> None:
    activity = model.activity(values)
    assert np.all(activity >= model.row_lower - 1e-6)
    assert np.all(activity <= model.row_upper + 1e-6)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(stores())
def test_the_dynamic_programme_agrees_with_highs(given_site: dict[str, Any]) -> None:
    model = modelled(given_site)
    compiled = model.compile()
    try:
        found = DpEngine().solve(compiled, time_limit=SOON, preferences=model.preferences())
    except Unsuited:
        return
    except Infeasible:
        with pytest.raises(Infeasible):
            HighsEngine().solve(compiled, time_limit=SOON)
        return
    highs = HighsEngine().solve(compiled, time_limit=SOON, preferences=model.preferences())

    assert found.cost == pytest.approx(highs.cost, rel=1e-9, abs=1e-9)
    assert_keeps(compiled, found.values)
    # Ties are settled alike: what is preferred, and so (nearly always) the plan itself.
    taste = model.preferences()
    assert taste is not None
    assert taste @ found.values == pytest.approx(taste @ highs.values, rel=1e-7, abs=1e-6)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(stores())
def test_the_worth_of_limits_explains_the_cost(given_site: dict[str, Any]) -> None:
    """Strong duality: the bounds at their worth add up to the cost, to the last digit."""
    model = modelled(given_site).compile()
    try:
        found = DpEngine().solve(model, time_limit=SOON)
    except (Unsuited, Infeasible):
        return
    assert found.row_duals is not None
    assert found.reduced_costs is not None

    worth = model.offset
    for duals, lower, upper in (
        (found.row_duals, model.row_lower, model.row_upper),
        (found.reduced_costs, model.column_lower, model.column_upper),
    ):
        binds_below, binds_above = duals > 1e-9, duals < -1e-9
        worth += float(duals[binds_below] @ lower[binds_below])
        worth += float(duals[binds_above] @ upper[binds_above])
    assert worth == pytest.approx(found.cost, rel=1e-7, abs=1e-6)


@settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(stores())
def test_all_engines_find_the_same_cost(given_site: dict[str, Any]) -> None:
    answers = {name: solved(name, given_site) for name in ENGINES.names()}

    reference = answers.pop("highs")
    for name, answer in answers.items():
        if answer is Unsuited:
            assert name == "dp"
        elif isinstance(answer, Solution) and isinstance(reference, Solution):
            assert answer.cost == pytest.approx(reference.cost, rel=1e-6, abs=1e-6)
        else:
            assert answer is reference


def test_the_dynamic_programme_takes_most_stores_and_refuses_two() -> None:
    one = site_object(battery(), load(1.0), import_price=[0.1, 0.3, 0.2])
    two = site_object(battery(), battery(name="other"), import_price=[0.1, 0.3, 0.2])

    assert isinstance(solved("dp", one), Solution)
    assert solved("dp", two) is Unsuited


def test_the_dynamic_programme_refuses_where_burning_energy_pays() -> None:
    burning = site_object(
        battery(charge_efficiency=0.6, stock_at_start_kwh=10), import_price=[-0.5, -0.5]
    )

    assert solved("dp", burning) is Unsuited
