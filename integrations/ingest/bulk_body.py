"""Large bodies of readings, JSONL or CSV, read line by line in bounded memory. Pure.

JSONL, a line for each sensor and stretch: ``{"sensor": "...", "start": "2026-04-10T00:00Z",
"values": [1.5, null, 2], "unit": "kW"}``. Of an instantaneous sensor
``times``, as many as values, stand in place of ``start``. CSV, a line for each reading, without
quotes, under the head ``sensor,time,value`` with or without ``,unit``. Times are beginnings of
events, with their offset. Without a unit a value is in the one in which the sensor's are kept.
"""

import json
import zlib
from collections.abc import Iterator
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
    lines = _lines(_unpacked(body) if gzipped else _blocks(body))
    return _of_jsonl(lines) if kind == "jsonl" else _of_csv(lines)


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


def _lines(blocks: Iterator[bytes]) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not empty, with their numbers."""
    number, rest = 0, b""
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        if len(rest) > _MAX_LINE_BYTES:
            raise WrongBody(f"line {number + len(whole) + 1}: more than {_MAX_LINE_BYTES} bytes")
        for line in whole:
            number += 1
            if line.strip():
                yield number, _text(line, number)
    if rest.strip():
        yield number + 1, _text(rest, number + 1)


def _text(line: bytes, number: int) -> str:
    try:
        return line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
    except UnicodeDecodeError:
        raise WrongBody(f"line {number}: no UTF-8") from None


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


def _of_csv(lines: Iterator[tuple[int, str]]) -> Iterator[list[Told]]:
    head = next(lines, (1, ""))[1].split(",")
    if head not in _HEADS:
        raise WrongBody("line 1: the head sensor,time,value or sensor,time,value,unit is right")
    n_cells = len(head)
    rows: dict[tuple[str, ...], list[tuple[int, str, str]]] = {}
    held = 0
    for number, line in lines:
        cells = line.split(",")
        if len(cells) != n_cells:
            raise WrongBody(f"line {number}: {len(cells)} cells, the head has {n_cells}")
        rows.setdefault((cells[0], *cells[3:]), []).append((number, cells[1], cells[2]))
        held += 1
        if held >= _PIECE:
            yield [_column(key, told) for key, told in rows.items()]
            rows, held = {}, 0
    if rows:
        yield [_column(key, told) for key, told in rows.items()]


def _column(key: tuple[str, ...], rows: list[tuple[int, str, str]]) -> Told:
    numbers, times, values = zip(*rows, strict=True)
    return Told(
        sensor=key[0].strip(),
        unit=key[1].strip() if len(key) > 1 else "",
        starts=_starts(times, numbers),
        values=_values(values, numbers),
        line=numbers[0],
    )


def _starts(times: tuple[str, ...], numbers: tuple[int, ...]) -> NDArray[np.datetime64]:
    if all(time.endswith("Z") and time[:4].isdecimal() for time in times):  # numpy reads UTC itself
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


def _values(texts: tuple[str, ...], numbers: tuple[int, ...]) -> NDArray[np.float64]:
    values = np.empty(len(texts))
    for place, text in enumerate(texts):
        try:
            values[place] = float(text) if text else np.nan
        except ValueError:
            raise WrongBody(f"line {numbers[place]}: {text[:40]!r} is no number") from None
        if text and values[place] != values[place]:  # NaN
            raise WrongBody(f"line {numbers[place]}: NaN is no value; leave out what is unknown")
    return values
