"""From a plan to the chart's document and the table's rows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from scheduling.queries.overview import Curve, SitePlan
from scheduling.queries.reasons import ReasonRow

#: What a chart needs: a tenth of a watt, a ten-thousandth of a kilowatt-hour's price.
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One step: its start in the site's time zone, and a value per column, None if unknown."""

    start: datetime
    values: tuple[float | None, ...]


def chart_document(plan: SitePlan, reasons: Sequence[ReasonRow] = ()) -> dict[str, Any]:
    """Return ``plan`` as ``<loadstar-chart>`` reads it, with ``reasons`` to be read on the plot."""
    until = plan.measured_until
    return {
        "run": str(plan.run.pk),
        "start": int(plan.grid.start.timestamp()),
        "step": int(plan.grid.step.total_seconds()),
        "steps": plan.grid.n_steps,
        "timeZone": plan.site.time_zone,
        "now": int(until.timestamp()) if until and until < plan.grid.end else None,
        "reasons": [
            {
                "start": int(each.start.timestamp()),
                "end": int(each.end.timestamp()),
                "text": each.text if each.is_limit else f"{each.of} {each.text}",
                "isLimit": each.is_limit,
            }
            for each in reasons
        ],
        "panels": [
            {
                "title": panel.title,
                "unit": panel.unit,
                "series": [
                    {
                        "name": curve.name,
                        "role": curve.role,
                        "kind": curve.kind,
                        "values": _column(curve),
                    }
                    for curve in panel.curves
                ],
                "limits": [
                    {"name": curve.name, "values": _column(curve)} for curve in panel.limits
                ],
            }
            for panel in plan.panels
        ],
    }


def table_columns(plan: SitePlan) -> list[str]:
    """Return the heads of the table's columns, units included."""
    return [
        f"{curve.name} [{panel.unit}]"
        for panel in plan.panels
        for curve in (*panel.curves, *panel.limits)
    ]


def table_rows(plan: SitePlan) -> list[Row]:
    """Return one row per step of the plan's own window."""
    zone = ZoneInfo(plan.site.time_zone)
    columns = [_column(curve) for panel in plan.panels for curve in (*panel.curves, *panel.limits)]
    first = (plan.run.start - plan.grid.start) // plan.grid.step
    return [
        Row(
            (plan.grid.start + i * plan.grid.step).astimezone(zone),
            tuple(column[i] for column in columns),
        )
        for i in range(first, plan.grid.n_steps)
    ]


def _column(curve: Curve) -> list[float | None]:
    return [None if math.isnan(value) else round(value, _DIGITS) for value in curve.values.tolist()]
