"""Living models: the same answers as new ones, each for its own key only, and not too many."""

from collections.abc import Hashable
from datetime import timedelta
from typing import Any

import highspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.engines.living import LIVING, LivingModels
from scheduling.engines.rolling_basis import Basics
from scheduling.flex.window import Window
from scheduling.formulation.linear_model import LinearModel
from scheduling.planning import Plan, PlanStatus, plan
from scheduling.planning.stating import STATED
from tests.unit.scheduling_documents import START, battery, load, pv, site

STEPS = 12

prices = st.lists(st.integers(1, 50).map(lambda cents: cents / 100), min_size=STEPS, max_size=STEPS)
powers = st.lists(st.integers(0, 9).map(float), min_size=STEPS, max_size=STEPS)
limits = st.integers(9, 15)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    LIVING.__init__()  # type: ignore[misc]
    STATED.clear()


def planned(buy: list[float], drawn: list[float], limit: int, **options: Any) -> Plan:
    document = site(
        battery(stock_at_start_kwh=3, end_value_per_kwh=None, charge_efficiency=0.9),
        battery(name="other", stock_at_start_kwh=3),
        load(drawn),
        pv([0.0] * 4 + [7.0] * 4 + [0.0] * 4),
        import_price=buy,
        export_price=[0.6 * price for price in buy],
        import_limit_kw=limit,
    )
    return plan(document, engine="highs", **options)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.tuples(prices, powers, limits), min_size=2, max_size=4))
def test_a_living_model_answers_as_a_new_one(
    days: list[tuple[list[float], list[float], int]],
) -> None:
    for buy, drawn, limit in days:
        cold = planned(buy, drawn, limit)
        warm = planned(buy, drawn, limit, living=("tenant", 1))

        assert warm.status is cold.status
        if cold.status is PlanStatus.OPTIMAL:
            assert warm.cost == pytest.approx(cold.cost, rel=1e-9, abs=1e-9)
            for name, power in cold.power_kw.items():
                assert warm.power_kw[name] == pytest.approx(power, abs=1e-6)


def test_what_was_solved_before_leaves_no_trace() -> None:
    """A store's day once more is the same to the last bit, from whatever basis."""
    random = np.random.default_rng(2)
    drawn = (9 * random.random(24)).tolist()
    days = [(0.1 + 0.4 * random.random(24)).tolist() for _ in range(12)]
    for buy in [*days, *days[::-1]]:
        document = site(
            battery(stock_at_start_kwh=3, charge_efficiency=0.9, wear_cost_per_kwh=0.02),
            load(drawn),
            import_price=buy,
            export_price=[0.6 * price for price in buy],
        )
        cold = plan(document, engine="highs")
        for _ in range(2):
            warm = plan(document, engine="highs", living=("tenant", 1))

            assert warm.cost == cold.cost
            assert warm.power_kw["battery"].tobytes() == cold.power_kw["battery"].tobytes()
            assert warm.stock_kwh["battery"].tobytes() == cold.stock_kwh["battery"].tobytes()


@pytest.mark.parametrize(
    ("buy", "cheapest"),
    [
        ([0.1 + 5e-9, 0.1], [0, 5]),
        ([0.1, 0.1 + 5e-9], [5, 0]),
        ([0.1 + 5e-9, 0.1 + 1e-8, 0.1, 0.1 + 2e-9], [0, 0, 5, 0]),
    ],
)
def test_a_hair_of_a_price_decides_and_not_what_was_solved_before(
    buy: list[float], cheapest: list[float]
) -> None:
    for before in ([0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1]):
        for price in (before[: len(buy)], buy):
            document = site(battery(stock_at_end_min_kwh=5), import_price=price, export_price=0.0)
            warm = plan(document, engine="highs", living=("tenant", 1))

        assert warm.power_kw["battery"] == pytest.approx(cheapest, abs=1e-9)
        assert plan(document, engine="highs").power_kw["battery"] == pytest.approx(cheapest)


