"""Recognising how a file writes its times, where nobody said. Pure.

For files that are looked at and not stored: a format is taken only when it reads every label
looked at and makes them follow each other at the file's own step.
"""

import csv
import io
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from integrations.ingest.stamps import StampRules
from integrations.ingest.wrong_file import WrongFile

_FORMATS: Final = (
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
    "%Y%m%d %H:%M",
)
_LOOKED_AT: Final = 5_000


@dataclass(frozen=True, slots=True)
class _Reading:
    """How well a format fits: how many labels follow the one before at the step."""

    time_format: str | None
    follow: int
    midnights: int


def recognised(content: bytes, rules: StampRules, step: timedelta) -> StampRules:
    """Return ``rules`` with the time format of the first column, and whether 00:00 ends its day.

    What ``rules`` already say stays as it is.

    Raises:
        WrongFile: no known format reads the labels.
    """
    if rules.time_format is not None:
        return rules
    labels = _labels(content)
    readings = [found for each in _FORMATS if (found := _read(labels, each, step)) is not None]
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


def _labels(content: bytes) -> list[str]:
    text = content[: 200 * _LOOKED_AT].decode("utf-8-sig", errors="replace")
    head, _, rest = text.partition("\n")
    delimiter = max(";\t,", key=head.count)
    rows = csv.reader(io.StringIO(rest.rpartition("\n")[0], newline=""), delimiter=delimiter)
    labels = [row[0].strip() for row, _ in zip(rows, range(_LOOKED_AT), strict=False) if row]
    return [label for label in labels if label]


def _read(labels: list[str], time_format: str | None, step: timedelta) -> _Reading | None:
    try:
        times = [
            datetime.fromisoformat(each) if time_format is None else _parsed(each, time_format)
            for each in labels
        ]
    except ValueError:
        return None
    if not times:
        return None
    gaps = [after - before for before, after in pairwise(times)]
    back = step - timedelta(days=1)
    midnights = sum(gap == back for gap in gaps)
    return _Reading(time_format, sum(gap == step for gap in gaps), midnights)


def _parsed(label: str, time_format: str) -> datetime:
    return datetime.strptime(label, time_format)  # noqa: DTZ007 - local, as the file writes it
