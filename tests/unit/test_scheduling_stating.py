"""A site in other numbers, stated from what was stated before: as if anew."""

from collections.abc import Hashable, Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.flex.site import SiteDocument
from scheduling.planning import PlanStatus, plan
from scheduling.planning.stating import STATED, Stated, state
from tests.unit.scheduling_documents import START, battery, clock, load, pv, site

STEPS = 6
HOUR = timedelta(hours=1)

cents = st.integers(-20, 50).map(lambda each: each / 100)
series = st.one_of(cents, st.lists(cents, min_size=STEPS, max_size=STEPS))


limit = st.none() | st.integers(0, 20).map(float) | st.just([1.0, 9.0] * (STEPS // 2))


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    yield
    STATED.clear()


def priced(buy: Any, sell: Any, **more: Any) -> SiteDocument:
    """A site of two stores, one worth what it costs to refill, and a node with its own prices."""
    return site(
        battery(stock_at_start_kwh=3, end_value_per_kwh=None, charge_efficiency=0.9),
        battery(name="other", stock_at_start_kwh=3, end_value_per_kwh=0.1, node="lodger"),
        {**load([float(each) for each in range(STEPS)]), "node": "lodger"},
        pv([3.0] * STEPS),
        import_price=buy,
        export_price=sell,
        n_steps=STEPS,
        more={
            "nodes": [
                {
                    "name": "lodger",
                    "import_limit_kw": 9,
                    "export_limit_kw": 4,
                    "import_breach_price_per_kwh": 2,
                }
            ],
            "peaks": [{"name": "month", "price_per_kw": 0.1}],
            **more,
        },
    )


def assert_same(one: Stated, other: Stated) -> None:
    first, second = one.site.model, other.site.model
    mine, yours = first.compile(), second.compile()
    for name in ("cost", "column_lower", "column_upper", "row_lower", "row_upper", "value"):
        assert getattr(mine, name).tobytes() == getattr(yours, name).tobytes(), name
    assert [each.tolist() for each in mine.still] == [each.tolist() for each in yours.still]
    assert (mine.offset, mine.layout) == (yours.offset, yours.layout)
    assert first.constants == second.constants
    assert [term for term, _, _ in first.costs] == [term for term, _, _ in second.costs]
    for a, b in zip(first.exclusives, second.exclusives, strict=True):
        assert a.name == b.name
        assert np.array_equal(a.cancels, b.cancels)
        assert np.array_equal(a.first_most, b.first_most)
        assert np.array_equal(a.second_most, b.second_most)
    for own, its in zip(first.limits, second.limits, strict=True):
        assert (own.name, own.of, own.side) == (its.name, its.of, its.side)
        assert np.array_equal(own.beyond, its.beyond)
    assert np.array_equal(one.site.storage.still, other.site.storage.still)
    for name in ("import_price", "export_price"):
        a, b = getattr(one.problem.nodes, name), getattr(other.problem.nodes, name)
        assert np.array_equal(a, b, equal_nan=True)
    assert np.array_equal(one.problem.stocks.end_value, other.problem.stocks.end_value)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(series, series, limit, limit), min_size=2, max_size=4))
def test_other_terms_are_stated_as_if_anew(days: list[tuple[Any, Any, Any, Any]]) -> None:
    for buy, sell, most, least in days:
        connection = {"import_limit_kw": most, "export_limit_kw": least}
        document = priced(buy, sell, connection=connection)
        assert_same(state(document, key="site"), state(document))


def test_other_terms_leave_what_was_stated_in_use() -> None:
    state(priced(0.3, 0.1), key="site")
    first = STATED.look("site")

    limits = {"connection": {"import_limit_kw": 4}}
    for document in (priced(0.2, 0.1), priced(0.3, 0.1, **limits), priced(0.1, 0.1, **limits)):
        assert state(document, key="site").readings is first.readings  # type: ignore[union-attr]

    state(priced(0.2, 0.1, ties="late"), key="site")
    assert STATED.look("site") is not first


@pytest.mark.parametrize(
    "changed",
    [
        priced(0.3, 0.1, connection={"import_limit_kw": 3, "import_breach_price_per_kwh": 1}),
        priced(0.3, 0.1, uncontrolled_kw=1.0),
        priced(0.3, 0.1, peaks=[]),
        site(battery(), import_price=[0.3] * STEPS),
    ],
)
def test_any_other_change_is_stated_anew(changed: SiteDocument) -> None:
    state(priced(0.3, 0.1), key="site")

    assert_same(state(changed, key="site"), state(changed))


def following(
    first: int, prices: tuple[Any, Any], powers: tuple[Any, Any], published: Any, **more: Any
) -> SiteDocument:
    """The window ``first`` hours on, of a store beneath the site and one behind a soft limit."""
    (buy, sell), (drawn, sun) = prices, powers
    start = START + timedelta(hours=first)
    store = battery(stock_at_start_kwh=first % 7 + 1, end_value_per_kwh=None, charge_efficiency=0.9)
    return site(
        store | more.pop("store", {}),
        battery(name="other", stock_at_start_kwh=2, loss_per_hour=0.01, node="lodger"),
        {**load(drawn), "node": "lodger"},
        {**pv(sun), "curtailment_cost_per_kwh": 0.01},
        import_price=buy,
        export_price=sell,
        n_steps=STEPS,
        more={
            "window": {"start": start, "end": start + STEPS * HOUR, "step_minutes": 60},
            "nodes": [
                {"name": "lodger", "import_limit_kw": 9, "import_breach_price_per_kwh": 2},
                {"name": "cellar", "parent": "lodger", "export_limit_kw": 3, "uncontrolled_kw": 1},
            ],
            "rolling": {
                "published_kw": {"battery": published, "other": [-1.0, 1.0, 0.0]},
                "frozen_until": start + HOUR,
                "change_price_per_kwh": 0.001,
            },
            **more,
        },
    )


