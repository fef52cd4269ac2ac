"""In which currencies the prices of a flex-context are."""

from typing import Any

from scheduling.flex.flexmeasures.units import currency_of


def currencies_of(given: Any, series: dict[str, Any]) -> set[str]:
    """Return the currencies of all prices in ``given``, a context or a part of one.

    Args:
        series: those of the document, by name.
    """
    if isinstance(given, list):
        return set().union(*(currencies_of(part, series) for part in given))
    if not isinstance(given, dict):
        return set()
    found: set[str] = set()
    for name, value in given.items():
        of_prices = str(name).endswith("-price")
        found |= _of_price(value, series) if of_prices else currencies_of(value, series)
    return found


def _of_price(value: Any, series: dict[str, Any]) -> set[str]:
    if isinstance(value, list):
        return set().union(*(_of_price(part, series) for part in value))
    if isinstance(value, dict):
        parts = [value.get("value"), value.get("default")]
        if isinstance(name := value.get("series"), str) and isinstance(series.get(name), dict):
            parts.append(series[name].get("unit"))
        return set().union(*(_of_price(part, series) for part in parts))
    currency = currency_of(value) if isinstance(value, str) else None
    return {currency} if currency else set()
