"""The time that a document is about."""

from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Annotated, Final, Self

from pydantic import AwareDatetime, Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from assets.timegrid import TimeGrid
from scheduling.flex.quantities import Document

#: Two weeks of five minutes, or six of a quarter of an hour: prices and weather are not
#: known further, and a longer plan would take minutes.
MAX_STEPS: Final = 4_032


class Window(Document):
    """The time to plan, [start, end), in equal steps. Times have an offset."""

    start: AwareDatetime
    end: AwareDatetime
    step_minutes: Annotated[int, Strict(), Field(ge=1, le=60)] = 15

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

    @cached_property
    def grid(self) -> TimeGrid:
        """The steps, in UTC."""
        return TimeGrid.between(
            _utc(self.start), _utc(self.end), timedelta(minutes=self.step_minutes)
        )


def _utc(time: datetime) -> datetime:
    # Differences of times in one zone ignore its changes of clock; in UTC there are none.
    return time.astimezone(UTC)
