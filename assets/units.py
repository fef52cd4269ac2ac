"""Units of senders, converted once, at the edge, to the one unit of a quantity. Pure.

Power is positive into the asset; the sign of a sender who says otherwise is turned here.
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pint

Array = NDArray[np.float64]
Convert = Callable[[Array], Array]

#: The unit in which values of a quantity are kept; prices in currency per kWh.
KEPT: Final[Mapping[str, str]] = {
    "POWER": "kW",
    "ENERGY": "kWh",
    "STOCK": "kWh",
    "PRICE": "1/kWh",
    "TEMPERATURE": "degC",
    "IRRADIANCE": "W/m^2",
    "CO2": "kg/kWh",
}
_EXAMPLES: Final[Mapping[str, str]] = {
    "POWER": "W, kW, MW, or per step Wh, kWh, MWh",
    "ENERGY": "Wh, kWh, MWh, or mean W, kW, MW",
    "STOCK": "Wh, kWh, MWh",
    "PRICE": "EUR/kWh, EUR/MWh, ct/kWh",
    "TEMPERATURE": "degC, degF, K",
    "IRRADIANCE": "W/m2",
    "CO2": "kg/kWh, g/kWh, kg/MWh",
}
_CURRENCY: Final = re.compile(r"^\s*([A-Z]{3}|ct|cent|€)\s*/\s*(.+)$")
_CENTS: Final = frozenset({"ct", "cent"})


class UnknownUnit(ValueError):
    """The unit is none, or none of this quantity; the message says which fit."""


def converter(
    unit: str, quantity: str, *, step: timedelta, outward_positive: bool = False
) -> Convert:
    """Return the function that takes values in ``unit`` to the unit of ``quantity``.

    Args:
        unit: as the sender says it, for example "MW", "kWh" or "EUR/MWh".
        quantity: a key of ``KEPT``.
        step: length of an event, by which energy becomes mean power and the reverse; zero for
            points in time, between which there is no way.
        outward_positive: the sender counts what comes out of the asset as positive.

    Raises:
        UnknownUnit: ``unit`` is none, or does not fit ``quantity``.
    """
    factor, offset = _line(unit.strip(), quantity, step / timedelta(hours=1))
    if outward_positive:
        factor, offset = -factor, -offset

    def convert(values: Array) -> Array:
        return values * factor + offset

    return convert


@cache
def _line(unit: str, quantity: str, hours: float) -> tuple[float, float]:
    """Return factor and offset of the conversion."""
    refusal = UnknownUnit(f"{unit!r} is no unit of {quantity}: use {_EXAMPLES[quantity]}")
    registry, scale = _registry(), 1.0
    written = unit.replace("°C", "degC").replace("°F", "degF").replace("²", "2")
    written = re.sub(r"\bm2\b", "m^2", written)
    if quantity == "PRICE":
        parts = _CURRENCY.match(written)
        if parts is None:
            raise refusal
        written = f"1/({parts[2]})"
        scale = 0.01 if parts[1] in _CENTS else 1.0
    try:
        given, kept = registry.Unit(_parsed(registry, written)), registry.Unit(KEPT[quantity])
        factor, offset = _between(registry, given, kept, quantity, hours)
    except Exception as error:  # the library raises of many kinds for what is no unit
        raise refusal from error
    return factor * scale, offset


def _between(
    registry: "pint.UnitRegistry[Any]", given: Any, kept: Any, quantity: str, hours: float
) -> tuple[float, float]:
    if not hours and not given.is_compatible_with(kept):
        raise UnknownUnit
    if quantity == "POWER" and given.is_compatible_with("kWh"):
        return registry.Quantity(1.0, given).to("kWh").magnitude / hours, 0.0
    if quantity == "ENERGY" and given.is_compatible_with("kW"):
        return registry.Quantity(1.0, given).to("kW").magnitude * hours, 0.0
    zero = float(registry.Quantity(0.0, given).to(kept).magnitude)
    one = float(registry.Quantity(1.0, given).to(kept).magnitude)
    return one - zero, zero


def _parsed(registry: "pint.UnitRegistry[Any]", written: str) -> Any:
    parsed = registry.parse_expression(written)
    return getattr(parsed, "units", registry.dimensionless)


@cache
def _registry() -> "pint.UnitRegistry[Any]":
    import pint  # noqa: PLC0415  # a third of a second that most commands need not pay

    return pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
