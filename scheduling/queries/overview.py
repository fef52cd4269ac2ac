"""What people see of a run: the plan beside what was measured."""

from collections.abc import Sequence
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
from scheduling.interpret.headings import Heading, term_words
from scheduling.models import RunState, ScheduleRun
from scheduling.queries.missing import MissingBeliefs
from scheduling.queries.problems import read_problem
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


def plan_of(run: ScheduleRun, *, now: datetime, language: str = "en") -> SitePlan:
    """Return what a page shows of ``run``, which has a plan; measurements as known at ``now``.

    Panels, curves and terms of cost are called what they are in ``language``.
    """
    site = run.asset
    document = RunDocument.model_validate(run.problem)
    result = RunResult.model_validate(run.result or {})
    before = int(LOOK_BACK / run.step)
    grid = TimeGrid(run.start - before * run.step, run.step, before + run.grid.n_steps)
    problem = _problem(run)
    measured = _measured_net(site, grid, now)
    said = _Said(language, before)
    panels = (
        said.power_panel(result, problem, measured),
        said.stock_panel(result, document.outputs, grid, now),
        said.price_panel(problem),
        said.worth_panel(result, document.site.currency),
    )
    return SitePlan(
        site=site,
        run=run,
        result=result,
        grid=grid,
        panels=tuple(panel for panel in panels if panel.curves),
        measured_until=_end_of_known(grid, measured),
        costs=tuple(
            (term_words(term, language), Decimal(f"{amount:.2f}"))
            for term, amount in result.costs.items()
        ),
    )


def _problem(run: ScheduleRun) -> SiteDocument | None:
    try:
        return read_problem(run)
    except (MissingBeliefs, ValidationError):
        return None  # a sensor of then was removed since: the plan itself is still there


def _stock_sensor(output: Output | None) -> Sensor | None:
    if output is None or output.stock_sensor is None:
        return None
    return Sensor.objects.filter(pk=output.stock_sensor).select_related("asset").first()


@dataclass(frozen=True, slots=True)
class _Said:
    """Panels in ``language``, of plans that begin ``before`` steps after what is shown."""

    language: str
    before: int

    def _curve(
        self, heading: Heading, values: Any, role: str, kind: str = "step", *, name: str = ""
    ) -> Curve:
        words = heading.said(self.language, name=name)
        return Curve(words, _later(values, self.before), role, kind)

    def _panel(
        self, heading: Heading, unit: str, curves: Sequence[Curve], limits: Sequence[Curve] = ()
    ) -> Panel:
        return Panel(heading.said(self.language), unit, tuple(curves), tuple(limits))

    def power_panel(
        self, result: RunResult, problem: SiteDocument | None, measured: Array | None
    ) -> Panel:
        curves = []
        if result.grid_power_kw:
            curves.append(self._curve(Heading.GRID_PLANNED, result.grid_power_kw, "plan", "area"))
        if measured is not None:
            curves.append(Curve(Heading.GRID_MEASURED.said(self.language), measured, "actual"))
        for name in result.stock_kwh:
            power = result.power_kw.get(name)
            if power is not None:
                curves.append(self._curve(Heading.PLANNED, power, "store", name=name))
        return self._panel(Heading.POWER, "kW", curves, self._limits(problem))

    def _limits(self, problem: SiteDocument | None) -> list[Curve]:
        if problem is None:
            return []
        n_steps, connection = problem.window.grid.n_steps, problem.connection
        return [
            self._curve(heading, sign * _per_step(limit, n_steps), "other")
            for heading, limit, sign in (
                (Heading.IMPORT_LIMIT, connection.import_limit_kw, 1.0),
                (Heading.EXPORT_LIMIT, connection.export_limit_kw, -1.0),
            )
            if limit is not None
        ]

    def stock_panel(
        self, result: RunResult, outputs: dict[str, Output], grid: TimeGrid, now: datetime
    ) -> Panel:
        curves = []
        for name, stock in result.stock_kwh.items():
            curves.append(self._curve(Heading.PLANNED, stock, "store", "line", name=name))
            sensor = _stock_sensor(outputs.get(name))
            measured = _measured(sensor, grid, now) if sensor else None
            if measured is not None:
                words = Heading.MEASURED.said(self.language, name=name)
                curves.append(Curve(words, measured, "actual", "line"))
        return self._panel(Heading.STOCK, "kWh", curves)

    def price_panel(self, problem: SiteDocument | None) -> Panel:
        prices = None if problem is None else problem.prices
        if problem is None or prices is None:  # each site beneath has its own
            return self._panel(Heading.PRICE, "", ())
        n_steps = problem.window.grid.n_steps
        curves = (
            self._curve(Heading.IMPORT, _per_step(prices.import_per_kwh, n_steps), "price"),
            self._curve(Heading.EXPORT, _per_step(prices.export_per_kwh, n_steps), "other"),
        )
        return self._panel(Heading.PRICE, f"{problem.currency}/kWh", curves)

    def worth_panel(self, result: RunResult, currency: str) -> Panel:
        """Return what one kWh more costs at each node and is worth in each stock."""
        nodes = [
            self._curve(Heading.AT_NODE, values, "price", name=name)
            for name, values in result.price_per_kwh.items()
        ]
        stocks = [
            self._curve(Heading.IN_STOCK, values, "store", name=name)
            for name, values in result.stock_value_per_kwh.items()
        ]
        return self._panel(Heading.WORTH, f"{currency}/kWh", (*nodes, *stocks)[:_MOST_WORTHS])


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
