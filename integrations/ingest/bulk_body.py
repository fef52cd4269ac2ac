"""Large bodies of readings, JSONL or CSV, read line by line in bounded memory. Pure.

JSONL, a line for each sensor and stretch: ``{"sensor": "...", "start": "2026-04-10T00:00Z",
"values": [1.5, null, 2], "unit": "kW"}``. Of an instantaneous sensor
``times``, as many as values, stand in place of ``start``. CSV, a line for each reading, without
quotes, under the head ``sensor,time,value`` with or without ``,unit``. Times are beginnings of
events, with their offset. Without a unit a value is in the one in which the sensor's are kept.
"""

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["jsonl", "csv"]

#: Values that are held at a time.
_PIECE: Final = 50_000
_BLOCK_BYTES: Final = 262_144
_MAX_LINE_BYTES: Final = 2_000_000
#: What a body may unpack to [bytes], and how many times its size that may be beyond a little.
MAX_UNPACKED_BYTES: Final = 2_000_000_000
_MAX_RATIO: Final = 200
_LITTLE: Final = 5_000_000
_HEADS: Final = (["sensor", "time", "value"], ["sensor", "time", "value", "unit"])
_EXAMPLE: Final = "2026-04-10T00:00+02:00"


class WrongBody(ValueError):
    """The body cannot be read; the message names the line and what would be right."""


@dataclass(frozen=True, slots=True)
class Told:
    """Readings of one sensor as they were sent.

    Attributes:
        sensor, unit: as they were written; no unit is "".
        starts: shape (n,), beginnings of the events in UTC; a single one where ``values`` follow
            each other from it on.
        values: shape (n,); NaN where unknown.
        line: on which the first of them stands.
    """

    sensor: str
    unit: str
    starts: NDArray[np.datetime64]
    values: NDArray[np.float64]
    line: int


def pieces(body: BinaryIO, kind: Kind, *, gzipped: bool) -> Iterator[list[Told]]:
    """Yield what ``body`` tells, some fifty thousand values at a time.

    Raises:
        WrongBody: see the class.
    """
    blocks = _lines(_unpacked(body) if gzipped else _blocks(body))
    if kind == "csv":
        return _of_csv(blocks)
    return _of_jsonl(each for block in blocks for each in zip(*block, strict=True))


def _blocks(body: BinaryIO) -> Iterator[bytes]:
    while block := body.read(_BLOCK_BYTES):
        yield block


def _unpacked(body: BinaryIO) -> Iterator[bytes]:
    """Yield the content of a gzip, never more of it than a block at a time."""
    unpacker = zlib.decompressobj(wbits=31)
    taken = given = 0
    is_within = False
    for block in _blocks(body):
        taken, packed = taken + len(block), block
        while packed:
            is_within = True
            try:
                content = unpacker.decompress(packed, _BLOCK_BYTES)
            except zlib.error:
                raise WrongBody("the body is no gzip that can be unpacked") from None
            given += len(content)
            if given > min(MAX_UNPACKED_BYTES, _LITTLE + _MAX_RATIO * taken):
                raise WrongBody(f"the body unpacks to {given} bytes and more: send it in parts")
            yield content
            packed = unpacker.unconsumed_tail
            if unpacker.eof:  # a gzip may be several, one after the other
                packed, unpacker = unpacker.unused_data, zlib.decompressobj(wbits=31)
                is_within = False
    if is_within:
        raise WrongBody("the gzip breaks off")


def _lines(blocks: Iterator[bytes]) -> Iterator[tuple[list[int], list[str]]]:
    """Yield numbers and texts of the lines that are not empty, a block at a time."""
    number, rest = 0, b""
    for block in blocks:
        whole, found, rest = (rest + block).rpartition(b"\n")
        if len(rest) > _MAX_LINE_BYTES:
            line = number + whole.count(b"\n") + (2 if found else 1)
            raise WrongBody(f"line {line}: more than {_MAX_LINE_BYTES} bytes")
        if found:
            yield _told_lines(whole, number)
            number += whole.count(b"\n") + 1
    if rest.strip():
        yield _told_lines(rest, number)


def _told_lines(whole: bytes, before: int) -> tuple[list[int], list[str]]:
    """Return the lines of ``whole``, the first of which follows on line ``before``."""
    try:
        text = whole.decode("utf-8" if before else "utf-8-sig")
    except UnicodeDecodeError as error:
        # ``start`` counts behind the mark; no line ends within it.
        marked = 3 if not before and whole.startswith(b"\xef\xbb\xbf") else 0
        number = before + 1 + whole.count(b"\n", 0, error.start + marked)
        raise WrongBody(f"line {number}: no UTF-8") from None
    lines = [line.strip() for line in text.split("\n")]
    numbers = list(range(before + 1, before + 1 + len(lines)))
    if "" in lines:
        numbers = [number for number, line in zip(numbers, lines, strict=True) if line]
        lines = [line for line in lines if line]
    return numbers, lines


def _of_jsonl(lines: Iterator[tuple[int, str]]) -> Iterator[list[Told]]:
    piece: list[Told] = []
    held = 0
    for number, line in lines:
        piece.append(_told(line, number))
        held += piece[-1].values.size
        if held >= _PIECE:
            yield piece
            piece, held = [], 0
    if piece:
        yield piece


