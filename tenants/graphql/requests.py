"""From an HTTP request to a GraphQL request; what is none is refused with one clear sentence.

Statuses: 405 for a method that is not POST, 415 for a body that is not JSON in UTF-8, 413 for
one that is too long, 400 for one that is malformed. What GraphQL itself refuses is answered
with 200, as GraphQL over HTTP has it for ``application/json``.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError

#: JSON objects of one body, at most.
MAX_OBJECTS: Final = 20_000
#: Characters of one document: a lexer looks at each. Values belong into variables.
MAX_CHARACTERS: Final = 20_000
#: Brackets within brackets: a parser goes down a level for each.
MAX_NESTED: Final = 50
_BRACKETS: Final = re.compile(
    r'"""(?:\\"""|.)*?"""|"(?:\\.|[^"\\\n\r])*"|#[^\n\r]*|(?P<open>[({\[])|(?P<close>[)}\]])',
    re.DOTALL,
)


class Refused(Exception):
    """Not a request of GraphQL over HTTP."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass(frozen=True, slots=True)
class Document:
    """What a client asks: a GraphQL document with its variables."""

    query: str
    variables: dict[str, Any] = field(default_factory=dict)
    operation_name: str | None = None


def read_document(request: HttpRequest) -> Document:
    """Return what ``request`` asks.

    Raises:
        Refused: it is no request of GraphQL over HTTP.
    """
    if request.method != "POST":
        raise Refused(405, "METHOD", "only POST is answered here", Allow="POST")
    if request.content_type != "application/json":
        raise Refused(415, "CONTENT_TYPE", "send 'Content-Type: application/json'")
    if (request.content_params or {}).get("charset", "utf-8").lower() != "utf-8":
        raise Refused(415, "CONTENT_TYPE", "send the body in UTF-8")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Refused(415, "CONTENT_TYPE", "send the body as it is, without Content-Encoding")
    return document_of(parse_json(_body(request)))


def _body(request: HttpRequest) -> bytes:
    longest = settings.GRAPHQL_MAX_BODY_BYTES
    length = request.headers.get("Content-Length") or "0"
    if not (length.isascii() and length.isdecimal()):
        raise Refused(400, "MALFORMED", "Content-Length is no number")
    too_long = Refused(413, "TOO_LONG", f"at most {longest} bytes in one request")
    if len(length) > 18 or int(length) > longest:
        raise too_long
    try:
        body = request.body
    except RequestDataTooBig:  # it said less than it is, or nothing
        raise too_long from None
    except UnreadablePostError:
        raise Refused(400, "MALFORMED", "the body ended early") from None
    if len(body) > longest:
        raise too_long
    return body


def parse_json(body: str | bytes) -> Any:
    """Return ``body`` as its standard says: without NaN, doubled members or lone surrogates.

    Raises:
        Refused: it is no JSON, or so deep or of so many objects that it is no request.
    """
    n_objects = 0

    def refuse(constant: str) -> None:
        raise Refused(400, "MALFORMED", f"{constant} is no JSON; send null for what is unknown")

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal n_objects
        n_objects += 1
        if n_objects > MAX_OBJECTS:
            raise Refused(400, "TOO_LONG", f"at most {MAX_OBJECTS} JSON objects in one request")
        made = dict(pairs)
        if len(made) != len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise Refused(400, "MALFORMED", f"{twice[:40]!r} stands twice in one JSON object")
        return made

    try:
        text = body.decode() if isinstance(body, bytes) else body
        return json.loads(text, parse_constant=refuse, object_pairs_hook=unique)
    except UnicodeDecodeError:
        raise Refused(400, "MALFORMED", "the body is not UTF-8") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Refused(400, "MALFORMED", f"the body is no JSON: {error.msg}, {where}") from None
    except RecursionError:
        raise Refused(400, "MALFORMED", "the JSON is nested too deeply") from None
    except ValueError:  # Python reads no integer of more than 4,300 digits
        raise Refused(400, "MALFORMED", "a number has too many digits") from None


def document_of(parsed: Any) -> Document:
    """Return the members of a body that is JSON.

    Raises:
        Refused: a member is missing, unknown or of the wrong kind.
    """
    if isinstance(parsed, list):
        raise Refused(400, "MALFORMED", "one request at a time: a list of them is not answered")
    if not isinstance(parsed, dict):
        raise Refused(400, "MALFORMED", "the body is not a JSON object with a query")
    query = parsed.get("query")
    variables = parsed.get("variables")
    name = parsed.get("operationName")
    if not isinstance(query, str) or not query.strip():
        raise Refused(400, "MALFORMED", "query is missing: send a GraphQL document as text")
    if not isinstance(variables, dict | None):
        raise Refused(400, "MALFORMED", "variables is not an object or null")
    if not isinstance(name, str | None):
        raise Refused(400, "MALFORMED", "operationName is not a text or null")
    if not isinstance(parsed.get("extensions"), dict | None):
        raise Refused(400, "MALFORMED", "extensions is not an object or null")
    _check_text(query)
    return Document(query, variables or {}, name or None)


def _check_text(query: str) -> None:
    """Refuse what would keep a parser busy: it is written in Python and knows no end."""
    if len(query) > MAX_CHARACTERS:
        raise Refused(400, "TOO_LONG", f"at most {MAX_CHARACTERS} characters in one document")
    depth = deepest = 0
    for found in _BRACKETS.finditer(query):
        depth += (found["open"] is not None) - (found["close"] is not None)
        deepest = max(deepest, depth)
    if deepest > MAX_NESTED:
        raise Refused(400, "TOO_LONG", f"{deepest} brackets within brackets; at most {MAX_NESTED}")
