"""Limits of the public GraphQL interface."""

from typing import Final

#: Largest body of a request [bytes]; a year of quarter-hours of one sensor is about 0.5 MB.
GRAPHQL_MAX_BODY_BYTES: Final = 2_000_000
#: Largest body of readings that is sent at once [bytes], packed or not.
BULK_MAX_BODY_BYTES: Final = 500_000_000
# Django's own limit, of bodies without files, is asked first.
DATA_UPLOAD_MAX_MEMORY_SIZE: Final = GRAPHQL_MAX_BODY_BYTES
#: Time of the database that one statement, and one request, may take [s].
GRAPHQL_STATEMENT_SECONDS: Final = 5.0
GRAPHQL_TOTAL_SECONDS: Final = 15.0
#: Most points that one series field answers with.
GRAPHQL_MAX_POINTS: Final = 100_000
#: Most events that one series field reads, of all its sensors: 28 years of quarters of an hour.
GRAPHQL_MAX_EVENTS: Final = 1_000_000

STRAWBERRY_DJANGO: Final = {
    "FIELD_DESCRIPTION_FROM_HELP_TEXT": False,
    "TYPE_DESCRIPTION_FROM_MODEL_DOCSTRING": False,
    "MUTATIONS_DEFAULT_HANDLE_ERRORS": True,
}
