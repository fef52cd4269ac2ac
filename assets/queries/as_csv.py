"""A series as the lines of a CSV file that people open in a spreadsheet."""

import csv
import io
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from assets.models import Quantity, Sensor
from assets.queries.columns import read_columns
from assets.queries.extent import end_of_beliefs, shown_step
from assets.queries.known import Quality
from assets.queries.wanted import Column, Wanted

#: By which a spreadsheet takes a cell for a formula; some also in the widths of East Asia.
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001


def csv_lines(sensor: Sensor, span: timedelta, *, now: datetime) -> Iterator[str]:
    """Yield the last ``span`` of which anything is believed of ``sensor``, measured or foretold.

    The head, then for each event its start in the zone of the sensor with its offset, the value in
    the unit of the quantity, power positive into the asset, empty where unknown, and how sure it
    is. Text is in quotes, and never a formula to a spreadsheet; see ``text_cell``.

    Args:
        now: beliefs formed later are not looked at.
    """
    unit = Quantity(sensor.quantity).unit
    yield _line([text_cell("time"), text_cell(f"{sensor} [{unit}]"), text_cell("quality")])
    end = end_of_beliefs(sensor)
    if end is None:
        return
    step = shown_step(sensor)
    wanted = Wanted(start=end - max(span // step, 1) * step, end=end, known_at=now)
    [[column]] = read_columns([sensor], wanted)
    zone = ZoneInfo(sensor.time_zone or sensor.asset.time_zone)
    for at, value, quality in _rows(column):
        told = "" if math.isnan(value) else value
        sure = "" if quality == Quality.MISSING else Quality(quality).name.lower()
        yield _line([at.replace(tzinfo=UTC).astimezone(zone).isoformat(), told, sure])


def text_cell(text: str) -> str:
    """Return ``text`` so that no spreadsheet takes it for a formula: behind an apostrophe."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _rows(column: Column) -> Iterator[tuple[datetime, float, int]]:
    starts = column.events.starts() if column.moments is None else column.moments
    times = starts.astype("datetime64[us]").astype(object)
    return zip(np.asarray(times), column.values.tolist(), column.quality.tolist(), strict=True)


def _line(cells: list[str | float]) -> str:
    written = io.StringIO()
    # Each text in quotes: where semicolons part cells, one in a name would begin another.
    csv.writer(written, quoting=csv.QUOTE_NONNUMERIC).writerow(cells)
    return written.getvalue()
