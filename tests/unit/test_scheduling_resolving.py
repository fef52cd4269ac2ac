"""What a whole kW or kWh more is worth: planned anew, held against brute force and duals."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from scheduling.flex import SiteDocument, document_from_object
from scheduling.flex.run import MOST_RESOLVES
from scheduling.interpret.reasons import Basis
from scheduling.interpret.wording import resolve_words
from scheduling.planning import PlanStatus, explain, plan
from scheduling.planning.problem import problem_of
from scheduling.planning.resolving import Resolve, resolve
from tenants.sayings import LANGUAGES
from tests.unit.bending_documents import SITES
from tests.unit.explained_documents import LITTLE, moved, noisy_site
from tests.unit.scheduling_documents import START, battery, load, site, site_object, vehicle


def on_or_off(load_kw: list[float], price: list[float], limit: float) -> dict[str, Any]:
    """Two vehicles that charge with 4 kW at least, or not, behind one limit."""
    n = len(price)
    fields = {
        "capacity_kwh": 20,
        "stock_at_arrival_kwh": 0,
        "charge_limit_kw": 6,
        "charge_min_kw": 4,
        "charge_efficiency": 1.0,
    }
    return site_object(
        vehicle("van", 0, n, **fields, stock_at_departure_kwh=5),
        vehicle("car", 0, n, **fields, stock_at_departure_kwh=9),
        load(load_kw),
        import_price=price,
        export_price=0.0,
        import_limit_kw=[limit] * n,
    )


def test_a_kw_that_lets_a_charger_run_is_worth_what_no_dual_says() -> None:
    """4 kWh in the cheap hour need 7 kW; 6.5 are there, so the dear hour serves at 0.4 more."""
    document = site(
        vehicle(
            "van", 0, 2, capacity_kwh=20, stock_at_arrival_kwh=0, stock_at_departure_kwh=4,
            charge_limit_kw=4, charge_min_kw=4, charge_efficiency=1.0,
        ),
        load([3.0, 1.0]), import_price=[0.1, 0.5], export_price=0.0, import_limit_kw=6.5,
    )  # fmt: skip
    answer = plan(document)
    assert answer.cost == pytest.approx(3 * 0.1 + 5 * 0.5)

    why = explain(answer, resolves=5)

    assert not any(each.limit == "import limit" for each in why.reasons)
    told = next(each for each in why.resolves if each.limit == "import limit")
    assert (told.start, told.end) == (START, START + timedelta(hours=1))
    assert (told.unit, told.by_dual) == ("kW", 0.0)
    assert told.saving == pytest.approx(4 * 0.4)


@pytest.mark.parametrize("seed", range(4))
def test_on_or_off_each_kw_is_worth_what_planning_with_it_saves(seed: int) -> None:
    """The document itself is changed and planned anew: nothing of the way there is shared."""
    random = np.random.default_rng(seed)
    price = (0.1 + 0.4 * random.random(6)).round(3).tolist()
    given = on_or_off((3 * random.random(6)).round(2).tolist(), price, 7.0)
    answer = plan(document_from_object(given))

    why = explain(answer, resolves=MOST_RESOLVES)

    told = [each for each in why.resolves if each.limit == "import limit"]
    assert told
    for each in told:
        first, last = ((t - START) // timedelta(hours=1) for t in (each.start, each.end))
        limit = [8.0 if first <= step < last else 7.0 for step in range(6)]
        given["connection"]["import_limit_kw"] = limit
        saved = answer.cost - plan(document_from_object(given)).cost
        assert each.saving == pytest.approx(saved, abs=each.off_by + 1e-6)
        assert each.off_by < 1e-4
        assert each.basis is Basis.RESOLVE
    assert {each.basis for each in why.reasons} <= {Basis.DUAL_CHOICES_FIXED}


def test_some_kw_is_worth_more_than_its_dual_where_something_is_on_or_off() -> None:
    """Else the re-solves would tell nothing new."""
    found = 0
    for seed in range(4):
        random = np.random.default_rng(seed)
        price = (0.1 + 0.4 * random.random(6)).round(3).tolist()
        given = on_or_off((3 * random.random(6)).round(2).tolist(), price, 7.0)
        why = explain(plan(document_from_object(given)), resolves=MOST_RESOLVES)
        found += sum(each.saving > each.by_dual + 0.01 for each in why.resolves)
    assert found


@pytest.mark.parametrize("seed", range(3))
def test_without_choices_a_kw_is_worth_what_the_model_says_and_its_dual_at_most(seed: int) -> None:
    document = noisy_site(seed)
    problem, _ = problem_of(document)
    answer = plan(document)

    why = explain(answer, resolves=8)

    assert len(why.resolves) == 8
    assert {each.basis for each in why.reasons} == {Basis.DUAL}
    for each in why.resolves:
        assert each.saving == pytest.approx(answer.cost - moved(problem, each, 1.0), abs=1e-6)
        assert each.saving <= each.by_dual + 1e-6
        little = (answer.cost - moved(problem, each, LITTLE)) / LITTLE
        assert little <= each.by_dual + 1e-5


def test_those_worth_most_come_first() -> None:
    answer = plan(noisy_site(0))

    few, more = (explain(answer, resolves=n).resolves for n in (2, 6))

    assert len(few) == 2
    assert min(each.by_dual for each in few) >= sorted(each.by_dual for each in more)[-2] - 1e-9


def test_nothing_is_planned_anew_where_nobody_asks_or_time_is_up() -> None:
    answer = plan(noisy_site(0))

    assert explain(answer).resolves == ()
    reasons = explain(answer).reasons
    assert resolve(answer, [reasons], most=5, time_limit=timedelta(0)) == []
    assert len(resolve(answer, [reasons], most=99)) == MOST_RESOLVES


def with_room(document: SiteDocument, each: Resolve, room: float = 1.0) -> SiteDocument:
    """The document with ``room`` kW more of import while ``each`` lasts."""
    given, grid = document.connection.import_limit_kw, document.window.grid
    first, last = ((t - grid.start) // grid.step for t in (each.start, each.end))
    limit = np.broadcast_to(np.asarray(given, dtype=float), grid.n_steps).copy()
    limit[first:last] += room
    connection = document.connection.model_copy(update={"import_limit_kw": tuple(limit.tolist())})
    return document.model_copy(update={"connection": connection})


def over_scenarios(**attitude: float) -> SiteDocument:
    """A site whose load and prices may come otherwise, behind a limit that binds in each."""
    random, n = np.random.default_rng(5), 8
    price = (0.1 + 0.4 * random.random((3, n))).round(3)
    return site(
        battery(stock_at_start_kwh=3.0, capacity_kwh=12.0, charge_efficiency=0.95),
        load(4.0),
        import_price=price[0].tolist(),
        export_price=0.02,
        import_limit_kw=6.5,
        import_breach_price_per_kwh=3.0,
        more={
            "peaks": [{"name": "month", "price_per_kw": 0.4}],
            "uncertainty": {
                "scenarios": [
                    {
                        "name": f"course {w}",
                        "weight": weight,
                        "import_per_kwh": price[w].tolist(),
                        "power_kw": {"load": (3 + 4 * random.random(n)).round(2).tolist()},
                    }
                    for w, weight in enumerate((0.2, 0.5, 0.3))
                ],
                "decided_hours": 3.0,
                **attitude,
            },
        },
    )


@pytest.mark.parametrize("attitude", [{}, {"risk_weight": 0.8, "tail_share": 0.3}])
def test_over_scenarios_a_kw_is_worth_what_planning_all_of_them_with_it_saves(
    attitude: dict[str, float],
) -> None:
    document = over_scenarios(**attitude)
    answer = plan(document)

    told = [each for each in explain(answer, resolves=10).resolves if each.unit == "kW"]

    assert len(told) >= 2
    limits = [each for each in told if each.limit == "import limit"]
    assert limits
    for each in limits:
        saved = answer.cost - plan(with_room(document, each)).cost
        assert each.saving == pytest.approx(saved, abs=1e-6)
        assert 0 <= each.saving <= each.by_dual + 1e-6
        assert each.basis is Basis.RESOLVE
    assert max(each.saving for each in limits) > 0.05


def test_over_scenarios_a_dual_is_of_all_of_them() -> None:
    """A little more room saves that at most, a little less costs that at least."""
    document = over_scenarios()
    answer = plan(document)
    told = explain(answer, resolves=10).resolves
    limits = [each for each in told if each.limit == "import limit"]
    sharp = 0

    assert limits
    for each in limits:
        more, less = (plan(with_room(document, each, by)).cost for by in (LITTLE, -LITTLE))
        saved, spent = (answer.cost - more) / LITTLE, (less - answer.cost) / LITTLE
        assert saved - 1e-5 <= each.by_dual <= spent + 1e-5
        sharp += min(spent - each.by_dual, each.by_dual - saved) < 1e-4
    assert sharp


@pytest.mark.parametrize("name", ["quadratic loss", "tank", "battery and tank"])
def test_what_bends_is_planned_anew_by_its_equations(name: str) -> None:
    limit = {"quadratic loss": 4.0, "tank": 2.2, "battery and tank": 3.0}[name]
    given = SITES[name].connection.model_copy(update={"import_limit_kw": limit})
    document = SITES[name].model_copy(update={"connection": given})
    answer = plan(document)
    assert answer.status is PlanStatus.LOCAL

    told = explain(answer, resolves=6).resolves

    assert told
    for each in told:
        if each.limit == "import limit":
            # By tangents alone: what the solver of the exact equations finds is a little better.
            saved = answer.cost - plan(with_room(document, each)).cost
            assert each.saving == pytest.approx(saved, rel=0.02)
            assert each.saving <= saved + each.off_by
    assert any(each.saving > 1e-4 for each in told)
    assert {each.basis for each in told} == {Basis.RESOLVE_NEARBY}


def test_a_resolve_is_worded_in_every_language() -> None:
    told = {
        resolve_words(
            "import limit", "depot", unit="kW", saving=1.25, currency="EUR", language=each
        )
        for each in LANGUAGES
    }

    assert len(told) == len(LANGUAGES)
    assert all("1 kW" in each for each in told)
    assert sorted("1,250 EUR" in each for each in told) == [False, True, True]
