"""FlexMeasures notation: the units, times and prices that a field may be written in.

Expected figures are those of FlexMeasures 1.0.1 itself, or worked out by hand.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from scheduling.flex.devices.store import Store
from scheduling.flex.flexmeasures import document_from_flexmeasures
from tests.unit.flexmeasures_problems import at, device, problem, refused, series, solved, store


@pytest.mark.parametrize(
    ("unit", "resolution", "values"),
    [
        ("kWh", "PT1H", [2.0, 6.0, 4.0]),
        ("MWh", "PT1H", [0.002, 0.006, 0.004]),
        ("kWh", "PT15M", [0.5] * 4 + [1.5] * 4 + [1.0] * 4),
        ("kWh", "PT3H", [12.0]),
    ],
)
def test_energy_per_step_of_a_series_is_power(
    unit: str, resolution: str, values: list[float | None]
) -> None:
    """A meter's kWh: of a quarter of an hour four times as many kW."""
    load = device("load", inflexible_consumption={"series": "meter"})
    known = {"meter": series(values, unit, resolution)}
    power = solved(problem(load, series=known)).power_kw["load"]

    assert power == pytest.approx([2.0, 6.0, 4.0] if len(values) > 1 else [4.0] * 3)


@pytest.mark.parametrize(
    ("text", "kw"),
    [
        ("5000 W", 5.0),
        ("5kW", 5.0),
        ("0.005 MVA", 5.0),
        ("5e-9 TW", 5.0),
        ("5 kWh/h", 5.0),
        ("5 kWh / h", 5.0),
        ("0.1 kWh/min", 6.0),
        ("5000 J/s", 5.0),
        ("0.003 MJ/s", 3.0),
    ],
)
def test_powers(text: str, kw: float) -> None:
    [of_device] = document_from_flexmeasures(problem(store(power_capacity=text))).devices

    assert isinstance(of_device, Store)
    assert of_device.charge_limit_kw == pytest.approx([kw] * 3)


@pytest.mark.parametrize(
    ("text", "kwh"), [("36 MJ", 10.0), ("0.036 GJ", 10.0), ("10000 Wh", 10.0), ("1e-8 TWh", 10.0)]
)
def test_energies(text: str, kwh: float) -> None:
    [of_device] = document_from_flexmeasures(problem(store(soc_max=text))).devices

    assert isinstance(of_device, Store)
    assert of_device.stock_max_kwh == pytest.approx(kwh)


@pytest.mark.parametrize(
    ("text", "currency", "per_kwh"),
    [
        ("0.1 EUR / kWh", "EUR", 0.1),
        ("100EUR/MWh", "EUR", 0.1),
        ("0.1 kEUR/MWh", "EUR", 0.1),
        ("10 cUSD/kWh", "USD", 0.1),
        ("0.1 MKRW/MWh", "KRW", 100.0),
        ("100USD/MWh", "USD", 0.1),
        ("0.036 EUR/MJ", "EUR", 0.1296),
        ("36 EUR/GJ", "EUR", 0.1296),
    ],
)
@pytest.mark.parametrize("as_series", [False, True])
def test_prices(text: str, currency: str, per_kwh: float, *, as_series: bool) -> None:
    known: dict[str, Any] = {}
    price: Any = text
    if as_series:
        number = text.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz/ ")
        known["tariff"] = series([float(number)] * 3, text.removeprefix(number).strip())
        price = {"series": "tariff"}
    load = device("load", inflexible_consumption="1 kW")
    document = document_from_flexmeasures(
        problem(load, context={"consumption-price": price}, series=known)
    )

    assert document.currency == currency
    assert document.prices is not None
    assert document.prices.import_per_kwh == pytest.approx([per_kwh] * 3)


def test_a_name_with_a_slash_is_no_currency() -> None:
    commitment = {"name": "BSP/aFRR", "baseline": "1 kW", "up-price": "1 USD/kWh"}
    context = {"consumption-price": "1 USD/kWh", "commitments": [commitment]}
    document = document_from_flexmeasures(problem(store(), context=context))

    assert document.currency == "USD"


@pytest.mark.parametrize(
    "unit", ["kW/h", "EUR/kW", "kwh", "EUR", "EUR/kWh/h", "XkW", "kEURO/kWh", "EUR/banana"]
)
def test_what_is_no_price_per_energy_is_refused(unit: str) -> None:
    words = refused(problem(store(), context={"consumption-price": f"1 {unit}"}))

    assert f"$.flex_context.consumption-price: {unit!r} is not a unit of price per energy" in words


