"""Traps of meter files, each from its bytes through preview and worker to what is stored."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assets.models import Asset, Belief, Quantity, Sensor
from integrations.ingest.mapping_form import document_of, fields_of_guess
from integrations.services import ask_import, bring_file, mapping_from, preview_of
from tenants.models import Tenant
from tenants.permissions import PLATFORM
from tests.factories import HOUR, a_customer, a_sensor, a_site

#: Days on which Amsterdam's clocks go back, and forward.
BACK = [0, 1, 2, 2, *range(3, 24)]
FORWARD = [0, 1, *range(3, 24)]
EAN = "871687110000123456"


@pytest.fixture
def load(tenant: Tenant) -> Sensor:
    return a_sensor(a_site(a_customer()), Quantity.POWER)


@pytest.fixture
def stored(load: Sensor, run_jobs: Callable[..., int]) -> Callable[..., list[Any]]:
    """Return what is stored of a file that is mapped as it seems to be, but for what is said."""

    def store(content: bytes, column: str, **how: Any) -> list[Any]:
        now, site = datetime(2026, 11, 1, tzinfo=UTC), Asset.objects.get(pk=load.asset_id)
        file = bring_file(actor=PLATFORM, asset=site, name="f", content=content, now=now)
        proposed, _ = document_of(fields_of_guess(preview_of(actor=PLATFORM, file=file)))
        of_column = {"column": column, "sensor": load.pk, "unit": "kWh", **how.pop("of", {})}
        mapping = mapping_from({**proposed, "columns": [of_column], **how})
        ask_import(actor=PLATFORM, file=file, mapping=mapping, now=now)
        run_jobs("integration")
        file.refresh_from_db()
        assert file.state == "DONE", file.report
        kept = Belief.objects.filter(sensor=load).order_by("event_start")
        return list(kept.values_list("event_start", "value"))

    return store


def a_day(date: str, hours: list[int], *, cell: str = "{i},5") -> str:
    rows = [f"{date} {hour:02}:00;{cell.format(i=i)}" for i, hour in enumerate(hours)]
    return "\r\n".join(["tijd;kWh", *rows, ""])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_day_of_25_hours_with_decimal_commas_in_any_characters(
    stored: Callable[..., list[Any]], encoding: str
) -> None:
    kept = stored(a_day("25-10-2026", BACK).encode(encoding), "kWh")

    first = datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert kept == [(first + i * HOUR, i + 0.5) for i in range(25)]


def test_a_day_of_23_hours(stored: Callable[..., list[Any]]) -> None:
    kept = stored(a_day("29-03-2026", FORWARD).encode(), "kWh")

    first = datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert kept == [(first + i * HOUR, i + 0.5) for i in range(23)]


def test_labels_at_the_end_where_midnight_ends_its_own_date(
    stored: Callable[..., list[Any]],
) -> None:
    text = a_day("10-04-2026", [*range(1, 24), 0]) + "11-04-2026 01:00;24,5\r\n"

    kept = stored(text.encode(), "kWh")

    first = datetime(2026, 4, 9, 22, tzinfo=UTC)
    assert kept == [(first + i * HOUR, i + 0.5) for i in range(25)]


def test_a_register_that_rolls_over_on_the_day_of_25_hours(
    stored: Callable[..., list[Any]],
) -> None:
    readings = [(99_990 + i) % 100_000 for i in range(25)]
    rows = [f"2026-10-25 {hour:02}:00,{each}" for hour, each in zip(BACK, readings, strict=True)]
    text = "\n".join(["time,kWh", *rows])

    kept = stored(text.encode(), "kWh", of={"counts_up": True, "rolls_over_at": 100_000})

    assert [value for _, value in kept] == [1.0] * 24
    assert kept[-1][0] - kept[0][0] == 23 * HOUR


def test_the_rows_of_one_connection_of_many(stored: Callable[..., list[Any]]) -> None:
    rows = ["EAN;kanaal;tijd;kWh"]
    for ean, value in ((EAN, 1), ("871687110000999999", 9)):
        rows += [f"{ean};LVR;2026-04-10 {hour:02}:00;{value}" for hour in range(3)]

    kept = stored("\n".join(rows).encode(), "kWh", of={"only_column": "EAN", "only_text": EAN})

    assert [value for _, value in kept] == [1.0] * 3


def test_sessions_with_a_false_offset(stored: Callable[..., list[Any]]) -> None:
    text = "begin,kWh\n2018/01/12 15:54:00+00,6.5\n2018/01/12 15:24:00+00,1\n"
    sessions = {"any_order": True, "cut_to_steps": True, "duplicates": "sum", "step_minutes": 60}

    kept = stored(text.encode(), "kWh", time_zone="America/Denver", **sessions)

    assert kept == [(datetime(2018, 1, 12, 22, tzinfo=UTC), 7.5)]


def test_sessions_whose_days_and_months_were_exchanged(
    stored: Callable[..., list[Any]],
) -> None:
    text = "date,clock,kWh\n2018-02-03T00:00:00,23:50,19\n2018-02-28T00:00:00,14:10,1\n"
    how = {"time_format": "%Y-%d-%m %H:%M|%Y-%m-%d %H:%M", "time_zone": "Europe/London"}
    sessions = {"any_order": True, "cut_to_steps": True, "duplicates": "sum", "step_minutes": 60}

    kept = stored(text.encode(), "kWh", **how, **sessions)

    assert kept == [
        (datetime(2018, 2, 28, 14, tzinfo=UTC), 1.0),
        (datetime(2018, 3, 2, 23, tzinfo=UTC), 19.0),
    ]
    assert kept[1][0] - kept[0][0] == timedelta(days=2, hours=9)
