"""What a client is told when a resolver fails: plain words for refusals, an id for the rest.

An unexpected error is logged with an id, the tenant, who asked and what; the client gets the id
and nothing else. Of the document the log has the names alone: values may be secrets.
"""

import logging
import uuid
from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from graphql import (
    DocumentNode,
    EnumValueNode,
    FloatValueNode,
    GraphQLError,
    GraphQLSyntaxError,
    IntValueNode,
    Node,
    StringValueNode,
    Visitor,
    print_ast,
    strip_ignored_characters,
    visit,
)
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.extensions import MaskErrors
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from tenants.graphql.payloads import user_errors
from tenants.graphql.time_limit import OutOfTime

logger = logging.getLogger(__name__)

_LONGEST_DOCUMENT: Final = 1_000
_LONGEST_NAME: Final = 100
#: Where graphql-core refuses a client's arguments while it executes.
_OF_ARGUMENTS: Final = "graphql.execution.values"


class PublicErrors(MaskErrors):
    """Keeps errors of the request, words refusals, and masks what nobody expected."""

    def __init__(self) -> None:
        super().__init__(should_mask_error=lambda _: True)

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        asked = self.execution_context
        return worded(
            error, asked.context, operation=asked.operation_name, document=asked.graphql_document
        )


def worded(
    error: GraphQLError,
    context: Any,
    *,
    operation: str | None,
    document: DocumentNode | None = None,
) -> GraphQLError:
    """Return what the client may be told of ``error``; log what it may not."""
    original = error.original_error
    if original is None or _is_the_clients(original, error):
        return _with_code(error)
    if isinstance(original, ValidationError | PermissionDenied):
        [first, *_] = user_errors(original, "en")
        return _instead_of(error, first.detail, {"code": first.code.value, "field": first.field})
    if isinstance(original, ValueError) and str(original) == "Invalid cursor":
        words = "after is a cursor of another list, or of another order"
        return _instead_of(error, words, {"code": "INVALID", "field": ["after"]})
    if isinstance(original, OutOfTime):
        words = "this took too long and was cancelled: ask for less at once"
        return _instead_of(error, words, {"code": "OUT_OF_TIME"})
    if isinstance(original, InvalidOperationTypeError | CannotGetOperationTypeError):
        return _instead_of(error, _of_stream(original), {"code": "MALFORMED"})
    error_id = uuid.uuid4().hex
    logger.error(
        "unexpected error id=%s tenant=%s actor=%s operation=%s path=%s document=%s",
        error_id,
        context.schema_name,
        context.actor.name,
        repr(operation)[:_LONGEST_NAME],
        error.path,
        without_values(document) if document else None,
        exc_info=original,
    )
    return _instead_of(error, "internal error", {"code": "INTERNAL", "id": error_id})


def _of_stream(refusal: InvalidOperationTypeError | CannotGetOperationTypeError) -> str:
    """Return why a stream does not run an operation, or cannot tell which."""
    if isinstance(refusal, CannotGetOperationTypeError):
        return refusal.as_http_error_reason()
    return "a stream is for subscriptions: send queries and mutations by POST"


def without_values(document: DocumentNode) -> str:
    """Return ``document`` on one line, each of its values replaced, cut to a bounded length."""
    text = print_ast(visit(document, _Blank()))
    return strip_ignored_characters(text)[:_LONGEST_DOCUMENT]


class _Blank(Visitor):
    def enter(self, node: Node, *_: Any) -> Node | None:
        if isinstance(node, StringValueNode):
            return StringValueNode(value="", block=False)
        if isinstance(node, IntValueNode | FloatValueNode):
            return IntValueNode(value="0")
        if isinstance(node, EnumValueNode):
            return EnumValueNode(value="_")
        return None


def _with_code(error: GraphQLError) -> GraphQLError:
    """Return ``error`` with the code that other servers give it too, if it has none of ours."""
    if (error.extensions or {}).get("code"):
        return error
    if isinstance(error, GraphQLSyntaxError):
        code = "GRAPHQL_PARSE_FAILED"
    elif error.path is not None or error.message.startswith("Variable "):
        code = "BAD_USER_INPUT"
    else:
        code = "GRAPHQL_VALIDATION_FAILED"
    return _instead_of(error, error.message, {"code": code})


def _is_the_clients(original: Exception, error: GraphQLError) -> bool:
    """Say whether ``original`` is about what was sent, rather than about what we answer."""
    if not isinstance(original, GraphQLError):
        return False
    if error.path is None or (original.extensions or {}).get("code"):
        return True
    if isinstance(original, StrawberryInputCoercionError):
        return True
    frame = original.__traceback__
    while frame is not None:
        if frame.tb_frame.f_globals.get("__name__") == _OF_ARGUMENTS:
            return True
        frame = frame.tb_next
    return False


def _instead_of(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(
        message=message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
