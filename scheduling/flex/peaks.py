"""Tariffs of the highest power of a billing period."""

from typing import Annotated, Final, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from assets.calendars import wall_clock
from assets.timegrid import TimeGrid
from scheduling.flex.clock import TimeZone, WeeklyHours
from scheduling.flex.devices.process import Span
from scheduling.flex.quantities import (
    Document,
    Name,
    NotNegative,
    Number,
    Positive,
    SensorReference,
)

#: The field that stands for what was measured so far, not for a value per step.
MEASURED: Final = "measured_kw"
_UNIT_OF: Final = {"day": "D", "month": "M", "year": "Y"}


class PeakTariff(Document):
    """A price for the highest power of a billing period.

    Several components are several tariffs, each with its own times.

    Attributes:
        name: of the component.
        node: where it is metered; this connection if not given.
        direction: whether import or export counts.
        price_per_kw: of each kW above the incumbent peak.
        incumbent_kw: the highest power of the period so far: up to it, power is free.
        least_kw: what is billed in any period at least: up to it, power is free too.
        average_minutes: the power counts as its mean over such periods on the clock, whole steps
            or parts of one; each step if not given.
        metered_kwh: energy metered already in the averaging period in which the window starts.
        within: the times that count; all if none.
        weekly: hours of each week that count, of those times; all if none. A step counts that
            begins in them.
        period: of billing, by the calendar; what is in another than the start counts apart, from
            ``least_kw`` on. All of the window is one if not given.
        time_zone: of ``weekly`` and ``period``; that of the site when not given, in a file UTC.
        measured_kw: a power sensor of what is metered there: its highest in the period so far is
            the incumbent, where that is more, and the running averaging period is read of it.
    """

    name: Name
    node: Name | None = None
    direction: Literal["import", "export"] = "import"
    price_per_kw: Positive
    incumbent_kw: NotNegative = 0.0
    least_kw: NotNegative = 0.0
    average_minutes: Annotated[int, Strict(), Field(gt=0)] | None = None
    metered_kwh: Number | None = None
    within: tuple[Span, ...] = ()
    weekly: Annotated[tuple[WeeklyHours, ...], Field(max_length=20)] = ()
    period: Literal["day", "month", "year"] | None = None
    time_zone: TimeZone | None = None
    measured_kw: SensorReference | None = None

    @model_validator(mode="after")
    def _measured_since(self) -> Self:
        if self.measured_kw is not None and self.period is None:
            raise PydanticCustomError("period", "measured_kw needs period: since when it counts")
        return self

    @property
    def zone(self) -> str:
        """The time zone that its clock shows."""
        return self.time_zone or "UTC"

    def counts(self, grid: TimeGrid) -> NDArray[np.bool_]:
        """Return which steps of ``grid`` count, shape (n_steps,)."""
        counted = np.full(grid.n_steps, not self.within)
        for span in self.within:
            first = max((span.start - grid.start) // grid.step, 0)
            last = max(-((grid.start - span.end) // grid.step), 0)
            counted[first:last] = True
        if self.weekly:
            counted &= np.any([each.holds(grid, self.zone) for each in self.weekly], axis=0)
        return counted

    def periods(self, grid: TimeGrid) -> NDArray[np.datetime64]:
        """Return in which period of billing each step begins, shape (n_steps,)."""
        if self.period is None:
            return np.zeros(grid.n_steps, dtype="datetime64[Y]")
        unit = _UNIT_OF[self.period]
        return wall_clock(grid.starts(), self.zone).astype(f"datetime64[{unit}]")
