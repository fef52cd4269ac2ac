"""A column of a CSV file as a series on a sensor's steps. Pure.

Guesses nothing that changes a value: byte order marks and delimiters are recognised, all else
is said by the caller. What cannot be read is refused with its line.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import TimeGrid
from integrations.ingest.stamps import NoSuchHour, StampRules, WrongStamp

Duplicates = Literal["refuse", "first", "last", "mean"]

#: More than fifty years of quarter-hours is no file of one sensor.
MAX_ROWS: Final = 2_000_000
_MISSING: Final = frozenset({"", "nan", "null", "none", "n/a", "na", "-"})
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class WrongFile(ValueError):
    """The file cannot be read; the message names the line and what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFile:
    """How to read one column.

    Attributes:
        column: head of the values' column.
        time_column: head of the labels' column; None for the first.
        step: length of an interval.
        duplicates: what to do with a second value of an interval; equal ones are one.
        decimal_comma: write 1,5 for one and a half.
        skip_no_such_hour: leave out rows in the hour that a clock leaves out, as files with 24
            rows on every day have them.
    """

    column: str
    stamps: StampRules
    step: timedelta
    time_column: str | None = None
    duplicates: Duplicates = "refuse"
    decimal_comma: bool = False
    skip_no_such_hour: bool = False


@dataclass(frozen=True, slots=True)
class SeriesRead:
    """What a file holds: ``values`` on ``grid``, shape (n_steps,), NaN where it has none."""

    grid: TimeGrid
    values: NDArray[np.float64]
    n_rows: int
    n_duplicates: int

    @property
    def n_missing(self) -> int:
        """Steps between first and last without a value."""
        return int(np.isnan(self.values).sum())


def read_series_file(content: bytes, wanted: SeriesFile) -> SeriesRead:
    """Return the wanted column of ``content``, in the file's own unit.

    Raises:
        WrongFile: see the class.
    """
    starts, values = _rows(content, wanted)
    if not starts:
        raise WrongFile("the file has no values: a head and at least one row are right")
    first = min(starts)
    step = wanted.step
    if first.timestamp() % step.total_seconds():
        raise WrongFile(
            f"the first interval starts at {first:%Y-%m-%d %H:%MZ}: off steps of {step}"
        )
    n_steps = (max(starts) - first) // step + 1
    if n_steps > MAX_ROWS:
        raise WrongFile(f"{n_steps} steps from first to last; at most {MAX_ROWS}")
    offsets = np.array([(start - first) / step for start in starts])
    wrong = np.flatnonzero(offsets != np.round(offsets))
    if wrong.size:
        start = starts[int(wrong[0])]
        raise WrongFile(f"the interval at {start:%Y-%m-%d %H:%MZ} is off steps of {step}")
    positions = offsets.astype(np.intp)
    column, n_duplicates = _merged(positions, np.array(values), n_steps, wanted, first)
    return SeriesRead(TimeGrid(first, step, n_steps), column, len(starts), n_duplicates)


def _rows(content: bytes, wanted: SeriesFile) -> tuple[list[datetime], list[float]]:
    starts: list[datetime] = []
    values: list[float] = []
    before: datetime | None = None
    for line, label, text in _cells(_text(content), wanted):
        try:
            start = wanted.stamps.start_of(label, wanted.step, before)
        except NoSuchHour as error:
            if wanted.skip_no_such_hour:
                continue
            raise WrongFile(f"line {line}: {error}") from None
        except WrongStamp as error:
            raise WrongFile(f"line {line}: {error}") from None
        starts.append(start)
        values.append(_number(text, line, decimal_comma=wanted.decimal_comma))
        if len(starts) > MAX_ROWS:
            raise WrongFile(f"more than {MAX_ROWS} rows")
        before = start
    return starts, values


def _cells(text: str, wanted: SeriesFile) -> Iterator[tuple[int, str, str]]:
    """Yield line, label and value of each row that is not empty."""
    head = text.partition("\n")[0]
    delimiter = max(";\t,", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns = [name.strip() for name in next(reader, [])]
    value_at = _position(columns, wanted.column)
    time_at = 0 if wanted.time_column is None else _position(columns, wanted.time_column)
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) <= max(value_at, time_at):
                raise WrongFile(f"line {reader.line_num}: {len(row)} cells, the head has more")
            yield reader.line_num, row[time_at], row[value_at]
    except csv.Error as error:
        raise WrongFile(f"line {reader.line_num}: {error}") from None


def _position(columns: list[str], name: str) -> int:
    if columns.count(name.strip()) != 1:
        known = ", ".join(repr(each) for each in columns[:20]) or "none: the file is empty"
        times = "two columns are" if name.strip() in columns else "no column is"
        raise WrongFile(f"{times} called {name!r} (there are: {known})")
    return columns.index(name.strip())


def _number(text: str, line: int, *, decimal_comma: bool) -> float:
    text = text.strip()
    if text.lower() in _MISSING:
        return np.nan
    written = text.replace(".", "").replace(",", ".") if decimal_comma else text
    try:
        number = float(written)
    except ValueError:
        advice = "" if decimal_comma or "," not in text else "; for 1,5 say --decimal-comma"
        raise WrongFile(f"line {line}: {text[:40]!r} is no number{advice}") from None
    if not np.isfinite(number):
        raise WrongFile(f"line {line}: {text[:40]!r} is not finite; leave out what is unknown")
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
    elif wanted.duplicates == "mean":
        sums = np.bincount(positions, weights=values, minlength=n_steps)
        column = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return column, int((counts - 1).clip(min=0).sum())


def _text(content: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise WrongFile(f"byte {error.start} is no {encoding}: save the file as UTF-8") from None
    if "\0" in text:
        raise WrongFile("the file holds zero bytes: a CSV file as UTF-8 is right")
    return text