powers = st.lists(st.integers(0, 9).map(float), min_size=STEPS, max_size=STEPS)
kept = st.lists(st.integers(-5, 5).map(float), min_size=STEPS - 1, max_size=STEPS - 1)
#: What is worth nothing at the end has no cost: the store should be worth something to refill.
above_zero = st.integers(1, 50).map(lambda each: each / 100)
terms = st.tuples(above_zero | st.lists(above_zero, min_size=STEPS, max_size=STEPS), series)
windows = st.tuples(st.integers(0, 30), terms, st.tuples(powers, powers), kept)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(windows, limit), min_size=2, max_size=4))
def test_a_window_that_moved_on_is_stated_as_if_anew(days: list[tuple[Any, Any]]) -> None:
    STATED.clear()
    rows = None
    for window, most in days:
        document = following(*window, connection={"import_limit_kw": most})
        found = state(document, key="site")

        assert_same(found, state(document))
        # It is the first one in other numbers: the rows are the very same.
        rows = found.site.model.compile().index if rows is None else rows
        assert found.site.model.compile().index is rows


def window_of(first: int, **more: Any) -> SiteDocument:
    return following(first, (0.3, 0.1), ([2.0] * STEPS, [1.0] * STEPS), [1.0] * 5, **more)


@pytest.mark.parametrize(
    "changed",
    [
        {"store": {"charge_limit_kw": 4}},
        {"store": {"stock_min_kwh": 0.5}},
        {"store": {"discharge_efficiency": 0.8}},
        {"store": {"wear_cost_per_kwh": 0.1}},
        {"store": {"end_value_per_kwh": 0.0}},
        {"store": {"goals": [{"kind": "min", "points": [{"at": clock(4), "stock_kwh": 9}]}]}},
        {"store": {"name": "another"}, "rolling": {}},
        {"peaks": [{"name": "month", "price_per_kw": 0.1}]},
        {"commitments": [{"name": "agreed", "baseline_kw": 1.0, "up_cost_per_kwh": 1.0}]},
        {"rolling": {"published_kw": {"battery": [1.0] * 4}, "change_price_per_kwh": 0.001}},
        {"rolling": {"published_kw": {"battery": [1.0] * 5}, "change_price_per_kwh": 0.002}},
        {"rolling": {}},
        {"nodes": [{"name": "lodger", "import_limit_kw": 9, "import_breach_price_per_kwh": 1}]},
        {"nodes": [{"name": "lodger", "import_limit_kw": 9}]},
        {"connection": {"import_limit_kw": 9, "import_breach_price_per_kwh": 1}},
        {"ties": "late"},
    ],
)
def test_of_a_window_that_moved_on_any_other_change_counts(changed: dict[str, Any]) -> None:
    state(window_of(0), key="site")

    assert_same(state(window_of(1, **changed), key="site"), state(window_of(1, **changed)))
    # And back, when that has been stated anew.
    assert_same(state(window_of(2), key="site"), state(window_of(2)))


def test_the_plan_of_a_window_that_moved_on_is_its_own() -> None:
    """Of the numbers of a window before, none is left in what is told of it."""
    random, stays = np.random.default_rng(3), [1.0] * 5
    for first in (0, 1, 2, 5):
        buy = (0.1 + 0.3 * random.random(STEPS)).tolist()
        drawn, sun = (5 * random.random((2, STEPS))).tolist()
        document = following(first, (buy, 0.05), (drawn, sun), stays)
        warm, cold = plan(document, living="site"), plan(document)

        assert warm.as_json() | {"timings_ms": {}} == cold.as_json() | {"timings_ms": {}}


def test_a_key_knows_nothing_of_another() -> None:
    """Two tenants, two sites of one: each is planned by its own numbers alone."""
    keys: list[Hashable] = [("one", 1), ("other", 1), ("one", 2)]
    for number, key in enumerate(keys):
        state(priced(0.3, 0.1, uncontrolled_kw=float(number)), key=key)

    for number, key in enumerate(keys):
        again = state(priced(0.2, 0.0, uncontrolled_kw=float(number)), key=key)
        assert_same(again, state(priced(0.2, 0.0, uncontrolled_kw=float(number))))


def test_what_a_plan_adds_stays_its_own() -> None:
    """Where export earns more, directions get binaries: not in what is stated next."""
    negative = [-0.5] * STEPS
    assert plan(priced(negative, negative), living="site").status is PlanStatus.OPTIMAL
    assert plan(priced(-0.5, -0.4), living="site").status is PlanStatus.OPTIMAL

    again = state(priced(0.3, 0.1), key="site")

    assert not again.site.model.has_integers
    assert_same(again, state(priced(0.3, 0.1)))


def test_what_contradicts_itself_does_so_again() -> None:
    document = site(battery(), import_price=[0.3] * STEPS, import_limit_kw=1)
    full = document.model_copy(update={"uncontrolled_kw": 50.0})
    for _ in range(2):
        assert plan(full, living="site").status is PlanStatus.INFEASIBLE
