"""The demo from beginning to plan: schemas, companies, series, forecasts, schedules, savings."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rich.progress import Progress

from config.demo.filling import Filling
from config.demo.following import follow_plan
from config.demo.founding import found_companies, n_customers
from config.demo.planning import (
    PlannedSite,
    ask_for_forecasts,
    ask_for_schedule,
    planned_sites,
    wait_for,
)
from config.demo.processes import Programme
from config.demo.savings import Savings, savings_of
from config.demo.schemas import migrate_all
from config.demo.window import DemoWindow
from forecasting.models import ForecastRun


@dataclass(slots=True)
class Performance:
    """What the demo did.

    Attributes:
        new_customers: how many were made now; 0 when an earlier demo left them.
        seconds: that each step took.
    """

    window: DemoWindow
    seed: int
    new_customers: int = 0
    forecasts: list[tuple[PlannedSite, ForecastRun]] = field(default_factory=list)
    savings: list[Savings] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Note how long the step ``name`` takes."""
        began = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - began, 3)


def perform(
    window: DemoWindow,
    *,
    seed: int,
    now: datetime,
    worker: Programme,
    start_worker: Callable[[], None],
    progress: Progress,
) -> Performance:
    """Bring the demo to its plan; what an earlier one left is kept.

    Args:
        now: of the real clock, for when rows were made; the demo's own is in ``window``.
        start_worker: starts ``worker`` unless it runs; called when there is work for it.
        progress: where bars are shown.

    Raises:
        OtherSeed, DemoFailed, DidNotStart: in words.
    """
    done = Performance(window, seed)
    with done.step("schemas"), _bar(progress, "Bringing schemas up to date", 1) as advance:
        migrate_all(now=now)
        advance()
    with done.step("series"), _bar(progress, "Companies with 60 days of data", n_customers()) as on:
        filling = Filling(window, seed)
        done.new_customers = found_companies(filling, now=now, on_customer=on)
    places = planned_sites()

    def check_worker() -> None:
        start_worker()
        if not worker.is_running():
            raise worker.failure()

    with done.step("forecasts"):
        for place in places:
            with place.entered():
                done.forecasts += [(place, run) for run in ask_for_forecasts(place, window)]
        with _bar(progress, "Forecasts by the worker", len(done.forecasts)) as on:
            wait_for(done.forecasts, on_finished=on, check_worker=check_worker)
    with done.step("schedules"):
        schedules = []
        for place in places:
            with place.entered():
                schedules.append((place, ask_for_schedule(place, window)))
        with _bar(progress, "Schedules by the worker", len(schedules)) as on:
            wait_for(schedules, on_finished=on, check_worker=check_worker)
    with done.step("morning"):
        for place, run in schedules:
            with place.entered():
                follow_plan(place, run, filling)
    with done.step("savings"):
        done.savings = [savings_of(place, run) for place, run in schedules]
    return done


def summary(done: Performance) -> dict[str, Any]:
    """Return ``done`` for programmes: what JSON knows, units in the names."""
    return {
        "seed": done.seed,
        "now": done.window.now.isoformat(),
        "planned": {
            "start": done.window.planned.start.isoformat(),
            "end": done.window.planned.end.isoformat(),
            "steps": done.window.planned.n_steps,
        },
        "new_customers": done.new_customers,
        "sites": [_site(each, done.forecasts) for each in done.savings],
        "seconds": done.seconds,
    }


def _site(each: Savings, forecasts: list[tuple[PlannedSite, ForecastRun]]) -> dict[str, Any]:
    with each.place.entered():
        made = [_forecast(run) for place, run in forecasts if place == each.place]
    return {
        "tenant": each.place.tenant.schema_name,
        "customer": each.place.customer.name,
        "site": each.place.site.name,
        "forecasts": made,
        "schedule_run": str(each.run.pk),
        "state": each.run.state,
        "engine": each.plan.engine,
        "currency": each.plan.currency,
        "cost": round(each.planned, 4),
        "costs": {name: round(amount, 4) for name, amount in each.plan.costs.items()},
        "cost_without_battery": round(each.without_battery, 4),
        "cost_doing_nothing": round(each.doing_nothing, 4),
        "saved": round(each.saved, 4),
    }


def _forecast(run: ForecastRun) -> dict[str, Any]:
    return {
        "sensor": str(run.sensor),
        "forecaster": run.forecaster,
        "source": str(run.source),
        "fallback": run.fallback,
        "state": run.state,
    }


@contextmanager
def _bar(progress: Progress, description: str, total: int) -> Iterator[Callable[[], None]]:
    """Show a bar, and yield what moves it on by one."""
    task = progress.add_task(description, total=total)
    yield lambda: progress.advance(task)
