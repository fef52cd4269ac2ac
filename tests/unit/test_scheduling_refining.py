"""Plans whose physics bend: refined by gekko, checked by simulation."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.flex import DocumentError, SiteDocument
from scheduling.formulation.simulation import simulate
from scheduling.interpret.refinement import Outcome
from scheduling.planning import Plan, PlanStatus, explain, plan
from scheduling.planning.varying import Knob, varied
from tests.unit.bending_documents import SITES, TABLE, bent_battery, of, tank
from tests.unit.scheduling_documents import battery, site


def simulated(answer: Plan) -> np.ndarray:
    """Return the stocks that the planned powers lead to by the exact equations."""
    assert answer.solved is not None
    problem = answer.solved.problem
    power = np.array([answer.power_kw[name] for name in problem.flows.names])
    return simulate(problem, np.maximum(power, 0.0), np.maximum(-power, 0.0))


@pytest.mark.parametrize("document", SITES.values(), ids=SITES.keys())
def test_gekko_tangents_and_simulation_agree(document: SiteDocument) -> None:
    """The stocks are those of the simulation, the cost is between the bound and the linear one."""
    linear, refined = plan(document, engine="highs"), plan(document)
    mark = refined.refinement

    assert mark is not None
    assert mark.is_exact
    assert mark.outcome in {Outcome.REFINED, Outcome.NOT_BETTER}
    assert linear.refinement is not None
    assert linear.refinement.outcome is Outcome.NOT_ASKED
    for answer in (linear, refined):
        assert answer.status is PlanStatus.LOCAL
        assert answer.solved is not None
        planned = answer.solved.solution.values[answer.solved.site.storage.stock]
        assert simulated(answer) == pytest.approx(planned, abs=1e-5)
    assert refined.cost <= linear.cost + 1e-9
    assert mark.refined_cost == pytest.approx(linear.cost, rel=0.02)
    assert refined.bound <= refined.cost + 1e-9


def test_the_optimum_is_that_of_a_search_of_all_powers() -> None:
    """Two hours: charge c, then give d with d + r d² = c - r c²; the best c by trying all."""
    document = site(
        battery(quadratic_loss_per_kw=0.03), import_price=[0.1, 0.3], export_price=[0.1, 0.3]
    )
    answer = plan(document)
    charged = np.linspace(0.0, 5.0, 500_001)
    stored = charged - 0.03 * charged**2
    given_ = (np.sqrt(1.0 + 4.0 * 0.03 * stored) - 1.0) / (2.0 * 0.03)
    best = int(np.argmin(0.1 * charged - 0.3 * given_))

    assert answer.cost == pytest.approx(float((0.1 * charged - 0.3 * given_)[best]), abs=1e-7)
    assert answer.power_kw["battery"] == pytest.approx([charged[best], -given_[best]], abs=1e-3)


@settings(max_examples=8, deadline=None)
@given(
    prices=st.lists(st.floats(0.0, 0.5), min_size=6, max_size=6),
    loss=st.floats(0.001, 0.05),
    start=st.floats(0.0, 10.0),
)
def test_refining_is_never_worse_than_the_linear_answer(
    prices: list[float], loss: float, start: float
) -> None:
    device = bent_battery(
        quadratic_loss_per_kw=loss, stock_at_start_kwh=start, efficiency_by_stock=TABLE
    )
    answer = plan(of(device, import_price=prices, export_price=[0.5 * each for each in prices]))
    mark = answer.refinement

    assert mark is not None
    assert mark.is_exact
    assert mark.linear_cost is not None
    assert answer.cost <= mark.linear_cost + 1e-9
    assert answer.bound <= answer.cost + 1e-9
    assert (answer.stock_kwh["battery"] >= -1e-5).all()
    assert (answer.stock_kwh["battery"] <= 10.0 + 1e-5).all()


def test_hard_levels_are_kept_by_the_exact_equations() -> None:
    answer = plan(of(bent_battery(stock_at_end_min_kwh=9.0)))

    assert answer.stock_kwh["battery"][-1] >= 9.0 - 1e-6
    assert simulated(answer)[0, -1] >= 9.0 - 1e-5


def test_nothing_charges_and_gives_at_once_where_burning_pays() -> None:
    """At -0.20 per kWh drawn both at once would earn; 5 kW in or out is all there is."""
    prices = [-0.2, -0.2, 0.1, -0.2, -0.2, 0.3]
    device = bent_battery(stock_at_start_kwh=9.0, wear_cost_per_kwh=0.0)
    for engine in ("highs", "auto"):
        answer = plan(of(device, import_price=prices, export_price=prices), engine=engine)
        assert answer.refinement is not None
        assert answer.refinement.is_exact
        assert answer.solved is not None
        storage, values = answer.solved.site.storage, answer.solved.solution.values
        both = np.minimum(values[storage.charge[0]], values[storage.discharge[0]])
        assert both.max() <= 1e-6
        assert simulated(answer)[0] == pytest.approx(answer.stock_kwh["battery"][1:], abs=1e-5)


def test_reasons_are_told_of_a_refined_plan() -> None:
    why = explain(plan(SITES["quadratic loss"]))

    assert why.device_reasons
    assert all(saving.saving is not None for saving in why.savings)


def test_a_plan_without_bends_is_not_marked() -> None:
    assert plan(of(battery())).refinement is None


def test_twice_the_battery_loses_as_two_do() -> None:
    """What if: with twice the capacity and power, the quadratic loss per kW is half."""
    larger = varied(of(bent_battery(efficiency_by_stock=TABLE)), {Knob.BATTERY_KWH: 20.0})
    device: Any = larger.devices[0]

    assert device.quadratic_loss_per_kw == pytest.approx(0.01)
    assert [at.stock_kwh for at in device.efficiency_by_stock] == [0.0, 8.0, 20.0]


@pytest.mark.parametrize(
    ("device", "words"),
    [
        (bent_battery(quadratic_loss_per_kw=0.2), "it should be below 0.097"),
        (bent_battery(efficiency_by_stock=TABLE[:1]), "needs two points or more, stocks rising"),
        (bent_battery(efficiency_by_stock=TABLE[::-1]), "needs two points or more, stocks rising"),
        (
            bent_battery(ageing="by_depth", chemistry="nmc_vehicle", wear_cost_per_kwh=None),
            "ages by_depth has no quadratic_loss_per_kw",
        ),
        (tank(temperature_full_c=None), "go with carnot.supply_above_k"),
        (tank(temperature_full_c=20.0), "should be below temperature_full_c"),
        (tank(carnot={"outdoor_c": 0.0}), "give either supply_c or supply_above_k"),
        (tank(cop=3.0, carnot=None), "go with carnot.supply_above_k"),
    ],
)
def test_what_makes_no_sense_is_named(device: dict[str, Any], words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        of(device)
