"""Sums: which sensors a net is added up from, and what was foretold of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from assets.models import Belief, Sensor, SourceKind
from assets.queries.known import Asked, read_known, terms_beneath
from forecasting.aggregate import summed
from forecasting.features.sayings import FORECASTS
from forecasting.forecasters.base import Array
from forecasting.interpret import QUANTILES
from forecasting.models import SUM, ForecastPlan, ForecastRun, RunState
from forecasting.queries.standing import plan_of
from tenants.accounts.models import Customer

MOST_PARTS: Final = 200
_MIDDLE: Final = QUANTILES.index(0.5)


class WrongParts(ValueError):
    """The sum cannot be made of these parts. Words for the user."""


@dataclass(frozen=True, slots=True)
class Added:
    """What the parts of a net add up to.

    Attributes:
        values: shape (Q, H) for ``QUANTILES``; NaN at steps of which a part says nothing.
        reason: the parts, and by whom each was foretold.
        gaps: the parts that say nothing of some steps, with how many; empty if there is none.
    """

    values: Array
    reason: str
    gaps: str


def parts_of(plan: ForecastPlan) -> list[Sensor]:
    """Return the sensors that ``plan`` adds up: those it names, or those next beneath its asset.

    Raises:
        WrongParts: an asset beneath has several sensors of the quantity, so that it is not clear
            which one is meant.
    """
    named = list(plan.parts.select_related("asset").order_by("pk")) if plan.pk else []
    return named or _beneath(plan.sensor)


def _beneath(net: Sensor) -> list[Sensor]:
    """Return the sensors of the quantity next beneath, in any branch the highest."""
    found: list[Sensor] = []
    rows = Sensor.objects.beneath(net.asset).filter(quantity=net.quantity)
    rows = rows.filter(is_virtual=False)  # told by others already
    rows = rows.exclude(asset=net.asset).select_related("asset")
    # Sorted here: a database may pass over the dots of a path.
    for each in sorted(rows, key=lambda row: (row.asset.path, row.pk)):
        above = found[-1] if found else None
        if above is None or not each.asset.path.startswith(above.asset.path):
            found.append(each)
        elif each.asset == above.asset:
            words = f"{each.asset} has several sensors of {net.quantity.lower()}: name the parts"
            raise WrongParts(words)
    return found


def check_parts(net: Sensor, parts: list[Sensor]) -> None:
    """Raise ``WrongParts`` unless forecasts of ``parts`` can be added up to one of ``net``."""
    if net.is_virtual:
        raise WrongParts(f"{net} is virtual: it is put together of its terms whenever it is read")
    if not 1 <= len(parts) <= MOST_PARTS:
        words = f"{len(parts)} parts: between 1 and {MOST_PARTS} can be added up"
        raise WrongParts(f"{words}; name them, or have sensors at the assets beneath")
    own = net.asset.path.partition(".")[0] + "."
    # Runs tell their parts by name, to everybody who sees the net.
    if Customer.objects.filter(root_path=own).exists():
        for each in parts:
            if not each.asset.path.startswith(own):
                raise WrongParts(f"part {each.pk} is another customer's")
    for each in parts:
        if (each.quantity, each.resolution) != (net.quantity, net.resolution):
            told = f"{each} has {each.quantity.lower()} each {each.resolution}"
            raise WrongParts(f"{told}, {net} {net.quantity.lower()} each {net.resolution}")
    _refuse_circle(net, parts)


def _refuse_circle(net: Sensor, parts: list[Sensor]) -> None:
    seen, reached = set[int](), list(parts)
    while reached:
        each = reached.pop()
        if each.pk == net.pk:
            raise WrongParts(f"{net} would be a part of itself")
        plan = plan_of(each)
        if plan.forecaster == SUM and each.pk not in seen:
            seen.add(each.pk)
            reached += parts_of(plan)


def read_sum(run: ForecastRun) -> Added:
    """Return the sum of what was foretold of the parts, as known at the run's knowledge time.

    Raises:
        WrongParts: the parts cannot be added up.
    """
    parts = parts_of(plan_of(run.sensor))
    check_parts(run.sensor, parts)
    found = read_known(
        parts,
        {each.pk: run.grid for each in parts},
        asked=Asked(known_at=run.knowledge_time, kinds=[SourceKind.FORECASTER]),
        probabilities=QUANTILES,
    )
    told = {each: np.stack([found[each.pk, q].values for q in QUANTILES]) for each in parts}
    unknown = {each: int(np.isnan(values).any(axis=0).sum()) for each, values in told.items()}
    makers = {
        each: " and ".join(str(source) for source, _ in found[each.pk, 0.5].sources)
        for each in parts
    }
    silent = [FORECASTS("part_silent", part=str(each), steps=n) for each, n in unknown.items() if n]
    return Added(
        summed(np.stack(list(told.values())), _MIDDLE),
        FORECASTS("sum", parts=[f"{each} ({makers[each] or '-'})" for each in parts]),
        FORECASTS("listed", each=silent) if silent else "",
    )


def something_foretold(plan: ForecastPlan, last: ForecastRun, now: datetime) -> bool:
    """Return whether a part of ``plan`` has a forecast that ``last`` did not see."""
    named = parts_of(plan)
    terms = terms_beneath(named).values()
    parts = {each.pk for each in named} | {term.sensor_id for each in terms for term in each}
    made = ForecastRun.objects.filter(sensor__in=parts, state=RunState.READY)
    # A run's forecast is believed since it was asked for, and there only when it has ended.
    if made.filter(finished_at__gt=last.requested_at, end__gt=now).exists():
        return True
    ahead = Belief.objects.filter(sensor__in=parts, event_start__gte=now - timedelta(hours=1))
    return ahead.filter(
        source__kind=SourceKind.FORECASTER, belief_time__gt=last.knowledge_time
    ).exists()
