"""The beginning of a file as it is understood, before anybody said how to read it. Pure.

What is guessed here is a proposal, which a person looks at and confirms; nothing is stored by it.
"""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Final

from integrations.ingest.guess import Doubt, Guess, are_numbers, guess_of, is_number
from integrations.ingest.recognition import readings_of
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

Row = tuple[int, list[str]]


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
    numbers = tuple(name for name, cells in columns.items() if name and are_numbers(cells))
    guess, doubts = guess_of(columns, numbers)
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
    return is_number(cell) or bool(cell and readings_of([cell], None))
