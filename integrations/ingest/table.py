"""Files of meters, markets and spreadsheets as one thing: a head and rows of text. Pure.

Recognised by their first bytes: CSV in UTF-8 or UTF-16, Excel workbooks, DSMR telegrams, and
Green Button. What a file expands to is counted before it is expanded.
"""

import codecs
import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from integrations.ingest.green_button import usage_rows
from integrations.ingest.p1 import telegram_rows
from integrations.ingest.wrong_file import MAX_ROWS, WrongFile

#: What a workbook may hold when unpacked [bytes], and how many times its size that may be.
_MAX_UNPACKED: Final = 400_000_000
_MAX_RATIO: Final = 200
#: Texts and styles of a workbook are held at once; rows, which are here, are not [bytes].
_MAX_HELD: Final = 50_000_000
_ROWS: Final = "xl/worksheets/"
_MAX_CELLS: Final = 1_000
_NO_WORKBOOK: Final = "the file is no Excel workbook (.xlsx) that can be read"
#: Lines above the head in which a file may tell of itself.
_MAX_PREAMBLE: Final = 50
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


#: What is raised for a workbook that is broken, encrypted or none.
_BROKEN: Final = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class Table:
    """A file's head, and its rows with their line numbers; empty rows are left out."""

    columns: list[str]
    rows: Iterator[tuple[int, list[str]]]

    def position(self, name: str) -> int:
        """Return where the column ``name`` stands.

        Raises:
            WrongFile: there is none, or there are two.
        """
        if self.columns.count(name.strip()) != 1:
            known = ", ".join(repr(each) for each in self.columns[:20]) or "none: the file is empty"
            times = "two columns are" if name.strip() in self.columns else "no column is"
            raise WrongFile(f"{times} called {name!r} (there are: {known})")
        return self.columns.index(name.strip())


class FileKind(StrEnum):
    """What a file is, by its first bytes."""

    CSV = "CSV"
    WORKBOOK = "WORKBOOK"
    TELEGRAMS = "TELEGRAMS"
    GREEN_BUTTON = "GREEN_BUTTON"


def kind_of(content: bytes) -> FileKind:
    """Return what ``content`` is, CSV where it is nothing else."""
    if content.startswith(b"PK\x03\x04"):
        return FileKind.WORKBOOK
    first = content[:1000].lstrip(codecs.BOM_UTF8 + b" \r\n\t")[:1]
    return {b"/": FileKind.TELEGRAMS, b"<": FileKind.GREEN_BUTTON}.get(first, FileKind.CSV)


def read_table(content: bytes, column: str) -> Table:
    """Return ``content`` as a table whose head is the first row that holds ``column``.

    Raises:
        WrongFile: it is of none of the kinds, or expands to too much.
    """
    if kind_of(content) is FileKind.CSV:
        return _headed(_csv_rows(text_of(content), column), column)
    return _headed(packed_rows(content), column)


def packed_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of what is no CSV with their line numbers.

    Raises:
        WrongFile: it cannot be read, or expands to too much.
    """
    kind = kind_of(content)
    if kind is FileKind.WORKBOOK:
        return _workbook_rows(content)
    return telegram_rows(content) if kind is FileKind.TELEGRAMS else usage_rows(content)


def _headed(rows: Iterator[tuple[int, list[str]]], column: str) -> Table:
    filled = ((line, cells) for line, cells in rows if any(cell.strip() for cell in cells))
    above: list[tuple[int, list[str]]] = []
    for line, cells in filled:
        columns = [cell.strip() for cell in cells]
        if column.strip() in columns:
            return Table(columns, filled)
        above.append((line, columns))
        if len(above) > _MAX_PREAMBLE:
            break
    return Table(above[0][1] if above else [], iter(above[1:]))


def _csv_rows(text: str, column: str) -> Iterator[tuple[int, list[str]]]:
    # A file may tell of itself above its head, in lines that have other delimiters.
    lines = io.StringIO(text)
    heads = [line for line, _ in zip(lines, range(_MAX_PREAMBLE), strict=False)]
    head = next((line for line in heads if column.strip() in line), heads[0] if heads else "")
    delimiter = max(";\t,", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise WrongFile(f"line {reader.line_num}: {error}") from None


def encoding_of(content: bytes) -> str:
    """Return how a text says by its mark that it is written; UTF-8 where it does not."""
    return next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")


def text_of(content: bytes) -> str:
    """Return the text of a file that says by its mark, or does not, how it is written.

    Raises:
        WrongFile: it is neither UTF-8 nor UTF-16.
    """
    encoding = encoding_of(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise WrongFile(f"byte {error.start} is no {encoding}: save the file as UTF-8") from None
    if "\0" in text:
        raise WrongFile("the file holds zero bytes: a CSV file as UTF-8 is right")
    return text


def _workbook_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    import openpyxl  # noqa: PLC0415  # a quarter of a second that most files need not pay

    _check_unpacked(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a sheet says of its size may be anything
        width = 0  # a sheet leaves out the cells at a row's end that are empty
        for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            width = _width(line, max(width, len(cells)))
            yield line, [_cell(value) for value in cells] + [""] * (width - len(cells))
    except WrongFile:
        raise
    except _BROKEN:
        raise WrongFile(_NO_WORKBOOK) from None


def _width(line: int, width: int) -> int:
    if line > MAX_ROWS or width > _MAX_CELLS:
        raise WrongFile(f"more than {MAX_ROWS} rows, or than {_MAX_CELLS} cells in one")
    return width


def _check_unpacked(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
    except zipfile.BadZipFile:
        raise WrongFile(_NO_WORKBOOK) from None
    unpacked = sum(part.file_size for part in parts)
    if unpacked > _MAX_UNPACKED or unpacked > _MAX_RATIO * len(content):
        raise WrongFile(f"the workbook unpacks to {unpacked} bytes: import it in parts, as CSV")
    if sum(part.file_size for part in parts if not part.filename.startswith(_ROWS)) > _MAX_HELD:
        raise WrongFile("the workbook holds too many texts: save its first sheet as CSV")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value).replace("\0", "")
