"""A file as it is understood before anybody said how to read it."""

import io
import random
import zipfile
from datetime import datetime, timedelta
from typing import Any

import openpyxl
import pytest

from integrations.ingest import table, wording
from integrations.ingest.guess import Doubt
from integrations.ingest.mapping_form import (
    document_of,
    fields_of_guess,
    fields_of_mapping,
    fields_of_post,
)
from integrations.ingest.preview import Preview, beginning, preview
from integrations.ingest.table import FileKind
from integrations.ingest.wrong_file import Wrong, WrongFile
from integrations.services import mapping_from
from tenants.sayings import LANGUAGES

QUARTER = timedelta(minutes=15)


def seen(text: str | bytes) -> Preview:
    return preview(text.encode() if isinstance(text, str) else text)


def labels(*times: str, head: str = "time,kW", cell: str = "1.5") -> str:
    return head + "".join(f"\n{time},{cell}" for time in times)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_characters_delimiter_decimal_sign_and_lines_above_the_head(encoding: str) -> None:
    text = "Rapport van,10 april\n\nEAN;1\ntijd;kWh;hoeveelheid é\n"
    text += "10-04-2026 00:00;1,5;x\n10-04-2026 00:15;1.234,5;y\n"
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")

    found = seen(mark + text.encode(encoding))

    assert found.encoding == ("utf-16" if "16" in encoding else encoding)
    assert (found.delimiter, found.head_line, found.numbers) == (";", 4, ("kWh",))
    assert (found.guess.time_column, found.guess.decimal_comma) == ("tijd", True)
    assert (found.guess.time_format, found.guess.step) == ("%d-%m-%Y %H:%M", QUARTER)


def doubts(found: Preview) -> set[Doubt]:
    return {doubt for doubt, _ in found.doubts}


def test_a_day_that_could_be_a_month_is_said() -> None:
    either = seen(labels("03/04/2026 00:00", "03/04/2026 00:15"))
    day_first = seen(labels("03/04/2026 00:00", "13/04/2026 00:15"))

    assert Doubt.DAY_OR_MONTH in doubts(either)
    assert Doubt.DAY_OR_MONTH not in doubts(day_first)
    assert day_first.guess.time_format == "%d/%m/%Y %H:%M"


def test_a_midnight_that_ends_its_own_date_is_seen() -> None:
    times = [f"2026-04-10 {hour:02}:00" for hour in (*range(1, 24), 0)]
    times += ["2026-04-11 01:00", "2026-04-11 02:00"]

    found = seen(labels(*times))

    assert (found.guess.label, found.guess.midnight_ends_day) == ("end", True)
    assert Doubt.OUT_OF_ORDER not in doubts(found)


def test_times_out_of_order_without_offset_or_with_one_that_is_no_offset() -> None:
    assert doubts(seen(labels("2026-04-10T01:00Z", "2026-04-10T00:00Z"))) == {Doubt.OUT_OF_ORDER}
    assert doubts(seen(labels("2026-04-10 00:00", "2026-04-10 01:00"))) == {Doubt.LOCAL_TIMES}
    false = seen(labels("2018/01/12 15:00:00+00", "2018/01/12 16:00:00+00"))
    assert (doubts(false), false.guess.ignore_offsets) == ({Doubt.OFFSETS_UNREADABLE}, True)
    assert doubts(seen("a,b\n1,2\n3,4\n")) == {Doubt.NO_TIMES}


def test_dates_and_times_of_day_apart() -> None:
    text = "date,clock,kW\n10/04/2026,00:00:00,1\n10/04/2026,00:15:00,2\n13/04/2026,00:00:00,3"

    found = seen(text).guess

    assert (found.time_column, found.clock_column) == ("date", "clock")
    assert found.time_format == "%d/%m/%Y %H:%M:%S"


def test_eans_that_were_rounded_registers_and_two_decimal_signs() -> None:
    rows = [f"2026-04-10T{i:02}:00Z;8,71687E+17;{1000 + i};{1.5 if i else '1,5'}" for i in range(9)]

    found = seen("\n".join(["time;EAN;stand;kW", *rows]))

    assert (Doubt.ROUNDED_EAN, "EAN") in found.doubts
    assert (Doubt.COUNTS_UP, "stand") in found.doubts
    assert Doubt.BOTH_DECIMALS in doubts(found)


def test_one_wrong_time_does_not_hide_how_the_others_are_written() -> None:
    times = [f"10-04-2026 {hour:02}:00" for hour in range(24)]

    assert seen(labels(*times, "tomorrow")).guess.time_format == "%d-%m-%Y %H:%M"


