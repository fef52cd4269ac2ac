"""Equal steps of time: the axis of every array in this project; moments, where there are none."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    # A tenth of a second that a command need not pay: models know grids, few need their arrays.
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TimeGrid:
    """``n_steps`` equal steps from ``start``, half open: [start, end).

    The value at index i holds over [start + i·step, start + (i + 1)·step). The grid knows
    UTC alone: a day on which clocks change simply has 23 or 25 hours of steps.

    Attributes:
        start: beginning of the first step; aware, kept in UTC.
        step: length of a step; positive, whole seconds.
        n_steps: number of steps; positive.

    Raises:
        ValueError: ``start`` is naive, or ``step`` or ``n_steps`` is not positive.
    """

    start: datetime
    step: timedelta
    n_steps: int

    def __post_init__(self) -> None:
        if self.start.tzinfo is None:
            raise ValueError(f"start {self.start.isoformat()} has no time zone: add an offset")
        if self.step <= timedelta(0) or self.step.microseconds:
            raise ValueError(f"a step is a positive number of whole seconds, not {self.step}")
        if self.n_steps < 1:
            raise ValueError("a time grid has at least one step: its end is after its start")
        object.__setattr__(self, "start", self.start.astimezone(UTC))

    @classmethod
    def between(cls, start: datetime, end: datetime, step: timedelta) -> Self:
        """Return the grid that covers [start, end) exactly.

        Raises:
            ValueError: a bound is naive, or the span is not a whole, positive number of steps.
        """
        if start.tzinfo is None or end.tzinfo is None:
            raise ValueError("start and end need a time zone: add an offset")
        if step <= timedelta(0):
            raise ValueError(f"a step is a positive number of whole seconds, not {step}")
        # Differences of times in one zone ignore its changes of clock; in UTC there are none.
        n_steps, rest = divmod(end.astimezone(UTC) - start.astimezone(UTC), step)
        if rest:
            raise ValueError(f"{end - start} is not a whole number of steps of {step}")
        return cls(start, step, n_steps)

    @property
    def end(self) -> datetime:
        return self.start + self.n_steps * self.step

    @property
    def step_hours(self) -> float:
        """Hours per step: turns kW into kWh."""
        return self.step / timedelta(hours=1)

    def starts(self) -> "NDArray[np.datetime64]":
        """Beginnings of the steps in UTC, shape (n_steps,), unit seconds."""
        import numpy as np  # noqa: PLC0415

        first = np.datetime64(self.start.replace(tzinfo=None), "s")
        step = np.timedelta64(int(self.step.total_seconds()), "s")
        return first + np.arange(self.n_steps) * step


@dataclass(frozen=True, slots=True, eq=False)
class Instants:
    """Moments, each an event without a length: the axis of what is read at points in time.

    Has what a ``TimeGrid`` has, with steps of no length.

    Attributes:
        moments: shape (n,), UTC, to the microsecond; in any order.

    Raises:
        ValueError: there is none, or one is no moment.
    """

    moments: "NDArray[np.datetime64]"

    def __post_init__(self) -> None:
        if not self.moments.size or (self.moments != self.moments).any():  # NaT differs from itself
            raise ValueError("each point needs its moment, and there is at least one")
        object.__setattr__(self, "moments", self.moments.astype("datetime64[us]"))

    @property
    def start(self) -> datetime:
        """The first moment."""
        return _aware(self.moments.min())

    @property
    def end(self) -> datetime:
        """Just after the last moment."""
        return _aware(self.moments.max()) + timedelta(microseconds=1)

    @property
    def step(self) -> timedelta:
        return timedelta(0)

    @property
    def n_steps(self) -> int:
        return int(self.moments.size)

    def starts(self) -> "NDArray[np.datetime64]":
        """The moments in UTC, shape (n_steps,), unit microseconds."""
        return self.moments


def _aware(moment: "np.datetime64") -> datetime:
    found: datetime = moment.astype("datetime64[us]").item()
    return found.replace(tzinfo=UTC)
