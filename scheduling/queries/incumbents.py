"""Peaks that were reached already in their period of billing, as measured."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from assets.models import Sensor
from assets.queries import MEASURED, read_onto
from assets.timegrid import TimeGrid
from scheduling.flex import SiteDocument
from scheduling.flex.peaks import PeakTariff
from scheduling.interpret.failures import FAILURES
from scheduling.queries.missing import MissingBeliefs

Array = NDArray[np.float64]


def with_incumbents(site: SiteDocument, grid: TimeGrid, *, known_at: datetime) -> SiteDocument:
    """Return ``site`` with what was measured of its peaks before ``grid``, as known then.

    Raises:
        MissingBeliefs: a sensor is gone, or its events do not fit.
    """
    if all(peak.measured_kw is None for peak in site.peaks):
        return site
    peaks = []
    for number, peak in enumerate(site.peaks):
        field = f"peaks[{number}].measured_kw"
        peaks.append(_as_measured(peak, grid, known_at=known_at, field=field))
    return site.model_copy(update={"peaks": tuple(peaks)})


def _as_measured(peak: PeakTariff, grid: TimeGrid, *, known_at: datetime, field: str) -> PeakTariff:
    if peak.measured_kw is None:
        return peak
    sensor = Sensor.objects.select_related("asset").filter(pk=peak.measured_kw.sensor).first()
    if sensor is None:
        raise MissingBeliefs(FAILURES("sensor_gone", field=field))
    step = timedelta(minutes=peak.average_minutes) if peak.average_minutes else grid.step
    changes: dict[str, Any] = {"measured_kw": None}
    try:
        before = _between(_since(peak, grid.start), grid.start, step)
        if before is not None:
            reached = _power(sensor, before, peak, known_at)[peak.counts(before)]
            highest = np.nanmax(reached, initial=0.0)
            changes["incumbent_kw"] = max(peak.incumbent_kw, float(highest))
        changes["metered_kwh"] = _metered(sensor, peak, grid, step, known_at)
    except ValueError as error:
        raise MissingBeliefs(FAILURES("does_not_fit", reason=str(error))) from None
    return peak.model_copy(update=changes)


def _since(peak: PeakTariff, start: datetime) -> datetime:
    """Return when the period of billing began in which ``start`` lies."""
    local = start.astimezone(ZoneInfo(peak.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    if peak.period != "day":
        local = local.replace(day=1)
    if peak.period == "year":
        local = local.replace(month=1)
    return local.astimezone(UTC)


def _between(start: datetime, end: datetime, step: timedelta) -> TimeGrid | None:
    """Return the whole ``step``s from ``start`` to ``end``; None where there is none."""
    n_steps = (end - start) // step
    return TimeGrid(start, step, n_steps) if n_steps > 0 else None


def _power(sensor: Sensor, grid: TimeGrid, peak: PeakTariff, known_at: datetime) -> Array:
    """Return the power in the direction that counts, shape (n_steps,) [kW]; NaN where unknown."""
    power = read_onto(sensor, grid, known_at=known_at, kinds=MEASURED)
    return power if peak.direction == "import" else -power


def _metered(
    sensor: Sensor, peak: PeakTariff, grid: TimeGrid, step: timedelta, known_at: datetime
) -> float | None:
    """Return what the averaging period in which ``grid`` starts has seen; None if not known."""
    gone = timedelta(seconds=grid.start.timestamp() % step.total_seconds())
    running = _between(grid.start - gone, grid.start, grid.step) if gone else None
    if running is None:
        return peak.metered_kwh
    power = _power(sensor, running, peak, known_at)
    seen = power[peak.counts(running)]
    return None if np.isnan(seen).any() else float(seen.sum()) * grid.step_hours
