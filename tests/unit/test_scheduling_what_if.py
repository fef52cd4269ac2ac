"""What-if answers against sums by hand, against plans, and against looking ahead as a whole."""

from typing import Any

import pytest

from scheduling.flex import SiteDocument
from scheduling.planning import plan
from scheduling.planning.varying import Knob, VariationRefused, sweep, varied
from tests.unit.scheduling_documents import battery, clock, load, pv, site


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
