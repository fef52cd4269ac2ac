"""The beginning of a file as it is understood, before anybody said how to read it. Pure.

What is guessed here is a proposal, which a person looks at and confirms; nothing is stored by it.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import islice, pairwise
from typing import Final

from integrations.ingest.numbers import WrongNumber, number
from integrations.ingest.recognition import Reading, readings_of
from integrations.ingest.rows import is_rounded
from integrations.ingest.stamps import OFFSET
from integrations.ingest.table import (
    FileKind,
    encoding_of,
    kind_of,
    packed_rows,
    read_table,
    text_of,
)
from integrations.ingest.wrong_file import WrongFile

#: Rows that are looked at, and of these how many are shown.
LOOKED_AT: Final = 500
_SHOWN: Final = 8
_HEAD_WITHIN: Final = 50
_BEGINNING_BYTES: Final = 400_000
_DELIMITERS: Final = ";\t,"
_CLOCK: Final = re.compile(r"\d{1,2}:\d\d(:\d\d)?")
_COMMA: Final = re.compile(r"[+-]?\d+(\.\d{3})*,\d+")
_POINT: Final = re.compile(r"[+-]?\d+(,\d{3})*\.\d+")
_MANY: Final = 0.8
_FIRST: Final = 20

Row = tuple[int, list[str]]


class Doubt(StrEnum):
    """What a person should look at before the file is imported."""

    NO_TIMES = "NO_TIMES"
    DAY_OR_MONTH = "DAY_OR_MONTH"
    OUT_OF_ORDER = "OUT_OF_ORDER"
    LOCAL_TIMES = "LOCAL_TIMES"
    OFFSETS_UNREADABLE = "OFFSETS_UNREADABLE"
    BOTH_DECIMALS = "BOTH_DECIMALS"
    ROUNDED_EAN = "ROUNDED_EAN"
    COUNTS_UP = "COUNTS_UP"
    SAME_HEADS = "SAME_HEADS"


@dataclass(frozen=True, slots=True)
class Guess:
    """How the file seems to be written; the fields are those of ``FileMapping``."""

    time_column: str | None = None
    clock_column: str | None = None
    time_format: str | None = None
    label: str = "start"
    midnight_ends_day: bool = False
    ignore_offsets: bool = False
    decimal_comma: bool = False
    step: timedelta | None = None
    first_time: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """The beginning of a file.

    Attributes:
        encoding, delimiter: of a CSV file; empty for another kind.
        head_line: where the columns' names stand.
        rows: the first ones, with their line numbers.
        numbers: columns that hold numbers, in their order.
        doubts: each with what it is about: a column, a text.
    """

    kind: FileKind
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    head_line: int
    rows: tuple[Row, ...]
    numbers: tuple[str, ...]
    guess: Guess
    doubts: tuple[tuple[Doubt, str], ...]


def preview(content: bytes) -> Preview:
    """Return what the beginning of ``content`` looks like.

    Raises:
        WrongFile: no head with names of columns is found, or the file cannot be read.
    """
    kind = kind_of(content)
    begun = beginning(content)
    if kind is FileKind.CSV:
        delimiter, head_line, head = _head_of_text(text_of(begun))
    else:
        delimiter = ""
        head_line, head = _head_of(list(islice(packed_rows(begun), _HEAD_WITHIN)))
    named = next((name for name in head if head.count(name) == 1), None)
    if named is None:
        raise WrongFile("no column has a name of its own: a head with names is right")
    rows = list(islice(read_table(begun, named).rows, LOOKED_AT))
    columns = {
        name: [row[at].strip() for _, row in rows if at < len(row) and row[at].strip()]
        for at, name in enumerate(head)
        if head.count(name) == 1 and (name or at == 0)
    }
    numbers = tuple(name for name, cells in columns.items() if name and _are_numbers(cells))
    guess, doubts = _guess(columns, numbers)
    if any(name and head.count(name) > 1 for name in head):
        doubts.append((Doubt.SAME_HEADS, ""))
    return Preview(
        kind=kind,
        encoding=encoding_of(content) if kind is FileKind.CSV else "",
        delimiter=delimiter,
        columns=tuple(head),
        head_line=head_line,
        rows=tuple(rows[:_SHOWN]),
        numbers=tuple(each for each in numbers if each != guess.time_column),
        guess=guess,
        doubts=tuple(doubts),
    )


def beginning(content: bytes) -> bytes:
    """Return so much of ``content`` as is looked at: whole lines, whole telegrams.

    A workbook is read row by row, and a feed is one document: these stay whole.
    """
    kind = kind_of(content)
    if len(content) <= _BEGINNING_BYTES or kind in (FileKind.WORKBOOK, FileKind.GREEN_BUTTON):
        return content
    if kind is FileKind.TELEGRAMS:
        begun = content[:_BEGINNING_BYTES]
        return begun[: begun.rfind(b"\n/") + 1] or content
    begun = content[: _BEGINNING_BYTES // 4 * 4]
    line_end = {"utf-16": "\n".encode("utf-16-le" if begun[:1] == b"\xff" else "utf-16-be")}.get(
        encoding_of(content), b"\n"
    )
    at = begun.rfind(line_end)
    while len(line_end) == 2 and at % 2 == 1:
        at = begun.rfind(line_end, 0, at)
    return begun[: at + len(line_end)] if at > 0 else content


def _head_of_text(text: str) -> tuple[str, int, list[str]]:
    """Return delimiter, line and names of the head of a CSV file."""
    lines = list(islice(io.StringIO(text, newline=""), 4 * _HEAD_WITHIN))
    found = []
    for delimiter in _DELIMITERS:
        reader = csv.reader(lines, delimiter=delimiter)
        try:
            rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
        except csv.Error:
            continue
        widths = Counter(len(row) for _, row in rows[:_HEAD_WITHIN])
        if not widths:
            continue
        width, times = max(widths.items(), key=lambda each: (each[0] > 1, each[1], each[0]))
        found.append((width > 1, times, width, delimiter, rows))
    if not found:
        raise WrongFile("the file is empty: a head and at least one row are right")
    _, _, _, delimiter, rows = max(found, key=lambda each: each[:3])
    line, head = _head_of(rows)
    return delimiter, line, head


def _head_of(rows: Sequence[Row]) -> tuple[int, list[str]]:
    """Return line and names of the first row that has names alone above rows with values."""
    filled = [
        (line, [cell.strip() for cell in row]) for line, row in rows if any(map(str.strip, row))
    ]
    if not filled:
        raise WrongFile("the file is empty: a head and at least one row are right")
    width = Counter(len(row) for _, row in filled).most_common(1)[0][0]
    for (line, row), (_, below) in pairwise(filled[:_HEAD_WITHIN]):
        names = [cell for cell in row if cell]
        is_head = len(row) >= width and len(names) > 1 and not any(map(_is_value, names))
        if is_head and any(map(_is_value, below)):
            return line, row
    raise WrongFile("no head is found: a row with the columns' names above the values is right")


def _is_value(cell: str) -> bool:
    return _is_number(cell) or bool(cell and readings_of([cell], None))


def _is_number(cell: str) -> bool:
    try:
        return bool(cell) and number(cell, decimal_comma="," in cell) is not None
    except WrongNumber:
        return False


def _are_numbers(cells: list[str]) -> bool:
    return bool(cells) and sum(map(_is_number, cells)) >= _MANY * len(cells)


def _guess(
    columns: dict[str, list[str]], numbers: Sequence[str]
) -> tuple[Guess, list[tuple[Doubt, str]]]:
    doubts: list[tuple[Doubt, str]] = []
    cells = [cell for name in numbers for cell in columns[name]]
    comma = any(_COMMA.fullmatch(cell) for cell in cells)
    if comma and any(_POINT.fullmatch(cell) for cell in cells):
        doubts.append((Doubt.BOTH_DECIMALS, ""))
    for name, texts in columns.items():
        if any(is_rounded(each) and not each.isdecimal() for each in texts[:20]):
            doubts.append((Doubt.ROUNDED_EAN, name))
    doubts += [(Doubt.COUNTS_UP, each) for each in numbers if _counts_up(columns[each])]
    times = _times(columns, doubts)
    return (
        Guess(
            decimal_comma=comma,
            **times,  # type: ignore[arg-type]
        ),
        doubts,
    )


def _times(columns: dict[str, list[str]], doubts: list[tuple[Doubt, str]]) -> dict[str, object]:
    """Return the fields of a guess about times; add what is doubtful."""
    for name, labels in columns.items():
        without = [OFFSET.sub("", each) for each in labels]
        found = _readings(labels)
        ignore = not found and without != labels
        if ignore:
            found = _readings(without)
        if not found or _are_numbers(labels):
            continue
        if ignore:
            doubts.append((Doubt.OFFSETS_UNREADABLE, labels[0]))
        elif without == labels:
            doubts.append((Doubt.LOCAL_TIMES, ""))
        best = max(found, key=lambda each: (each.rises, each.follow))
        if any(each is not best and each.days != best.days for each in found):
            doubts.append((Doubt.DAY_OR_MONTH, labels[0]))
        clock = _clock_beside(columns, name, best)
        at_ends = best.midnights > 0 and best.follow > len(labels) / 2 and not best.are_dates
        if best.rises < len(labels) - 1 - (best.midnights if at_ends else 0):
            doubts.append((Doubt.OUT_OF_ORDER, name))
        return {
            "time_column": name or None,  # without a name it is the first
            "clock_column": clock,
            "time_format": _with_clock(best.time_format, columns[clock] if clock else []),
            "label": "end" if at_ends else "start",
            "midnight_ends_day": at_ends,
            "ignore_offsets": ignore,
            "step": best.step,
            "first_time": labels[0],
        }
    doubts.append((Doubt.NO_TIMES, ""))
    return {}


def _readings(labels: list[str]) -> list[Reading]:
    """Return what reads all of ``labels``; of a file with wrong ones, what reads the first."""
    return readings_of(labels, None) or readings_of(labels[:_FIRST], None)


def _clock_beside(columns: dict[str, list[str]], dates: str, read: Reading) -> str | None:
    """Return the column of the times of day, where ``dates`` holds dates alone."""
    if not read.are_dates:
        return None
    names = list(columns)
    following = names[names.index(dates) + 1 :]
    return next(
        (each for each in following if columns[each] and all(map(_CLOCK.fullmatch, columns[each]))),
        None,
    )


def _with_clock(date_format: str | None, clocks: list[str]) -> str | None:
    """Return the format of dates that have a time of day behind them."""
    if date_format is None or not clocks:
        return date_format
    return date_format.partition(" ")[0] + (" %H:%M:%S" if clocks[0].count(":") > 1 else " %H:%M")


def _counts_up(cells: list[str]) -> bool:
    """Say whether the numbers never fall, as those of a register: mostly rising, from afar."""
    values = [number(each, decimal_comma="," in each) for each in cells if _is_number(each)]
    if len(values) < 5 or values[0] <= 0:
        return False
    steps = [after - before for before, after in pairwise(values)]
    rises = sum(step > 0 for step in steps)
    return min(steps) >= 0 and rises > len(steps) / 2 and values[0] > max(steps) * 3
