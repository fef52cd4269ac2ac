"""A sensor's series as a CSV file, as an operator downloads it."""

import csv
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.urls import reverse

from assets.models import Asset, AssetType, Quantity, Sensor, Source, SourceKind
from assets.services import change_asset, record_series
from assets.timegrid import Instants
from tenants.accounts.models import Customer
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.factories import HOUR, a_customer, a_device, a_sensor, a_site, a_user, believe
from tests.portal import Browser


@pytest.fixture
def hall(customer: Customer) -> Asset:
    return a_device(a_site(customer), "Hall", AssetType.LOAD)


@pytest.fixture
def operator(tenant: Tenant) -> Browser:
    browser = Browser(tenant)
    browser.force_login(a_user("operator@example.org", None, Role.MANAGER, staff=True))
    return browser


def address(sensor: Sensor) -> str:
    return reverse("admin:assets_sensor_csv", urlconf="config.urls_tenant", args=[sensor.pk])


def downloaded(browser: Browser, sensor: Sensor) -> str:
    answer: Any = browser.get(address(sensor))
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/csv")
    assert "attachment" in answer["Content-Disposition"]
    return str(answer.content.decode())


def test_a_series_with_a_gap_over_the_change_of_clocks(
    operator: Browser, hall: Asset, now: datetime
) -> None:
    power = a_sensor(hall, Quantity.POWER)
    start = now.replace(day=28, hour=23)  # Amsterdam goes from 01:59 to 03:00 at 01:00 UTC
    believe(power, start, [-1.5, np.nan, 0.1], at=now)

    rows = list(csv.reader(downloaded(operator, power).splitlines()))

    assert rows[0] == ["time", "Hall: power [kW]", "quality"]
    assert rows[-3:] == [
        ["2026-03-29T00:00:00+01:00", "-1.5", "measured"],
        ["2026-03-29T01:00:00+01:00", "", ""],
        ["2026-03-29T03:00:00+02:00", "0.1", "measured"],
    ]
    assert len(rows) == 1 + 48  # two days, unless others are asked for
    page = operator.get(address(power).replace("series.csv", "change/")).content.decode()
    assert f"{address(power)}?days=2" in page


def test_a_name_is_never_a_formula(operator: Browser, hall: Asset, now: datetime) -> None:
    hall.name = "=HYPERLINK(1);=2"
    change_asset(actor=PLATFORM, asset=hall)
    power = a_sensor(hall, Quantity.POWER)
    believe(power, now, [-1.0], at=now)

    head, *_, last = downloaded(operator, power).splitlines()

    assert head == '"time","\'=HYPERLINK(1);=2: power [kW]","quality"'
    assert last.split(",")[1] == "-1.0"  # a number stays one


def test_points_and_a_sensor_of_which_nothing_is_known(
    operator: Browser, hall: Asset, now: datetime
) -> None:
    charge = a_sensor(hall, Quantity.STOCK, name="charge", resolution=timedelta(0))
    assert len(downloaded(operator, charge).splitlines()) == 1
    at = now.replace(tzinfo=None) - timedelta(microseconds=5)
    record_series(
        actor=PLATFORM,
        sensor=charge,
        source=Source.objects.of(SourceKind.METER, "meter"),
        grid=Instants(np.array([at], dtype="datetime64[us]")),
        values=np.array([2.5]),
        belief_time=None,
    )

    told = downloaded(operator, charge).splitlines()[1]

    assert told == '"2026-03-28T12:59:59.999995+01:00",2.5,"measured"'


def test_who_may_not_read_there_gets_nothing(
    tenant: Tenant, other_tenant: Tenant, customer: Customer, hall: Asset, now: datetime
) -> None:
    power = a_sensor(hall, Quantity.POWER)
    believe(power, now, [1.0], at=now + HOUR)
    stranger = Browser(tenant)
    other = a_customer("Other")
    stranger.force_login(a_user("stranger@example.org", other, Role.MANAGER, staff=True))
    nobody = Browser(other_tenant)

    for browser in (stranger, nobody):
        answer = browser.get(address(power))
        assert answer.status_code in {302, 403, 404}, answer.status_code
