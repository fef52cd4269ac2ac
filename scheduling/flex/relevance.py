"""What of a kept document is about a window: times long past or far ahead are left out.

A document that is written for one problem has no such times (``flex.consistency``); one that is
kept stays as it is from day to day.
"""

from datetime import datetime
from typing import Any

from assets.timegrid import TimeGrid
from scheduling.flex.context import SiteContext
from scheduling.flex.devices import Device, Process
from scheduling.flex.devices.storing import Holding
from scheduling.flex.goals import StockGoal


def relevant_context(context: SiteContext, grid: TimeGrid) -> SiteContext:
    """Return ``context`` without the peaks that count at no time of ``grid``."""
    peaks = [
        peak
        for peak in context.peaks
        if not peak.within or any(_overlap(span.start, span.end, grid) for span in peak.within)
    ]
    if len(peaks) == len(context.peaks):
        return context
    return context.model_copy(update={"peaks": tuple(peaks)})


def relevant_device(device: Device, grid: TimeGrid) -> Device:
    """Return ``device`` without forbidden times and goals outside ``grid``."""
    if isinstance(device, Process):
        kept = tuple(s for s in device.forbidden if _overlap(s.start, s.end, grid))
        return device.model_copy(update={"forbidden": kept})
    if not isinstance(device, Holding) or not device.goals:
        return device
    goals = []
    for goal in device.goals:
        points = tuple(
            point
            for point in goal.points
            if (point.at or point.start or grid.start) <= grid.end
            and (point.at or point.end or grid.end) >= grid.start
        )
        if points:
            goals.append(goal.model_copy(update={"points": points}))
    return _with_goals(device, tuple(goals))


def _with_goals(device: Any, goals: tuple[StockGoal, ...]) -> Device:
    relevant: Device = device.model_copy(update={"goals": goals})
    return relevant


def _overlap(start: datetime, end: datetime, grid: TimeGrid) -> bool:
    return start < grid.end and end > grid.start
