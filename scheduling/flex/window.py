"""The time that a document is about."""

from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Annotated, Final, Self

from pydantic import Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from assets.timegrid import TimeGrid
from scheduling.flex.quantities import Document, Moment, NotNegative

#: Two weeks of five minutes, or six of a quarter of an hour: prices and weather are not
#: known further, and a longer plan would take minutes.
MAX_STEPS: Final = 4_032


class Coarser(Document):
    """A part of the window in which powers hold for longer than a step.

    Attributes:
        after_hours: from so long after the start on, until the next part.
        step_minutes: how long a power holds, from a full multiple on the clock (UTC) on.
    """

    after_hours: NotNegative
    step_minutes: Annotated[int, Strict(), Field(ge=1, le=1_440)]


class Window(Document):
    """The time to plan, [start, end), in equal steps. Times have an offset.

    Attributes:
        start, end: the end is not part of it.
        step_minutes: length of a step: of prices, loads, limits and of what is told of the plan.
        coarser: later parts in which stores and heat hold their power for longer; fine first.
    """

    start: Moment
    end: Moment
    step_minutes: Annotated[int, Strict(), Field(ge=1, le=60)] = 15
    coarser: Annotated[tuple[Coarser, ...], Field(max_length=8)] = ()

    @model_validator(mode="after")
    def _whole_steps(self) -> Self:
        step = timedelta(minutes=self.step_minutes)
        if 60 % self.step_minutes:
            raise PydanticCustomError(
                "step_minutes", "step_minutes should divide 60: 5, 15, 30 and 60 are common"
            )
        if self.end <= self.start:
            raise PydanticCustomError("window", "end should be after start")
        n_steps, rest = divmod(_utc(self.end) - _utc(self.start), step)
        if rest:
            raise PydanticCustomError(
                "window", "start to end should be a whole number of steps of step_minutes"
            )
        if n_steps > MAX_STEPS:
            raise PydanticCustomError(
                "window",
                "the window has {n_steps} steps: at most {most} are allowed",
                {"n_steps": n_steps, "most": MAX_STEPS},
            )
        return self

    @model_validator(mode="after")
    def _grows_coarser(self) -> Self:
        after, step = -1.0, self.step_minutes
        for part in self.coarser:
            if part.after_hours <= after:
                raise PydanticCustomError("coarser", "after_hours of coarser parts should rise")
            if part.step_minutes % step or 1_440 % part.step_minutes:
                raise PydanticCustomError(
                    "coarser",
                    "step_minutes of a coarser part is {given}: it should be a multiple of that "
                    "before, {before}, and divide a day",
                    {"given": part.step_minutes, "before": step},
                )
            after, step = part.after_hours, part.step_minutes
        return self

    def blocks(self) -> tuple[int, ...] | None:
        """Return the number of the block in which each step's power holds; None: each its own."""
        if not self.coarser:
            return None
        first = int(self.grid.start.timestamp())
        own = self.step_minutes * 60
        found: list[int] = []
        last: tuple[int, int] | None = None
        for step in range(self.grid.n_steps):
            seconds = step * own
            parts = [each for each in self.coarser if each.after_hours * 3600 <= seconds]
            length = parts[-1].step_minutes * 60 if parts else own
            here = (len(parts), (first + seconds) // length)
            found.append((found[-1] if found else -1) + (here != last))
            last = here
        return tuple(found)

    @cached_property
    def grid(self) -> TimeGrid:
        """The steps, in UTC."""
        return TimeGrid.between(
            _utc(self.start), _utc(self.end), timedelta(minutes=self.step_minutes)
        )


def _utc(time: datetime) -> datetime:
    # Differences of times in one zone ignore its changes of clock; in UTC there are none.
    return time.astimezone(UTC)
