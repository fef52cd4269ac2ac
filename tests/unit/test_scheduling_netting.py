"""Nets that follow from what is below them: answer and prices are those of the whole model."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from scheduling.engines import netting
from scheduling.engines.highs import HighsEngine
from scheduling.engines.netting import netted
from scheduling.flex import SiteDocument
from tests.unit.scheduling_documents import battery, load, site
from tests.unit.scheduling_proofs import assert_is_cheapest, compiled, directly

SOON = timedelta(seconds=10)


@pytest.fixture(autouse=True)
def _small_ones_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netting, "_FEW_ROWS", 0)


def street(seed: int, *, limit: float = 30.0) -> SiteDocument:
    """Return three homes with a battery and a load each, of which two share a branch."""
    random = np.random.default_rng(seed)
    nodes = [
        {"name": "branch", "import_limit_kw": limit, "export_limit_kw": limit},
        *(
            {"name": f"home {n}", "import_limit_kw": limit, "export_limit_kw": limit}
            for n in range(3)
        ),
    ]
    for node in nodes[1:3]:
        node["parent"] = "branch"
    devices = []
    for n in range(3):
        devices.append(
            {**battery(name=f"battery {n}", wear_cost_per_kwh=0.01 * n), "node": f"home {n}"}
        )
        drawn = random.uniform(0, 6, 24).round(2).tolist()
        devices.append({**load(drawn, f"load {n}"), "node": f"home {n}"})
    prices = random.uniform(0.05, 0.4, 24).round(3).tolist()
    return site(*devices, import_price=prices, import_limit_kw=17, more={"nodes": nodes})


@pytest.mark.parametrize("seed", range(6))
def test_answer_and_prices_are_those_of_the_whole_model(seed: int) -> None:
    model = compiled(street(seed))
    smaller = netted(model)
    assert smaller is not None
    assert smaller.nets.size >= 3 * 24
    assert smaller.small.n_rows == model.n_rows - smaller.nets.size

    answer = HighsEngine().solve(model, time_limit=SOON)

    assert answer.cost == pytest.approx(directly(model)[0], rel=1e-9)
    assert_is_cheapest(model, answer)


def test_costs_and_weights_of_nets_go_to_what_they_are_the_sum_of() -> None:
    """What a weight says of a solution, it says of the smaller one too, but for a constant."""
    model = compiled(street(1))
    random = np.random.default_rng(1)
    priced = replace(model, cost=model.cost + random.uniform(0, 0.1, model.n_columns))
    weights, differences = random.normal(size=model.n_columns), []
    for tilt in (1.0, 0.4, 2.0):
        smaller = netted(replace(priced, cost=tilt * priced.cost))
        assert smaller is not None
        small = HighsEngine()._solve(smaller.small, float("inf"), 0.0, None)
        whole = smaller.whole(small)
        assert smaller.model.cost @ whole.values + model.offset == pytest.approx(small.cost)
        differences.append(weights @ whole.values - smaller.summed(weights) @ small.values)

    assert differences == pytest.approx([differences[0]] * 3)


def test_a_limit_that_can_bind_stays() -> None:
    """A load of up to 6 kW and a battery of 5: of a limit of 9 kW it is not plain that it holds."""
    model = compiled(street(2, limit=9.0))
    smaller = netted(model)
    gone = 0 if smaller is None else smaller.nets.size
    answer = HighsEngine().solve(model, time_limit=SOON)

    assert gone < 3 * 24
    assert answer.cost == pytest.approx(directly(model)[0], rel=1e-9)
    assert_is_cheapest(model, answer)


def test_blocks_are_those_of_the_columns_and_rows_that_stay() -> None:
    smaller = netted(compiled(street(3)))

    assert smaller is not None
    layout = smaller.small.layout
    assert layout is not None
    assert sum(n * steps for n, steps in layout[0]) == smaller.small.n_columns
    assert sum(n * steps for n, steps in layout[1]) == smaller.small.n_rows


def test_of_a_small_model_nothing_is_gained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    assert netted(compiled(street(1))) is None
