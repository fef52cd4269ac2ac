"""Every kind of refusal in the services has a public code of its own, in three languages."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tenants.graphql.error_codes import (
    _OF_CODES,
    SENTENCES,
    ErrorCode,
    code_of,
    sentence,
)
from tenants.sayings import LANGUAGES

ROOT = Path(__file__).parents[2]
APPS = ("tenants", "assets", "scheduling", "forecasting", "integrations")
#: Calls that raise or make an error, by where they take its code.
BY_KEYWORD = {"wrong", "ValidationError", "WrongValue"}
BY_POSITION = {"PydanticCustomError"}


def codes_in(source: str) -> Iterator[str]:
    """Yield every code that is written out in a refusal."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in BY_KEYWORD:
            given = [each.value for each in node.keywords if each.arg == "code"]
        else:
            given = node.args[:1] if name in BY_POSITION else []
        for value in given:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value


def all_codes() -> dict[str, str]:
    found: dict[str, str] = {}
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            for code in codes_in(path.read_text(encoding="utf-8")):
                found.setdefault(code, str(path.relative_to(ROOT)))
    return found


def test_every_code_of_the_services_is_public() -> None:
    found = all_codes()

    unmapped = {code: path for code, path in found.items() if code_of(code) is ErrorCode.INVALID}

    assert {"step", "window", "stock_above_maximum"} <= found.keys()
    assert unmapped.keys() <= {"invalid"}, f"give them a kind in error_codes.py: {unmapped}"


def test_a_code_in_any_refusal_is_found() -> None:
    source = "wrong('a', 'b', code='c')\nerrors.wrong(code='d')\nPydanticCustomError('e', 'f')"

    assert list(codes_in(source)) == ["c", "d", "e"]


@pytest.mark.parametrize("code", ErrorCode)
def test_every_kind_speaks_three_languages(code: ErrorCode) -> None:
    told = {sentence(code, language) for language in LANGUAGES}

    assert len(told) == len(LANGUAGES)
    assert all(SENTENCES[code])
    assert sentence(code, "fr") == sentence(code, "en")


def test_no_kind_is_without_use() -> None:
    by_road = {ErrorCode.INVALID, ErrorCode.FORBIDDEN}  # by default, and by PermissionDenied

    assert set(_OF_CODES.values()) | by_road == set(ErrorCode)
