"""Capacities of devices that are silent or relaxed, as FlexMeasures 1.0.1 reads them.

Prices are 100, 200, 300 ... EUR/MWh by the hour, as ``problem`` makes them.
"""

from typing import Any

import pytest

from tests.unit.flexmeasures_problems import at, device, problem, refused, solved, store

_FIRST_HOUR = [{"start": at(0), "end": at(1), "value": "10 kW"}]


def test_between_two_ticks_nothing_can_be_discharged_where_the_capacity_is_silent() -> None:
    """At most 4 kWh at 01:30, and at both ticks beside it, whatever the site could take."""
    maxima = [{"datetime": at(1, 30), "value": "4 kWh"}]
    full = store(
        soc_at_start="12 kWh", soc_max="20 kWh", soc_maxima=maxima, power_capacity=_FIRST_HOUR
    )
    answer = solved(problem(full))

    assert answer.stock_kwh["battery"] == pytest.approx([12.0, 4.0, 4.0, 0.0])


def test_where_a_capacity_and_the_site_are_silent_the_stock_is_the_limit() -> None:
    """10 kWh in the first hour, which is the cheapest, and the rest of 30 at once in the next."""
    minima = [{"datetime": at(3), "value": "30 kWh"}]
    given = problem(store(soc_max="30 kWh", soc_minima=minima, power_capacity=_FIRST_HOUR))
    del given["flex_context"]["site-power-capacity"]
    answer = solved(given)

    assert answer.power_kw["battery"] == pytest.approx([10.0, 20.0, 0.0])


@pytest.mark.parametrize(
    ("context", "missed_kwh"),
    [({}, 0.0), ({"consumption-breach-price": "1 EUR/kW"}, 2.0)],
)
def test_who_prices_one_direction_of_devices_leaves_the_other_hard(
    context: dict[str, Any], missed_kwh: float
) -> None:
    """8 kWh are to go within an hour by 6 kW, or by more at 100 EUR/kW."""
    maxima = [{"datetime": at(1), "value": "0 kWh"}]
    full = store(
        soc_at_start="8 kWh",
        soc_max="20 kWh",
        soc_maxima=maxima,
        consumption_capacity="6 kW",
        production_capacity="6 kW",
    )
    relaxed = {"relax-capacity-constraints": True, **context}
    answer = solved(problem(full, context=relaxed))

    assert answer.stock_kwh["battery"][1] == pytest.approx(missed_kwh)


def _without_a_site(*devices: dict[str, Any]) -> dict[str, Any]:
    given = problem(*devices)
    del given["flex_context"]["site-power-capacity"]
    return given


def test_where_nothing_limits_a_store_it_is_a_megawatt() -> None:
    """Bought at 200 EUR/MWh in the second hour and sold at 300 in the third."""
    answer = solved(_without_a_site(store(power_capacity=_FIRST_HOUR)))

    assert answer.power_kw["battery"] == pytest.approx([10.0, 990.0, -1000.0])
    assert answer.cost == pytest.approx(1.0 + 198.0 - 300.0)


def test_a_device_that_may_do_more_lets_the_others_do_as_much() -> None:
    larger = device("mill", inflexible_consumption="3 MW")
    answer = solved(_without_a_site(store(power_capacity=_FIRST_HOUR), larger))

    assert answer.power_kw["battery"][1:] == pytest.approx([2990.0, -3000.0])


def _sharing(name: str, **fields: Any) -> dict[str, Any]:
    return device(name, state_of_charge={"series": "level"}, **fields)


_LEVEL = {
    "unit": "kWh",
    "resolution": "PT0M",
    "start": at(0),
    "values": [],
}


def test_feeders_of_one_stock_that_are_silent_are_limited_by_what_it_holds() -> None:
    """12 of 20 kWh are to be there at 02:00; the rest of it is sold again for 300 EUR/MWh."""
    minima = [{"datetime": at(2), "value": "12 kWh"}]
    of_stock = {"soc_at_start": "0 kWh", "soc_min": "0 kWh", "soc_max": "20 kWh"}
    one = _sharing("one", soc_minima=minima, power_capacity=_FIRST_HOUR, **of_stock)
    other = _sharing("other", power_capacity=_FIRST_HOUR, discharging_efficiency="50%")
    given = _without_a_site(one, other)
    given["series"]["level"] = _LEVEL
    answer = solved(given)

    # Both fill it in the first hour; what leaves it by the other would lose half.
    assert answer.power_kw["one"] + answer.power_kw["other"] == pytest.approx([20.0, 0.0, -20.0])
    assert answer.cost == pytest.approx(2.0 - 6.0)


def test_feeders_that_make_energy_between_them_do_so_up_to_a_megawatt() -> None:
    """What FlexMeasures answers to an efficiency of 200 %: 500 kW in, 1 MW out, hour by hour."""
    of_stock = {"soc_at_start": "0 kWh", "soc_min": "0 kWh", "soc_max": "20 kWh"}
    one = _sharing("one", power_capacity=_FIRST_HOUR, **of_stock)
    other = _sharing("other", power_capacity=_FIRST_HOUR, charging_efficiency="200%")
    given = _without_a_site(one, other)
    given["series"]["level"] = _LEVEL
    answer = solved(given)

    assert answer.power_kw["one"][1:] == pytest.approx([-1000.0, -1000.0])
    assert answer.cost == pytest.approx(1.0 + 100.0 + 147.0 - 500.0)


def test_where_capacities_are_silent_more_may_flow_between_devices_than_the_site_takes() -> None:
    """150 kWh within an hour: 50 from the grid, all that the site takes, 100 from the other."""
    later = [{"start": at(1), "end": at(3), "value": "10 kW"}]
    full = device("full", soc_at_start="200 kWh", soc_min="0 kWh", soc_max="200 kWh")
    full["flex_model"]["power-capacity"] = later
    minima = [{"datetime": at(1), "value": "150 kWh"}]
    other = store(soc_max="200 kWh", soc_minima=minima, power_capacity=later)
    answer = solved(problem(full, other))

    assert answer.power_kw["battery"][0] == pytest.approx(150.0)
    assert answer.power_kw["full"][0] <= -100.0


def test_a_device_without_any_capacity_is_refused() -> None:
    given = _without_a_site(device("battery", soc_at_start="0 kWh", soc_min="0 kWh"))

    assert "flex_model.power-capacity: Field required" in refused(given)


def test_between_two_ticks_a_shared_stock_changes_as_fast_as_its_first_feeder() -> None:
    """At most 4 kWh at 01:30: at both ticks beside it what 10 kW do in half an hour more."""
    maxima = [{"datetime": at(1, 30), "value": "4 kWh"}]
    of_stock = {"soc_at_start": "12 kWh", "soc_min": "0 kWh", "soc_max": "20 kWh"}
    one = _sharing("one", soc_maxima=maxima, power_capacity="10 kW", **of_stock)
    given = problem(one, _sharing("other", power_capacity="2 kW"))
    given["series"]["level"] = _LEVEL
    answer = solved(given)

    assert answer.stock_kwh["stock of one, other"] == pytest.approx([12.0, 9.0, 9.0, 0.0])


def test_devices_with_long_names_share_a_stock() -> None:
    names = "a" * 60, "b" * 60
    of_stock = {"soc_at_start": "2 kWh", "soc_min": "0 kWh", "soc_max": "20 kWh"}
    given = problem(
        _sharing(names[0], power_capacity="10 kW", **of_stock),
        _sharing(names[1], power_capacity="2 kW"),
    )
    given["series"]["level"] = _LEVEL

    assert len(solved(given).stock_kwh) == 1
