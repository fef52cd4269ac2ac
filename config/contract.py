"""The promise to clients: what has been released does not break without being declared.

``docs/api/released.graphql`` is the schema as it was last released, ``docs/api/breaks.toml``
what has been broken since on purpose, with reason and date.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from graphql import build_schema
from graphql.utilities import find_breaking_changes, find_dangerous_changes

ROOT: Final = Path(__file__).resolve().parents[1]
RELEASED: Final = ROOT / "docs" / "api" / "released.graphql"
DECLARED: Final = ROOT / "docs" / "api" / "breaks.toml"
_VERSION: Final = "# Released as "
#: Told apart as dangerous by the library, and allowed by docs/api.md: clients must expect them.
_EXPECTED: Final = frozenset(
    {
        "VALUE_ADDED_TO_ENUM",
        "OPTIONAL_INPUT_FIELD_ADDED",
        "OPTIONAL_ARG_ADDED",
        "TYPE_ADDED_TO_UNION",
    }
)


@dataclass(frozen=True, slots=True)
class Break:
    """A change that is declared: what it is, in the words of ``changes``, since when and why."""

    change: str
    since: date
    reason: str


def changes(released: str, now: str) -> list[str]:
    """Return the changes from one schema to another that may break a client, as sentences.

    What a client has to expect (docs/api.md) is none: a new enum value, an optional argument.
    """
    before, after = build_schema(released), build_schema(now)
    found: list[Any] = [
        *find_breaking_changes(before, after),
        *find_dangerous_changes(before, after),
    ]
    return sorted(
        f"{change.type.name}: {change.description}"
        for change in found
        if change.type.name not in _EXPECTED
    )


def undeclared(released: str, now: str, declared: list[Break]) -> list[str]:
    """Return the changes that ``declared`` does not name."""
    allowed = {each.change for each in declared}
    return [change for change in changes(released, now) if change not in allowed]


def stale(released: str, now: str, declared: list[Break]) -> list[str]:
    """Return what is declared and has not been done: the list is of this release alone."""
    made = set(changes(released, now))
    return [each.change for each in declared if each.change not in made]


def read_declared(text: str) -> list[Break]:
    """Return the breaks that a file declares.

    Raises:
        KeyError, TypeError: an entry lacks its change, date or reason.
    """
    return [
        Break(str(each["change"]), _date(each["since"]), _reason(each["reason"]))
        for each in tomllib.loads(text).get("break", [])
    ]


def _date(given: object) -> date:
    if not isinstance(given, date):
        raise TypeError(f"since is {given!r}: write a date such as 2026-11-25, without quotes")
    return given


def _reason(given: object) -> str:
    if not isinstance(given, str) or not given.strip():
        raise TypeError("a break has a reason")
    return given


def as_release(sdl: str, version: str) -> str:
    """Return the text of ``released.graphql`` for ``version``."""
    return f"{_VERSION}{version}\n\n{sdl}"


def released_version(text: str) -> str:
    """Return the version of a released schema's text."""
    return text.splitlines()[0].removeprefix(_VERSION)
