"""DSMR telegrams of a smart meter's P1 port, one after the other, as rows. Pure.

A column per OBIS code, "1-0:1.8.1", in the unit of the telegram; "time" is the telegram's own
stamp with its offset. A meter behind the meter, as of gas, has its own older stamp: "0-1:24.2.1
time" beside "0-1:24.2.1". A telegram whose checksum is wrong is refused with its line.

Source: DSMR 5.0.2 P1 companion standard, chapters 5 and 6; CRC-16/ARC over all bytes from "/"
to "!".
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from integrations.ingest.wrong_file import WrongFile

_OBJECT: Final = re.compile(r"^(\d+-\d+:\d+\.\d+\.\d+)((?:\([^()]*\))+)\s*$")
_GROUP: Final = re.compile(r"\(([^()]*)\)")
_STAMP: Final = re.compile(r"^(\d{12})([SW])$")
_TIME: Final = "0-0:1.0.0"
_END: Final = re.compile(rb"^!([0-9A-Fa-f]{1,4})?\s*$")


def telegram_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the head and a row per telegram, with the line on which it begins.

    Raises:
        WrongFile: a telegram's checksum is wrong, it has no stamp, or it does not end.
    """
    telegrams = [(line, _read(telegram, line)) for line, telegram in _telegrams(content)]
    codes = sorted({code for _, told in telegrams for code in told} - {"time"})
    yield 0, ["time", *codes]
    for line, told in telegrams:
        yield line, [told.get(code, "") for code in ("time", *codes)]


def _telegrams(content: bytes) -> Iterator[tuple[int, list[bytes]]]:
    begun = 0
    lines: list[bytes] = []
    for number, line in enumerate(content.splitlines(keepends=True), start=1):
        if line.startswith(b"/"):
            begun, lines = number, []
        if not begun:
            continue
        lines.append(line)
        if _END.match(line):
            yield begun, lines
            begun = 0
    if begun:
        raise WrongFile(f"line {begun}: the telegram that begins here does not end")


def _read(lines: list[bytes], begun: int) -> dict[str, str]:
    end = _END.match(lines[-1])
    told = b"".join(lines[:-1]) + b"!"
    if end is not None and end[1] is not None and int(end[1], 16) != crc16(told):
        raise WrongFile(
            f"line {begun}: the telegram's checksum is wrong: it was damaged on its way"
        )
    found: dict[str, str] = {}
    for line in lines:
        written = _OBJECT.match(line.decode("latin-1"))
        if written is None:
            continue
        code, groups = written[1], _GROUP.findall(written[2])
        if code == _TIME:
            found["time"] = _offset_time(groups[0], begun)
        elif len(groups) == 2 and _STAMP.match(groups[0]):
            found[f"{code} time"] = _offset_time(groups[0], begun)
            found[code] = groups[1].partition("*")[0]
        elif len(groups) == 1 and "*" in groups[0]:
            found[code] = groups[0].partition("*")[0]
    if "time" not in found:
        raise WrongFile(f"line {begun}: the telegram says no time: DSMR 4 or later is right")
    return found


def _offset_time(text: str, begun: int) -> str:
    """Return a local stamp with S or W behind it, summer or winter of Central Europe, as ISO."""
    written = _STAMP.match(text)
    try:
        moment = datetime.strptime(written[1] if written else "", "%y%m%d%H%M%S")  # noqa: DTZ007
    except ValueError:
        raise WrongFile(f"line {begun}: {text[:20]!r} is no stamp YYMMDDhhmmssX") from None
    hours = 2 if written is not None and written[2] == "S" else 1
    return f"{moment.isoformat()}{_offset(timedelta(hours=hours))}"


def _offset(ahead: timedelta) -> str:
    return f"+{int(ahead.total_seconds()) // 3600:02}:00"


def crc16(told: bytes) -> int:
    """Return CRC-16/ARC: polynomial 0x8005 reflected, from zero."""
    rest = 0
    for byte in told:
        rest = rest >> 8 ^ _OF_BYTE[(rest ^ byte) & 0xFF]
    return rest


def _of_byte(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ 0xA001 if byte & 1 else byte >> 1
    return byte


#: By the low byte of the rest, what eight of its steps come to: a file may be of years.
_OF_BYTE: Final = tuple(_of_byte(byte) for byte in range(256))
