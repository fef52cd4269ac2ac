"""Quantities as FlexMeasures writes them: "450 kWh", "90%", "20 EUR/kW"; durations and times."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from scheduling.flex.parsing import DocumentError
from scheduling.flex.quantities import MOST

_NUMBER: Final = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_QUANTITY: Final = re.compile(rf"^\s*({_NUMBER})\s*(.*?)\s*$")
_DURATION: Final = re.compile(
    r"^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+)S)?)?$"
)
_SIZES: Final = {"": 1.0, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
#: Of each unit of power or energy, how many kW or kWh it is; reactive power counts in full.
_ENERGY: Final = {
    f"{size}{unit}": factor * kwh
    for unit, kwh in (("Wh", 1e-3), ("J", 1e-3 / 3_600))
    for size, factor in _SIZES.items()
}
_WATTS: Final = {
    f"{size}{unit}": factor * 1e-3 for unit in ("W", "VA") for size, factor in _SIZES.items()
}
_POWER: Final = _WATTS | {
    f"{unit}/{time}": kwh * per_hour
    for unit, kwh in _ENERGY.items()
    for time, per_hour in (("h", 1), ("min", 60), ("s", 3_600))
}
#: Prices may be in thousandths, hundredths (cents), thousands or millions of a currency.
_PRICE: Final = re.compile(r"^([mckM]?)([A-Z]{3})/(\w+)$")
_SIZES_OF_MONEY: Final = _SIZES | {"c": 1e-2}
#: Times and durations beyond any plan: sums of them stay what a clock can show.
_YEARS: Final = (1970, 2200)
_LONGEST: Final = timedelta(days=3_660)


@dataclass(frozen=True, slots=True)
class Unit:
    """What a field measures: ``kind`` is power, energy, share, or a price per one of them.

    A price "per energy or power" is in the currency per kWh: one per kW is paid in each step,
    of ``step_hours``.
    """

    kind: str
    step_hours: float | None = None

    def factor(self, text: str, path: str) -> float:
        """Return by what to multiply a value in ``text`` to get kW, kWh, a share, or a price.

        Raises:
            DocumentError: ``text`` is no unit of this kind.
        """
        text = re.sub(r"\s*/\s*", "/", text)
        if self.kind == "share":
            if text in {"", "dimensionless"}:
                return 1.0
            if text == "%":
                return 0.01
        elif self.kind in {"power", "energy"}:
            known = _POWER if self.kind == "power" else _ENERGY
            if text in known:
                return known[text]
        else:
            per = _WATTS if self.kind == "price per power" else _ENERGY
            if self.step_hours is not None:
                of_step = {unit: size * self.step_hours for unit, size in _WATTS.items()}
                per = of_step | per
            found = _PRICE.match(text)
            if found and found[3] in per:
                return _SIZES_OF_MONEY[found[1]] / per[found[3]]
        raise DocumentError([(path, f"{text!r} is not a unit of {self.kind}")])


POWER: Final = Unit("power")
ENERGY: Final = Unit("energy")
SHARE: Final = Unit("share")
PRICE: Final = Unit("price per energy")
POWER_PRICE: Final = Unit("price per power")


def price_of_steps(step_hours: float) -> Unit:
    """Return the unit of a price per energy, or per power in each step."""
    return Unit("price per energy or power", step_hours)


def quantity(text: Any, unit: Unit, path: str, *, bare: str | None = None) -> float:
    """Return the number that ``text`` states, in kW, kWh, as a share or a price.

    Args:
        bare: the unit of a number without one; refused when None.

    Raises:
        DocumentError: it states none.
    """
    if isinstance(text, bool) or not isinstance(text, (int, float, str)):
        raise DocumentError([(path, "should be a quantity such as '5 kW'")])
    found = _QUANTITY.match(str(text))
    if found is None:
        raise DocumentError([(path, f"{text!r} is not a quantity such as '5 kW'")])
    name = found[2] or bare
    if name is None and unit.kind != "share":
        raise DocumentError([(path, f"{text!r} has no unit")])
    value = float(found[1]) * unit.factor(name or "", path)
    if abs(value) > MOST:
        raise DocumentError(
            [(path, f"{found[1][:40]} {name or ''} is too much for any site".replace("  ", " "))]
        )
    return value


def currency_of(text: str) -> str | None:
    """Return the currency of a unit such as "EUR/MWh", None where there is none."""
    found = re.search(r"([A-Z]{3})\s*/", text)
    return found[1] if found else None


def factor_of_series(unit: Unit, text: str, step: timedelta, path: str) -> float:
    """Return by what to multiply values of a series in ``text``, each about ``step``.

    Energy per step is power, as meters and FlexMeasures record it.

    Raises:
        DocumentError: ``text`` is no unit of this kind.
    """
    if unit is POWER and text in _ENERGY:
        return _ENERGY[text] * (timedelta(hours=1) / step)
    return unit.factor(text, path)


def duration(text: Any, path: str) -> timedelta:
    """Return an ISO 8601 duration without months and years.

    Raises:
        DocumentError: ``text`` is none.
    """
    found = _DURATION.match(text) if isinstance(text, str) else None
    if found is None or not any(found.groups()):
        raise DocumentError([(path, f"{text!r} is not a duration such as 'PT15M'")])
    weeks, days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    try:
        lasts = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        lasts = timedelta(0)
    if not timedelta(0) < lasts <= _LONGEST:
        raise DocumentError([(path, f"{text!r} is too short or too long")])
    return lasts


def is_moment(text: Any) -> bool:
    """Whether a duration is none at all, as that of a sensor of moments: "PT0M"."""
    found = _DURATION.match(text) if isinstance(text, str) else None
    parts = [float(part) for part in found.groups() if part] if found else []
    return bool(parts) and not any(parts)


def nominal_days(text: Any) -> timedelta:
    """Return the whole days and weeks of a duration, which last from clock time to clock time."""
    found = _DURATION.match(text) if isinstance(text, str) else None
    weeks, days = (int(found[1] or 0), int(found[2] or 0)) if found else (0, 0)
    return timedelta(weeks=weeks, days=days)


def moment(text: Any, path: str) -> datetime:
    """Return an aware time.

    Raises:
        DocumentError: ``text`` is none.
    """
    try:
        time = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise DocumentError([(path, f"{text!r} is not a time in ISO 8601")]) from None
    if time.tzinfo is None:
        raise DocumentError([(path, "the time needs an offset")])
    if not _YEARS[0] <= time.year <= _YEARS[1]:
        raise DocumentError([(path, f"the year should be between {_YEARS[0]} and {_YEARS[1]}")])
    return time
