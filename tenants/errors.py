"""One way to say "your input is wrong": Django's, which forms, admin and GraphQL all know."""

from collections import defaultdict

import pydantic
from django.core.exceptions import ValidationError


def as_validation_error(error: pydantic.ValidationError, field: str) -> ValidationError:
    """Return ``error`` in Django's form, each message under its path from ``field``.

    Pydantic's own text holds the input and a link; only path and words are kept.
    """
    messages: dict[str, list[str]] = defaultdict(list)
    for detail in error.errors(include_url=False, include_input=False):
        path = ".".join(str(part) for part in (field, *detail["loc"]) if part != "")
        messages[path].append(detail["msg"].removeprefix("Value error, "))
    return ValidationError(dict(messages), code="invalid")
