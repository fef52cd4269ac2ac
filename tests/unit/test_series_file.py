"""Files of meters and markets: labels, clock changes, duplicates, and what is refused."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.ingest.series_file import SeriesFile, SeriesRead, WrongFile, read_series_file
from integrations.ingest.stamps import StampRules

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)


def read(text: str | bytes, *, step: timedelta = HOUR, **options: Any) -> SeriesRead:
    rules = {
        name: options.pop(name)
        for name in ("label", "time_format", "midnight_ends_day")
        if name in options
    }
    zone = options.pop("time_zone", AMSTERDAM)
    wanted = SeriesFile(column="kW", stamps=StampRules(zone, **rules), step=step, **options)
    return read_series_file(text.encode() if isinstance(text, str) else text, wanted)


def local_day(day: str, hours: list[int], *, head: str = "time,kW") -> str:
    return head + "".join(f"\n{day} {hour:02}:00,{i}" for i, hour in enumerate(hours))


def test_local_labels_become_instants() -> None:
    found = read(local_day("2026-04-10", [0, 1, 2]))

    assert found.grid.start == datetime(2026, 4, 9, 22, tzinfo=UTC)
    assert found.values.tolist() == [0, 1, 2]


def test_the_day_the_clock_goes_back_has_25_hours_by_the_order_of_rows() -> None:
    hours = [0, 1, 2, 2, *range(3, 24)]

    found = read(local_day("2026-10-25", hours))

    assert found.values.tolist() == list(range(25))
    assert found.grid.end - found.grid.start == 25 * HOUR
    assert found.n_duplicates == 0


def test_the_repeated_hour_in_quarters() -> None:
    labels = [f"02:{minute:02}" for minute in (0, 15, 30, 45)] * 2
    text = "time,kW" + "".join(f"\n2026-10-25 {label},{i}" for i, label in enumerate(labels))

    found = read(text, step=QUARTER)

    assert found.values.tolist() == list(range(8))


def test_the_day_the_clock_goes_forward_has_23_hours() -> None:
    found = read(local_day("2026-03-29", [0, 1, *range(3, 24)]))

    assert found.values.tolist() == list(range(23))


def test_an_hour_that_does_not_exist_is_refused() -> None:
    with pytest.raises(WrongFile, match=r"line 4: '2026-03-29 02:00' does not exist"):
        read(local_day("2026-03-29", [0, 1, 2]))


def test_offsets_in_the_file_are_believed() -> None:
    found = read("time,kW\n2026-04-10T00:00:00-07:00,1\n2026-04-10T01:00:00-07:00,2")

    assert found.grid.start == datetime(2026, 4, 10, 7, tzinfo=UTC)


def test_labels_at_the_end_of_intervals() -> None:
    found = read("time,kW\n2026-04-10 00:15,1\n2026-04-10 00:30,2", step=QUARTER, label="end")

    assert found.grid.start == datetime(2026, 4, 9, 22, tzinfo=UTC)


def test_a_midnight_that_ends_its_own_date_comes_last() -> None:
    text = "time,kW\n01/01/2018 23:30,1\n01/01/2018 23:45,2\n01/01/2018 0:00,3\n02/01/2018 0:15,4"
    options: dict[str, Any] = {
        "step": QUARTER,
        "label": "end",
        "time_format": "%d/%m/%Y %H:%M",
        "time_zone": ZoneInfo("Asia/Seoul"),
    }

    found = read(text, midnight_ends_day=True, **options)

    assert found.values.tolist() == [1, 2, 3, 4]
    with pytest.raises(WrongFile, match=r"line 4.*--midnight-ends-day"):
        read(text, **options)


def test_gaps_are_told_and_not_filled() -> None:
    found = read("time,kW\n2026-04-10 00:00,1\n2026-04-10 02:00,\n2026-04-10 03:00,4")

    assert [None if math.isnan(v) else v for v in found.values] == [1, None, None, 4]
    assert found.n_missing == 2


@pytest.mark.parametrize(("policy", "kept"), [("first", 1.0), ("last", 3.0), ("mean", 2.0)])
def test_several_values_of_an_interval(policy: Any, kept: float) -> None:
    text = "time,kW\n2026-04-10T00:00Z,1\n2026-04-10T00:00Z,3"

    found = read(text, duplicates=policy)

    assert (found.values.tolist(), found.n_duplicates) == ([kept], 1)
    with pytest.raises(WrongFile, match="has several values"):
        read(text)


def test_the_same_value_twice_is_one() -> None:
    found = read("time,kW\n2026-04-10T00:00Z,1\n2026-04-10T00:00Z,1\n2026-04-10T01:00Z,2")

    assert (found.values.tolist(), found.n_duplicates, found.n_rows) == ([1, 2], 1, 3)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_semicolons_decimal_commas_and_byte_order_marks(encoding: str) -> None:
    text = "tijd;kW;vermogen é\n2026-04-10 00:00;1.234,5;x\n2026-04-10 01:00;-0,5;y"

    found = read(text.encode(encoding), decimal_comma=True, time_column="tijd")

    assert found.values.tolist() == [1234.5, -0.5]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no column is called 'kW' .there are: none: the file is empty"),
        ("time,kW\n", "the file has no values"),
        ("time,MW\n2026-04-10 00:00,1", "there are: 'time', 'MW'"),
        ("time,kW,kW\n2026-04-10 00:00,1,2", "two columns are called 'kW'"),
        ("time,kW\n2026-04-10 00:00,one", "line 2: 'one' is no number"),
        ('time;kW\n2026-04-10 00:00;"1,5"', "line 2: '1,5' is no number; for 1,5 say"),
        ("time,kW\n2026-04-10 00:00,inf", "line 2: 'inf' is not finite"),
        ("time,kW\nyesterday,1", "line 2: 'yesterday' is no time as ISO 8601"),
        ("time,kW\n2026-04-10 00:00,1\n2026-04-10", "line 3: 1 cells"),
        ("time,kW\n2026-04-10 00:07,1", "off steps of 1:00:00"),
        ("time,kW\n2026-04-10 00:00,1\n2026-04-10 00:30,1", "at 2026-04-09 22:30Z is off steps"),
        ("time,kW\n2026-04-10 02:00,1\n2026-04-10 01:00,1", "line 3.*have to be in order"),
        ("time,kW\n1000-01-01T00:00Z,1\n2026-04-10T00:00Z,1", "steps from first to last"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, words: str) -> None:
    with pytest.raises(WrongFile, match=words):
        read(text)


def test_bytes_of_another_encoding_are_refused() -> None:
    with pytest.raises(WrongFile, match="save the file as UTF-8"):
        read("time,kW\n2026-04-10 00:00,1,é".encode("latin-1"))


@given(
    st.sampled_from(["Europe/Amsterdam", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
    st.integers(1_735_689_600, 1_798_675_200),  # 2025 and 2026
    st.sampled_from([5, 15, 30]),
    st.integers(2, 300),
)
def test_what_a_local_clock_wrote_is_read_back(
    zone: str, moment: int, minutes: int, n_rows: int
) -> None:
    step = timedelta(minutes=minutes)
    seconds = moment // (minutes * 60) * minutes * 60
    starts = [datetime.fromtimestamp(seconds, UTC) + i * step for i in range(n_rows)]
    labels = [start.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") for start in starts]
    # Whoever begins in the second pass of the repeated hour cannot be told from the first.
    if starts[0].astimezone(ZoneInfo(zone)).fold:
        return
    text = "time,kW" + "".join(f"\n{label},{i}" for i, label in enumerate(labels))

    found = read(text, step=step, time_zone=ZoneInfo(zone))

    assert found.grid.start == starts[0]
    assert found.values.tolist() == list(range(n_rows))
