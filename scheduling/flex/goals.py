"""Goals of a stock: minima, maxima and targets at moments or over spans of time."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from scheduling.flex.quantities import Document, Moment, NotNegative, Number


class Point(Document):
    """A level at a moment, ``at``, or at every end of step from ``start`` to ``end``.

    Both ends of a span count. A moment between two steps counts at the end of its step.

    Attributes:
        stock_kwh: the level.
        at: the moment.
        start: of a span.
        end: of a span, part of it.
    """

    stock_kwh: Number
    at: Moment | None = None
    start: Moment | None = None
    end: Moment | None = None

    @model_validator(mode="after")
    def _moment_or_span(self) -> Self:
        is_span = self.start is not None and self.end is not None
        has_any = self.start is not None or self.end is not None
        if (self.at is None) == (not is_span) or (self.at is not None and has_any):
            raise PydanticCustomError("point", "give either at, or start and end")
        if self.start is not None and self.end is not None and self.end < self.start:
            raise PydanticCustomError("point", "end should not be before start")
        return self


class StockGoal(Document):
    """Points that belong together. Hard without a price, else missed at that price.

    Where points overlap, the highest minimum and the lowest maximum count.

    Attributes:
        kind: whether the points are minima, maxima, or both: targets.
        points: levels over time.
        miss_price_per_kwh: for the most that the goal is missed by.
        miss_price_per_kwh_hour: for each kWh missed and each hour.
    """

    kind: Literal["min", "max", "target"]
    points: Annotated[tuple[Point, ...], Field(min_length=1)]
    miss_price_per_kwh: NotNegative | None = None
    miss_price_per_kwh_hour: NotNegative | None = None

    @property
    def is_hard(self) -> bool:
        """Whether no price allows it to be missed."""
        return self.miss_price_per_kwh is None and self.miss_price_per_kwh_hour is None
