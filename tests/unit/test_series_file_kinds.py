"""Registers, workbooks, telegrams, Green Button, and what spreadsheets do to numbers."""

import io
import math
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from integrations.ingest.p1 import crc16
from integrations.ingest.series_file import (
    Register,
    SeriesFile,
    SeriesRead,
    WrongFile,
    read_series_file,
)
from integrations.ingest.stamps import StampRules

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)


def read(content: str | bytes, column: str, *, step: timedelta = HOUR, **how: Any) -> SeriesRead:
    rules = {
        name: how.pop(name)
        for name in ("time_format", "ignore_offsets", "any_order")
        if name in how
    }
    wanted = SeriesFile(column=column, stamps=StampRules(AMSTERDAM, **rules), step=step, **how)
    return read_series_file(content.encode() if isinstance(content, str) else content, wanted)


def known(values: Any) -> list[float | None]:
    return [None if math.isnan(value) else round(float(value), 6) for value in values]


def test_a_register_is_told_as_what_it_counted() -> None:
    text = "time,kWh\n2026-04-10T00:00Z,100\n2026-04-10T01:00Z,101.5\n2026-04-10T02:00Z,101.5"

    found = read(text, "kWh", register=Register())

    assert (found.values.tolist(), found.n_resets) == ([1.5, 0.0], 0)
    assert found.grid.start == datetime(2026, 4, 10, tzinfo=UTC)


def test_a_register_that_rolls_over_counts_on_and_a_changed_meter_leaves_a_gap() -> None:
    rows = ["99998.5", "99999.5", "1.0", "50", "7"]
    text = "time,kWh" + "".join(f"\n2026-04-10T{i:02}:00Z,{row}" for i, row in enumerate(rows))

    turned = read(text, "kWh", register=Register(rolls_over_at=100_000))
    fell = read(text, "kWh", register=Register())

    assert (known(turned.values), turned.n_resets) == ([1.0, 1.5, 49.0, None], 1)
    assert (known(fell.values), fell.n_resets) == ([1.0, None, 49.0, None], 2)


def test_what_lies_between_readings_far_apart_is_not_shared_out() -> None:
    text = "time,kWh\n2026-04-10T00:00Z,1\n2026-04-10T01:00Z,2\n2026-04-10T03:00Z,9\n"
    text += "2026-04-10T03:59:30Z,11\n2026-04-10T04:31Z,12"

    found = read(text, "kWh", register=Register())

    assert known(found.values) == [1.0, None, None, 2.0]


def test_rows_that_cannot_be_read_are_told_line_by_line() -> None:
    text = "time,kW\n2026-04-10T00:00Z,1\nyesterday,2\n2026-04-10T02:00Z,x\n2026-04-10T03:00Z,4"

    with pytest.raises(WrongFile, match=r"line 3.*and 1 more lines") as refused:
        read(text, "kW")
    left_out = read(text, "kW", skip_wrong_rows=True)

    assert [problem.line for problem in refused.value.problems] == [3, 4]
    assert known(left_out.values) == [1.0, None, None, 4.0]
    assert left_out.problems == refused.value.problems


def test_a_file_that_is_wrong_throughout_is_not_read_to_its_end() -> None:
    text = "time,kW" + "\nnever,1" * 500

    with pytest.raises(WrongFile, match="and at least 99 more lines"):
        read(text, "kW", skip_wrong_rows=True)


def test_a_false_offset_is_left_out_of_account() -> None:
    text = "time,kW\n2018/01/12 15:00:00+00,1"

    found = read(text, "kW", ignore_offsets=True, time_format="%Y/%m/%d %H:%M:%S")

    assert found.grid.start == datetime(2018, 1, 12, 14, tzinfo=UTC)


def test_sessions_in_no_order_count_where_they_begin() -> None:
    text = "time,kWh\n2026-04-10 10:59,4\n2026-04-10 09:10,1\n2026-04-10 10:05,2"

    found = read(text, "kWh", any_order=True, cut_to_steps=True, duplicates="sum")

    assert found.values.tolist() == [1.0, 6.0]


def test_dates_and_times_in_two_columns_with_day_and_month_exchanged() -> None:
    text = "date,clock,kW\n2018-02-03T00:00:00,23:00,19\n2018-03-03T00:00:00,00:00,20\n"
    text += "2018-03-13T00:00:00,00:00,21"
    formats = "%Y-%d-%m %H:%M|%Y-%m-%d %H:%M"

    found = read(text, "kW", clock_column="clock", time_format=formats)

    assert found.grid.start == datetime(2018, 3, 2, 22, tzinfo=UTC)
    assert (found.values[:2].tolist(), found.values[-1]) == ([19.0, 20.0], 21.0)
    assert found.grid.end == datetime(2018, 3, 13, 0, tzinfo=UTC)


