"""What is believed of a sensor, as ``<loadstar-chart>`` reads it."""

import math
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assets.models import Annotation, Quantity, Sensor, SourceKind
from assets.queries import MEASURED, end_of_beliefs, read_aggregated, shown_step
from assets.timegrid import TimeGrid

Array = NDArray[np.float64]

#: More points than a chart has pixels tell nothing: longer steps are averaged.
_MAX_POINTS: Final = 1500
_MAX_NOTES: Final = 50
_CURVES: Final = (
    ("Measured", MEASURED, 0.5, "actual"),
    ("Forecast", (SourceKind.FORECASTER,), 0.5, "plan"),
    ("Forecast, 1 of 10 below", (SourceKind.FORECASTER,), 0.1, "other"),
    ("Forecast, 1 of 10 above", (SourceKind.FORECASTER,), 0.9, "other"),
    ("Scheduled", (SourceKind.SCHEDULER,), 0.5, "store"),
)


def sensor_chart(sensor: Sensor, span: timedelta, *, now: datetime) -> dict[str, Any]:
    """Return the document of the last ``span`` of which anything is believed.

    ``now``: beliefs formed later are not looked at. Without any belief there are no panels.
    """
    end = end_of_beliefs(sensor)
    if end is None:
        return {"panels": []}
    grid = _grid(sensor, end, span)
    curves = []
    for name, kinds, probability, role in _CURVES:
        values = read_aggregated(
            sensor,
            grid,
            known_at=now,
            aggregation="mean",
            kinds=kinds,
            probability=probability,
        )
        if not np.isnan(values).all():
            curves.append({"name": name, "role": role, "kind": "step", "values": _column(values)})
    quantity = Quantity(sensor.quantity)
    notes = Annotation.objects.told_of(sensor).filter(start__lt=grid.end, end__gt=grid.start)
    return {
        "start": int(grid.start.timestamp()),
        "step": int(grid.step.total_seconds()),
        "steps": grid.n_steps,
        "timeZone": sensor.asset.time_zone,
        "now": None,
        "notes": [
            {
                "start": int(each.start.timestamp()),
                "end": int(each.end.timestamp()),
                "text": f"{each.get_annotation_type_display()}: {each.text}",
            }
            for each in notes.order_by("start")[:_MAX_NOTES]
        ],
        "panels": [{"title": sensor.name, "unit": quantity.unit, "series": curves, "limits": []}],
    }


def _grid(sensor: Sensor, end: datetime, span: timedelta) -> TimeGrid:
    n_events = max(1, span // shown_step(sensor))
    factor = -(-n_events // _MAX_POINTS)
    n_steps = -(-n_events // factor)
    step = factor * shown_step(sensor)
    return TimeGrid(end - n_steps * step, step, n_steps)


def _column(values: Array) -> list[float | None]:
    return [None if math.isnan(value) else round(value, 4) for value in values.tolist()]
