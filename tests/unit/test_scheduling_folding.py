"""Deviations by the piece: answer and prices are those of the model with a row for each."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from scheduling.engines import folding, highs
from scheduling.engines.folding import folded
from scheduling.engines.highs import HighsEngine
from scheduling.flex import SiteDocument
from scheduling.flex.window import Window
from scheduling.planning import plan
from tests.unit.scheduling_documents import START, battery, clock, load, site
from tests.unit.scheduling_proofs import assert_is_cheapest, compiled, directly

SOON = timedelta(seconds=10)


@pytest.fixture(autouse=True)
def _small_ones_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "_FEW_ROWS", 0)


def followed(seed: int, *, change_price: float, least_price: float = 0.05) -> SiteDocument:
    """Return a site of two batteries whose power was published: idle, charging, beyond limits."""
    random = np.random.default_rng(seed)
    prices = random.uniform(least_price, 0.4, 24).round(3).tolist()
    published = {
        name: (random.choice([-6.0, -5.0, -2.5, 0.0, 1.5, 5.0, 7.0], 24)).tolist()
        for name in ("battery", "other")
    }
    for power in published.values():
        power[0] = 0.0
    rolling = {
        "published_kw": published,
        "frozen_until": clock(1),
        "change_price_per_kwh": change_price,
    }
    return site(
        battery(charge_efficiency=0.9, stock_at_start_kwh=4),
        battery(name="other", discharge_efficiency=0.9, wear_cost_per_kwh=0.02),
        load(3.0),
        import_price=prices,
        export_price=[0.9 * price - 0.01 for price in prices],
        import_limit_kw=11,
        more={"rolling": rolling},
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("change_price", [0.001, 0.05])
def test_answer_and_prices_are_those_of_the_whole_model(seed: int, change_price: float) -> None:
    model = compiled(followed(seed, change_price=change_price))
    smaller = folded(model)
    assert smaller is not None
    assert smaller.small.n_rows == model.n_rows - 2 * 23
    assert smaller.whole(HighsEngine()._solve(smaller.small, float("inf"), 0.0, None)) is not None

    answer = HighsEngine().solve(model, time_limit=SOON)

    assert answer.cost == pytest.approx(directly(model)[0], rel=1e-9)
    assert_is_cheapest(model, answer)


@pytest.mark.parametrize(("change_price", "least_price"), [(0.03, -0.4), (0.6, 0.05)])
def test_where_charging_and_discharging_at_once_pays_the_model_is_solved_as_it_is(
    change_price: float, least_price: float
) -> None:
    """Under negative prices, or to follow a plan that overfills: both deviate by less than each."""
    refused = 0
    for seed in range(6):
        model = compiled(followed(seed, change_price=change_price, least_price=least_price))
        smaller = folded(model)
        assert smaller is not None
        found = smaller.whole(HighsEngine()._solve(smaller.small, float("inf"), 0.0, None))
        refused += found is None

        answer = HighsEngine().solve(model, time_limit=SOON)

        assert answer.cost == pytest.approx(directly(model)[0], rel=1e-9)
        assert_is_cheapest(model, answer)
    assert refused > 0


def test_weights_of_a_column_are_those_of_its_twin() -> None:
    model = compiled(followed(1, change_price=0.05))
    smaller = folded(model)
    assert smaller is not None
    small = HighsEngine()._solve(smaller.small, float("inf"), 0.0, None)
    whole = smaller.whole(small)
    assert whole is not None
    weights = np.random.default_rng(1).normal(size=model.n_columns)
    weights[smaller.deviations.above] = weights[smaller.deviations.below] = 0.0

    assert weights @ whole.values == pytest.approx(smaller.summed(weights) @ small.values)


def test_a_plan_that_was_found_out_of_time_is_a_plan_of_the_whole_model_without_a_bound() -> None:
    model = compiled(followed(1, change_price=0.05))
    smaller = folded(model)
    assert smaller is not None
    small = HighsEngine()._solve(smaller.small, float("inf"), 0.0, None)

    found = smaller.whole(replace(small, row_duals=None, reduced_costs=None))

    assert found is not None
    assert (found.is_proven, found.bound) == (False, -np.inf)
    assert found.cost == pytest.approx(model.cost @ found.values + model.offset)
    activity = model.activity(found.values)
    kept = np.clip(activity, model.row_lower, model.row_upper)
    assert activity == pytest.approx(kept, abs=1e-6)


def test_blocks_are_those_of_the_columns_and_rows_that_stay() -> None:
    smaller = folded(compiled(followed(3, change_price=0.05)))

    assert smaller is not None
    layout = smaller.small.layout
    assert layout is not None
    assert sum(n * steps for n, steps in layout[0]) == smaller.small.n_columns
    assert sum(n * steps for n, steps in layout[1]) == smaller.small.n_rows


def test_a_site_that_follows_no_plan_is_left_as_it_is() -> None:
    model = compiled(site(battery(), load(3.0), import_price=[0.1, 0.3] * 12))

    assert folded(model) is None


def street(first: int, published: dict[str, list[float]]) -> SiteDocument:
    """Return five homes behind one limit for a day of quarters from step ``first`` on."""
    random = np.random.default_rng(5)
    price = 0.2 + 0.1 * random.random(120)
    devices, nodes = [], []
    for n in range(5):
        drawn = (2 + 3 * random.random(120))[first : first + 96]
        nodes.append({"name": f"home {n}", "import_limit_kw": 30, "export_limit_kw": 30})
        store = battery(name=f"battery {n}", charge_efficiency=0.95, stock_at_start_kwh=4)
        devices += [
            {**each, "node": f"home {n}"} for each in (store, load(drawn.tolist(), f"load {n}"))
        ]
    rolling = {"published_kw": published, "change_price_per_kwh": 0.001}
    document = site(
        *devices,
        import_price=price[first : first + 96].tolist(),
        export_price=0.05,
        step_minutes=15,
        more={"nodes": nodes, "rolling": rolling},
        import_limit_kw=21,
    )
    start = START + timedelta(minutes=15 * first)
    window = {"start": start, "end": start + timedelta(days=1), "step_minutes": 15}
    return document.model_copy(update={"window": Window.model_validate(window)})


def test_replans_of_a_street_cost_what_they_do_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rolling, from the last basis, with deviations and nets gone; and by the whole model."""
    monkeypatch.undo()
    published: dict[str, list[float]] = {}
    for first in range(4):
        document = street(first, published)
        found = plan(document, engine="highs", living=("tenant", "street"))
        with monkeypatch.context() as whole:
            whole.setattr(highs, "REDUCTIONS", ())
            otherwise = plan(document, engine="highs")

        assert found.cost == pytest.approx(otherwise.cost, rel=1e-7)
        assert found.bound == pytest.approx(found.cost, rel=1e-7)
        # Of batteries that are alike, which one does a part of it is nobody's preference.
        together, apart = (sum(each.power_kw.values()) for each in (found, otherwise))
        assert together == pytest.approx(apart, abs=1e-5)
        assert found.grid_power_kw == pytest.approx(otherwise.grid_power_kw, abs=1e-5)
        published = {
            name: power[1:].tolist()
            for name, power in found.power_kw.items()
            if name.startswith("battery")
        }
