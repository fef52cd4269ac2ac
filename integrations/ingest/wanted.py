"""What is wanted of a file: one column, and how it is to be read. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from integrations.ingest.stamps import StampRules

Duplicates = Literal["refuse", "first", "last", "mean", "sum"]


@dataclass(frozen=True, slots=True)
class Register:
    """The column counts up; labels are when it was read. ``rolls_over_at``: 0 follows on it."""

    rolls_over_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFile:
    """How to read one column.

    Attributes:
        column: head of the values' column, or of several with " + " between, which are summed.
        time_column: head of the labels' column; None for the first.
        clock_column: head of the column with the time of day, where dates and times are apart.
        only: a column and the text that it holds in rows that are meant, an EAN for one.
        register: the column is a cumulative register, told as what it counted in each step.
        step: length of an interval.
        duplicates: what to do with a second value of an interval; equal ones are one, but for a
            sum, as of sessions that begin in the same interval.
        cut_to_steps: a label within an interval stands for it, as the start of a session does.
        decimal_comma: write 1,5 for one and a half.
        skip_no_such_hour: leave out rows in the hour that a clock leaves out, as files with 24
            rows on every day have them.
        skip_wrong_rows: leave out rows that cannot be read, and tell them.
    """

    column: str
    stamps: StampRules
    step: timedelta
    time_column: str | None = None
    duplicates: Duplicates = "refuse"
    decimal_comma: bool = False
    skip_no_such_hour: bool = False
    skip_wrong_rows: bool = False
    cut_to_steps: bool = False
    clock_column: str | None = None
    only: tuple[str, str] | None = None
    register: Register | None = None

    @property
    def labelled_step(self) -> timedelta:
        """How far a label at an interval's end is from its start; a register is read at it."""
        return timedelta(0) if self.register else self.step
