"""Plans whose physics bend: refined by gekko, checked by simulation; and how that can fail."""

import os
import signal
import subprocess
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.engines import gekko_process
from scheduling.engines.base import EngineDiverged, EngineFailed
from scheduling.engines.gekko import GekkoEngine
from scheduling.flex import DocumentError, SiteDocument
from scheduling.formulation.linear_model import LinearModel
from scheduling.formulation.simulation import simulate
from scheduling.interpret.refinement import Outcome
from scheduling.planning import Plan, PlanStatus, explain, plan
from scheduling.planning.varying import Knob, varied
from tests.unit.scheduling_documents import battery, load, site

PRICES = [0.10, 0.12, 0.30, 0.35, 0.15, 0.40]
OUTDOOR = [-2.0, 0.0, 3.0, 6.0, 4.0, 1.0]
TABLE = [
    {"stock_kwh": 0.0, "charge_efficiency": 0.90, "discharge_efficiency": 0.85},
    {"stock_kwh": 4.0, "charge_efficiency": 0.97, "discharge_efficiency": 0.96},
    {"stock_kwh": 10.0, "charge_efficiency": 0.92, "discharge_efficiency": 0.97},
]


def bent_battery(**fields: Any) -> dict[str, Any]:
    return battery(
        **{"quadratic_loss_per_kw": 0.02, "charge_efficiency": 0.97, "wear_cost_per_kwh": 0.01}
        | fields
    )


def tank(**fields: Any) -> dict[str, Any]:
    return {
        "kind": "heat_pump",
        "name": "tank",
        "electric_limit_kw": 3.0,
        "capacity_kwh": 20.0,
        "stock_at_start_kwh": 8.0,
        "usage_kw": 1.5,
        "loss_per_hour": 0.01,
        "temperature_empty_c": 30.0,
        "temperature_full_c": 55.0,
        "carnot": {"supply_above_k": 4.0, "outdoor_c": OUTDOOR},
        **fields,
    }


def house(**fields: Any) -> dict[str, Any]:
    return {
        "kind": "building",
        "name": "house",
        "electric_limit_kw": 4.0,
        "electric_min_kw": 1.2,
        "heat_capacity_kwh_per_k": 4.0,
        "loss_kw_per_k": 0.05,
        "walls": {
            "heat_capacity_kwh_per_k": 22.0,
            "exchange_kw_per_k": 1.1,
            "loss_kw_per_k": 0.17,
            "temperature_at_start_c": 19.5,
        },
        "outdoor_c": OUTDOOR,
        "temperature_at_start_c": 20.5,
        "temperature_min_c": 20.0,
        "carnot": {"supply_above_k": 12.0, "outdoor_c": OUTDOOR},
        **fields,
    }


def of(*devices: dict[str, Any], **fields: Any) -> SiteDocument:
    return site(*devices, load(1.0), **{"import_price": PRICES, "export_price": 0.05} | fields)


def simulated(answer: Plan) -> np.ndarray:
    """Return the stocks that the planned powers lead to by the exact equations."""
    assert answer.solved is not None
    problem = answer.solved.problem
    power = np.array([answer.power_kw[name] for name in problem.flows.names])
    return simulate(problem, np.maximum(power, 0.0), np.maximum(-power, 0.0))


SITES = {
    "quadratic loss": of(bent_battery(), export_price=0.3),
    "efficiency by stock": of(bent_battery(efficiency_by_stock=TABLE, quadratic_loss_per_kw=0.0)),
    "both": of(bent_battery(efficiency_by_stock=TABLE), export_price=0.2),
    "tank": of(tank()),
    "house, on or off": of(house()),
    "battery and tank": of(bent_battery(), tank(), import_limit_kw=5.0),
}


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


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place for temporary files, empty at first."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_killed_solver_leaves_the_linear_plan_marked_and_no_trace(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: Path, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)

    linear = plan(SITES["tank"], engine="highs")
    monkeypatch.setattr(gekko_process, "remember_child", killed)
    answer = plan(SITES["tank"])

    assert answer.refinement is not None
    assert answer.refinement.outcome is Outcome.KILLED
    assert answer.refinement.text == "the linear plan stands: refining it was ended from outside"
    assert answer.status is PlanStatus.LOCAL
    assert answer.engine == "highs"
    assert answer.cost == pytest.approx(linear.cost)
    assert list(temporary.iterdir()) == []


