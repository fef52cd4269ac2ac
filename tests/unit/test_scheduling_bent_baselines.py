"""What a plan whose physics bend saves: baselines by the exact equations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.flex import SiteDocument
from scheduling.formulation.bends import Bend
from scheduling.formulation.curves import Table
from scheduling.formulation.inverse import drawn_to_store, given_by
from scheduling.formulation.simulation import simulate, stored
from scheduling.interpret.baselines import Saving
from scheduling.interpret.uncontrolled import no_control, self_consumption
from scheduling.planning import explain, plan
from tests.unit.bending_documents import PRICES, SITES, TABLE, bent_battery, of, tank
from tests.unit.scheduling_documents import battery, load, pv, site


def savings(document: SiteDocument) -> tuple[Saving, ...]:
    return explain(plan(document)).savings


def test_naive_control_loses_by_the_square_of_its_power() -> None:
    """3 kW of surplus: 2.73 kWh come in, and d + 0.03 d² = 2.73 goes out."""
    document = site(
        battery(quadratic_loss_per_kw=0.03), pv([3.0, 0.0]), load([0.0, 4.0]),
        import_price=[0.1, 0.5], export_price=[0.05, 0.05],
    )  # fmt: skip

    none, naive = savings(document)

    assert none.cost == pytest.approx(-3 * 0.05 + 4 * 0.5)
    given_kw = ((1 + 4 * 0.03 * 2.73) ** 0.5 - 1) / (2 * 0.03)
    assert naive.cost == pytest.approx((4 - given_kw) * 0.5, abs=1e-9)
    assert naive.saving is not None
    assert naive.saving >= -1e-9


def test_a_taper_holds_without_planning_too() -> None:
    """At most 5 - 0.5 kW per kWh held: 5, then 2.5, then 1.25 of 6 kW of surplus."""
    document = site(
        battery(charge_taper=[{"at_empty_kw": 5.0, "drop_kw_per_kwh": 0.5}]), pv(6.0),
        import_price=[0.1, 0.1, 0.1], export_price=0.05,
    )  # fmt: skip

    _, naive = savings(document)

    assert naive.cost == pytest.approx(-0.05 * (1.0 + 3.5 + 4.75))


def test_a_thermostat_pays_by_the_cop_of_what_the_tank_holds() -> None:
    """From a floor of 8 kWh: what is used is made anew, at the COP of 8 kWh."""
    document = of(
        tank(loss_per_hour=0.0, stock_min_kwh=8.0, carnot={"supply_above_k": 4.0, "outdoor_c": 0.0})
    )

    none = savings(document)[0]

    # 40 °C in the tank, 44 °C of supply; 0.45 of Carnot, as nothing else is said.
    drawn = 1.5 / (0.45 * (44.0 + 273.15) / 44.0)
    assert none.cost == pytest.approx((1.0 + drawn) * sum(PRICES), rel=1e-4)


@pytest.mark.parametrize("document", SITES.values(), ids=SITES.keys())
def test_what_runs_unplanned_keeps_the_exact_equations(document: SiteDocument) -> None:
    """The stocks that a controller counts on are those of the simulation, and planning saves."""
    answer = plan(document)
    assert answer.solved is not None
    problem = answer.solved.problem
    for controls in (no_control(problem), self_consumption(problem, no_control(problem))):
        levels = simulate(problem, controls.charge, controls.discharge)
        assert controls.stock == pytest.approx(levels, abs=1e-9)
    for saving in explain(answer).savings:
        assert saving.saving is not None, saving.why
        assert saving.saving >= -1e-9
        assert saving.cost == pytest.approx(sum(saving.costs.values()))


def test_a_linear_plan_of_what_bends_is_held_against_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("scheduling.planning.refining._settled", lambda *_, **__: None)

    told = savings(of(bent_battery()))

    assert all(each.cost is None and "linear model" in each.why for each in told)


CURVE = Table(
    stock=np.array([point["stock_kwh"] for point in TABLE]),
    ratio=np.array([point["charge_efficiency"] for point in TABLE]),
)


@given(
    loss=st.floats(0.0, 0.05),
    before=st.floats(0.0, 10.0),
    power=st.floats(1e-3, 4.0),
    curve=st.sampled_from([None, "table"]),
)
def test_a_power_found_does_to_the_stock_what_it_should(
    loss: float, before: float, power: float, curve: str | None
) -> None:
    follows = None if curve is None else CURVE
    bend = Bend(name="", flow=0, loss=loss, charge=follows, discharge=follows)

    drawn = drawn_to_store(bend, 0, before, 0.9, power=power)
    given_kw = given_by(bend, 0, before, 0.9, power=power)

    assert stored(bend, 0, before, (drawn, 0.0), (0.9, 0.9)) == pytest.approx(power)
    assert stored(bend, 0, before, (0.0, given_kw), (0.9, 0.9)) == pytest.approx(-power)


def test_what_cannot_be_stored_draws_what_stores_the_most() -> None:
    """0.9 c - 0.1 c² is 2.025 at most, at c = 4.5."""
    bend = Bend(name="", flow=0, loss=0.1)

    assert drawn_to_store(bend, 0, 0.0, 0.9, power=3.0) == pytest.approx(4.5)
    assert drawn_to_store(bend, 0, 0.0, 0.9, power=-1.0) == 0.0
