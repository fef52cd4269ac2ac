"""What-if answers against sums by hand, against plans, and against looking ahead as a whole."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from scheduling.engines.highs import HighsEngine
from scheduling.flex import SiteDocument
from scheduling.flex.study import BatteryStudy, HostingStudy, Study
from scheduling.formulation.hosting import Hosted, build_hosted
from scheduling.planning import plan
from scheduling.planning.hosting import study_hosting
from scheduling.planning.sizing import StudyRefused, study_sizes
from scheduling.planning.varying import Knob, VariationRefused, sweep, varied
from tests.unit.scheduling_documents import battery, clock, load, pv, site

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


def ev(name: str) -> dict[str, Any]:
    return {
        "kind": "ev",
        "name": name,
        "arrival": clock(0),
        "departure": clock(2),
        "capacity_kwh": 20,
        "stock_at_arrival_kwh": 0,
        "stock_at_departure_kwh": 4,
        "charge_limit_kw": 4,
        "charge_efficiency": 1.0,
    }


GOAL = {"kind": "min", "points": [{"at": clock(2), "stock_kwh": 1}]}
SITE = site(
    battery(stock_at_start_kwh=2, goals=[GOAL]),
    pv([0.0, 4.0, 2.0]),
    ev("van"),
    load(1.0),
    import_price=[0.1, 0.2, 0.5],
    import_limit_kw=9.0,
)  # fmt: skip


def devices_of(document: SiteDocument, kind: str) -> list[dict[str, Any]]:
    devices = document.model_dump()["devices"]
    return [each for each in devices if each["kind"] == kind]


def test_a_larger_battery_keeps_its_ratios() -> None:
    [larger] = devices_of(varied(SITE, {Knob.BATTERY_KWH: 25.0}), "battery")

    assert (larger["capacity_kwh"], larger["charge_limit_kw"]) == (25, 12.5)
    assert larger["stock_at_start_kwh"] == 5
    assert larger["goals"][0]["points"][0]["stock_kwh"] == 2.5
    assert devices_of(SITE, "battery")[0]["capacity_kwh"] == 10


def test_the_others_change_what_they_name_and_nothing_else() -> None:
    document = varied(
        SITE, {Knob.CHARGERS: 3, Knob.PV_KW: 8.0, Knob.IMPORT_LIMIT_KW: 5.0, Knob.BATTERY_KWH: 0.0}
    )

    assert [each.name for each in document.devices] == ["pv", "load", "van", "van (2)", "van (3)"]
    assert devices_of(document, "pv")[0]["available_kw"] == (0.0, 8.0, 4.0)
    assert document.connection.import_limit_kw == 5.0
    assert varied(SITE, {}) == SITE


def test_a_sweep_plans_each_combination_as_its_document_would_be() -> None:
    variants = sweep(SITE, {Knob.BATTERY_KWH: [5.0, 10.0], Knob.IMPORT_LIMIT_KW: [4.0, 0.2]})

    assert [tuple(each.changes.values()) for each in variants] == [
        *((5.0, 4.0), (5.0, 0.2), (10.0, 4.0), (10.0, 0.2)),
    ]
    assert [each.fits for each in variants] == [True, False, True, False]
    for each in variants[::2]:
        assert each.plan is not None
        assert each.plan.cost == plan(varied(SITE, each.changes)).cost


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({Knob.BATTERY_KWH: -1.0}, "battery_kwh: -1 should be at least 0"),
        ({Knob.CHARGERS: 1.5}, "chargers: 1.5 should be a whole number"),
        ({Knob.CHARGERS: 1e9}, "chargers: 1e+09 should be a number, at most 2,000"),
        ({Knob.CHARGERS: float("nan")}, "chargers: nan should be a number, at most 2,000"),
        ({Knob.PV_KW: float("inf")}, "pv_kw: inf should be a number, at most 1e+09"),
    ],
)
def test_what_cannot_be_varied_is_named(changes: dict[Knob, float], words: str) -> None:
    with pytest.raises(VariationRefused) as refused:
        varied(SITE, changes)
    assert str(refused.value) == words


def test_what_was_planned_before_goes_with_its_battery() -> None:
    """Half the battery keeps half the power; none of it keeps nothing."""
    rolling = {"published_kw": {"battery": [4.0, 4.0]}, "frozen_until": clock(1)}
    followed = site(battery(), import_price=[0.1, 0.2], more={"rolling": rolling})

    half, none = (varied(followed, {Knob.BATTERY_KWH: size}) for size in (5.0, 0.0))

    assert plan(half).power_kw["battery"][0] == pytest.approx(2.0)
    assert (none.rolling.published_kw, none.rolling.frozen_until) == ({}, None)
    assert none.devices == ()


def test_a_site_without_the_device_says_so() -> None:
    bare = site(load(1.0), import_price=[0.1])

    for knob, kind in ((Knob.CHARGERS, "ev"), (Knob.PV_KW, "pv")):
        with pytest.raises(VariationRefused, match=f"no device of kind {kind}"):
            varied(bare, {knob: 1.0})
    with pytest.raises(VariationRefused, match="at most 200"):
        sweep(bare, {Knob.IMPORT_LIMIT_KW: [1.0] * 15, Knob.EXPORT_LIMIT_KW: [1.0] * 15})


def test_a_site_without_a_battery_is_given_one_that_is_empty() -> None:
    """Of 4 kWh and 2 kW: what it stores at 0.1 for two hours saves 0.5 a kWh."""
    bare = site(load(2.0, name="battery"), import_price=[0.1, 0.1, 0.5, 0.5])

    given = varied(bare, {Knob.BATTERY_KWH: 4.0})
    [one] = devices_of(given, "battery")
    none, with_it = sweep(bare, {Knob.BATTERY_KWH: [0.0, 4.0]})

    assert devices_of(varied(bare, {Knob.BATTERY_KWH: 0.0}), "battery") == []
    assert (one["name"], one["capacity_kwh"], one["charge_limit_kw"]) == ("battery (2)", 4.0, 2.0)
    assert none.plan is not None
    assert with_it.plan is not None
    given_back = 4.0 * 0.95 * 0.95
    wear = 0.01 * (4.0 + given_back)
    saved = given_back * 0.5 - 4.0 * 0.1 - wear
    assert none.plan.cost - with_it.plan.cost == pytest.approx(saved)


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
