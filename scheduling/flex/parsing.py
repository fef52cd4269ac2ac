"""From JSON to a document, or to errors that name the place and what would be right."""

import json
from typing import Any

from pydantic import ValidationError

from scheduling.flex.site import SiteDocument
from tenants.inputs import problems

_MOST_ERRORS = 20


class DocumentError(ValueError):
    """The input is not a document. ``errors``: (JSON path, what is wrong), at least one."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{path}: {message}" for path, message in errors))


def document_from_json(text: str | bytes) -> SiteDocument:
    """Return the document that ``text`` states.

    Raises:
        DocumentError: not JSON, a key stands twice, NaN or infinity is used as a number,
            or the object is no document.
    """
    return document_from_object(object_from_json(text))


def object_from_json(text: str | bytes) -> Any:
    """Return what ``text`` states, as dictionaries and lists.

    Raises:
        DocumentError: not JSON, a key stands twice, NaN or infinity is used as a number.
    """
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise DocumentError([("$", "not JSON: the text is not UTF-8")]) from None
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise DocumentError([("$", message)]) from None
    except RecursionError:
        raise DocumentError([("$", "nested too deeply")]) from None


def document_from_object(given: Any) -> SiteDocument:
    """Return the document that ``given``, parsed JSON, states.

    Raises:
        DocumentError: it is none.
    """
    try:
        return SiteDocument.model_validate(given)
    except ValidationError as error:
        raise DocumentError(error_lines(error)) from None


def error_lines(error: ValidationError) -> list[tuple[str, str]]:
    """Return (JSON path, message) of each error; the input itself is not repeated."""
    lines = []
    for detail in problems(error)[:_MOST_ERRORS]:
        message = detail["msg"]
        if detail["type"] == "extra_forbidden":
            message = "unknown field"
        elif detail["type"] == "union_tag_invalid":
            message = f"unknown kind (known: {_known_kinds(detail)})"
        elif detail["type"] == "union_tag_not_found":
            message = "kind is missing: it says what this is"
        lines.append((_path(detail["loc"]), message))
    return lines


def _known_kinds(detail: Any) -> str:
    return str(detail["ctx"]["expected_tags"]).replace("kind:", "")


def _path(location: tuple[int | str, ...]) -> str:
    path = "$"
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif not part.startswith(("as:", "kind:")):
            path += f".{part}"
    return path


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise DocumentError([("$", f"the key {key!r} stands twice in one object")])
        found[key] = value
    return found


def _no_constant(name: str) -> float:
    raise DocumentError([("$", f"{name} is not a number: leave out what is unknown")])
