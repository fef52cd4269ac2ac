"""Flexibility that is kept: inherited down the tree, versions by validity, what a run used."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from assets.models import Asset, AssetType, Quantity
from assets.timegrid import TimeGrid
from scheduling.flex.context import SiteContext
from scheduling.flex.run import RunDocument
from scheduling.models import AssetFlex, ScheduleRun
from scheduling.services import (
    DeviceFlex,
    keep_context,
    keep_device,
    request_again,
    request_schedule,
)
from tenants.accounts.models import Customer
from tenants.permissions import PLATFORM
from tests.factories import HOUR, a_device, a_sensor

Planned = Callable[..., ScheduleRun]


def context(asset: Asset, now: datetime, **fields: Any) -> None:
    document = SiteContext.model_validate(fields)
    keep_context(actor=PLATFORM, asset=asset, context=document, valid_from=now)


def load(asset: Asset, now: datetime, power_kw: float, until: datetime | None = None) -> None:
    power = asset.sensors.first() or a_sensor(asset, Quantity.POWER)
    document = {"kind": "load", "power_kw": power_kw}
    device = DeviceFlex(asset=asset, document=document, power_sensor=power)
    keep_device(actor=PLATFORM, device=device, valid_from=now, valid_to=until)


@pytest.fixture
def hall(site: Asset) -> Asset:
    return a_device(site, "Hall", AssetType.LOAD)


@pytest.fixture
def planned(site: Asset, now: datetime, run_jobs: Callable[..., int]) -> Planned:
    def plan(start: datetime = now, **options: Any) -> ScheduleRun:
        grid = TimeGrid(start, HOUR, 2)
        run = request_schedule(actor=PLATFORM, asset=site, grid=grid, now=now, **options)
        run_jobs()
        run.refresh_from_db()
        assert run.state == "READY", run.failure
        return run

    return plan


def cost(run: ScheduleRun) -> float:
    assert run.cost is not None
    return run.cost


def test_tariffs_are_inherited_field_by_field_and_limits_are_not(
    customer: Customer, site: Asset, hall: Asset, now: datetime, planned: Planned
) -> None:
    """The portfolio says prices and a limit of 1 kW; the site its own limit, of 9 kW."""
    portfolio = Asset.objects.get(path=customer.root_path)
    prices = {"import_per_kwh": 0.5}
    limit = {"import_limit_kw": 1.0}
    context(portfolio, now - HOUR, prices=prices, ties="late", connection=limit)
    context(site, now - HOUR, connection={"import_limit_kw": 9.0})
    load(hall, now - HOUR, 4.0)

    run = planned()

    assert cost(run) == pytest.approx(2 * 4 * 0.5)
    asked = RunDocument.model_validate(run.problem).site
    assert asked.ties == "late"
    assert asked.connection is not None
    assert asked.connection.import_limit_kw == 9.0


def test_the_nearest_that_says_a_field_is_heard(
    customer: Customer, site: Asset, hall: Asset, now: datetime, planned: Planned
) -> None:
    portfolio = Asset.objects.get(path=customer.root_path)
    context(portfolio, now - HOUR, prices={"import_per_kwh": 0.5}, ties="late")
    context(site, now - HOUR, prices={"import_per_kwh": 0.1})
    load(hall, now - HOUR, 4.0)

    run = planned()

    assert cost(run) == pytest.approx(2 * 4 * 0.1)
    assert RunDocument.model_validate(run.problem).site.ties == "late"


def test_a_plan_uses_what_is_valid_when_it_begins(
    site: Asset, hall: Asset, now: datetime, planned: Planned
) -> None:
    """1 kW until noon, 2 kW from then on, 3 kW from four hours later for an hour alone."""
    context(site, now - HOUR, prices={"import_per_kwh": 0.5})
    load(hall, now - HOUR, 1.0)
    load(hall, now + 2 * HOUR, 2.0)
    load(hall, now + 6 * HOUR, 3.0, until=now + 8 * HOUR)

    costs = [cost(planned(now + hours * HOUR)) for hours in (0, 2, 6)]

    assert costs == pytest.approx([2 * 1 * 0.5, 2 * 2 * 0.5, 2 * 3 * 0.5])
    assert AssetFlex.objects.filter(asset=hall).count() == 3


def test_a_request_is_heard_before_what_is_kept_and_keeps_nothing(
    site: Asset, hall: Asset, now: datetime, planned: Planned
) -> None:
    context(site, now - HOUR, prices={"import_per_kwh": 0.5})
    load(hall, now - HOUR, 1.0)
    other = DeviceFlex(
        asset=hall, document={"kind": "load", "power_kw": 5.0}, power_sensor=hall.sensors.get()
    )
    said = SiteContext.model_validate({"prices": {"import_per_kwh": 0.2}})

    run = planned(context=said, devices=[other])

    assert cost(run) == pytest.approx(2 * 5 * 0.2)
    assert cost(planned()) == pytest.approx(2 * 1 * 0.5)


def test_a_run_keeps_what_it_used_and_can_be_repeated(
    site: Asset, hall: Asset, now: datetime, planned: Planned, run_jobs: Callable[..., int]
) -> None:
    context(site, now - HOUR, prices={"import_per_kwh": 0.5})
    load(hall, now - HOUR, 1.0)
    run = planned()
    load(hall, now - HOUR / 2, 7.0)
    context(site, now - HOUR / 2, prices={"import_per_kwh": 0.9})

    again = request_again(actor=PLATFORM, run=run, now=now)
    run_jobs()

    again.refresh_from_db()
    run.refresh_from_db()
    [used] = RunDocument.model_validate(run.problem).site.devices
    assert (used.kind, used.name) == ("load", "Hall")
    assert cost(again) == cost(run) == pytest.approx(2 * 1 * 0.5)
    assert cost(planned()) == pytest.approx(2 * 7 * 0.9)
