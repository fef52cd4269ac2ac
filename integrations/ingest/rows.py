"""The rows of a file as moments and values: all wanted columns in one pass. Pure.

What cannot be read is told cell by cell, up to a hundred.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from integrations.ingest.numbers import WrongNumber, number
from integrations.ingest.stamps import NoSuchHour, WrongStamp
from integrations.ingest.table import Table, read_table
from integrations.ingest.wanted import SeriesFile
from integrations.ingest.wrong_file import MAX_PROBLEMS, MAX_ROWS, RowProblem, Wrong, WrongFile

#: The parts of a column that is the sum of others: "1-0:1.8.1 + 1-0:1.8.2".
_PLUS: Final = " + "
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: How often it is told how far reading has come [rows].
_TOLD_EVERY: Final = 20_000
#: Values of all columns together, which are held at once.
_MAX_VALUES: Final = 4_000_000

OnRows = Callable[[int], None]


@dataclass(slots=True)
class ColumnRows:
    """Rows of one wanted column.

    Attributes:
        wanted: the column.
        moments: what labels say, in microseconds since 1970 in UTC; beginnings of intervals, or
            when a register was read.
        values: one for each moment, NaN where there is none.
    """

    wanted: SeriesFile
    moments: NDArray[np.int64]
    values: NDArray[np.float64]


def read_rows(
    content: bytes,
    wanted: Sequence[SeriesFile],
    *,
    most: int | None = None,
    on_rows: OnRows | None = None,
) -> tuple[list[ColumnRows], list[RowProblem]]:
    """Return the rows of each of ``wanted``, and what is wrong with the others.

    Args:
        most: rows to look at; None for all.
        on_rows: is told how many rows were read, now and then.

    Raises:
        WrongFile: a column is not there, so much is wrong that all is, or there is too much.
    """
    table = read_table(content, wanted[0].column.split(_PLUS)[0])
    clocks: dict[object, _Clock] = {}
    columns = [_Column(each, table, clocks) for each in wanted]
    labels = list(clocks.values())
    problems: list[RowProblem] = []
    n_rows = 0
    for n_rows, (line, row) in enumerate(islice(table.rows, most), start=1):
        problems.extend(_taken(line, row, labels, columns))
        if len(problems) >= MAX_PROBLEMS:
            first = problems[0]
            words = f"line {first.line}: {first.words} (and at least {MAX_PROBLEMS - 1} more lines)"
            raise WrongFile(words, problems[:MAX_PROBLEMS])
        if n_rows > MAX_ROWS or n_rows * len(columns) > _MAX_VALUES:
            raise WrongFile(f"more than {MAX_ROWS} rows, or {_MAX_VALUES} values: import in parts")
        if on_rows is not None and n_rows % _TOLD_EVERY == 0:
            on_rows(n_rows)
    if on_rows is not None:
        on_rows(n_rows)
    return [column.rows() for column in columns], problems


def _taken(
    line: int, row: list[str], clocks: "list[_Clock]", columns: "list[_Column]"
) -> Iterator[RowProblem]:
    """Take a row into the columns that mean it; yield what is wrong with it."""
    told = [problem for clock in clocks if (problem := clock.take(line, row)) is not None]
    read = (column for column in columns if column.clock.is_read)
    told += [problem for column in read if (problem := column.take(line, row)) is not None]
    yield from dict.fromkeys(told)  # a row that is too short is so once, not for each column


@dataclass(slots=True)
class _Clock:
    """The labels that several columns share."""

    wanted: SeriesFile
    time_at: int
    clock_at: int | None
    only_at: int | None
    heads: list[str]
    moments: "array[int]" = field(default_factory=lambda: array("q"))
    before: datetime | None = None
    is_read: bool = False

    def take(self, line: int, row: list[str]) -> RowProblem | None:
        """Read the row's label, if the row is meant; say what is wrong with it."""
        self.is_read = False
        last = max(self.time_at, self.clock_at or 0, self.only_at or 0)
        if len(row) <= last:
            return too_short(line, row)
        only = self.wanted.only
        if only is not None and not _is_meant(row[self.only_at or 0], only[1], line):
            return None
        label = row[self.time_at]
        if self.clock_at is not None:  # a date may come with a midnight that means nothing
            date = label.strip().partition("T")[0].partition(" ")[0]
            label = f"{date} {row[self.clock_at].strip()}"
        try:
            start = self.wanted.stamps.start_of(label, self.wanted.labelled_step, self.before)
        except (WrongStamp, OverflowError) as error:
            if self.wanted.skip_no_such_hour and isinstance(error, NoSuchHour):
                return None
            kind = error.kind if isinstance(error, WrongStamp) else Wrong.NO_TIME
            head = self.heads[self.time_at]
            return RowProblem(line, str(error), head, kind.value, label[:40])
        since = start - _EPOCH
        self.moments.append((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)
        self.before = start
        self.is_read = True
        return None


class _Column:
    def __init__(self, wanted: SeriesFile, table: Table, clocks: dict[object, _Clock]) -> None:
        self.wanted = wanted
        whole = wanted.column.strip() in table.columns
        parts = [wanted.column] if whole else wanted.column.split(_PLUS)
        self._at = [table.position(part) for part in parts]
        self._values: array[float] = array("d")
        shared = (
            0 if wanted.time_column is None else table.position(wanted.time_column),
            None if wanted.clock_column is None else table.position(wanted.clock_column),
            None if wanted.only is None else table.position(wanted.only[0]),
        )
        key = (shared, wanted.only, wanted.stamps, wanted.labelled_step, wanted.skip_no_such_hour)
        self.clock = clocks.setdefault(key, _Clock(wanted, *shared, table.columns))

    def take(self, line: int, row: list[str]) -> RowProblem | None:
        """Read the row's value; say what is wrong with it."""
        value = np.nan
        problem = None
        if len(row) <= max(self._at):
            problem = too_short(line, row)
        else:
            try:
                comma = self.wanted.decimal_comma
                value = sum(number(row[at], decimal_comma=comma) for at in self._at)
            except WrongNumber as error:
                text = " + ".join(row[at].strip() for at in self._at)[:40]
                problem = RowProblem(line, str(error), self.wanted.column, error.kind.value, text)
        self._values.append(value)
        return problem

    def rows(self) -> ColumnRows:
        moments = np.frombuffer(self.clock.moments, np.int64) if self.clock.moments else _NONE
        values = np.frombuffer(self._values) if self._values else np.empty(0)
        return ColumnRows(self.wanted, moments, values)


_NONE: Final = np.empty(0, np.int64)


def too_short(line: int, row: list[str]) -> RowProblem:
    """Return the problem of a row that has fewer cells than the columns that are wanted."""
    words = f"{len(row)} cells, the head has more"
    return RowProblem(line, words, kind=Wrong.TOO_SHORT.value, value=str(len(row)))


def _is_meant(cell: str, text: str, line: int) -> bool:
    cell = cell.strip()
    if text.isdecimal() and len(text) > 15 and not cell.isdecimal() and is_rounded(cell):
        raise WrongFile(
            f"line {line}: {cell!r} is a number that a spreadsheet has rounded: keep EANs as text"
        )
    return cell == text


def is_rounded(cell: str) -> bool:
    """Say whether ``cell`` is a number too large for a spreadsheet to hold all its digits."""
    try:
        return float(cell.replace(",", ".")) > 1e15
    except ValueError:
        return False
