"""Devices of which at most one runs in each step, against trying all."""

from itertools import product
from typing import Any

import numpy as np
import pytest

from scheduling.flex import DocumentError
from scheduling.planning import PlanStatus, plan
from tests.unit.scheduling_documents import battery, load, site


def heat_pump(name: str, **fields: Any) -> dict[str, Any]:
    """3 kW, three kWh of heat for one, from empty; 9 kWh are wanted at the end."""
    tank = {"capacity_kwh": 30, "stock_at_start_kwh": 0, "stock_at_end_min_kwh": 9}
    limits = {"electric_limit_kw": 3, "cop": 3.0, "end_value_per_kwh": 0.0}
    return {"kind": "heat_pump", "name": name, **tank, **limits, **fields}


def apart(*names: str) -> dict[str, Any]:
    return {"exclusions": [{"name": "compressor", "devices": list(names)}]}


def test_one_compressor_heats_one_tank_at_a_time() -> None:
    tanks = [heat_pump("room"), heat_pump("water")]
    together = plan(site(*tanks, import_price=[0.1, 0.2, 0.3]))
    answer = plan(site(*tanks, import_price=[0.1, 0.2, 0.3], more=apart("room", "water")))

    assert together.cost == pytest.approx(6 * 0.1)
    assert answer.cost == pytest.approx(3 * 0.1 + 3 * 0.2)
    assert np.minimum(answer.power_kw["room"], answer.power_kw["water"]) == pytest.approx([0, 0, 0])


@pytest.mark.parametrize("seed", range(6))
def test_three_batteries_that_take_turns_agree_with_trying_all(seed: int) -> None:
    """In each hour one of them draws or gives, or none."""
    random = np.random.default_rng(seed)
    prices = random.uniform(-0.1, 0.5, 4).round(2).tolist()
    names = ("one", "two", "three")
    starts = random.integers(0, 5, 3).astype(float)
    limits = {"charge_limit_kw": 2, "discharge_limit_kw": 2, "capacity_kwh": 4}
    devices = [
        battery(name=name, stock_at_start_kwh=start, **limits)
        for name, start in zip(names, starts.tolist(), strict=True)
    ]
    answer = plan(site(*devices, import_price=prices, more=apart(*names)))

    best = np.inf
    for turns in product(((0, 0), *product(range(3), (-2, -1, 1, 2))), repeat=4):
        stock, cost = starts.copy(), 0.0
        for (who, power), price in zip(turns, prices, strict=True):
            stock[who] += power
            cost += power * price
            if not 0 <= stock[who] <= 4:
                break
        else:
            best = min(best, cost)
    assert answer.cost == pytest.approx(best)


def test_refuses_names_that_are_none_and_devices_that_no_plan_moves() -> None:
    with pytest.raises(DocumentError, match=r"exclusions\[0\]\.devices\[1\]: there is no device"):
        site(battery(), import_price=[0.1], more=apart("battery", "nobody"))
    answer = plan(site(battery(), load(1.0), import_price=[0.1], more=apart("battery", "load")))

    assert answer.status is PlanStatus.INFEASIBLE
    assert answer.infeasible == ("compressor: the power of load cannot be planned",)
