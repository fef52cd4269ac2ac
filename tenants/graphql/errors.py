"""What a client is told when a resolver fails: plain words for refusals, an id for the rest."""

import logging
import uuid

from django.core.exceptions import PermissionDenied, ValidationError
from graphql import GraphQLError
from strawberry.extensions import MaskErrors

from tenants.graphql.payloads import user_errors

logger = logging.getLogger(__name__)


class PublicErrors(MaskErrors):
    """Keeps errors of the request, words refusals, and masks what nobody expected.

    An unexpected error is logged with an id; the client gets the id and nothing else.
    """

    def __init__(self) -> None:
        super().__init__(should_mask_error=lambda error: error.original_error is not None)

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        original = error.original_error
        if isinstance(original, GraphQLError):
            return error
        if isinstance(original, ValidationError | PermissionDenied):
            [first, *_] = user_errors(original, "en")
            return _instead_of(
                error, first.detail, {"code": first.code.value, "field": first.field}
            )
        if isinstance(original, ValueError) and str(original) == "Invalid cursor":
            words = "after is a cursor of another list, or of another order"
            return _instead_of(error, words, {"code": "INVALID", "field": ["after"]})
        error_id = uuid.uuid4().hex
        logger.error("unexpected error %s at %s", error_id, error.path, exc_info=original)
        return _instead_of(error, "internal error", {"code": "INTERNAL", "id": error_id})


def _instead_of(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(
        message=message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
