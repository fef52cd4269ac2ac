"""How good forecasts of a sensor were, by lead time and by day, as the chart reads it."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np

from assets.models import Quantity, Sensor, SourceKind
from assets.queries import MEASURED, read_series
from assets.queries.known import Asked, read_known
from assets.services.thinning import HORIZONS
from assets.timegrid import TimeGrid
from forecasting.evaluation.by_lead import Said, Scored, by_day, scored
from forecasting.forecasters.base import Array

_DAY: Final = timedelta(days=1)
_DAYS: Final = 28
_BAND: Final = (0.5, 0.1, 0.9)
#: Those that thinning keeps: of others, old forecasts would be told worse than they were.
_LEADS: Final = (timedelta(0), *HORIZONS)
_LAST_WEEK: Final = "same time last week"


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Scores of four weeks of days in UTC, today with what is measured of it.

    Attributes:
        grid: the events scored.
        by_lead: scores of what was held so long before each event.
        daily_mae, daily_week_mae: shape (D,), of the newest forecast of each event, and of the
            same time a week before; unit of the series.
    """

    grid: TimeGrid
    by_lead: dict[timedelta, Scored]
    daily_mae: Array
    daily_week_mae: Array


def read_accuracy(sensor: Sensor, *, now: datetime) -> Accuracy:
    """Return how good the forecasts of the last four weeks were."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    end = today + _DAY  # today too: what is not measured yet is not scored
    per_day = _DAY // sensor.resolution
    grid = TimeGrid(end - _DAYS * _DAY, sensor.resolution, _DAYS * per_day)
    measured = read_series(sensor, grid, known_at=now, kinds=MEASURED)
    said = {lead: _said(sensor, grid, now, lead) for lead in _LEADS}
    days = by_day(measured, said[_LEADS[0]], 7 * per_day, per_day)
    found = {lead: scored(measured, each, 7 * per_day) for lead, each in said.items()}
    return Accuracy(grid, found, *days)


def _said(sensor: Sensor, grid: TimeGrid, now: datetime, lead: timedelta) -> Said:
    asked = Asked(known_at=now, kinds=[SourceKind.FORECASTER], horizon=lead)
    known = read_known([sensor], {sensor.pk: grid}, asked=asked, probabilities=_BAND)
    return Said(*(known[sensor.pk, probability].values for probability in _BAND))


def lead_chart(sensor: Sensor, accuracy: Accuracy) -> dict[str, Any]:
    """Return error and band by lead time; without panels if nothing can be compared."""
    rows = {lead: each for lead, each in accuracy.by_lead.items() if each.events}
    names = [f"{lead // timedelta(hours=1)} h before" if lead else "newest" for lead in rows]
    error = [_curve("forecast", "plan", [each.mae for each in rows.values()])]
    error.append(_curve(_LAST_WEEK, "actual", [each.week_mae for each in rows.values()]))
    held = [_curve("in the 10-90 band", "store", [100 * each.coverage for each in rows.values()])]
    right = {"name": "right", "values": [80.0] * len(rows)}
    panels = [
        {"title": "Mean absolute error", "unit": _unit(sensor), "series": error, "limits": []},
        {"title": "Measured within the band", "unit": "%", "series": held, "limits": [right]},
    ]
    return {
        "start": 0,
        "step": 1,
        "steps": len(rows),
        "labels": [*names, ""],
        "now": None,
        "panels": panels if rows else [],
    }


def day_chart(sensor: Sensor, accuracy: Accuracy) -> dict[str, Any]:
    """Return the error of each day; without panels if nothing can be compared."""
    curves = [
        _curve("forecast", "plan", accuracy.daily_mae.tolist()),
        _curve(_LAST_WEEK, "actual", accuracy.daily_week_mae.tolist()),
    ]
    title = "Mean absolute error of each day (UTC)"
    panel = {"title": title, "unit": _unit(sensor), "series": curves, "limits": []}
    return {
        "start": int(accuracy.grid.start.timestamp()),
        "step": 86_400,
        "steps": accuracy.daily_mae.size,
        "timeZone": "UTC",
        "now": None,
        "panels": [] if np.isnan(accuracy.daily_mae).all() else [panel],
    }


def _curve(name: str, role: str, values: list[float]) -> dict[str, Any]:
    told = [None if math.isnan(value) else round(value, 4) for value in values]
    return {"name": name, "role": role, "kind": "step", "values": told}


def _unit(sensor: Sensor) -> str:
    return Quantity(sensor.quantity).unit
