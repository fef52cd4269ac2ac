"""What a real battery went through, by what was measured of its stock."""

from contextlib import suppress
from datetime import datetime
from typing import Final

import numpy as np
from django.core.exceptions import ValidationError
from numpy.typing import NDArray
from pydantic import ValidationError as DocumentInvalid

from assets.models import Asset, Sensor
from assets.queries import MEASURED, Asked, count_points, point_values, read_series
from assets.timegrid import TimeGrid
from scheduling.flex.devices import Battery
from scheduling.flex.measured import LEAST_STOCKS
from scheduling.flex.run import RunDocument, device_document
from scheduling.interpret.rainflow import Wear, meter
from scheduling.models import AssetFlex, ScheduleRun
from tenants.errors import wrong

Array = NDArray[np.float64]

#: A leap year of five minutes.
_MOST_EVENTS: Final = 366 * 288


def measured_wear(asset: Asset, start: datetime, end: datetime, *, now: datetime) -> Wear | None:
    """Return what ``asset`` went through in [start, end); None if it is no battery with a meter.

    What is unknown is skipped. Capacity and life are those kept now.

    Raises:
        ValidationError: the span is empty or too long, or too little is known of the stock.
    """
    rows = AssetFlex.objects.valid_at(now).filter(asset=asset)
    kept = rows.select_related("stock_sensor").first()
    battery = None if kept is None else _battery(kept)
    if kept is None or battery is None or kept.stock_sensor is None:
        return None
    return _metered(kept.stock_sensor, battery, start, end, now)


def measured_wear_of_run(run: ScheduleRun, *, now: datetime) -> dict[str, Wear]:
    """Return what the batteries of ``run`` went through since its start, by name of the device.

    Up to its end, or to the last whole step of what is measured before ``now``; those of which too
    little is known by then are left out.
    """
    document = RunDocument.model_validate(run.problem)
    batteries = {each.name: each for each in document.site.devices if isinstance(each, Battery)}
    sensor_of = {
        name: document.outputs[name].stock_sensor for name in batteries if name in document.outputs
    }
    sensors = Sensor.objects.in_bulk([each for each in sensor_of.values() if each is not None])
    found = {}
    for name, sensor_id in sensor_of.items():
        sensor = sensors.get(sensor_id or 0)
        if sensor is None:
            continue
        end = min(run.end, now)
        if not sensor.is_instantaneous:
            end = run.start + (end - run.start) // sensor.resolution * sensor.resolution
        with suppress(ValidationError):
            found[name] = _metered(sensor, batteries[name], run.start, end, now)
    return found


def _metered(
    sensor: Sensor, battery: Battery, start: datetime, end: datetime, now: datetime
) -> Wear:
    read = _points if sensor.is_instantaneous else _events
    stock = read(sensor, start, end, now)
    known = int(np.count_nonzero(~np.isnan(stock)))
    if known < LEAST_STOCKS:
        words = f"{known} values of the stock are known; at least {LEAST_STOCKS} are needed"
        raise wrong("start", words, code="too_short")
    return meter(stock, battery.capacity_kwh, battery.life)


def _points(sensor: Sensor, start: datetime, end: datetime, now: datetime) -> Array:
    if end <= start:
        raise wrong("end", "should be after start", code="window")
    n_points = count_points([sensor], start, end, most=_MOST_EVENTS + 1)
    if n_points > _MOST_EVENTS:
        words = f"more than {_MOST_EVENTS} points: at most so many at once"
        raise wrong("end", words, code="too_long", maximum=_MOST_EVENTS)
    return point_values(sensor, (start, end), asked=Asked(known_at=now, kinds=MEASURED))


def _events(sensor: Sensor, start: datetime, end: datetime, now: datetime) -> Array:
    n_events = (end - start) // sensor.resolution
    if n_events < 1:
        raise wrong("end", "should be after start by a step of the stock's sensor", code="window")
    if n_events > _MOST_EVENTS:
        words = f"{n_events} events; at most {_MOST_EVENTS} at once"
        raise wrong("end", words, code="too_long", maximum=_MOST_EVENTS)
    behind = start.timestamp() % sensor.resolution.total_seconds()
    if behind:
        words = f"should be a whole number of {sensor.resolution} from midnight UTC"
        raise wrong("start", words, code="step")
    grid = TimeGrid(start, sensor.resolution, n_events)
    return read_series(sensor, grid, known_at=now, kinds=MEASURED)


def _battery(kept: AssetFlex) -> Battery | None:
    try:
        device = device_document(kept.document, name="battery")
    except DocumentInvalid:
        return None  # a context, which has no kind
    return device if isinstance(device, Battery) else None
