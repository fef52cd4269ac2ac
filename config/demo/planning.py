"""The demo's forecasts and schedules: asked for as anyone would, made by a real worker."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django_tenants.utils import tenant_context

from assets.models import Asset, AssetType, Sensor
from config.demo.catalogue import COMPANIES, Battery, Customer, Site
from config.demo.founding import POWER
from config.demo.window import DemoWindow
from forecasting.models import ForecastRun
from forecasting.models import RunState as ForecastState
from forecasting.services import request_forecast
from scheduling.models import RunState, ScheduleRun
from scheduling.services import request_schedule
from tenants.models import Tenant
from tenants.permissions import PLATFORM

_POLL_SECONDS: Final = 0.05
#: With two workers on a slow machine all forecasts take some ten seconds.
_PATIENCE_SECONDS: Final = 300.0


class DemoFailed(Exception):
    """A forecast or a schedule could not be made. Words for who started the demo."""


@dataclass(frozen=True, slots=True)
class PlannedSite:
    """A site with the row that stands for it, within ``tenant``."""

    tenant: Tenant
    customer: Customer
    site: Site
    asset: Asset

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Be in the tenant's schema."""
        with tenant_context(self.tenant):
            yield


def planned_sites() -> list[PlannedSite]:
    """Return all sites of the demo; they have been founded."""
    found = []
    for company in COMPANIES:
        tenant = Tenant.objects.get(schema_name=company.schema_name)
        with tenant_context(tenant):
            for customer in company.customers:
                for site in customer.sites:
                    asset = Asset.objects.get(
                        name=site.name, asset_type=AssetType.SITE, parent__name=customer.name
                    )
                    found.append(PlannedSite(tenant, customer, site, asset))
    return found


def ask_for_forecasts(place: PlannedSite, window: DemoWindow) -> list[ForecastRun]:
    """Return a run per load and generator of the site that is not forecast yet, or else ready."""
    names = [each.name for each in place.site.devices if not isinstance(each, Battery)]
    sensors = Sensor.objects.filter(
        asset__parent=place.asset, asset__name__in=names, name=POWER
    ).select_related("asset")
    runs = []
    for sensor in sensors.order_by("asset__path"):
        made = ForecastRun.objects.filter(
            sensor=sensor,
            state=ForecastState.READY,
            start=window.forecast.start,
            end=window.forecast.end,
            knowledge_time=window.now,
        ).select_related("sensor__asset")
        runs.append(
            made.order_by("requested_at").last()
            or request_forecast(actor=PLATFORM, sensor=sensor, now=window.now, grid=window.forecast)
        )
    return runs


def ask_for_schedule(place: PlannedSite, window: DemoWindow) -> ScheduleRun:
    """Return a run of the site's next day, or the one that is ready."""
    made = ScheduleRun.objects.filter(
        asset=place.asset,
        state=RunState.READY,
        start=window.planned.start,
        end=window.planned.end,
        knowledge_time=window.now,
    )
    return made.order_by("finished_at").last() or request_schedule(
        actor=PLATFORM, asset=place.asset, grid=window.planned, now=window.now
    )


def wait_for(
    runs: Iterable[tuple[PlannedSite, Any]],
    *,
    on_finished: Callable[[], None],
    check_worker: Callable[[], None],
) -> None:
    """Wait until every run is finished, and refresh it.

    Args:
        on_finished: called once for each.
        check_worker: called while waiting; raises when nobody works.

    Raises:
        DemoFailed: a run failed, or the worker takes too long.
    """
    waiting = list(runs)
    until = time.monotonic() + _PATIENCE_SECONDS
    while waiting:
        still = []
        for place, run in waiting:
            with place.entered():
                run.refresh_from_db()
            if run.finished_at is None:
                still.append((place, run))
                continue
            if run.state != RunState.READY:
                raise DemoFailed(f"{place.site.name}: {run.state}: {run.failure}")
            on_finished()
        waiting = still
        if waiting:
            check_worker()
            if time.monotonic() > until:
                raise DemoFailed(f"{len(waiting)} runs are not finished: is the worker alive?")
            time.sleep(_POLL_SECONDS)
