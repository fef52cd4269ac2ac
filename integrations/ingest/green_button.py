"""Green Button usage (NAESB ESPI, Atom) as rows. Pure.

A column per meter reading, called by its title, in its own unit times its power of ten: Wh or W;
"start" is the beginning of the interval in UTC. Readings of another length than their type's
stand in a column of their own, "title, 900 s".

Source: NAESB REQ.21 Energy Services Provider Interface, IntervalBlock and ReadingType.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from integrations.ingest.wrong_file import MAX_ROWS, WrongFile

_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_ESPI: Final = "{http://naesb.org/espi}"
_UNITS: Final = {"72": "Wh", "38": "W"}


def usage_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the head and a row per interval, in order of time.

    Raises:
        WrongFile: it is no such feed, or holds what is no number.
    """
    try:
        feed = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException):
        raise WrongFile("the file is no Green Button feed (Atom) that can be read") from None
    told: dict[int, dict[str, str]] = {}
    columns: list[str] = []
    entries = list(feed.iter(f"{_ATOM}entry"))
    types = {_link(each, "self"): each for each in entries if _has(each, "ReadingType")}
    for reading in (each for each in entries if _has(each, "MeterReading")):
        name, scale = _described(reading, types)
        columns.append(name)
        for start, value in _intervals(entries, _link(reading, "self"), scale):
            told.setdefault(start, {})[name] = value
            if len(told) > MAX_ROWS:
                raise WrongFile(f"more than {MAX_ROWS} rows")
    if not columns:
        raise WrongFile("the feed holds no meter reading")
    yield 0, ["start", *columns]
    for number, start in enumerate(sorted(told), start=1):
        moment = datetime.fromtimestamp(start, UTC).isoformat()
        yield number, [moment, *(told[start].get(name, "") for name in columns)]


def _described(reading: Element, types: dict[str, Element]) -> tuple[str, float]:
    """Return the column's name and by what its integers are multiplied."""
    title = (reading.findtext(f"{_ATOM}title") or "reading").strip()
    kinds = [types[link] for link in _links(reading, "related") if link in types]
    kind = _within(kinds[0], "ReadingType") if kinds else None
    power = int((kind.findtext(f"{_ESPI}powerOfTenMultiplier") if kind is not None else "") or 0)
    unit = (kind.findtext(f"{_ESPI}uom") if kind is not None else "") or ""
    return f"{title} [{_UNITS.get(unit, f'uom {unit}')}]", 10.0**power


def _intervals(entries: list[Element], own: str, scale: float) -> Iterator[tuple[int, str]]:
    for entry in entries:
        if not any(link == f"{own}/IntervalBlock" for link in _links(entry, "up")):
            continue
        for each in entry.iter(f"{_ESPI}IntervalReading"):
            start = each.findtext(f"{_ESPI}timePeriod/{_ESPI}start")
            value = each.findtext(f"{_ESPI}value")
            try:
                yield int(start or ""), repr(int(value or "") * scale)
            except ValueError:
                words = f"an interval starts at {start!r} with the value {value!r}: no number"
                raise WrongFile(words) from None


def _within(entry: Element, kind: str) -> Element | None:
    return entry.find(f"{_ATOM}content/{_ESPI}{kind}")


def _has(entry: Element, kind: str) -> bool:
    return _within(entry, kind) is not None  # an element without content is false


def _links(entry: Element, relation: str) -> list[str]:
    links = entry.findall(f"{_ATOM}link")
    return [each.get("href", "") for each in links if each.get("rel") == relation]


def _link(entry: Element, relation: str) -> str:
    return next(iter(_links(entry, relation)), "")
