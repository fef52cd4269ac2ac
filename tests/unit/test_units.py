"""Units, each against a number worked out by hand."""

from datetime import timedelta

import numpy as np
import pytest

from assets.units import UnknownUnit, converter

QUARTER = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("unit", "quantity", "given", "kept"),
    [
        ("kW", "POWER", 3.0, 3.0),
        ("W", "POWER", 1500.0, 1.5),
        ("MW", "POWER", 0.2, 200.0),
        ("kWh", "POWER", 2.5, 10.0),
        ("Wh", "POWER", 250.0, 1.0),
        ("MWh", "ENERGY", 0.001, 1.0),
        ("kW", "ENERGY", 10.0, 2.5),
        ("Wh", "STOCK", 5000.0, 5.0),
        ("EUR/MWh", "PRICE", 92.4, 0.0924),
        ("EUR/kWh", "PRICE", -0.05, -0.05),
        ("ct/kWh", "PRICE", 25.0, 0.25),
        ("USD/MWh", "PRICE", 1000.0, 1.0),
        ("degC", "TEMPERATURE", 21.0, 21.0),
        ("°F", "TEMPERATURE", 50.0, 10.0),
        ("K", "TEMPERATURE", 273.15, 0.0),
        ("W/m2", "IRRADIANCE", 800.0, 800.0),
        ("g/kWh", "CO2", 300.0, 0.3),
    ],
)
def test_converts(unit: str, quantity: str, given: float, kept: float) -> None:
    convert = converter(unit, quantity, step=QUARTER)

    assert convert(np.array([given, np.nan])) == pytest.approx([kept, np.nan], nan_ok=True)


@pytest.mark.parametrize(
    ("unit", "quantity"),
    [
        ("EUR/MWh", "POWER"),
        ("kW", "STOCK"),
        ("kW", "PRICE"),
        ("MWh", "PRICE"),
        ("EUR/kW", "PRICE"),
        ("parsec", "POWER"),
        ("", "POWER"),
        ("kW; DROP TABLE", "POWER"),
        ("5", "POWER"),
        ("kWh", "TEMPERATURE"),
    ],
)
def test_a_unit_that_does_not_fit_is_named_with_those_that_do(unit: str, quantity: str) -> None:
    with pytest.raises(UnknownUnit, match=f"is no unit of {quantity}: use "):
        converter(unit, quantity, step=QUARTER)
