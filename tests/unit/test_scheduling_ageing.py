"""Wear by depth: rainflow against examples worked by hand, slices against rainflow."""

from typing import Any

import numpy as np
import pytest

from scheduling.flex import DocumentError, SiteDocument, document_from_object
from scheduling.flex.devices import Ageing, Battery, Chemistry
from scheduling.formulation.ageing import N_SLICES, Life
from scheduling.interpret.rainflow import meter, rainflow
from scheduling.planning import explain, plan
from tests.unit.scheduling_documents import battery, load, site, site_object

XU = Life(replacement=100.0, full_cycles=1 / 5.24e-4, depth_exponent=2.03)


def counted(series: list[float]) -> dict[float, float]:
    """Return how many cycles there are of each extent."""
    found: dict[float, float] = {}
    for cycle in rainflow(series):
        found[cycle.extent] = found.get(cycle.extent, 0.0) + cycle.count
    return found


def test_the_example_of_the_standard() -> None:
    """ASTM E1049-85, figure 6: 5.4.4.1 counts these, by hand."""
    assert counted([-2, 1, -3, 5, -1, 3, -4, 4, -2]) == {3: 0.5, 4: 1.5, 6: 0.5, 8: 1.0, 9: 0.5}


@pytest.mark.parametrize(
    ("series", "cycles"),
    [
        pytest.param([], {}, id="nothing"),
        pytest.param([4.0], {}, id="one value"),
        pytest.param([4.0, 4.0, 4.0], {}, id="stands still"),
        pytest.param([0, 2, 2, 5], {5: 0.5}, id="one rise, with a rest"),
        pytest.param([10, 0, 10], {10: 1.0}, id="there and back"),
        # Down 8, up 4, down 4, up 8: the small one is a whole cycle within the large.
        pytest.param([10, 2, 6, 2, 10], {8: 1.0, 4: 1.0}, id="one within another"),
        # ASTM's rule cuts the start off as a half as soon as something as large follows.
        pytest.param([5, 6, 4, 7], {1: 0.5, 2: 0.5, 3: 0.5}, id="ever wider"),
    ],
)
def test_by_hand(series: list[float], cycles: dict[float, float]) -> None:
    assert counted(series) == cycles


def test_the_meter_tells_money_and_life() -> None:
    """From full to half and back, twice; once the second time in two parts."""
    wear = meter(np.array([8.0, 4, 8, 6, np.nan, 4, 8]), 8.0, XU)

    assert wear.full_cycles == pytest.approx(1.0)
    assert wear.deepest == 0.5
    assert wear.life == pytest.approx(2 * 5.24e-4 * 0.5**2.03)
    assert wear.cost == pytest.approx(wear.life * 800.0)
    assert wear.by_depth.tolist() == [0, 0, 0, 0, 2.0, 0, 0, 0, 0, 0]


def test_what_stands_still_is_not_worn() -> None:
    wear = meter(np.full(5, 3.0), 8.0, XU)

    assert (wear.life, wear.deepest, wear.by_depth.sum()) == (0.0, 0.0, 0.0)


def test_the_slices_together_cost_a_whole_cycle() -> None:
    prices = XU.prices(0.9)

    # A cycle from full to empty gives 0.9 · E / J from each slice.
    assert prices.sum() * 0.9 / N_SLICES == pytest.approx(100.0 * XU.loss(1.0))
    assert (np.diff(prices) > 0).all()


def nmc(**fields: Any) -> dict[str, Any]:
    given = battery(
        chemistry="nmc_vehicle",
        ageing="by_depth",
        replacement_cost_per_kwh=1000.0,
        **fields,
    )
    del given["wear_cost_per_kwh"]
    return given


def test_a_plan_pays_for_a_cycle_what_rainflow_says_of_whole_slices() -> None:
    """Half of the capacity, there and back: two of four slices."""
    document = site(
        nmc(stock_max_kwh=5.0), import_price=[0.0, 9.0, 9.0], export_price=[0.0, 8.0, 8.0]
    )

    answer = plan(document)

    assert answer.stock_kwh["battery"].max() == pytest.approx(5.0)
    life = Life(replacement=1000.0, full_cycles=1 / 5.24e-4, depth_exponent=2.03)
    assert answer.costs["wear: battery"] == pytest.approx(10_000.0 * float(life.loss(0.5)))
    assert explain(answer).wear["battery"].cost == pytest.approx(answer.costs["wear: battery"])


