"""One way to say "your input is wrong": Django's, which forms, admin and GraphQL all know."""

from collections import defaultdict

import pydantic
from django.core.exceptions import ValidationError


def wrong(field: str, message: str, *, code: str = "invalid") -> ValidationError:
    """Return the error that ``field`` is wrong: what is the matter, and what would be right.

    Django forgets the code of a dictionary's error unless it stands inside.
    """
    return ValidationError({field: ValidationError(message, code=code)})


def as_validation_error(error: pydantic.ValidationError, field: str) -> ValidationError:
    """Return ``error`` in Django's form, each message under its path from ``field``.

    Pydantic's own text holds the input and a link; only path and words are kept.
    """
    messages: dict[str, list[str]] = defaultdict(list)
    for detail in error.errors(include_url=False, include_input=False):
        # Parts with a colon are tags by which a union was told apart, not places.
        places = (str(part) for part in (field, *detail["loc"]))
        path = ".".join(place for place in places if place and ":" not in place)
        messages[path].append(detail["msg"].removeprefix("Value error, "))
    return ValidationError(dict(messages), code="invalid")
