"""Commitments of a flex-context: a baseline, and prices for deviating from it."""

from math import isnan, nan
from typing import Any, Final

from scheduling.flex.flexmeasures.commodities import commodity_of
from scheduling.flex.flexmeasures.objects import known, name_of, objects
from scheduling.flex.flexmeasures.parts import ELECTRICITY, Parts
from scheduling.flex.flexmeasures.reading import Reader, Steps
from scheduling.flex.flexmeasures.units import POWER, Unit, price_of_steps
from scheduling.flex.parsing import DocumentError

_FIELDS: Final = {
    "name",
    "baseline",
    "up-price",
    "down-price",
    "commodity",
    "sensors",
    "devices",
    "group",
}


def add_commitments(reader: Reader, context: dict[str, Any], parts: Parts, path: str) -> None:
    """Add the commitments of a context."""
    for at, given in objects(context.get("commitments"), f"{path}.commitments"):
        known(given, _FIELDS, at)
        if not {"up-price", "down-price"} & set(given):
            raise DocumentError([(at, "needs an up-price, a down-price or both")])
        price = price_of_steps(reader.grid.step_hours)
        baseline = (0.0,) * reader.grid.n_steps
        if "baseline" in given:
            baseline = reader.steps(given["baseline"], POWER, f"{at}.baseline", default=nan)
        # Where nothing is committed to, nothing deviates.
        counts = [not isnan(power) for power in baseline]
        up, down = (
            _prices(reader, given, f"{side}-price", price, at, counts=counts)
            for side in ("up", "down")
        )
        # Theirs is the price of a deviation that counts negative: it is earned.
        down = tuple(-each for each in down)
        if any(u < 0 and d < 0 for u, d in zip(up, down, strict=True)):
            raise DocumentError([(at, "deviating up and deviating down cannot both earn")])
        name = f"commitment {len(parts.lists.get('commitments', []))}"
        if "name" in given:
            name = name_of(given, at)
        if name in parts.names("commitments"):
            raise DocumentError([(f"{at}.name", f"another commitment is called {name!r}")])
        entry = {
            "name": name,
            "baseline_kw": tuple(0.0 if isnan(power) else power for power in baseline),
            "up_cost_per_kwh": up,
            "down_cost_per_kwh": down,
            **_scope(given, context, parts, at),
        }
        parts.add("commitments", at, entry)


def _prices(
    reader: Reader, given: dict[str, Any], name: str, unit: Unit, path: str, *, counts: list[bool]
) -> Steps:
    if name not in given:
        return (0.0,) * reader.grid.n_steps
    found = reader.steps(given[name], unit, f"{path}.{name}", default=0.0)
    return tuple(each if does else 0.0 for each, does in zip(found, counts, strict=True))


def _scope(
    given: dict[str, Any], context: dict[str, Any], parts: Parts, path: str
) -> dict[str, Any]:
    named = [name for name in ("sensors", "devices", "group") if given.get(name) is not None]
    if len(named) > 1:
        raise DocumentError([(path, f"give one of {' and '.join(named)}")])
    if named == ["group"]:
        return {"node": _name(given["group"], f"{path}.group", parts.names("nodes"), "group")}
    if named:
        scope = given[named[0]]
        among = parts.names("devices")
        return {
            "devices": tuple(
                _name(each, f"{path}.{named[0]}[{i}]", among, "device")
                for i, each in enumerate(scope if isinstance(scope, list) else [scope])
            )
        }
    commodity = commodity_of({**context, **given}, path)
    if commodity not in parts.inner:
        raise DocumentError([(f"{path}.commodity", f"there is no commodity {commodity!r}")])
    return {"node": None if commodity == ELECTRICITY else commodity}


def _name(given: Any, path: str, among: set[str], what: str) -> str:
    name = next(iter(given.values()), None) if isinstance(given, dict) else given
    if not isinstance(name, str) or name not in among:
        raise DocumentError([(path, f"there is no {what} {name!r}")])
    return name
