"""Processes: jobs that must run once in the window."""

from typing import Annotated, Literal, Self

from pydantic import Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from scheduling.flex.devices.fixed import Placed
from scheduling.flex.devices.storing import Switched
from scheduling.flex.quantities import Document, Moment, NotNegative, Number, Positive


class Span(Document):
    """The time [start, end).

    Attributes:
        start: its beginning.
        end: its end, not part of it.
    """

    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.end <= self.start:
            raise PydanticCustomError("span", "end should be after start")
        return self


class Process(Placed, Switched):
    """A job that runs once in the window, or not at all where that may cost less.

    Attributes:
        flexibility: ``inflexible`` runs as soon as it may; ``shiftable`` runs in one go at
            the best time; ``breakable`` runs in pieces at the best times.
        power_kw: of a job with one power; a part of a step at its end draws its share of it.
        duration_minutes: of a job with one power, all pieces together.
        profile_kw: power in each step from the start on, instead of those two.
        forbidden: times in which it may not run.
        undone_price: what it costs not to run it in the window; it has to run when not given.
        run_min_minutes: a piece of a breakable job lasts at least so long.
        pause_min_minutes: a pause of a breakable job lasts at least so long.
        start_price: of each piece of a breakable job.
    """

    kind: Literal["process"] = "process"
    flexibility: Literal["inflexible", "shiftable", "breakable"] = "shiftable"
    power_kw: Positive | None = None
    duration_minutes: Annotated[float, Strict(), Field(gt=0)] | None = None
    profile_kw: Annotated[tuple[Number, ...], Field(min_length=1)] | None = None
    forbidden: tuple[Span, ...] = ()
    undone_price: NotNegative | None = None

    @model_validator(mode="after")
    def _power_or_profile(self) -> Self:
        is_plain = self.power_kw is not None and self.duration_minutes is not None
        has_any = self.power_kw is not None or self.duration_minutes is not None
        if is_plain == (self.profile_kw is not None) or (has_any and not is_plain):
            raise PydanticCustomError(
                "process", "give either power_kw and duration_minutes, or profile_kw"
            )
        if self.flexibility == "inflexible" and self.undone_price is not None:
            raise PydanticCustomError("process", "an inflexible process runs: no undone_price")
        is_breakable = self.flexibility == "breakable"
        if is_breakable and self.profile_kw is not None:
            raise PydanticCustomError("process", "a breakable process has no profile_kw")
        if not is_breakable and self.is_switched:
            raise PydanticCustomError(
                "process", "start_price and least lengths are for a breakable process"
            )
        return self