@pytest.mark.parametrize("moves", [[1] * 6, [1, 3, 0, 12, 5], [2, -1, 1]])
def test_a_window_that_moves_on_is_planned_as_by_a_new_model(moves: list[int]) -> None:
    """From the basis that moved with it; backwards and by whole windows too."""
    random, first = np.random.default_rng(1), 20
    price = 0.2 + 0.1 * random.random(60)
    drawn = 9 * random.random(60)
    stock = 3.0
    for move in moves:
        first += move
        document = site(
            battery(stock_at_start_kwh=stock, charge_efficiency=0.9),
            battery(name="other", stock_at_start_kwh=3),
            load(drawn[first : first + STEPS].tolist()),
            import_price=price[first : first + STEPS].tolist(),
            export_price=0.05,
            import_limit_kw=11,
            more={"peaks": [{"name": "month", "price_per_kw": 0.1}]},
        )
        start = START + timedelta(hours=first)
        window = {"start": start, "end": start + STEPS * timedelta(hours=1), "step_minutes": 60}
        document = document.model_copy(update={"window": Window.model_validate(window)})

        cold = plan(document, engine="highs")
        warm = plan(document, engine="highs", living=("tenant", 1))

        assert warm.cost == pytest.approx(cold.cost, rel=1e-9, abs=1e-9)
        for name, power in cold.power_kw.items():
            assert warm.power_kw[name] == pytest.approx(power, abs=1e-6)
        stock = float(warm.stock_kwh["battery"][1])


def test_the_basis_of_a_window_moves_within_each_block() -> None:
    """Two devices of three steps, then a block of its own; as many are basic as before."""
    layout = (((2, 3), (1, 1)), ((1, 4),))
    basics = Basics(np.array([1, 3, 6]), np.array([0]))

    later = basics.moved_on(layout, 1)

    assert later.columns.tolist() == [0, 5, 6]
    assert later.rows.tolist() == [3]
    assert later.moved_on(layout, -1).columns.tolist() == [1, 3, 6]
    lower = np.array([0.0, -np.inf, 0.0, -1.0, 0.0, -np.inf, 0.0])
    basis = later.basis(lower, np.array([0.0, -np.inf, 1.0, 0.0]))
    status = highspy.HighsBasisStatus
    basic, at_lower, at_upper = status.kBasic, status.kLower, status.kUpper
    assert list(basis.col_status) == [basic, at_upper, *[at_lower] * 3, basic, basic]
    assert list(basis.row_status) == [at_lower, at_upper, at_lower, basic]


def test_models_are_kept_by_key_and_the_oldest_goes() -> None:
    models = LivingModels(most_models=2)
    for key in ("a", "b", "a", "c"):
        with models.engine(key):
            pass

    assert len(models) == 2
    with models.engine("a") as engine:
        kept_a = engine._kept  # type: ignore[attr-defined]
        # Borrowed already: another gets an empty one.
        with models.engine("a") as second:
            assert second._kept is not kept_a  # type: ignore[attr-defined]


def test_models_are_kept_up_to_so_many_columns() -> None:
    models = LivingModels(most_columns=5)
    for key, size in (("a", 2), ("b", 3), ("c", 2)):
        model = LinearModel()
        model.add_rows("row", (1,), [(model.add_columns("x", (size,))[:1], 1.0)], lower=1.0)
        with models.engine(key) as engine:
            engine.solve(model.compile(), time_limit=timedelta(seconds=5))

    assert models._kept.in_order() == ["b", "c"]


def test_tenants_and_sites_share_nothing() -> None:
    for key in (("one", 1), ("other", 1), ("one", 2)):
        planned([0.1] * STEPS, [1.0] * STEPS, 9, living=key)

    keys: list[Hashable] = [("one", 1), ("other", 1), ("one", 2)]
    kept = [LIVING._kept.look(key) for key in keys]
    assert len({id(each and each._highs) for each in kept}) == 3
    assert len({id(STATED.look(key)) for key in keys}) == 3


def test_a_failed_run_keeps_nothing() -> None:
    with pytest.raises(RuntimeError), LIVING.engine("a"):
        raise RuntimeError

    assert len(LIVING) == 0


def test_the_basis_of_another_problem_is_not_used() -> None:
    """Other devices under the same key: another model, solved anew."""
    planned([0.1, 0.3] * 6, [1.0] * STEPS, 9, living="key")
    document = site(battery(), import_price=[0.1, 0.5])

    answer = plan(document, engine="highs", living="key")

    assert np.allclose(answer.power_kw["battery"], [5, -5])
