"""What people see of a run: the plan beside what was measured."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import numpy as np
from django.core.exceptions import ValidationError
from numpy.typing import NDArray

from assets.models import Asset, AssetType, Quantity, Sensor
from assets.queries import MEASURED, read_onto
from assets.timegrid import TimeGrid
from scheduling.flex import SiteDocument
from scheduling.flex.run import Output, RunDocument, RunResult
from scheduling.models import RunState, ScheduleRun
from scheduling.queries.problems import MissingBeliefs, read_problem
from tenants.permissions import Actor

Array = NDArray[np.float64]

#: Measurements are shown from so long before a plan's start on.
LOOK_BACK: Final = timedelta(hours=6)
#: More curves in one panel cannot be told apart.
_MOST_WORTHS: Final = 8


@dataclass(frozen=True, slots=True)
class Curve:
    """One column of the page: ``values``, shape (n_steps,) or one more; NaN where unknown.

    ``kind``: "step", "line" or "area"; ``role``: "plan", "actual", "store", "price", "other".
    """

    name: str
    values: Array
    role: str
    kind: str = "step"


@dataclass(frozen=True, slots=True)
class Panel:
    """Curves of one unit."""

    title: str
    unit: str
    curves: tuple[Curve, ...]
    limits: tuple[Curve, ...] = ()


@dataclass(frozen=True, slots=True)
class SitePlan:
    """A run's plan on ``grid``, which begins before the plan does.

    Attributes:
        measured_until: end of the newest measurement in ``grid``; None if there is none.
    """

    site: Asset
    run: ScheduleRun
    result: RunResult
    grid: TimeGrid
    panels: tuple[Panel, ...]
    measured_until: datetime | None
    costs: tuple[tuple[str, Decimal], ...] = field(default=())


def newest_run(actor: Actor, site: Asset) -> ScheduleRun | None:
    """Return the run of ``site`` with a plan that was asked for last, or None."""
    runs = ScheduleRun.objects.visible_to(actor).filter(
        asset=site, state=RunState.READY, variation=""
    )
    return runs.select_related("asset").order_by("-requested_at", "-pk").first()


def newest_attempt(actor: Actor, site: Asset) -> ScheduleRun | None:
    """Return the run of ``site`` that was asked for last, however it went, or None."""
    runs = ScheduleRun.objects.visible_to(actor).filter(asset=site, variation="")
    return runs.select_related("asset").order_by("-requested_at", "-pk").first()


def plan_of(run: ScheduleRun, *, now: datetime) -> SitePlan:
    """Return what a page shows of ``run``, which has a plan; measurements as known at ``now``."""
    site = run.asset
    document = RunDocument.model_validate(run.problem)
    result = RunResult.model_validate(run.result or {})
    before = int(LOOK_BACK / run.step)
    grid = TimeGrid(run.start - before * run.step, run.step, before + run.grid.n_steps)
    problem = _problem(run)
    measured = _measured_net(site, grid, now)
    panels = (
        _power_panel(result, problem, measured, before),
        _stock_panel(result, document.outputs, grid, before, now),
        _price_panel(problem, before),
        _worth_panel(result, document.site.currency, before),
    )
    return SitePlan(
        site=site,
        run=run,
        result=result,
        grid=grid,
        panels=tuple(panel for panel in panels if panel.curves),
        measured_until=_end_of_known(grid, measured),
        costs=tuple((name, Decimal(f"{amount:.2f}")) for name, amount in result.costs.items()),
    )


def _problem(run: ScheduleRun) -> SiteDocument | None:
    try:
        return read_problem(run)
    except (MissingBeliefs, ValidationError):
        return None  # a sensor of then was removed since: the plan itself is still there


def _power_panel(
    result: RunResult, problem: SiteDocument | None, measured: Array | None, before: int
) -> Panel:
    curves = []
    if result.grid_power_kw:
        curves.append(Curve("Grid, planned", _later(result.grid_power_kw, before), "plan", "area"))
    if measured is not None:
        curves.append(Curve("Grid, measured", measured, "actual"))
    for name in result.stock_kwh:
        power = result.power_kw.get(name)
        if power is not None:
            curves.append(Curve(f"{name}, planned", _later(power, before), "store"))
    return Panel(
        "Power from the grid and into devices", "kW", tuple(curves), _limits(problem, before)
    )


def _limits(problem: SiteDocument | None, before: int) -> tuple[Curve, ...]:
    if problem is None:
        return ()
    n_steps = problem.window.grid.n_steps
    connection = problem.connection
    return tuple(
        Curve(name, _later(sign * _per_step(limit, n_steps), before), "other")
        for name, limit, sign in (
            ("Import limit", connection.import_limit_kw, 1.0),
            ("Export limit", connection.export_limit_kw, -1.0),
        )
        if limit is not None
    )


def _stock_panel(
    result: RunResult, outputs: dict[str, Output], grid: TimeGrid, before: int, now: datetime
) -> Panel:
    curves = []
    for name, stock in result.stock_kwh.items():
        curves.append(Curve(f"{name}, planned", _later(stock, before), "store", "line"))
        sensor = _stock_sensor(outputs.get(name))
        measured = _measured(sensor, grid, now) if sensor else None
        if measured is not None:
            curves.append(Curve(f"{name}, measured", measured, "actual", "line"))
    return Panel("Energy in store", "kWh", tuple(curves))


def _stock_sensor(output: Output | None) -> Sensor | None:
    if output is None or output.stock_sensor is None:
        return None
    return Sensor.objects.filter(pk=output.stock_sensor).select_related("asset").first()


def _price_panel(problem: SiteDocument | None, before: int) -> Panel:
    if problem is None:
        return Panel("Price of energy", "", ())
    n_steps, prices = problem.window.grid.n_steps, problem.prices
    if prices is None:  # each site beneath has its own
        return Panel("Price of energy", "", ())
    curves = (
        Curve("Import", _later(_per_step(prices.import_per_kwh, n_steps), before), "price"),
        Curve("Export", _later(_per_step(prices.export_per_kwh, n_steps), before), "other"),
    )
    return Panel("Price of energy", f"{problem.currency}/kWh", curves)


def _worth_panel(result: RunResult, currency: str, before: int) -> Panel:
    """Return what one kWh more costs at each node and is worth in each stock."""
    nodes = [
        Curve(f"At {name}", _later(values, before), "price")
        for name, values in result.price_per_kwh.items()
    ]
    stocks = [
        Curve(f"In {name}", _later(values, before), "store")
        for name, values in result.stock_value_per_kwh.items()
    ]
    curves = tuple((*nodes, *stocks)[:_MOST_WORTHS])
    return Panel("What one kWh more is worth", f"{currency}/kWh", curves)


def _measured_net(site: Asset, grid: TimeGrid, now: datetime) -> Array | None:
    """Return what the site's grid connection measured, or None where nothing is measured."""
    sensor = (
        Sensor.objects.filter(
            asset__parent=site,
            asset__asset_type=AssetType.GRID_CONNECTION,
            quantity=Quantity.POWER,
        )
        .select_related("asset")
        .order_by("pk")
        .first()
    )
    return _measured(sensor, grid, now) if sensor else None


def _measured(sensor: Sensor, grid: TimeGrid, now: datetime) -> Array | None:
    try:
        values = read_onto(sensor, grid, known_at=now, kinds=MEASURED)
    except ValueError:  # its steps and the plan's are no multiples
        return None
    return None if np.isnan(values).all() else values


def _end_of_known(grid: TimeGrid, values: Array | None) -> datetime | None:
    if values is None:
        return None
    last = int(np.flatnonzero(~np.isnan(values))[-1])
    return grid.start + (last + 1) * grid.step


def _per_step(value: Any, n_steps: int) -> Array:
    return np.broadcast_to(np.asarray(value, dtype=float), n_steps).copy()


def _later(values: Any, steps: int) -> Array:
    """Return ``values`` with ``steps`` unknown steps before them."""
    return np.concatenate([np.full(steps, np.nan), np.asarray(values, dtype=float)])
