"""What has been released does not break without being declared."""

from datetime import date

import pytest

from config.contract import (
    DECLARED,
    RELEASED,
    Break,
    as_release,
    changes,
    read_declared,
    released_version,
    stale,
    undeclared,
)
from config.schema import as_sdl

CARS = """
    enum Colour { RED BLUE }
    type Query { car(id: ID!, at: String = "now"): String! n: Int m: Int }
"""


def test_every_break_since_the_release_is_declared() -> None:
    released = RELEASED.read_text(encoding="utf-8")
    declared = read_declared(DECLARED.read_text(encoding="utf-8"))

    assert undeclared(released, as_sdl(), declared) == [], (
        f"declare it in {DECLARED.name} with a reason, or deprecate instead: see docs/api.md"
    )
    assert stale(released, as_sdl(), declared) == []
    assert released_version(released)[0].isdecimal()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("n: Int", "", "FIELD_REMOVED: Field Query.n was removed."),
        ("String!", "String", "FIELD_CHANGED_KIND"),
        (" BLUE", "", "VALUE_REMOVED_FROM_ENUM"),
        ("id: ID!", "id: ID!, more: Int!", "REQUIRED_ARG_ADDED"),
        ('"now"', '"then"', "ARG_DEFAULT_VALUE_CHANGE"),
    ],
)
def test_a_break_is_seen_until_it_is_declared(old: str, new: str, words: str) -> None:
    now = CARS.replace(old, new)

    [change] = undeclared(CARS, now, [])

    assert words in change
    declared = [Break(change, date(2026, 11, 25), "nobody used it")]
    assert undeclared(CARS, now, declared) == []
    assert stale(CARS, CARS, declared) == [change]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (" BLUE", " BLUE GREEN"),
        ("id: ID!", "id: ID!, more: Int"),
        ("n: Int", "n: Int o: Int"),
    ],
)
def test_what_clients_must_expect_is_no_break(old: str, new: str) -> None:
    assert changes(CARS, CARS.replace(old, new)) == []


@pytest.mark.parametrize(
    "entry",
    [
        'change = "x"\nsince = 2026-11-25',
        'change = "x"\nsince = 2026-11-25\nreason = " "',
        'change = "x"\nsince = "soon"\nreason = "y"',
    ],
)
def test_a_declaration_has_reason_and_date(entry: str) -> None:
    with pytest.raises((KeyError, TypeError)):
        read_declared(f"[[break]]\n{entry}\n")


def test_a_release_tells_its_version() -> None:
    assert released_version(as_release(CARS, "1.2.3")) == "1.2.3"
    assert changes(as_release(CARS, "1.2.3"), CARS) == []
