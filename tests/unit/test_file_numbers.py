"""Numbers as files write them, and several columns of a file at once."""

import math
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from integrations.ingest.numbers import WrongNumber, number
from integrations.ingest.rows import read_rows
from integrations.ingest.series_file import SeriesFile, WrongFile, read_series_files
from integrations.ingest.stamps import StampRules
from integrations.ingest.wrong_file import Wrong

HOUR = timedelta(hours=1)
RULES = StampRules(ZoneInfo("Europe/Amsterdam"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,5", 1.5),
        ("-1.234,5", -1234.5),
        ("1.234.567", 1234567.0),
        ("1 234,5", 1234.5),
        ("1\u00a0234,5", 1234.5),
        ("1'234,5", 1234.5),
        ("1e3", 1000.0),
    ],
)
def test_a_decimal_comma_with_groups_of_three(text: str, value: float) -> None:
    assert number(text, decimal_comma=True) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.5", 1.5), ("1,234.5", 1234.5), ("1 234.5", 1234.5), (".5", 0.5), ("+2", 2.0)],
)
def test_a_decimal_point(text: str, value: float) -> None:
    assert number(text, decimal_comma=False) == value


@pytest.mark.parametrize(
    ("text", "comma", "kind"),
    [
        ("1.5", True, Wrong.DECIMAL_POINT),  # read as 15 it would be ten times as much
        ("1.2345,5", True, Wrong.DECIMAL_POINT),
        ("1,5", False, Wrong.DECIMAL_COMMA),
        ("1,234", False, Wrong.DECIMAL_COMMA),  # a thousand, or one and a bit: nobody knows
        ("1_000", False, Wrong.NO_NUMBER),
        ("\u0661", False, Wrong.NO_NUMBER),
        ("0x1F", False, Wrong.NO_NUMBER),
        ("=1+1", False, Wrong.NO_NUMBER),
        ("inf", False, Wrong.NOT_FINITE),
        ("1e999", False, Wrong.NOT_FINITE),
    ],
)
def test_what_is_no_number_is_not_made_one(text: str, comma: Any, kind: Wrong) -> None:
    with pytest.raises(WrongNumber) as refused:
        number(text, decimal_comma=comma)

    assert refused.value.kind == kind


@pytest.mark.parametrize("text", ["", " ", "NaN", "n/a", "-"])
def test_what_is_said_to_be_unknown(text: str) -> None:
    assert math.isnan(number(text, decimal_comma=True))


def a_column(name: str, **how: object) -> SeriesFile:
    return SeriesFile(column=name, stamps=RULES, step=HOUR, **how)  # type: ignore[arg-type]


def test_several_columns_are_read_in_one_pass() -> None:
    text = "time,EAN,kW,kWh\n2026-04-10 00:00,1,5,7\n2026-04-10 00:00,2,6,8\n"
    wanted = [
        a_column("kW", only=("EAN", "1")),
        a_column("kWh", only=("EAN", "1")),
        a_column("kW", only=("EAN", "2")),
    ]

    found = read_series_files(text.encode(), wanted)

    assert [each.values.tolist() for each in found] == [[5.0], [7.0], [6.0]]
    assert found[0].grid == found[2].grid


def test_a_wrong_cell_names_line_column_and_text_and_spares_its_neighbours() -> None:
    text = "time,a,b\n2026-04-10 00:00,1,x\nnever,2,2\n2026-04-10 02:00\n2026-04-10 03:00,3,4"
    wanted = [a_column("a", skip_wrong_rows=True), a_column("b")]

    first, second = read_series_files(text.encode(), wanted)

    told = [(each.line, each.column, each.kind, each.value) for each in first.problems]
    assert told == [
        (2, "b", "NO_NUMBER", "x"),
        (3, "time", "NO_TIME", "never"),
        (4, "", "TOO_SHORT", "1"),
    ]
    assert first.values[[0, 3]].tolist() == [1.0, 3.0]
    assert math.isnan(second.values[0])
    with pytest.raises(WrongFile, match=r"line 2: 'x' is no number .and 2 more lines"):
        read_series_files(text.encode(), [a_column("a"), a_column("b")])


def test_only_the_first_rows_are_looked_at_when_asked() -> None:
    text = "time,a\n2026-04-10 00:00,1\n2026-04-10 01:00,2\nnever,3"
    seen: list[int] = []

    [found], problems = read_rows(text.encode(), [a_column("a")], most=2, on_rows=seen.append)

    assert (found.values.tolist(), problems, seen) == ([1.0, 2.0], [], [2])
