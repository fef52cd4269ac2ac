"""Columns of a file as series on sensors' steps. Pure.

Guesses nothing that changes a value: kinds of files, byte order marks and delimiters are
recognised, all else is said by the caller. What cannot be read is told line by line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import Instants, TimeGrid
from integrations.ingest.registers import per_interval
from integrations.ingest.rows import ColumnRows, OnRows, read_rows
from integrations.ingest.wanted import Duplicates, Register, SeriesFile
from integrations.ingest.wrong_file import MAX_ROWS, RowProblem, WrongFile

__all__ = [
    "MAX_ROWS",
    "Duplicates",
    "Register",
    "RowProblem",
    "SeriesFile",
    "SeriesRead",
    "WrongFile",
    "read_series_file",
    "read_series_files",
]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class SeriesRead:
    """What a file holds: ``values`` on ``grid``, shape (n_steps,), NaN where it has none.

    Points in time are on the moments that the file tells, in their order.

    Attributes:
        n_resets: how often a register fell back without rolling over; what it counted then is
            unknown.
        problems: lines that were left out, at most a hundred.
    """

    grid: TimeGrid | Instants
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
    return read_series_files(content, [wanted])[0]


def read_series_files(
    content: bytes,
    wanted: Sequence[SeriesFile],
    *,
    most: int | None = None,
    on_rows: OnRows | None = None,
) -> list[SeriesRead]:
    """Return each of the ``wanted`` columns, read in one pass, in the file's own units.

    Arguments and errors are those of ``read_rows``; what is wrong with one column refuses all,
    but for lines that ``wanted[0]`` says to leave out.
    """
    columns, problems = read_rows(content, wanted, most=most, on_rows=on_rows)
    if problems and not wanted[0].skip_wrong_rows:
        more = f" (and {len(problems) - 1} more lines)" if len(problems) > 1 else ""
        raise WrongFile(f"line {problems[0].line}: {problems[0].words}{more}", problems)
    return [_series(each, problems) for each in columns]


def _series(rows: ColumnRows, problems: Sequence[RowProblem]) -> SeriesRead:
    wanted = rows.wanted
    if not rows.moments.size:
        which = f" with {wanted.only[1]!r} in {wanted.only[0]!r}" if wanted.only else ""
        raise WrongFile(f"the file has no values{which}: a head and at least one row are right")
    if wanted.register is not None:
        return _counted(rows, problems, wanted.register)
    step = wanted.step // _MICROSECOND
    if not step:
        return _points(rows, problems)
    moments = rows.moments - rows.moments % step if wanted.cut_to_steps else rows.moments
    first = int(moments.min())
    if first % step:
        raise WrongFile(
            f"the first interval starts at {_time(first):%Y-%m-%d %H:%MZ}: off steps of "
            f"{wanted.step}"
        )
    positions, off = np.divmod(moments - first, step)
    n_steps = _n_steps(int(positions.max()) + 1)
    wrong = np.flatnonzero(off)
    if wrong.size:
        start = _time(int(moments[wrong[0]]))
        raise WrongFile(f"the interval at {start:%Y-%m-%d %H:%MZ} is off steps of {wanted.step}")
    starts = first + np.arange(n_steps) * step
    column, n_duplicates = _merged(positions, rows.values, starts, wanted)
    grid = TimeGrid(_time(first), wanted.step, n_steps)
    return SeriesRead(grid, column, moments.size, n_duplicates, problems=tuple(problems))


def _points(rows: ColumnRows, problems: Sequence[RowProblem]) -> SeriesRead:
    """Return the rows as points in time, each at its own moment."""
    moments, positions = np.unique(rows.moments, return_inverse=True)
    column, n_duplicates = _merged(positions, rows.values, moments, rows.wanted)
    instants = Instants(moments.astype("datetime64[us]"))
    return SeriesRead(instants, column, moments.size, n_duplicates, problems=tuple(problems))


def _time(moment: int) -> datetime:
    return _EPOCH + timedelta(microseconds=moment)


def _n_steps(number: int) -> int:
    if number > MAX_ROWS:
        raise WrongFile(f"{number} steps from first to last; at most {MAX_ROWS}")
    return number


def _counted(rows: ColumnRows, problems: Sequence[RowProblem], register: Register) -> SeriesRead:
    wanted = rows.wanted
    if not wanted.step:
        words = "what a register counted is of intervals; as points in time it is kept as it reads"
        raise WrongFile(f"{words}: it is no register then, but a column of STOCK")
    before = int(rows.moments.min())
    base = before - before % (wanted.step // _MICROSECOND)
    steps, counted, n_resets = per_interval(
        (rows.moments - base) / 1e6,
        rows.values,
        step_seconds=wanted.step.total_seconds(),
        rolls_over_at=register.rolls_over_at,
    )
    if not steps.size:
        raise WrongFile(f"no two readings of the register are {wanted.step} apart on whole steps")
    first = int(steps[0])
    column = np.full(_n_steps(int(steps[-1]) - first + 1), np.nan)
    column[steps - first] = counted
    grid = TimeGrid(_time(base) + first * wanted.step, wanted.step, column.size)
    return SeriesRead(grid, column, rows.moments.size, 0, n_resets, tuple(problems))


def _merged(
    positions: NDArray[np.int64],
    values: NDArray[np.float64],
    starts: NDArray[np.int64],
    wanted: SeriesFile,
) -> tuple[NDArray[np.float64], int]:
    """Return one value for each of ``starts``, and how many rows told what another told too."""
    n_steps = starts.size
    known = ~np.isnan(values)
    positions, values = positions[known], values[known]
    column = np.full(n_steps, np.nan)
    counts = np.bincount(positions, minlength=n_steps)
    column[positions[::-1]] = values[::-1]  # of several the first stays
    different = np.flatnonzero(column[positions] != values)
    if different.size and wanted.duplicates == "refuse":
        at = _time(int(starts[positions[different[0]]]))
        raise WrongFile(
            f"the interval at {at:%Y-%m-%d %H:%MZ} has several values: choose the first, "
            "the last, the mean or the sum (--duplicates)"
        )
    if wanted.duplicates == "last":
        column[positions] = values
    elif wanted.duplicates in ("mean", "sum"):
        sums = np.bincount(positions, weights=values, minlength=n_steps)
        shares = np.maximum(counts, 1) if wanted.duplicates == "mean" else 1
        column = np.where(counts > 0, sums / shares, np.nan)
    return column, int((counts - 1).clip(min=0).sum())
