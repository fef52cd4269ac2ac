"""Recognising how a file writes its times, where nobody said. Pure.

For files that are looked at and not stored: a format is taken only when it reads every label
looked at and makes them follow each other at the file's own step.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from integrations.ingest.stamps import StampRules
from integrations.ingest.wrong_file import WrongFile

#: Forms in which files write times; None for ISO 8601.
FORMATS: Final = (
    None,
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d-%m-%Y %H:%M:%S",
    "%Y%m%d %H:%M",
    "%m/%d/%Y %I:%M %p",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%Y/%m/%d",
)
_LOOKED_AT: Final = 5_000


@dataclass(frozen=True, slots=True)
class Reading:
    """How well a format fits.

    Attributes:
        step: the most common gap from label to label, or the one that was given.
        follow: how many labels follow the one before at the step.
        midnights: how many fall back by a day but a step, as where 00:00 ends its own date.
        rises: how many are not before the one above.
        days: the dates that it reads.
        are_dates: all are midnights.
    """

    time_format: str | None
    step: timedelta | None
    follow: int
    midnights: int
    rises: int
    days: frozenset[date]
    are_dates: bool


def readings_of(labels: list[str], step: timedelta | None) -> list[Reading]:
    """Return how each known format reads ``labels``, those alone that read them all."""
    return _readings(labels, FORMATS, step)


def recognised(content: bytes, rules: StampRules, step: timedelta) -> StampRules:
    """Return ``rules`` with the time format of the first column, and whether 00:00 ends its day.

    What ``rules`` already say stays as it is.

    Raises:
        WrongFile: no known format reads the labels.
    """
    if rules.time_format is not None:
        return rules
    labels = _labels(content)
    with_offset = [f"{each}{blank}%z" for each in FORMATS if each for blank in ("", " ")]
    readings = readings_of(labels, step) or _readings(labels, with_offset, step)
    if not readings:
        first = repr(labels[0][:40]) if labels else "none"
        raise WrongFile(
            f"the times in the first column are in no known form (the first: {first}): "
            "name another column (--time-column) or the form (--time-format)"
        )
    best = max(readings, key=lambda each: each.follow)
    rules = replace(rules, time_format=best.time_format)
    # D 23:45 followed by D 00:00 can only be the end of D.
    return replace(rules, midnight_ends_day=True, label="end") if best.midnights else rules


def _readings(
    labels: list[str], formats: Iterable[str | None], step: timedelta | None
) -> list[Reading]:
    found = (_read(labels, each, step) for each in formats)
    return [each for each in found if each is not None]


def _labels(content: bytes) -> list[str]:
    text = content[: 200 * _LOOKED_AT].decode("utf-8-sig", errors="replace")
    head, _, rest = text.partition("\n")
    delimiter = max(";\t,", key=head.count)
    rows = csv.reader(io.StringIO(rest.rpartition("\n")[0], newline=""), delimiter=delimiter)
    labels = [row[0].strip() for row, _ in zip(rows, range(_LOOKED_AT), strict=False) if row]
    return [label for label in labels if label]


def _read(labels: list[str], time_format: str | None, step: timedelta | None) -> Reading | None:
    try:
        times = [
            datetime.fromisoformat(each) if time_format is None else _parsed(each, time_format)
            for each in labels
        ]
        gaps = [after - before for before, after in pairwise(times)]
    except (ValueError, TypeError):  # a file with offsets in some of its rows
        return None
    if not times:
        return None
    ahead = Counter(gap for gap in gaps if gap > timedelta(0))
    if step is None and ahead:
        step = ahead.most_common(1)[0][0]
    back = (step or timedelta(0)) - timedelta(days=1)
    return Reading(
        time_format,
        step,
        follow=sum(gap == step for gap in gaps),
        midnights=sum(gap == back for gap in gaps),
        rises=sum(gap >= timedelta(0) for gap in gaps),
        days=frozenset(each.date() for each in times),
        are_dates=all((each.hour, each.minute, each.second) == (0, 0, 0) for each in times),
    )


def _parsed(label: str, time_format: str) -> datetime:
    return datetime.strptime(label, time_format)  # noqa: DTZ007 - local, as the file writes it
