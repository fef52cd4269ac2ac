"""Scalars of the public interface."""

import math
from datetime import UTC, datetime
from typing import Any, Final, NewType

import numpy as np
import strawberry
from numpy.typing import NDArray

_MAX_NUMBERS: Final = 1_000_000
_EXAMPLE: Final = "2026-04-10T00:00+02:00"

#: A column of numbers; NaN inside, null outside.
Numbers = NewType("Numbers", list)  # type: ignore[type-arg]
#: A column of identifiers, and one of moments: UTC and NaT inside, null outside.
Identifiers = NewType("Identifiers", list)  # type: ignore[type-arg]
Moments = NewType("Moments", list)  # type: ignore[type-arg]


def _serialize(values: Any) -> list[float | None]:
    numbers = values.tolist() if isinstance(values, np.ndarray) else values
    return [None if math.isnan(number) else number for number in numbers]


def _parse(values: Any) -> NDArray[np.float64]:
    if not isinstance(values, list):
        raise ValueError(f"a list of numbers and nulls, not {type(values).__name__}")  # noqa: TRY004
    if len(values) > _MAX_NUMBERS:
        raise ValueError(f"{len(values)} values in one list; at most {_MAX_NUMBERS}")
    for index, value in enumerate(values):
        # bool is an int to Python, and "1" is a number to numpy: neither is one to a meter.
        if value is not None and type(value) not in (int, float):
            raise ValueError(f"value {index} is {value!r}; a number or null is right"[:200])
    try:
        numbers = np.array(values, dtype=np.float64)
    except OverflowError:
        raise ValueError("a value is too large for a 64-bit floating-point number") from None
    unknown = np.array([value is None for value in values], dtype=bool)
    wrong = np.flatnonzero(~np.isfinite(numbers) & ~unknown)
    if wrong.size:
        raise ValueError(f"value {wrong[0]} is not finite; use null for what is unknown")
    return numbers


# One leaf instead of a list of leaves: the executor would otherwise visit each number.
NUMBERS: Final = strawberry.scalar(
    name="Numbers",
    description="A column of numbers as a JSON list, one per step; null where unknown.",
    serialize=_serialize,
    parse_value=_parse,
)

IDENTIFIERS: Final = strawberry.scalar(
    name="Identifiers", description="A column of identifiers as a JSON list.", serialize=list
)


def _serialize_moments(values: Any) -> list[str | None]:
    moments = np.asarray(values, dtype="datetime64[us]")
    seconds = moments.astype("datetime64[s]")
    exact = bool(((moments == seconds) | np.isnat(moments)).all())
    texts = np.datetime_as_string(seconds if exact else moments, timezone="UTC")
    return [None if text == "NaT" else text for text in texts.tolist()]


def _parse_time(value: Any) -> datetime:
    if not isinstance(value, str):
        raise ValueError(f"a time as text, not {type(value).__name__}")  # noqa: TRY004
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value[:40]!r} is no ISO 8601 time such as {_EXAMPLE}") from None
    if time.tzinfo is None:
        raise ValueError(f"{value[:40]!r} has no offset: write for example {_EXAMPLE}")
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{value[:40]!r} is outside the years 1 to 9999") from None


def _parse_moments(values: Any) -> NDArray[np.datetime64]:
    if not isinstance(values, list):
        raise ValueError(f"a list of times, not {type(values).__name__}")  # noqa: TRY004
    if len(values) > _MAX_NUMBERS:
        raise ValueError(f"{len(values)} times in one list; at most {_MAX_NUMBERS}")
    times = [_parse_time(value).replace(tzinfo=None) for value in values]
    return np.array(times, dtype="datetime64[us]")


MOMENTS: Final = strawberry.scalar(
    name="Moments",
    description="A column of moments as a JSON list, each as ISO 8601 with its offset; answers are "
    "in UTC, null where unknown.",
    serialize=_serialize_moments,
    parse_value=_parse_moments,
)


# The standard scalar lets times pass that have no offset: local to whom?
DATE_TIME: Final = strawberry.scalar(
    name="DateTime",
    description="A moment as ISO 8601 with its offset from UTC, such as 2026-04-10T00:00+02:00. "
    "Answers are in UTC.",
    serialize=datetime.isoformat,
    parse_value=_parse_time,
)
SCALAR_MAP: Final[dict[object, Any]] = {
    Numbers: NUMBERS,
    Identifiers: IDENTIFIERS,
    Moments: MOMENTS,
    datetime: DATE_TIME,
}
