"""Scalars of the public interface."""

import math
from typing import Any, Final, NewType

import numpy as np
import strawberry
from numpy.typing import NDArray

_MAX_NUMBERS: Final = 1_000_000

#: A column of numbers; NaN inside, null outside.
Numbers = NewType("Numbers", list)  # type: ignore[type-arg]


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
SCALAR_MAP: Final[dict[object, Any]] = {Numbers: NUMBERS}
