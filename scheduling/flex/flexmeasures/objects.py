"""Objects of documents: their fields, lists of them, their names."""

from collections.abc import Iterable
from typing import Any

from scheduling.flex.parsing import DocumentError


def known(given: Any, fields: Iterable[str], path: str) -> None:
    """Check that ``given`` is an object with none but ``fields``.

    Raises:
        DocumentError: it is not.
    """
    if not isinstance(given, dict):
        raise DocumentError([(path, "should be an object")])
    unknown = sorted(set(map(str, given)) - set(fields))
    if unknown:
        raise DocumentError([(f"{path}.{name}", "unknown field") for name in unknown])


def needed(given: dict[str, Any], fields: Iterable[str], path: str) -> None:
    """Check that ``given`` has all of ``fields``.

    Raises:
        DocumentError: one is missing.
    """
    missing = [name for name in fields if given.get(name) is None]
    if missing:
        raise DocumentError([(f"{path}.{name}", "Field required") for name in missing])


def objects(given: Any, path: str) -> list[tuple[str, dict[str, Any]]]:
    """Return (path, object) of each entry of ``given``, a list; none where it is missing.

    Raises:
        DocumentError: it is no list of objects.
    """
    if given is None:
        return []
    if not isinstance(given, list):
        raise DocumentError([(path, "should be a list")])
    for i, each in enumerate(given):
        if not isinstance(each, dict):
            raise DocumentError([(f"{path}[{i}]", "should be an object")])
    return [(f"{path}[{i}]", each) for i, each in enumerate(given)]


def name_of(given: dict[str, Any], path: str) -> str:
    """Return the name of a device, stock or group.

    Raises:
        DocumentError: it has none.
    """
    name = given.get("name")
    if not isinstance(name, str) or not name:
        raise DocumentError([(f"{path}.name", "Field required: a text")])
    return name


def check_names(given: dict[str, Any], kinds: Iterable[str]) -> None:
    """Check that no two devices, stocks or groups have one name.

    Raises:
        DocumentError: two have.
    """
    for kind in kinds:
        seen: set[str] = set()
        for path, part in objects(given.get(kind), f"$.{kind}"):
            if (name := name_of(part, path)) in seen:
                words = f"another of the {kind} is called {name!r}"
                raise DocumentError([(f"{path}.name", words)])
            seen.add(name)