def test_two_of_start_duration_and_end_say_when() -> None:
    """The last two hours are closed, by each pair of the three."""
    pairs = (
        {"start": at(1), "end": at(3)},
        {"start": at(1), "duration": "PT2H"},
        {"end": at(3), "duration": "PT2H"},
    )
    for pair in pairs:
        first = {"start": at(0), "end": at(1), "value": "10 kW"}
        closed = device("roof", production_capacity=[first, {**pair, "value": "0 kW"}])
        context = {"consumption-price": "1 EUR/kWh"}
        power = solved(problem(closed, context=context)).power_kw["roof"]

        assert power == pytest.approx([-10.0, 0.0, 0.0])


def test_a_window_starts_on_the_clock() -> None:
    given = problem(store(), series={"price": series([100.0] * 4, "EUR/MWh")})
    given["time"]["start"] = "2026-01-12T00:25:00+01:00"
    window = document_from_flexmeasures(given).window

    assert window.start == datetime(2026, 1, 11, 23, tzinfo=UTC)
    assert window.grid.n_steps == 3


@pytest.mark.parametrize("resolution", ["PT90S", "PT30S", "PT2H", "PT7M", "P1D"])
def test_a_step_that_does_not_divide_the_hour_is_refused(resolution: str) -> None:
    given = problem(store())
    given["time"].update(resolution=resolution, duration="P7D")

    assert "$.time.resolution: should be whole minutes that divide an hour" in refused(given)


def test_the_stock_at_the_start_comes_from_a_sensor_of_moments() -> None:
    known = {"level": series([50.0], "%", "PT0M")}
    tank = store(soc_at_start=None, soc_max="14 kWh", state_of_charge={"series": "level"})
    answer = solved(problem(tank, series=known))

    assert answer.stock_kwh["battery"][0] == pytest.approx(7.0)


def test_prices_of_what_a_stock_misses_may_change_over_time() -> None:
    """14.5 of 15 kWh are missing after one hour, 14 after two, 13.5 after three.

    A tick has the price of the step that it begins, the last known at the end: 1, 2 and 2 EUR/kWh.
    """
    minima = [{"start": at(1), "end": at(3), "value": "15 kWh"}]
    tank = store(consumption_capacity="0.5 kW", power_capacity="0.5 kW", soc_minima=minima)
    prices = (
        {"series": "missing"},
        [
            {"start": at(0), "end": at(2), "value": "1 EUR/kWh"},
            {"start": at(2), "end": at(3), "value": "2 EUR/kWh"},
        ],
    )
    known = {"missing": series([1.0, 1.0, 2.0], "EUR/kWh")}
    for price in prices:
        context = {"consumption-price": "0 EUR/kWh", "soc-minima-breach-price": price}
        answer = solved(problem(tank, context=context, series=known))

        each = 14.5 * 1 + 14.0 * 2 + 13.5 * 2
        assert answer.cost == pytest.approx(each + 14.5 * 1 + 14.0 * 2)


def test_where_a_price_of_missing_changes_a_target_is_another_stretch_on_both_sides() -> None:
    """Too full by 5, 4 and 3 kWh: the price of missing below alone changes after two ticks."""
    targets = [{"start": at(1), "end": at(3), "value": "4 kWh"}]
    tank = store(
        soc_at_start="10 kWh", soc_max="20 kWh", power_capacity="1 kW", soc_targets=targets
    )
    context = {
        "consumption-price": "0 EUR/kWh",
        "soc-minima-breach-price": [
            {"start": at(0), "end": at(2), "value": "7 EUR/kWh"},
            {"start": at(2), "end": at(3), "value": "9 EUR/kWh"},
        ],
        "soc-maxima-breach-price": "1 EUR/kWh",
    }
    answer = solved(problem(tank, context=context))

    assert answer.cost == pytest.approx((5 + 4 + 3) + 5 + 4)


def test_in_a_list_a_connection_of_electricity_without_prices_costs_nothing() -> None:
    electricity = {"commodity": "electricity", "site-consumption-capacity": "5 kW"}
    gas = {"commodity": "gas", "consumption-price": "1 EUR/kWh"}
    given = problem(device("load", inflexible_consumption="3 kW"))
    given["flex_context"] = [electricity, gas]

    assert solved(given).cost == pytest.approx(0.0)
    given["flex_context"] = [{"commodity": "electricity"}, gas]
    assert "commodities[0].consumption-price: Field required" in refused(given)


def test_operation_modes_may_be_plain_megawatts() -> None:
    """As in FlexMeasures: 0 or 4 to 5 kW."""
    modes = [{"consumption-range": [0, 0]}, {"consumption-range": [0.004, 0.005]}]
    [of_device] = document_from_flexmeasures(problem(store(operation_modes=modes))).devices

    assert isinstance(of_device, Store)
    bands = [(band.low_kw, band.high_kw) for band in of_device.bands]
    assert bands == [(0.0, 0.0), (4.0, 5.0)]
