"""A column of a file as a series on a sensor's steps. Pure.

Guesses nothing that changes a value: kinds of files, byte order marks and delimiters are
recognised, all else is said by the caller. What cannot be read is told line by line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import TimeGrid
from integrations.ingest.registers import per_interval
from integrations.ingest.stamps import NoSuchHour, StampRules, WrongStamp
from integrations.ingest.table import read_table
from integrations.ingest.wrong_file import MAX_ROWS, RowProblem, WrongFile

__all__ = [
    "MAX_ROWS",
    "Register",
    "RowProblem",
    "SeriesFile",
    "SeriesRead",
    "WrongFile",
    "read_series_file",
]

Duplicates = Literal["refuse", "first", "last", "mean", "sum"]

_MISSING: Final = frozenset({"", "nan", "null", "none", "n/a", "na", "-"})
#: Beyond these the same is wrong with every line.
_MAX_PROBLEMS: Final = 100
#: The parts of a column that is the sum of others: "1-0:1.8.1 + 1-0:1.8.2".
_PLUS: Final = " + "


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


@dataclass(frozen=True, slots=True)
class SeriesRead:
    """What a file holds: ``values`` on ``grid``, shape (n_steps,), NaN where it has none.

    Attributes:
        n_resets: how often a register fell back without rolling over; what it counted then is
            unknown.
        problems: lines that were left out, at most a hundred.
    """

    grid: TimeGrid
    values: NDArray[np.float64]
    n_rows: int
    n_duplicates: int
    n_resets: int = 0
    problems: tuple[RowProblem, ...] = ()

    @property
    def n_missing(self) -> int:
        """Steps between first and last without a value."""
        return int(np.isnan(self.values).sum())


def read_series_file(content: bytes, wanted: SeriesFile) -> SeriesRead:
    """Return the wanted column of ``content``, in the file's own unit.

    Raises:
        WrongFile: see the class.
    """
    starts, values, problems = _rows(content, wanted)
    if problems and not wanted.skip_wrong_rows:
        more = f" (and {len(problems) - 1} more lines)" if len(problems) > 1 else ""
        raise WrongFile(f"line {problems[0].line}: {problems[0].words}{more}", problems)
    if not starts:
        raise WrongFile("the file has no values: a head and at least one row are right")
    if wanted.register is not None:
        return _counted(starts, values, problems, wanted, wanted.register)
    step = wanted.step
    if wanted.cut_to_steps:
        seconds = step.total_seconds()
        starts = [each - timedelta(seconds=each.timestamp() % seconds) for each in starts]
    first = min(starts)
    if first.timestamp() % step.total_seconds():
        raise WrongFile(
            f"the first interval starts at {first:%Y-%m-%d %H:%MZ}: off steps of {step}"
        )
    offsets = np.array([(start - first) / step for start in starts])
    wrong = np.flatnonzero(offsets != np.round(offsets))
    n_steps = _n_steps(round(float(offsets.max())) + 1)
    if wrong.size:
        start = starts[int(wrong[0])]
        raise WrongFile(f"the interval at {start:%Y-%m-%d %H:%MZ} is off steps of {step}")
    positions = offsets.astype(np.intp)
    column, n_duplicates = _merged(positions, np.array(values), n_steps, wanted, first)
    return SeriesRead(
        TimeGrid(first, step, n_steps), column, len(starts), n_duplicates, problems=tuple(problems)
    )


def _n_steps(number: int) -> int:
    if number > MAX_ROWS:
        raise WrongFile(f"{number} steps from first to last; at most {MAX_ROWS}")
    return number


def _counted(
    moments: list[datetime],
    readings: list[float],
    problems: list[RowProblem],
    wanted: SeriesFile,
    register: Register,
) -> SeriesRead:
    seconds = wanted.step.total_seconds()
    before = min(moments)
    base = before - timedelta(seconds=before.timestamp() % seconds)
    steps, counted, n_resets = per_interval(
        np.array([(moment - base).total_seconds() for moment in moments]),
        np.array(readings),
        step_seconds=seconds,
        rolls_over_at=register.rolls_over_at,
    )
    if not steps.size:
        raise WrongFile(f"no two readings of the register are {wanted.step} apart on whole steps")
    first = int(steps[0])
    column = np.full(_n_steps(int(steps[-1]) - first + 1), np.nan)
    column[steps - first] = counted
    grid = TimeGrid(base + first * wanted.step, wanted.step, column.size)
    return SeriesRead(grid, column, len(moments), 0, n_resets, tuple(problems))


def _rows(
    content: bytes, wanted: SeriesFile
) -> tuple[list[datetime], list[float], list[RowProblem]]:
    starts: list[datetime] = []
    values: list[float] = []
    problems: list[RowProblem] = []
    before: datetime | None = None
    step = timedelta(0) if wanted.register else wanted.step  # a register is read at its label
    for line, label, texts in _cells(content, wanted):
        try:
            start = wanted.stamps.start_of(label, step, before)
            value = sum(_number(each, decimal_comma=wanted.decimal_comma) for each in texts)
        except (WrongStamp, WrongNumber) as error:
            if not (wanted.skip_no_such_hour and isinstance(error, NoSuchHour)):
                problems.append(RowProblem(line, str(error)))
            if len(problems) >= _MAX_PROBLEMS:
                raise WrongFile(
                    f"line {problems[0].line}: {problems[0].words} (and at least "
                    f"{_MAX_PROBLEMS - 1} more lines)",
                    problems,
                ) from None
            continue
        starts.append(start)
        values.append(value)
        if len(starts) > MAX_ROWS:
            raise WrongFile(f"more than {MAX_ROWS} rows")
        before = start
    return starts, values, problems


def _cells(content: bytes, wanted: SeriesFile) -> Iterator[tuple[int, str, list[str]]]:
    """Yield line, label and values of each row that is meant and not empty."""
    table = read_table(content, wanted.column.split(_PLUS)[0])
    parts = [wanted.column] if wanted.column in table.columns else wanted.column.split(_PLUS)
    values_at = [table.position(part) for part in parts]
    time_at = 0 if wanted.time_column is None else table.position(wanted.time_column)
    clock_at = None if wanted.clock_column is None else table.position(wanted.clock_column)
    only_at = None if wanted.only is None else table.position(wanted.only[0])
    last = max(*values_at, time_at, clock_at or 0, only_at or 0)
    for line, row in table.rows:
        if len(row) <= last:
            raise WrongFile(f"line {line}: {len(row)} cells, the head has more")
        if wanted.only and not _is_meant(row[only_at or 0], wanted.only[1], line):
            continue
        label = row[time_at]
        if clock_at is not None:  # a date may come with a midnight that means nothing
            label = f"{label.strip().partition('T')[0].partition(' ')[0]} {row[clock_at].strip()}"
        yield line, label, [row[at] for at in values_at]


def _is_meant(cell: str, text: str, line: int) -> bool:
    cell = cell.strip()
    if text.isdecimal() and len(text) > 15 and not cell.isdecimal() and _is_rounded(cell):
        raise WrongFile(
            f"line {line}: {cell!r} is a number that a spreadsheet has rounded: keep EANs as text"
        )
    return cell == text


def _is_rounded(cell: str) -> bool:
    try:
        return float(cell.replace(",", ".")) > 1e15
    except ValueError:
        return False


class WrongNumber(ValueError):
    """The text is no finite number."""


def _number(text: str, *, decimal_comma: bool) -> float:
    text = text.strip()
    if text.lower() in _MISSING:
        return np.nan
    written = text.replace(".", "").replace(",", ".") if decimal_comma else text
    try:
        number = float(written)
    except ValueError:
        advice = "" if decimal_comma or "," not in text else "; for 1,5 say --decimal-comma"
        raise WrongNumber(f"{text[:40]!r} is no number{advice}") from None
    if not np.isfinite(number):
        raise WrongNumber(f"{text[:40]!r} is not finite; leave out what is unknown")
    return number


def _merged(
    positions: NDArray[np.intp],
    values: NDArray[np.float64],
    n_steps: int,
    wanted: SeriesFile,
    first: datetime,
) -> tuple[NDArray[np.float64], int]:
    """Return one value per step, and how many rows told what another told too."""
    known = ~np.isnan(values)
    positions, values = positions[known], values[known]
    column = np.full(n_steps, np.nan)
    counts = np.bincount(positions, minlength=n_steps)
    column[positions[::-1]] = values[::-1]  # of several the first stays
    different = np.flatnonzero(column[positions] != values)
    if different.size and wanted.duplicates == "refuse":
        at = first + int(positions[different[0]]) * wanted.step
        raise WrongFile(
            f"the interval at {at:%Y-%m-%d %H:%MZ} has several values: choose the first, "
            "the last or the mean (--duplicates)"
        )
    if wanted.duplicates == "last":
        column[positions] = values
    elif wanted.duplicates in ("mean", "sum"):
        sums = np.bincount(positions, weights=values, minlength=n_steps)
        shares = np.maximum(counts, 1) if wanted.duplicates == "mean" else 1
        column = np.where(counts > 0, sums / shares, np.nan)
    return column, int((counts - 1).clip(min=0).sum())
