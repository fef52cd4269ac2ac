"""The contexts of a document's commodities, and what stands above them all."""

from typing import Any, Final

from scheduling.flex.flexmeasures.breaches import breach_price, stock_price
from scheduling.flex.flexmeasures.objects import known, objects
from scheduling.flex.flexmeasures.parts import ELECTRICITY
from scheduling.flex.flexmeasures.reading import Reader
from scheduling.flex.parsing import DocumentError

_FIELDS: Final = {
    "consumption-price",
    "production-price",
    "site-power-capacity",
    "site-consumption-capacity",
    "site-production-capacity",
    "site-consumption-breach-price",
    "site-production-breach-price",
    "site-peak-consumption",
    "site-peak-consumption-price",
    "site-peak-production",
    "site-peak-production-price",
    "soc-minima-breach-price",
    "soc-maxima-breach-price",
    "consumption-breach-price",
    "production-breach-price",
    "relax-constraints",
    "relax-soc-constraints",
    "relax-site-capacity-constraints",
    "relax-capacity-constraints",
    "inflexible-consumption",
    "inflexible-production",
    "inflexible-device-sensors",
    "aggregate-consumption",
    "aggregate-production",
    "aggregate-power",
    "commitments",
    "commodities",
    "commodity",
}
#: What is asked of stocks and devices, whatever their commodity: FlexMeasures 1.0.1 reads it above
#: a list of commodities alone.
_OF_DEVICES: Final = {
    "soc-minima-breach-price",
    "soc-maxima-breach-price",
    "consumption-breach-price",
    "production-breach-price",
    "relax-soc-constraints",
    "relax-capacity-constraints",
}
_ABOVE: Final = _OF_DEVICES | {"relax-constraints"}
#: Fields that say nothing of a commodity's own connection.
_BESIDE: Final = _ABOVE | {
    "relax-site-capacity-constraints",
    "aggregate-consumption",
    "aggregate-production",
    "aggregate-power",
    "commitments",
    "commodities",
}


def flag(context: dict[str, Any], name: str, path: str, *, default: bool) -> bool:
    """Return a field that is true or false."""
    value = context.get(name, default)
    if not isinstance(value, bool):
        raise DocumentError([(f"{path}.{name}", "should be true or false")])
    return value


def contexts_of(given: Any, path: str) -> list[tuple[str, dict[str, Any]]]:
    """Return (path, context) per commodity.

    Raises:
        DocumentError: there is no context, two of one commodity, or one says what stands above all.
    """
    if isinstance(given, list):
        given = {"commodities": given}
    known(given, _FIELDS, path)
    found = [(path, given)] if set(given) - _BESIDE or "commodities" not in given else []
    for at, entry in objects(given.get("commodities"), f"{path}.commodities"):
        known(entry, _FIELDS - {"commodities"}, at)
        words = "holds for devices of all commodities: it should stand above their list"
        if above := sorted(_OF_DEVICES & set(entry)):
            raise DocumentError([(f"{at}.{name}", words) for name in above])
        found.append((at, entry))
    seen: set[str] = set()
    for at, context in found:
        commodity = commodity_of(context, at)
        if commodity in seen:
            raise DocumentError([(f"{at}.commodity", f"two contexts are about {commodity}")])
        seen.add(commodity)
    if ELECTRICITY not in seen:
        raise DocumentError([(f"{path}.consumption-price", "Field required")])
    if "relax-site-capacity-constraints" in given and (path, given) not in found:
        words = "is about the connection of one commodity: it should stand in its entry"
        raise DocumentError([(f"{path}.relax-site-capacity-constraints", words)])
    return found


def contexts_of_devices(
    reader: Reader, given: Any, contexts: list[tuple[str, dict[str, Any]]], path: str
) -> dict[str, dict[str, Any]]:
    """Return by commodity what devices and stocks ask of its context.

    Raises:
        DocumentError: a field that stands above is wrong, whether a device asks for it or not.
    """
    top = given if isinstance(given, dict) else {}
    above = {name: value for name, value in top.items() if name in _ABOVE}
    _check(reader, above, path)
    own = {
        commodity_of(context, at): {
            name: value for name, value in context.items() if name not in _ABOVE
        }
        for at, context in contexts
    }
    return {commodity: {**context, **above} for commodity, context in own.items()}


def commodity_of(given: dict[str, Any], path: str) -> str:
    """Return the commodity that a context, a device or a commitment is about."""
    commodity = given.get("commodity", ELECTRICITY)
    if not isinstance(commodity, str) or not commodity:
        raise DocumentError([(f"{path}.commodity", "should be a text such as 'gas'")])
    return commodity


def _check(reader: Reader, above: dict[str, Any], path: str) -> None:
    for name in sorted(above):
        if name.startswith("soc-"):
            stock_price(reader, above, name, path)
        elif name.endswith("-price"):
            breach_price(reader, above, name, path)
        else:
            flag(above, name, path, default=True)
