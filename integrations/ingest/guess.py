"""What the columns of a file seem to be: a proposal, which a person confirms. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from integrations.ingest.numbers import WrongNumber, number
from integrations.ingest.recognition import Reading, readings_of
from integrations.ingest.rows import is_rounded
from integrations.ingest.stamps import OFFSET

_CLOCK: Final = re.compile(r"\d{1,2}:\d\d(:\d\d)?")
_COMMA: Final = re.compile(r"[+-]?\d+(\.\d{3})*,\d+")
_POINT: Final = re.compile(r"[+-]?\d+(,\d{3})*\.\d+")
_MANY: Final = 0.8
_FIRST: Final = 20


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


def is_number(cell: str) -> bool:
    """Say whether ``cell`` is a number by either decimal sign, or says that there is none."""
    try:
        return bool(cell) and number(cell, decimal_comma="," in cell) is not None
    except WrongNumber:
        return False


def are_numbers(cells: list[str]) -> bool:
    """Say whether most of ``cells`` are numbers."""
    return bool(cells) and sum(map(is_number, cells)) >= _MANY * len(cells)


def guess_of(
    columns: dict[str, list[str]], numbers: Sequence[str]
) -> tuple[Guess, list[tuple[Doubt, str]]]:
    """Return how a file seems to be written, and what a person should look at.

    Args:
        columns: the first cells of each, by name; the first column may have none.
        numbers: which of them hold numbers.
    """
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
        if not found or are_numbers(labels):
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
    values = [number(each, decimal_comma="," in each) for each in cells if is_number(each)]
    if len(values) < 5 or values[0] <= 0:
        return False
    steps = [after - before for before, after in pairwise(values)]
    rises = sum(step > 0 for step in steps)
    return min(steps) >= 0 and rises > len(steps) / 2 and values[0] > max(steps) * 3