def test_the_rows_of_one_ean_and_an_ean_that_was_rounded() -> None:
    ean = "871687110000123456"
    text = f"time;EAN;kW\n2026-04-10T00:00Z;{ean};1\n2026-04-10T00:00Z;871687110000123457;9"

    assert read(text, "kW", only=("EAN", ean)).values.tolist() == [1.0]
    with pytest.raises(WrongFile, match=r"line 2: '8.71687E\+17' .* keep EANs as text"):
        read(text.replace(ean, "8.71687E+17"), "kW", only=("EAN", ean))


def test_lines_above_the_head() -> None:
    text = "Report of,10 April\n\nEAN;871687110000123456\ntime;kW\n2026-04-10T00:00Z;1,5"

    assert read(text, "kW", decimal_comma=True).values.tolist() == [1.5]


def a_workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_a_workbook_with_times_and_numbers_as_cells() -> None:
    content = a_workbook(
        ["Meter", "871687110000123456"],
        ["time", "kW"],
        [datetime(2026, 10, 25, 2), 1],  # noqa: DTZ001 - spreadsheets know no zones
        [datetime(2026, 10, 25, 2), 2.5],  # noqa: DTZ001
        [datetime(2026, 10, 25, 3), None],  # noqa: DTZ001
        [datetime(2026, 10, 25, 4), 4],  # noqa: DTZ001
    )

    assert known(read(content, "kW").values) == [1.0, 2.5, None, 4.0]


def test_a_workbook_that_unpacks_to_too_much_is_refused_unread() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", bytes(50_000_000))

    with pytest.raises(WrongFile, match="unpacks to 50000000 bytes"):
        read(content.getvalue(), "kW")


@pytest.mark.parametrize("content", [b"PK\x03\x04nothing", a_workbook()[:200]])
def test_a_broken_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(WrongFile, match="no Excel workbook"):
        read(content, "kW")


def a_telegram(stamp: str, low: float, high: float, gas_stamp: str = "260410000000S") -> bytes:
    lines = [
        "/ISk5\\2MT382-1000", "", "1-3:0.2.8(50)", f"0-0:1.0.0({stamp})",
        f"1-0:1.8.1({low:010.3f}*kWh)", f"1-0:1.8.2({high:010.3f}*kWh)", "1-0:1.7.0(00.244*kW)",
        "0-0:96.13.0()", f"0-1:24.2.1({gas_stamp})(00000.107*m3)", "!",
    ]  # fmt: skip
    told = "\r\n".join(lines).encode()
    return told + f"{crc16(told):04X}\r\n".encode()


def test_telegrams_with_both_tariffs_through_the_repeated_hour() -> None:
    stamps = ["261025010000S", "261025020000S", "261025020000W", "261025030000W"]
    content = b"".join(a_telegram(stamp, 10 + i, 5 + i / 2) for i, stamp in enumerate(stamps))

    found = read(content, "1-0:1.8.1 + 1-0:1.8.2", time_column="time", register=Register())

    assert known(found.values) == [1.5, 1.5, 1.5]
    assert found.grid.start == datetime(2026, 10, 24, 23, tzinfo=UTC)


def test_a_damaged_telegram_is_refused_with_its_line() -> None:
    good, damaged = a_telegram("261025013000S", 1, 1), a_telegram("261025023000S", 2, 1)
    content = good + damaged.replace(b"00.244", b"00.245")

    with pytest.raises(WrongFile, match="line 11: the telegram's checksum is wrong"):
        read(content, "1-0:1.8.1", register=Register())


def test_the_checksum_of_the_standard() -> None:
    assert crc16(b"123456789") == 0xBB3D


FEED = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">
<entry><link rel="self" href="/MR/01"/><link rel="related" href="/RT/07"/>
<title>Consumption</title><content><MeterReading xmlns="http://naesb.org/espi"/></content></entry>
<entry><link rel="self" href="/RT/07"/><content><ReadingType xmlns="http://naesb.org/espi">
<powerOfTenMultiplier>-1</powerOfTenMultiplier><uom>72</uom></ReadingType></content></entry>
<entry><link rel="up" href="/MR/01/IntervalBlock"/><content>
<IntervalBlock xmlns="http://naesb.org/espi">
<IntervalReading><timePeriod><duration>900</duration><start>1330578900</start></timePeriod>
<value>2500</value></IntervalReading>
<IntervalReading><timePeriod><duration>900</duration><start>1330578000</start></timePeriod>
<value>974</value></IntervalReading></IntervalBlock></content></entry></feed>"""


def test_green_button_in_its_unit_and_power_of_ten() -> None:
    found = read(FEED, "Consumption [Wh]", step=QUARTER)

    assert known(found.values) == [97.4, 250.0]
    assert found.grid.start == datetime(2012, 3, 1, 5, tzinfo=UTC)


def test_green_button_with_a_document_type_is_refused() -> None:
    bomb = FEED.replace("<feed", '<!DOCTYPE feed [<!ENTITY a "aaaa">]><feed')

    with pytest.raises(WrongFile, match="no Green Button feed"):
        read(bomb, "Consumption [Wh]")
