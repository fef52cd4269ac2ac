"""Stocks that only fill, written as sums: answer and prices are those of the whole model."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from scheduling.engines.highs import HighsEngine
from scheduling.engines.kept import Kept
from scheduling.engines.merging import merged
from scheduling.flex import SiteDocument
from tests.unit.scheduling_documents import battery, load, site, vehicle
from tests.unit.scheduling_proofs import assert_is_cheapest, compiled, directly

SOON = timedelta(seconds=10)


def evening(seed: int, **fields: object) -> SiteDocument:
    """Return a site with a battery and three vehicles that stay for a part of the window."""
    random = np.random.default_rng(seed)
    prices = random.uniform(0.05, 0.4, 24).round(3).tolist()
    firsts = random.integers(0, 12, 3).tolist()
    vehicles = [vehicle(f"ev {n}", first, first + 8, **fields) for n, first in enumerate(firsts)]
    return site(battery(), load(3.0), *vehicles, import_price=prices, import_limit_kw=18)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("state_price", [0.0, 0.003, -0.002])
def test_answer_and_prices_are_those_of_the_whole_model(seed: int, state_price: float) -> None:
    """Also where a kWh in stock has a price of its own in each step."""
    model = compiled(evening(seed))
    for chain in model.chains[1:]:
        model.cost[chain.states] += state_price * (1 + np.arange(chain.states.size) % 3)
    smaller = merged(model)
    assert smaller is not None
    assert smaller.small.n_rows < 0.7 * model.n_rows

    answer = HighsEngine().solve(model, time_limit=SOON)

    assert answer.cost == pytest.approx(directly(model)[0], rel=1e-9)
    assert_is_cheapest(model, answer)


def test_weights_of_columns_go_with_them() -> None:
    """What a weight says of a solution, it says of the smaller one too, but for a constant."""
    model = compiled(evening(3))
    smaller = merged(model)
    assert smaller is not None
    random = np.random.default_rng(1)
    weights, differences = random.normal(size=model.n_columns), []
    for _ in range(3):
        cost = model.cost * random.uniform(0.2, 2.0, model.n_columns)
        tilted = replace(model, cost=cost)
        again = merged(tilted)
        assert again is not None
        small = HighsEngine()._solve(again.small, float("inf"), 0.0, None)
        whole = again.whole(small)
        differences.append(weights @ whole.values - smaller.summed(weights) @ small.values)

    assert differences == pytest.approx([differences[0]] * 3)


def test_what_may_fall_is_left_as_it_is() -> None:
    """Only the steps in which a vehicle is away, and nothing moves, go."""
    smaller = merged(compiled(evening(1, discharge_limit_kw=11)))

    assert smaller is not None
    stays = set(smaller.columns.tolist())
    assert all(len(stays & set(chain.states.tolist())) >= 8 for chain in smaller.model.chains[1:])


def test_a_bound_on_the_way_stays() -> None:
    """A stock that must be high already in the middle is not summed beyond that step."""
    model = compiled(evening(5))
    states = model.chains[1].states
    middle = int(np.flatnonzero(model.column_upper[states] > 0)[-1] // 2)
    model.column_lower[states[middle]] = model.column_lower[states[middle - 1]] + 1e-3
    smaller = merged(model)

    assert smaller is not None
    assert states[middle] in smaller.columns


def test_of_one_store_nothing_is_gained() -> None:
    assert merged(compiled(site(vehicle("ev", 4, 8), import_price=[0.3] * 24))) is None


def test_a_living_model_answers_the_same() -> None:
    kept = Kept()
    for seed in (1, 2, 1):
        model = compiled(evening(seed))
        assert HighsEngine(kept).solve(model, time_limit=SOON).cost == pytest.approx(
            directly(model)[0]
        )


def test_stocks_that_give_to_each_other_are_left_as_they_are() -> None:
    model = compiled(evening(2))
    first, second = model.chains[1], model.chains[2]
    row, foreign = int(first.rows[10]), int(second.states[9])
    before = model.start[row + 1]
    start = model.start + (np.arange(model.start.size) > row)
    tied = replace(
        model,
        start=start.astype(np.int32),
        index=np.insert(model.index, before, foreign),
        value=np.insert(model.value, before, -0.1),
    )
    smaller = merged(tied)

    assert smaller is not None
    assert {int(first.states[9]), int(first.states[10]), foreign} <= set(smaller.columns.tolist())
