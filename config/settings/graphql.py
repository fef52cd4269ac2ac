"""Limits of the public GraphQL interface."""

from typing import Final

#: Largest body of a request [bytes]; a year of quarter-hours of one sensor is about 0.5 MB.
GRAPHQL_MAX_BODY_BYTES: Final = 8_000_000
#: Most points that one series field answers with.
GRAPHQL_MAX_POINTS: Final = 100_000

STRAWBERRY_DJANGO: Final = {
    "FIELD_DESCRIPTION_FROM_HELP_TEXT": False,
    "TYPE_DESCRIPTION_FROM_MODEL_DOCSTRING": False,
    "MUTATIONS_DEFAULT_HANDLE_ERRORS": True,
}
