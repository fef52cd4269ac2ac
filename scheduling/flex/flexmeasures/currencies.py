"""In which currencies the prices of a flex-context are."""

from collections.abc import Iterator
from typing import Any

from scheduling.flex.flexmeasures.units import currency_of


def currencies_of(given: Any, series: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """Yield (path, currency) of each price in ``given``, a context or a part of one.

    Args:
        series: those of the document, by name.
        path: of ``given``.
    """
    if isinstance(given, list):
        for i, part in enumerate(given):
            yield from currencies_of(part, series, f"{path}[{i}]")
    elif isinstance(given, dict):
        for name, value in given.items():
            at = f"{path}.{name}"
            if str(name).endswith("-price"):
                yield from ((at, currency) for currency in sorted(_of_price(value, series)))
            else:
                yield from currencies_of(value, series, at)


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
