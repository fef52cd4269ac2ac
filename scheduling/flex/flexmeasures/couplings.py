"""Couplings: devices whose powers keep a ratio, such as the ports of a converter."""

from typing import Any

from scheduling.flex.flexmeasures.context import capacity
from scheduling.flex.flexmeasures.parts import Parts
from scheduling.flex.flexmeasures.reading import Reader
from scheduling.flex.flexmeasures.units import SHARE, quantity
from scheduling.flex.parsing import DocumentError

_DIRECTIONS = ("consumption", "production")


def couple(reader: Reader, model: dict[str, Any], name: str, parts: Parts, path: str) -> None:
    """Add the device ``name`` to its coupling, if its flex-model names one.

    Raises:
        DocumentError: the ratio is not above 0, or the device may run both ways or none.
    """
    if model.get("coupling") is None:
        if "coupling-coefficient" in model:
            raise DocumentError([(f"{path}.coupling-coefficient", "needs coupling")])
        return
    coupling = str(model["coupling"]).strip()
    if not coupling:
        raise DocumentError([(f"{path}.coupling", "should be a name")])
    at = f"{path}.coupling-coefficient"
    ratio = quantity(model.get("coupling-coefficient", 1.0), SHARE, at)
    if ratio <= 0:
        raise DocumentError([(at, "should be above 0")])
    _check_direction(reader, model, path)
    member = {"device": name, "ratio": ratio, "path": f"{path}.coupling"}
    parts.couplings.setdefault(coupling, []).append(member)


def couplings_of(parts: Parts) -> tuple[dict[str, Any], ...]:
    """Return the couplings of our document.

    Raises:
        DocumentError: a device is coupled to no other.
    """
    found = []
    for name, members in parts.couplings.items():
        if len(members) < 2:
            words = f"no other device is coupled by {name!r}: give it to two or more"
            raise DocumentError([(members[0]["path"], words)])
        ratios = tuple({"device": each["device"], "ratio": each["ratio"]} for each in members)
        found.append({"name": name, "members": ratios})
    return tuple(found)


def _check_direction(reader: Reader, model: dict[str, Any], path: str) -> None:
    """Check that a device runs one way: the other is not given, or closed."""
    is_zero = {
        way: not any(capacity(reader, model[field], f"{path}.{field}"))
        for way in _DIRECTIONS
        if (field := f"{way}-capacity") in model
    }
    runs = [
        is_zero.get(way) is False or bool(is_zero.get(other))
        for way, other in zip(_DIRECTIONS, reversed(_DIRECTIONS), strict=True)
    ]
    if runs[0] == runs[1]:
        words = "a coupled device runs one way: give it one of consumption- and production-capacity"
        raise DocumentError([(f"{path}.coupling", words)])