def test_a_solver_out_of_time_leaves_the_linear_plan_marked_and_no_trace(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = GekkoEngine.refine

    def hurried(engine: GekkoEngine, *args: Any, **options: Any) -> Any:
        return patient(engine, *args, **{**options, "time_limit": timedelta(milliseconds=5)})

    monkeypatch.setattr(GekkoEngine, "refine", hurried)
    answer = plan(SITES["tank"])

    assert answer.refinement is not None
    assert answer.refinement.outcome is Outcome.OUT_OF_TIME
    assert answer.refinement.is_exact
    assert list(temporary.iterdir()) == []


def test_a_solver_that_is_not_there_leaves_the_linear_plan_marked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nowhere() -> Path:
        raise EngineFailed("gekko has no solver for this machine")

    monkeypatch.setattr(gekko_process, "_executable", nowhere)
    answer = plan(SITES["tank"])

    assert answer.refinement is not None
    assert answer.refinement.outcome is Outcome.FAILED


def test_values_that_keep_no_equation_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a solver that reports success with numbers that mean nothing."""

    def wrong(_: GekkoEngine, model: Any, **__: Any) -> np.ndarray:
        return np.full(model.n_columns, np.nan)

    monkeypatch.setattr(GekkoEngine, "refine", wrong)
    answer = plan(SITES["tank"])

    assert answer.refinement is not None
    assert answer.refinement.outcome is Outcome.DIVERGED
    assert answer.cost == pytest.approx(plan(SITES["tank"], engine="highs").cost)


def test_equations_that_cannot_hold_end_in_words(temporary: Path) -> None:
    model = LinearModel()
    x = model.add_columns("x", (2,), upper=1.0)
    model.add_rows("both", (1,), [(x[:1], 1.0), (x[1:], 1.0)], lower=3.0)

    with pytest.raises(EngineDiverged):
        GekkoEngine().refine(model.compile(), start=np.zeros(2), time_limit=timedelta(seconds=10))
    assert list(temporary.iterdir()) == []


def test_an_interrupted_refinement_leaves_no_trace(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the soft time limit of a worker does: it is raised wherever the work happens to be."""

    class SoftLimit(Exception):
        pass

    def interrupted(*_: object, **__: object) -> None:
        raise SoftLimit

    monkeypatch.setattr(subprocess.Popen, "communicate", interrupted)
    with pytest.raises(SoftLimit):
        plan(SITES["tank"])
    assert list(temporary.iterdir()) == []


def test_what_no_plan_keeps_is_refused_as_ever() -> None:
    answer = plan(of(bent_battery(stock_at_end_min_kwh=9.0), import_limit_kw=1.5))

    assert answer.status is PlanStatus.INFEASIBLE
    assert answer.refinement is None


def test_the_nearest_plan_is_not_refined_and_says_so() -> None:
    device = bent_battery(stock_at_end_min_kwh=9.0)
    more = {"on_infeasible": "nearest"}
    answer = plan(of(device, import_limit_kw=1.5, more=more))

    assert answer.status is PlanStatus.NEAREST
    assert answer.refinement is not None
    assert answer.refinement.outcome is Outcome.NEAREST
    assert not answer.refinement.is_exact


def test_a_plan_over_scenarios_is_not_refined_and_says_so() -> None:
    scenarios = [
        {"name": name, "weight": 0.5, "power_kw": {"load": [power] * 6}}
        for name, power in (("low", 0.5), ("high", 2.0))
    ]
    answer = plan(of(bent_battery(), more={"uncertainty": {"scenarios": scenarios}}))

    assert answer.refinement is not None
    assert answer.refinement.outcome is Outcome.SCENARIOS
    assert "those of the linear model" in answer.refinement.text


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
