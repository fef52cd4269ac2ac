"""How mutations answer: the object, or errors with a code and the path of the field.

Top-level errors are for broken requests alone. What a person or a programme can mend comes
as ``errors`` of the payload.
"""

import enum
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, Final, Protocol, TypeVar

import strawberry
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError

P = TypeVar("P", bound="Payload")


@strawberry.enum(description="What kind of error this is.")
class ErrorCode(enum.Enum):
    INVALID = strawberry.enum_value("INVALID", description="A value is wrong; see the message.")
    NOT_FOUND = strawberry.enum_value(
        "NOT_FOUND", description="There is no such thing, or it is not yours to see."
    )
    FORBIDDEN = strawberry.enum_value("FORBIDDEN", description="You may not do this.")
    CONFLICT = strawberry.enum_value("CONFLICT", description="It does not fit the present state.")


@strawberry.type(description="Why a mutation did nothing.")
class UserError:
    code: ErrorCode
    field: list[str] = strawberry.field(
        description="Path of the value in the input, outermost first; empty for the whole."
    )
    message: str = strawberry.field(description="What is wrong and what would be right.")


class Payload(Protocol):
    """What mutations answer with: errors, and other fields that have defaults."""

    def __init__(self, *, errors: list[UserError]) -> None: ...


_CODES: Final = {
    "unknown": ErrorCode.NOT_FOUND,
    "not_found": ErrorCode.NOT_FOUND,
    "state": ErrorCode.CONFLICT,
    "unique": ErrorCode.CONFLICT,
    "unique_together": ErrorCode.CONFLICT,
}


def answering(payload: type[P]) -> Callable[[Callable[..., P]], Callable[..., P]]:
    """Turn refusals of the resolver into ``payload(errors=[...])``.

    ``payload`` has a field ``errors`` and defaults for all others.
    """

    def declare(resolver: Callable[..., P]) -> Callable[..., P]:
        @wraps(resolver)
        def answer(*args: Any, **kwargs: Any) -> P:
            try:
                return resolver(*args, **kwargs)
            except ValidationError as error:
                return payload(errors=list(user_errors(error)))
            except PermissionDenied as error:
                return payload(errors=[_refusal(error)])

        return answer

    return declare


def user_errors(error: ValidationError) -> Iterator[UserError]:
    """Yield one error per message, with the path that services and documents give."""
    if not hasattr(error, "error_dict"):
        for each in error.error_list:
            yield UserError(code=_code(each), field=[], message="; ".join(each.messages))
        return
    for name, errors in error.error_dict.items():
        path = [] if name == NON_FIELD_ERRORS else [_camel(part) for part in name.split(".")]
        for each in errors:
            yield UserError(code=_code(each), field=path, message="; ".join(each.messages))


def _code(error: ValidationError) -> ErrorCode:
    return _CODES.get(error.code or "", ErrorCode.INVALID)


def _refusal(error: PermissionDenied) -> UserError:
    message = str(error)
    code = ErrorCode.NOT_FOUND if message.startswith("no such") else ErrorCode.FORBIDDEN
    return UserError(code=code, field=[], message=message)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)
