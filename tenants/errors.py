"""One way to say "your input is wrong": Django's, which forms, admin and GraphQL all know."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError

from tenants.inputs import problems

if TYPE_CHECKING:
    import pydantic  # a tenth of a second that a command need not pay


@dataclass(frozen=True, slots=True)
class ValueLimits:
    """What a value must keep to: bounds in the field's own unit, or the values that are allowed."""

    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str, ...] = ()


class WrongValue(ValidationError):
    """One wrong value, with the limits that it breaks."""

    def __init__(self, message: str, *, code: str, limits: ValueLimits | None = None) -> None:
        super().__init__(message, code=code)
        self.limits = limits


def wrong(
    field: str,
    message: str,
    *,
    code: str = "invalid",
    minimum: float | None = None,
    maximum: float | None = None,
    allowed: Iterable[str] = (),
) -> ValidationError:
    """Return the error that ``field`` is wrong: what is the matter, and what would be right.

    Django forgets the code of a dictionary's error unless it stands inside.
    """
    limits = ValueLimits(minimum, maximum, tuple(allowed))
    return ValidationError(
        {field: WrongValue(message, code=code, limits=None if limits == _NONE else limits)}
    )


def as_validation_error(error: "pydantic.ValidationError", field: str) -> ValidationError:
    """Return ``error`` in Django's form, each message under its path from ``field``.

    Pydantic's own text holds the input and a link; only path, words, kind and limits are kept.
    """
    messages: dict[str, list[ValidationError]] = defaultdict(list)
    for detail in problems(error):
        # Parts with a colon are tags by which a union was told apart, not places.
        places = (str(part) for part in (field, *detail["loc"]))
        path = ".".join(place for place in places if place and ":" not in place)
        words = detail["msg"].removeprefix("Value error, ")
        limits = _limits(detail.get("ctx") or {})
        messages[path].append(WrongValue(words, code=detail["type"], limits=limits))
    return ValidationError(dict(messages))


_NONE: Final = ValueLimits()


def _limits(context: dict[str, Any]) -> ValueLimits | None:
    """Return the limits in the context of one of pydantic's errors."""

    def number(*names: str) -> float | None:
        found = (context[name] for name in names if isinstance(context.get(name), int | float))
        return next(found, None)

    limits = ValueLimits(
        number("ge", "gt", "min_length"), number("le", "lt", "max_length"), _choices(context)
    )
    return None if limits == _NONE else limits


def _choices(context: dict[str, Any]) -> tuple[str, ...]:
    # "'eager', 'late' or 'smooth'"
    expected = context.get("expected")
    if not isinstance(expected, str):
        return ()
    return tuple(part for part in expected.split("'")[1::2])
