"""Prices from ENTSO-E's documents: what is left out, days of 23 and 25 hours, mixed steps."""

from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest

from integrations.connectors.base import ConnectorError, SeriesReading
from integrations.connectors.entsoe_document import read_prices
from tests.entsoe import document, series, wrap

MIDNIGHT = datetime(2026, 4, 9, 22, tzinfo=UTC)  # in Amsterdam
DAY = timedelta(days=1)


def read(xml: bytes) -> list[SeriesReading]:
    return list(read_prices(fromstring(xml)))


def test_a_left_out_point_repeats_the_one_before() -> None:
    [reading] = read(
        document(MIDNIGHT, MIDNIGHT + timedelta(hours=5), [10.0, None, None, -5.0, None])
    )

    assert reading.values.tolist() == [10.0, 10.0, 10.0, -5.0, -5.0]
    assert (reading.start, reading.step) == (MIDNIGHT, timedelta(hours=1))
    assert reading.unit == "EUR/MWh"


def test_a_curve_that_leaves_nothing_out_has_gaps() -> None:
    end = MIDNIGHT + timedelta(hours=3)

    [reading] = read(document(MIDNIGHT, end, [10.0, None, 30.0], curve="A01"))

    assert np.isnan(reading.values[1])


@pytest.mark.parametrize(
    ("start", "hours"),
    [
        (datetime(2026, 3, 28, 23, tzinfo=UTC), 23),
        (datetime(2026, 10, 24, 22, tzinfo=UTC), 25),
    ],
)
def test_days_of_a_clock_change_have_their_own_length(start: datetime, hours: int) -> None:
    end = start + timedelta(hours=hours)

    [reading] = read(document(start, end, [1.0]))
    [fine] = read(document(start, end, [1.0], step="PT15M"))

    assert reading.values.size == hours
    assert fine.values.size == 4 * hours


def test_of_two_steps_of_one_day_the_finer_is_read() -> None:
    coarse = series(MIDNIGHT, MIDNIGHT + DAY, [10.0])
    fine = series(MIDNIGHT, MIDNIGHT + DAY, [11.0], step="PT15M")

    [reading] = read(wrap(coarse, fine))

    assert (reading.values.size, reading.values[0]) == (96, 11.0)


def test_of_two_auctions_the_first_is_read() -> None:
    second = series(MIDNIGHT, MIDNIGHT + DAY, [99.0], step="PT15M", auction=2)
    first = series(MIDNIGHT, MIDNIGHT + DAY, [10.0], auction=1)

    [reading] = read(wrap(second, first))

    assert reading.values[0] == 10.0


def test_a_change_of_steps_within_an_answer_keeps_both() -> None:
    hourly = series(MIDNIGHT, MIDNIGHT + DAY, [10.0])
    quarters = series(MIDNIGHT + DAY, MIDNIGHT + 2 * DAY, [11.0], step="PT15M")

    assert [reading.values.size for reading in read(wrap(quarters, hourly))] == [24, 96]


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        (document(MIDNIGHT, MIDNIGHT + DAY, [1.0], step="P1D"), "steps of P1D"),
        (document(MIDNIGHT, MIDNIGHT, [1.0]), "a period of 0 steps"),
        (document(MIDNIGHT, MIDNIGHT + 20_000 * DAY, [1.0]), "a period of 480000 steps"),
        (document(MIDNIGHT, MIDNIGHT + DAY / 24, [1.0, 2.0]), "position 2 lies outside"),
        (document(MIDNIGHT, MIDNIGHT + DAY, [1.0]).replace(b"1.0", b"one"), "'one' is no number"),
        (document(MIDNIGHT, MIDNIGHT + DAY, [1.0]).replace(b"00Z<", b"00<"), "no time zone"),
        (wrap("<TimeSeries/>"), "lacks currency_Unit.name"),
    ],
)
def test_what_cannot_be_read_is_said(xml: bytes, words: str) -> None:
    with pytest.raises(ConnectorError, match=words):
        read(xml)
