"""Quantities in documents: one number, a number per step, or a sensor to read them from."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Discriminator, Field, Strict, Tag
from pydantic.functional_validators import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError


class Document(BaseModel):
    """Part of a flex document: never changed, and nothing in it that we do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def fields(self) -> Iterator[tuple[str, Any]]:
        """Yield (name, value) of each field; what is derived from them is left out."""
        for name in type(self).model_fields:
            yield name, getattr(self, name)


class SensorReference(Document):
    """Stands for the values that a sensor is believed to have in the window.

    Legal in documents that are stored; ``flex.resolve`` puts numbers in its place.

    Attributes:
        sensor: identifier of the sensor.
        cumulative_probability: which quantile to read where beliefs are uncertain; the point
            value (0.5) when not given.
    """

    sensor: Annotated[int, Strict()] | Annotated[str, Strict(), Field(min_length=1)]
    cumulative_probability: Annotated[float, Field(gt=0, lt=1)] | None = None


#: No site has more of anything; solvers lose their way among numbers far beyond.
MOST: Final = 1e9
Number = Annotated[float, Strict(), Field(ge=-MOST, le=MOST)]
NotNegative = Annotated[float, Strict(), Field(ge=0, le=MOST)]
Positive = Annotated[float, Strict(), Field(gt=0, le=MOST)]
Share = Annotated[float, Strict(), Field(gt=0, le=1)]
LossShare = Annotated[float, Strict(), Field(ge=0, lt=1)]
Name = Annotated[str, Strict(), Field(min_length=1, max_length=80)]


def _dated(value: Any) -> Any:
    # Numbers would be read as seconds since 1970.
    if isinstance(value, (int, float)) or (isinstance(value, str) and "-" not in value[1:]):
        raise PydanticCustomError(
            "datetime_type",
            "Input should be a valid datetime in ISO 8601, such as 2026-01-12T07:00:00+01:00",
        )
    return value


#: A time with an offset.
Moment = Annotated[AwareDatetime, BeforeValidator(_dated)]


def _form(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "as:per_step"
    if isinstance(value, (dict, SensorReference)):
        return "as:sensor"
    return "as:number"


def _positive(values: tuple[float, ...]) -> tuple[float, ...]:
    for step, value in enumerate(values):
        if value <= 0:
            raise PydanticCustomError(
                "greater_than",
                "step {step} is {value}: each value should be greater than 0",
                {"step": step, "value": value},
            )
    return values


def _not_negative(values: tuple[float, ...]) -> tuple[float, ...]:
    for step, value in enumerate(values):
        if value < 0:
            raise PydanticCustomError(
                "greater_than_equal",
                "step {step} is {value}: each value should be at least 0",
                {"step": step, "value": value},
            )
    return values


#: A quantity that may vary over the window, of any sign.
Varying = Annotated[
    Annotated[Number, Tag("as:number")]
    | Annotated[tuple[Number, ...], Field(min_length=1), Tag("as:per_step")]
    | Annotated[SensorReference, Tag("as:sensor")],
    Discriminator(_form),
]

#: A quantity that may vary over the window and is never negative.
VaryingMagnitude = Annotated[
    Annotated[NotNegative, Tag("as:number")]
    | Annotated[
        tuple[Number, ...], Field(min_length=1), AfterValidator(_not_negative), Tag("as:per_step")
    ]
    | Annotated[SensorReference, Tag("as:sensor")],
    Discriminator(_form),
]

#: A quantity that may vary over the window and is above zero.
VaryingPositive = Annotated[
    Annotated[Positive, Tag("as:number")]
    | Annotated[
        tuple[Number, ...], Field(min_length=1), AfterValidator(_positive), Tag("as:per_step")
    ]
    | Annotated[SensorReference, Tag("as:sensor")],
    Discriminator(_form),
]

#: A share lost that may vary over the window.
VaryingLoss = Annotated[
    Annotated[LossShare, Tag("as:number")]
    | Annotated[tuple[LossShare, ...], Field(min_length=1), Tag("as:per_step")]
    | Annotated[SensorReference, Tag("as:sensor")],
    Discriminator(_form),
]


def leaves(value: Any, path: str = "") -> list[tuple[str, str, Any]]:
    """Return (path, field, value) of each quantity in ``value`` that varies or is referred to."""
    found: list[tuple[str, str, Any]] = []
    _gather(value, path, found)
    return found


#: Of these nothing is within; most fields are.
_PLAIN: Final = {float, int, str, bool, type(None), datetime}


def _gather(value: Any, path: str, found: list[tuple[str, str, Any]]) -> None:
    if isinstance(value, tuple):
        if value and isinstance(value[0], Document):
            for i, part in enumerate(value):
                _gather(part, f"{path}[{i}]", found)
        elif value and isinstance(value[0], float):
            found.append((path, path.rpartition(".")[2], value))
    elif isinstance(value, SensorReference):
        found.append((path, path.rpartition(".")[2], value))
    elif isinstance(value, Document):
        known = type(value).model_fields
        for name, part in vars(value).items():
            # What is derived from the fields is no field.
            if type(part) not in _PLAIN and part and name in known:
                _gather(part, f"{path}.{name}" if path else name, found)
