"""Models made smaller: the answer, and the prices that explain it, are those of the whole model."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from scheduling.engines.base import Infeasible
from scheduling.engines.highs import HighsEngine
from scheduling.engines.merging import merged
from scheduling.engines.shrinking import shrunk
from scheduling.flex import SiteDocument
from scheduling.formulation.compiled import Compiled
from scheduling.formulation.site import build_site
from scheduling.planning.problem import problem_of
from tests.unit.scheduling_documents import battery, load, site, vehicle

SOON = timedelta(seconds=10)


def evening(seed: int) -> SiteDocument:
    """Return a site with a battery and three vehicles that are there for a part of the window."""
    random = np.random.default_rng(seed)
    prices = random.uniform(0.05, 0.4, 24).round(3).tolist()
    stays = [sorted(random.choice(24, 2, replace=False).tolist()) for _ in range(3)]
    vehicles = [vehicle(f"ev {number}", *stay) for number, stay in enumerate(stays)]
    return site(battery(), load(3.0), *vehicles, import_price=prices, import_limit_kw=18)


def compiled(document: SiteDocument) -> tuple[Compiled, np.ndarray]:
    problem, _ = problem_of(document)
    model = build_site(problem).model
    preferences = model.preferences()
    assert preferences is not None
    return model.compile(), preferences


@pytest.mark.parametrize("seed", range(6))
def test_a_smaller_model_has_the_same_answer_and_prices_that_prove_it(seed: int) -> None:
    model, preferences = compiled(evening(seed))
    smaller = shrunk(model)
    assert smaller is not None
    assert smaller.small.n_rows < 0.8 * model.n_rows

    answer = HighsEngine().solve(model, time_limit=SOON, preferences=preferences)

    assert np.clip(model.activity(answer.values), model.row_lower, model.row_upper) == (
        pytest.approx(model.activity(answer.values), abs=1e-9)
    )
    duals, reduced = answer.row_duals, answer.reduced_costs
    assert duals is not None
    assert reduced is not None
    counts = np.diff(model.start)
    explained = np.bincount(
        model.index, model.value * np.repeat(duals, counts), minlength=model.n_columns
    )
    assert model.cost - explained == pytest.approx(reduced, abs=1e-9)
    # Prices of the right sign whose bounds add up to the cost: no plan costs less.
    assert reduced[answer.values < model.column_upper - 1e-7].min() >= -1e-7
    assert reduced[answer.values > model.column_lower + 1e-7].max() <= 1e-7
    priced, binding = np.abs(reduced) > 1e-9, np.abs(duals) > 1e-9
    bounds = np.where(reduced > 0, model.column_lower, model.column_upper)[priced]
    rows = np.where(duals > 0, model.row_lower, model.row_upper)[binding]
    proven = bounds @ reduced[priced] + rows @ duals[binding] + model.offset
    assert proven == pytest.approx(answer.cost)


def test_what_one_store_does_is_left_as_it_is() -> None:
    model, _ = compiled(site(vehicle("ev", 4, 8), import_price=[0.3] * 24))

    assert shrunk(model) is None


def test_bounds_that_cross_while_nothing_moves_are_a_contradiction() -> None:
    model, _ = compiled(
        site(vehicle("one", 20, 23), vehicle("two", 20, 23), import_price=[0.3] * 24)
    )
    states = model.chains[0].states
    model.column_lower[states[2]], model.column_upper[states[5]] = 30.0, 25.0

    with pytest.raises(Infeasible):
        shrunk(model)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_known_of_a_model_is_known_of_smaller_ones(seed: int) -> None:
    """It keeps to all of each, and costs the same there."""
    model, _ = compiled(evening(seed))
    answer = HighsEngine().solve(model, time_limit=SOON)
    small = replace(model, known=answer.values)
    n_smaller = 0
    for reduce in (merged, shrunk):
        reduced = reduce(small)
        if reduced is None:
            continue
        small, n_smaller = reduced.small, n_smaller + 1
        assert small.known is not None
        activity = small.activity(small.known)
        assert np.clip(activity, small.row_lower, small.row_upper) == pytest.approx(
            activity, abs=1e-9
        )
        assert (small.known >= small.column_lower - 1e-9).all()
        assert (small.known <= small.column_upper + 1e-9).all()
        assert float(small.cost @ small.known) + small.offset == pytest.approx(answer.cost)
    assert n_smaller