def test_a_long_file_is_looked_at_in_its_beginning() -> None:
    row = "2026-04-10 00:00,1.5\n"
    for text in (
        ("time,kW\n" + row * 60_000).encode(),
        ("time,kW\n" + row * 60_000).encode("utf-16"),
    ):
        begun = beginning(text)
        assert len(begun) <= 400_000
        assert begun.decode("utf-16" if text[:1] == b"\xff" else "utf-8").endswith(row)
    telegrams = b"/KFM5\r\n0-0:1.0.0(260410000000S)\r\n1-0:1.8.1(1*kWh)\r\n!\r\n" * 20_000
    assert beginning(telegrams).endswith(b"!\r\n")
    assert preview(telegrams).kind is FileKind.TELEGRAMS


@pytest.mark.parametrize("text", ["", "\n", "a\n", "1,2\n3,4\n", "a,a\n1,2\n", "word\nother\n"])
def test_a_file_without_a_head_is_refused(text: str) -> None:
    with pytest.raises(WrongFile, match="head"):
        seen(text)


def a_workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def rewritten(content: bytes, part: str, body: bytes) -> bytes:
    """Return a workbook with another body of one of its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w", 8) as packed:
        for each in given.infolist():
            packed.writestr(each.filename, body if each.filename == part else given.read(each))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def a_sheet(rows: str, *, before: str = "") -> bytes:
    book = a_workbook(["time", "kW"], [datetime(2026, 4, 10), 1.5])  # noqa: DTZ001
    body = f'{before}<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    return rewritten(book, SHEET, body.encode())


def test_a_workbook_is_looked_at() -> None:
    found = preview(a_workbook(["time", "kW"], [datetime(2026, 4, 10), 1.5]))  # noqa: DTZ001

    assert (found.kind, found.guess.time_column, found.numbers) == ("WORKBOOK", "time", ("kW",))


@pytest.mark.parametrize(
    ("rows", "before"),
    [
        ('<row r="1"><c r="XFD1"><v>1</v></c></row>', ""),
        ('<row r="3000000"><c r="A3000000"><v>1</v></c></row>', ""),
        (
            "<row><c><v>&b;</v></c></row>",
            '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        ),
        ("<row", ""),
    ],
)
def test_a_workbook_that_would_unfold_is_refused(rows: str, before: str) -> None:
    with pytest.raises(WrongFile):
        preview(a_sheet(rows, before=before))


def test_texts_of_a_workbook_that_would_fill_the_memory_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table, "_MAX_HELD", 50_000)
    book = a_workbook(["time", "kW"], ["2026-04-10", 1.5])
    styles = random.Random(1).randbytes(60_000)

    assert preview(book).columns == ("time", "kW")
    with pytest.raises(WrongFile, match="too many texts"):
        preview(rewritten(book, "xl/styles.xml", styles))


def test_a_page_says_a_mapping_as_it_is() -> None:
    mapping = mapping_from({
        "columns": [
            {"column": "kW", "sensor": 1, "unit": "kW", "generation": True},
            {"column": "kWh", "sensor": 2, "unit": "kWh", "counts_up": True, "rolls_over_at": 1e5,
             "only_column": "EAN", "only_text": "871"},
        ],
        "time_column": "t", "clock_column": "c", "time_format": "%d.%m.%Y %H:%M",
        "time_zone": "Asia/Seoul", "label": "end", "midnight_ends_day": True, "step_minutes": 15,
        "ignore_offsets": True, "any_order": True, "cut_to_steps": True, "decimal_comma": True,
        "duplicates": "sum", "wrong_rows": "leave_out",
    })  # fmt: skip
    fields = fields_of_mapping(mapping)
    post = dict(fields.given)
    for each in fields.columns:
        names = ("column", "sensor", "unit", "only_column", "only_text", "rolls_over_at")
        post |= {f"{name}-{each.number}": getattr(each, name) for name in names}
        if each.generation:
            post[f"generation-{each.number}"] = "on"

    document, numbers = document_of(fields_of_post(post))

    assert mapping_from(document) == mapping
    assert numbers == [0, 1]


def test_the_unit_that_a_column_names_is_proposed() -> None:
    rows = [f"2026-04-10T{i:02}:00Z,1.5,{1000 + i},2" for i in range(9)]
    text = "\n".join(["time,Usage (kWh),register_Wh,Watts", *rows])

    assert [each.unit for each in fields_of_guess(seen(text)).columns][:3] == ["kWh", "Wh+", ""]


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_problems_doubts_and_words_are_said_in_each_language(language: str) -> None:
    for kind in Wrong:
        problem = {"kind": kind.value, "value": "<x>", "words": "?"}
        assert "<x>" in wording.problem_words(problem, language)
    for doubt in Doubt:
        assert wording.doubt_words(doubt, "kW", language)
    assert all(wording.page_words(language).values())
    assert (
        wording.problem_words({"kind": "", "value": "", "words": "as it is"}, language)
        == "as it is"
    )