def test_shallow_cycles_are_taken_where_deep_ones_do_not_pay() -> None:
    """A spread of 0.3 pays for the first slice, 0.13 a kWh, and not for the second, 0.39."""
    price = [0.0, 0.3, 0.0, 0.3]
    shallow = plan(site(nmc(), import_price=price))
    by_throughput = plan(site(battery(wear_cost_per_kwh=0.2), import_price=price))

    assert np.abs(shallow.power_kw["battery"]).max() == pytest.approx(2.5)
    assert np.abs(by_throughput.power_kw["battery"]).max() == pytest.approx(5.0)


@pytest.mark.parametrize("seed", range(3))
def test_over_days_depth_costs_less_by_the_meter_than_throughput(seed: int) -> None:
    random = np.random.default_rng(seed)
    price = (0.3 + 0.15 * np.sin(np.arange(72) * np.pi / 6) + 0.1 * random.random(72)).tolist()
    life = Life(replacement=1000.0, full_cycles=1 / 5.24e-4, depth_exponent=2.03)
    true = {}
    for name, store in (
        ("depth", nmc(stock_at_start_kwh=5.0)),
        ("throughput", battery(stock_at_start_kwh=5.0, wear_cost_per_kwh=1000 / 1908)),
        ("cheap", battery(stock_at_start_kwh=5.0, wear_cost_per_kwh=0.1)),
    ):
        answer = plan(site(store, load(2.0), import_price=price))
        money = answer.cost - answer.costs["wear: battery"]
        true[name] = money + meter(answer.stock_kwh["battery"], 10.0, life).cost

    assert true["depth"] <= min(true["throughput"], true["cheap"]) + 1e-9


def test_reasons_of_a_battery_that_ages_by_depth_count_its_wear() -> None:
    random = np.random.default_rng(5)
    price = (0.3 + 0.3 * random.random(48)).tolist()

    answer = plan(site(nmc(stock_at_start_kwh=4.0), load(2.0), import_price=price))

    reasons = explain(answer).device_reasons
    assert len(reasons) > 4
    assert all(each.purpose.value != "NO_CHOICE" for each in reasons)


def test_where_depth_does_not_matter_all_slices_are_one() -> None:
    def lfp(**fields: Any) -> dict[str, Any]:
        given = battery(**fields)
        del given["wear_cost_per_kwh"]
        return given

    price = [0.1, 0.5, 0.2, 0.5]
    sliced = plan(site(lfp(ageing="by_depth"), import_price=price))
    plain = plan(site(battery(wear_cost_per_kwh=0.02), import_price=price))

    assert sliced.cost == pytest.approx(plain.cost)
    assert explain(plain).wear["battery"].cost == pytest.approx(plain.costs["wear: battery"])


def test_every_chemistry_has_a_life_that_fits_its_wear_per_kwh() -> None:
    for chemistry in Chemistry:
        each = Battery(
            name="x", capacity_kwh=10.0, charge_limit_kw=5.0, discharge_limit_kw=5.0,
            stock_at_start_kwh=0.0, chemistry=chemistry, ageing=Ageing.BY_DEPTH,
        )  # fmt: skip
        assert each.life.replacement / each.life.full_cycles == pytest.approx(
            each.wear_price, rel=0.05
        )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"wear_cost_per_kwh": 0.1}, "wear_cost_per_kwh is by throughput"),
        ({"usage_kw": 1.0}, "has no gain_kw and no usage_kw"),
        ({"full_cycles": 0.0}, "greater than 0"),
        ({"depth_exponent": 0.5}, "greater than or equal to 1"),
        ({"ageing": "by_calendar"}, "by_throughput"),
    ],
)
def test_what_does_not_fit_is_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        document_from_object(site_object({**nmc(), **fields}, import_price=[0.1]))


def test_a_document_says_what_it_means() -> None:
    document: SiteDocument = site(nmc(full_cycles=2000.0), import_price=[0.1])

    [device] = document.devices
    assert isinstance(device, Battery)
    assert device.life == Life(replacement=1000.0, full_cycles=2000.0, depth_exponent=2.03)