def _told(line: str, number: int) -> Told:
    try:
        given: Any = json.loads(line)
    except (ValueError, RecursionError):
        raise WrongBody(f"line {number}: no JSON") from None
    if not isinstance(given, dict) or not {"sensor", "values"} <= given.keys():
        raise WrongBody(f"line {number}: an object with sensor, start and values is right")
    if ("start" in given) == ("times" in given):
        words = "start, or times of an instantaneous sensor, is right: one of them"
        raise WrongBody(f"line {number}: {words}")
    unknown = given.keys() - {"sensor", "start", "times", "values", "unit"}
    if unknown:
        raise WrongBody(f"line {number}: there is no field {sorted(unknown)[0]!r:.40}")
    values = given["values"]
    if not isinstance(values, list) or not all(
        each is None or type(each) in (int, float) for each in values
    ):
        raise WrongBody(f"line {number}: values is a list of numbers and nulls")
    try:
        column = np.array([np.nan if each is None else each for each in values], dtype=np.float64)
    except OverflowError:
        raise WrongBody(f"line {number}: a value is too large") from None
    if any(each is not None for each in values) and np.isnan(column).sum() > values.count(None):
        raise WrongBody(f"line {number}: NaN is no value; null is right for what is unknown")
    starts = given["times"] if "times" in given else [given["start"]]
    if not isinstance(starts, list) or ("times" in given and len(starts) != len(values)):
        raise WrongBody(f"line {number}: times is a list, as long as values")
    told = np.array([_moment(str(each), number) for each in starts], dtype="datetime64[us]")
    return Told(str(given["sensor"]), str(given.get("unit") or ""), told, column, number)


def _of_csv(blocks: Iterator[tuple[list[int], list[str]]]) -> Iterator[list[Told]]:
    n_cells = 0
    numbers: list[int] = []
    # Column by column: a list for each line would take longer than all that is read of it.
    cells: list[list[str]] = []
    for told_numbers, lines in blocks:
        skipped = 0
        if not n_cells and lines:
            n_cells, skipped = _head(lines[0].split(",")), 1
            cells = [[] for _ in range(n_cells)]
        _check_cells(told_numbers, lines, n_cells)
        told = ",".join(lines[skipped:]).split(",") if len(lines) > skipped else []
        for place, column in enumerate(cells):
            column.extend(told[place::n_cells])
        numbers += told_numbers[skipped:]
        if len(numbers) >= _PIECE:
            yield _columns(numbers, cells)
            numbers, cells = [], [[] for _ in range(n_cells)]
    if not n_cells:
        _head([])
    if numbers:
        yield _columns(numbers, cells)


def _check_cells(numbers: list[int], lines: list[str], n_cells: int) -> None:
    found = [line.count(",") for line in lines]
    if found.count(n_cells - 1) < len(found):
        at = next(place for place, commas in enumerate(found) if commas != n_cells - 1)
        words = f"{found[at] + 1} cells, the head has {n_cells}"
        raise WrongBody(f"line {numbers[at]}: {words}")


def _head(cells: list[str]) -> int:
    if cells not in _HEADS:
        raise WrongBody("line 1: the head sensor,time,value or sensor,time,value,unit is right")
    return len(cells)


def _columns(numbers: list[int], cells: list[list[str]]) -> list[Told]:
    """Return the readings by sensor and unit, in the order in which these come first."""
    sensors, times, texts, *units = cells
    starts, values = _starts(times, numbers), _values(texts, numbers)
    places: dict[tuple[str, ...], int] = {}
    keys = zip(sensors, *units, strict=True)
    column = np.array([places.setdefault(key, len(places)) for key in keys])
    order = np.argsort(column, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(column))[:-1])
    return [
        Told(
            sensor=key[0].strip(),
            unit=key[1].strip() if len(key) > 1 else "",
            starts=starts[part],
            values=values[part],
            line=numbers[int(part[0])],
        )
        for key, part in zip(places, parts, strict=True)
    ]


def _starts(times: Sequence[str], numbers: Sequence[int]) -> NDArray[np.datetime64]:
    if all(time[-1:] == "Z" and time[:4].isdecimal() for time in times):  # numpy reads UTC itself
        try:
            return np.array([time[:-1] for time in times], dtype="datetime64[us]")
        except ValueError:
            pass  # the one that is wrong is named below
    return np.array(
        [_moment(time, number) for time, number in zip(times, numbers, strict=True)],
        dtype="datetime64[us]",
    )


def _moment(text: str, number: int) -> datetime:
    """Return the moment in UTC, without its offset."""
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            raise WrongBody(f"line {number}: {text[:40]!r} has no offset: {_EXAMPLE} is right")
        return moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        if isinstance(error, WrongBody):
            raise
        words = f"line {number}: {text[:40]!r} is no ISO 8601 time such as {_EXAMPLE}"
        raise WrongBody(words) from None


def _values(texts: Sequence[str], numbers: Sequence[int]) -> NDArray[np.float64]:
    try:
        values = np.array([float(text) if text else np.nan for text in texts])
    except ValueError:
        at = next(place for place, text in enumerate(texts) if not _is_number(text))
        raise WrongBody(f"line {numbers[at]}: {texts[at][:40]!r} is no number") from None
    for place in np.flatnonzero(np.isnan(values)).tolist():
        if texts[place]:
            raise WrongBody(f"line {numbers[place]}: NaN is no value; leave out what is unknown")
    return values


def _is_number(text: str) -> bool:
    try:
        float(text or "0")
    except ValueError:
        return False
    return True
