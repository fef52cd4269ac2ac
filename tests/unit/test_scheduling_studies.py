"""What batteries earn and which fleets fit, against plans, sums and the clock."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from scheduling.engines.highs import HighsEngine
from scheduling.flex.study import BatteryStudy, HostingStudy, Study
from scheduling.formulation.hosting import Hosted, build_hosted
from scheduling.planning import plan
from scheduling.planning.hosting import study_hosting
from scheduling.planning.sizing import StudyRefused, study_sizes
from tests.unit.scheduling_documents import battery, load, pv, site

STUDY: TypeAdapter[Study] = TypeAdapter(Study)
DAY = ["2026-01-12T00:00:00Z", "2026-01-13T00:00:00Z"]  # a Monday


def window(days: int, minutes: int = 60) -> dict[str, Any]:
    return {
        "start": DAY[0],
        "end": f"2026-01-{12 + days}T00:00:00Z",
        "step_minutes": minutes,
    }


def hosting(**fields: Any) -> HostingStudy:
    """One night from 18:00 to 22:00: 20 kW in it, and what the battery holds."""
    given = {
        "kind": "hosting",
        "window": window(2),
        "load_kw": 80.0,
        "import_limit_kw": 100.0,
        "battery": {"duration_hours": 1.0, "charge_efficiency": 1.0, "discharge_efficiency": 1.0},
        "sizes_kwh": [0.0, 40.0],
        "chargers": [1, 2, 3],
        "charging": {
            "arrive": "18:00",
            "leave": "22:00",
            "weekdays": [0],
            "energy_kwh": 40.0,
            "charge_limit_kw": 22.0,
            "charge_efficiency": 1.0,
        },
        **fields,
    }
    return HostingStudy.model_validate(given)


def sizes(**fields: Any) -> BatteryStudy:
    random = np.random.default_rng(3)
    price = (0.2 + 0.1 * random.random(48)).tolist()
    return BatteryStudy.model_validate(
        {
            "window": window(2),
            "prices": {"import_per_kwh": price, "export_per_kwh": (np.array(price) / 2).tolist()},
            "load_kw": (2 + random.random(48)).tolist(),
            "pv_kw": (6 * random.random(48)).tolist(),
            "import_limit_kw": 6.0,
            "export_limit_kw": 3.0,
            "sizes_kwh": [0.0, 4.0, 12.0],
            **fields,
        }
    )


def test_each_size_costs_what_its_plan_costs() -> None:
    study = sizes()

    for each in study_sizes(study):
        store = battery(
            capacity_kwh=max(each.size_kwh, 1e-9),
            charge_limit_kw=each.size_kwh / 2,
            discharge_limit_kw=each.size_kwh / 2,
            charge_efficiency=0.95,
            discharge_efficiency=0.95,
            wear_cost_per_kwh=0.02,
        )
        document = site(
            store,
            load(list(study.load_kw)),  # type: ignore[arg-type]
            pv(list(study.pv_kw)),  # type: ignore[arg-type]
            import_price=study.prices.import_per_kwh,
            export_price=study.prices.export_per_kwh,
            import_limit_kw=6.0,
            export_limit_kw=3.0,
        )
        assert each.cost == pytest.approx(plan(document).cost, rel=1e-9)
    savings = [each.saving or 0.0 for each in study_sizes(study)]
    assert savings[0] == 0.0
    assert savings == sorted(savings)


def test_a_size_that_no_plan_exists_for_has_no_cost() -> None:
    study = sizes(load_kw=7.0, pv_kw=0.0)

    assert [each.cost for each in study_sizes(study)] == [None, None, None]


def test_a_study_whose_prices_burn_energy_is_refused() -> None:
    with pytest.raises(StudyRefused, match="prices"):
        study_sizes(sizes(prices={"import_per_kwh": 0.1, "export_per_kwh": 0.2}))


def test_what_fits_is_what_the_sum_says() -> None:
    """80 kWh pass in the stay: two vehicles. A full battery adds 40: three."""
    answer = study_hosting(hosting())

    assert answer.largest_fleet() == {0.0: 2, 40.0: 3}
    assert answer.smallest_battery() == {1: 0.0, 2: 0.0, 3: 40.0}
    barrier = answer.in_the_way()[0.0]
    assert barrier.chargers == 3
    assert barrier.short_kwh == pytest.approx(40.0)
    # Spread over the four hours it is as low as can be.
    assert barrier.short_kw == pytest.approx(10.0)
    assert barrier.short_hours == 4.0
    assert barrier.shortages[0].start.hour == 18


def test_the_clock_is_that_of_the_zone() -> None:
    answer = study_hosting(hosting(time_zone="Europe/Amsterdam"))

    assert answer.in_the_way()[0.0].shortages[0].start.hour == 17


def test_a_load_above_the_limit_is_carried_by_the_battery_if_it_can() -> None:
    load_kw = [80.0] * 17 + [130.0] + [80.0] * 30
    answer = study_hosting(hosting(load_kw=load_kw, chargers=[0, 2, 3]))

    # 30 kWh of its 40 go before the vehicles come.
    assert answer.largest_fleet() == {0.0: None, 40.0: 2}


@pytest.mark.parametrize("seed", range(6))
def test_weeks_one_after_another_miss_no_fleet_that_fits(seed: int) -> None:
    """Whole weeks looked at as one linear programme agree on what fits."""
    random = np.random.default_rng(seed)
    load_kw = (70 + 40 * random.random(96)).tolist()
    charging = {
        **hosting().charging.model_dump(),
        "arrive": "16:00",
        "leave": "06:00",
        "weekdays": [0, 1, 2, 3],
    }
    study = hosting(
        window=window(4), load_kw=load_kw, chargers=[1, 2, 4, 6, 8], sizes_kwh=[0.0, 30.0, 90.0],
        charging=charging,
        battery={"duration_hours": 2.0, "charge_efficiency": 0.9, "discharge_efficiency": 0.9},
    )  # fmt: skip

    fits = {(each.chargers, each.size_kwh): each.fits for each in study_hosting(study).points}

    assert {True, False} == set(fits.values())
    room = 100.0 - np.array(load_kw)
    stay = np.full(96, -1)
    for number, day in enumerate(range(3)):
        stay[24 * day + 16 : 24 * day + 30] = number
    for (chargers, size), does in fits.items():
        model, columns = build_hosted(
            Hosted(
                room=room, stay=stay, need=np.full(3, chargers * 40.0), fleet_kw=chargers * 22.0,
                hours=1.0, capacity_kwh=size, power_kw=size / 2, charge_efficiency=0.9,
                discharge_efficiency=0.9, level_kwh=size / 2,
            )
        )  # fmt: skip
        solution = HighsEngine().solve(model.compile(), time_limit=timedelta(seconds=9))
        assert (solution.values[columns.excess].max() < 1e-4) == does


def test_a_stay_too_short_for_its_energy_is_refused() -> None:
    charging = {**hosting().charging.model_dump(), "energy_kwh": 100.0}

    with pytest.raises(
        StudyRefused, match=r"100 kWh take 4\.55 h at 22 kW, longer than from 18:00"
    ):
        study_hosting(hosting(charging=charging))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"load_kw": [1.0, 2.0]}, "load_kw has 2 values: the window has 48 steps"),
        ({"sizes_kwh": []}, "at least 1 item"),
        ({"sizes_kwh": [-1.0]}, "greater than or equal to 0"),
        ({"time_zone": "Mars/Base"}, "no such time zone"),
        ({"chargers": list(range(300))}, "600 pairs of chargers and sizes_kwh"),
        ({"window": {**window(2), "end": "2026-01-12T00:30:00Z"}}, "whole number of steps"),
        ({"window": {"start": DAY[0], "end": "2030-01-01T00:00:00Z"}}, "at most 105408"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_a_study_that_is_wrong_is_refused_by_field(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        hosting(**changes)
