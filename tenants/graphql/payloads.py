"""What every mutation takes and answers: one input with a key; the object, or errors.

Top-level errors are for broken requests alone. What a person or a programme can mend comes
as ``errors`` of the payload, with a code, the path of the field and the value's limits.
"""

from collections.abc import Iterator
from typing import Generic, TypeVar

import strawberry
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError

from tenants.errors import ValueLimits, WrongValue
from tenants.graphql.error_codes import ErrorCode, code_of, sentence
from tenants.graphql.lookup import AsSeen

T = TypeVar("T")


@strawberry.input
class MutationInput:
    """The base of every mutation's input."""

    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Your own name for this request, up to 200 characters. Sent again within 30 "
        "days with the same input it has the same answer and no second effect; with another "
        "input it is refused.",
    )


@strawberry.type(description="What a value must keep to, in the unit of its field.")
class Limits:
    minimum: float | None = strawberry.field(description="Least value [unit of the field].")
    maximum: float | None = strawberry.field(description="Greatest value [unit of the field].")
    allowed: list[str] = strawberry.field(description="The values to choose from, if any.")


@strawberry.type(description="Why a mutation did nothing.")
class UserError:
    code: ErrorCode = strawberry.field(description="What kind of error: for a programme.")
    field: list[str] = strawberry.field(
        description="Path of the value in the input, outermost first; empty for the whole."
    )
    message: str = strawberry.field(
        description="What is the matter, in the language of Accept-Language: en, nl or de."
    )
    detail: str = strawberry.field(
        description="What is wrong with this very value and what would be right, in English."
    )
    limits: Limits | None = strawberry.field(default=None, description="Its limits, if it has any.")


@strawberry.type
class Payload(Generic[T]):
    """The base of every mutation's answer."""

    object: T | None = strawberry.field(
        default=None,
        description="What was made or changed; null if there are errors.",
        extensions=[AsSeen()],
    )
    errors: list[UserError] = strawberry.field(
        default_factory=list, description="Empty when it was done. Else nothing was."
    )
    replayed: bool = strawberry.field(
        default=False,
        description="True when the idempotency key was known: nothing was done a second time.",
    )


def user_errors(error: ValidationError | PermissionDenied, language: str) -> Iterator[UserError]:
    """Yield one error per message, with the path that services and documents give."""
    if isinstance(error, PermissionDenied):
        detail = str(error)
        hidden = detail.startswith("no such")
        code = ErrorCode.NOT_FOUND if hidden else ErrorCode.FORBIDDEN
        yield UserError(code=code, field=[], message=sentence(code, language), detail=detail)
        return
    by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
    for name, errors in by_field.items():
        path = [] if name in ("", NON_FIELD_ERRORS) else [_camel(part) for part in name.split(".")]
        for each in errors:
            yield _user_error(each, path, language)


def _user_error(error: ValidationError, path: list[str], language: str) -> UserError:
    code = code_of(error.code)
    limits = error.limits if isinstance(error, WrongValue) else _limits_of_validator(error)
    return UserError(
        code=code,
        field=path,
        message=sentence(code, language),
        detail="; ".join(error.messages),
        limits=Limits(minimum=limits.minimum, maximum=limits.maximum, allowed=list(limits.allowed))
        if limits
        else None,
    )


def _limits_of_validator(error: ValidationError) -> ValueLimits | None:
    """Return the limit that one of Django's validators names, as of a model's own field."""
    limit = (error.params or {}).get("limit_value")
    if not isinstance(limit, int | float):
        return None
    is_least = str(error.code).startswith("min_")
    return ValueLimits(minimum=limit) if is_least else ValueLimits(maximum=limit)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)
