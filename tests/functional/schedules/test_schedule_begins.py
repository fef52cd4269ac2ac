"""What a device did before its plan: ramps and least times go on from it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from assets.models import Asset, Quantity, Sensor, SourceKind
from assets.timegrid import TimeGrid
from scheduling.models import ScheduleRun
from scheduling.queries import read_problem
from scheduling.services import Follow, request_schedule
from tenants.accounts.models import Customer
from tenants.permissions import PLATFORM
from tests.factories import HOUR, QUARTER, a_site_with_battery, believe


@pytest.fixture
def power(customer: Customer, now: datetime) -> Sensor:
    """Of a battery that may change by 2 kW an hour."""
    fields = {"ramp_kw_per_hour": 2.0, "run_min_minutes": 120.0, "discharge_limit_kw": 0.0}
    prices = [0.1, 0.5, 0.1, 0.5]
    a_site_with_battery(customer, now, prices, known_at=now - HOUR, **fields)
    sensor = Sensor.objects.get(asset__name="Battery", quantity=Quantity.POWER)
    sensor.resolution = QUARTER
    sensor.save()
    return sensor


def asked(now: datetime, at: datetime, **more: Any) -> ScheduleRun:
    site = Asset.objects.get(name="Depot")
    return request_schedule(actor=PLATFORM, asset=site, now=at, grid=TimeGrid(now, HOUR, 4), **more)


def battery_of(run: ScheduleRun) -> dict[str, Any]:
    [battery] = [each for each in read_problem(run).devices if each.name == "Battery"]
    return battery.model_dump()


def test_a_plan_begins_with_the_power_that_was_measured_and_how_long_it_ran(
    power: Sensor, now: datetime
) -> None:
    believe(power, now - 4 * QUARTER, [0.0, 0.0, 3.0, 4.0], at=now)
    battery = battery_of(asked(now, now))

    assert battery["power_before_kw"] == pytest.approx(4.0)
    assert battery["state_before_minutes"] == pytest.approx(30.0)


def test_where_nothing_was_measured_it_is_what_was_planned(power: Sensor, now: datetime) -> None:
    believe(power, now - 2 * QUARTER, [3.0, 2.0], at=now - HOUR, kind=SourceKind.SCHEDULER)
    battery = battery_of(asked(now, now))

    # What it did before these is not known: it ran for long enough.
    assert battery["power_before_kw"] == pytest.approx(2.0)
    assert battery["state_before_minutes"] is None


def test_a_plan_from_now_on_goes_on_from_the_running_quarter(power: Sensor, now: datetime) -> None:
    believe(power, now - QUARTER, [0.0, 3.0], at=now, kind=SourceKind.SCHEDULER)
    at = now + timedelta(minutes=7)
    battery = battery_of(asked(now, at, follow=Follow(from_now=True)))

    assert battery["power_before_kw"] == pytest.approx(3.0)
    assert battery["state_before_minutes"] == pytest.approx(7.0)


def test_what_stands_by_stands_still(power: Sensor, now: datetime) -> None:
    believe(power, now - 2 * QUARTER, [3.0, 0.02], at=now)

    assert battery_of(asked(now, now))["power_before_kw"] == 0.0


def test_what_is_too_old_tells_nothing(power: Sensor, now: datetime) -> None:
    believe(power, now - 6 * QUARTER, [3.0], at=now - 5 * QUARTER)
    battery = battery_of(asked(now, now))

    assert battery["power_before_kw"] is None
    assert battery["state_before_minutes"] is None
