"""Capacities of devices that are silent or relaxed, as FlexMeasures 1.0.1 reads them.

Prices are 100, 200, 300 ... EUR/MWh by the hour, as ``problem`` makes them.
"""

from typing import Any

import pytest

from tests.unit.flexmeasures_problems import at, problem, refused, solved, store

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


def test_where_nothing_limits_a_device_it_is_refused() -> None:
    given = problem(store(power_capacity=_FIRST_HOUR))
    del given["flex_context"]["site-power-capacity"]

    assert "flex_model: needs power-capacity: consumption-capacity is silent" in refused(given)
