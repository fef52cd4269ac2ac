"""The admin of a tenant's operators: every page opens, to those whose it is."""

from typing import Any

import pytest
from django.contrib import admin
from django_tenants.utils import schema_context
from pytest_django import DjangoAssertNumQueries

from assets.models import Asset, AssetType, Quantity, Sensor
from config import admin_sites
from scheduling.models import ScheduleRun
from tenants.accounts.models import Customer, User
from tenants.models import Tenant
from tenants.permissions import Role
from tests.factories import a_customer, a_device, a_site, a_user
from tests.functional.tenant_admin.pages import OPERATOR, address
from tests.portal import Browser

admin_sites.fill()


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model.__name__)
def test_every_page_opens(
    browser: Browser,
    run: ScheduleRun,
    model: Any,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(20):
        assert browser.get(address(model, "changelist")).status_code == 200
    assert browser.get(address(model, "add")).status_code in (200, 403)
    row = model._default_manager.first()
    if row is not None:
        with django_assert_max_num_queries(45):
            assert browser.get(address(model, "change", row.pk)).status_code == 200


def test_the_admin_is_for_operators_alone(tenant: Tenant, customer: Customer) -> None:
    for email, of, staff in (
        ("planner@depot.example", customer, False),
        ("staff@depot.example", customer, True),
    ):
        browser = Browser(tenant)
        browser.force_login(a_user(email, of, Role.MANAGER, staff=staff))
        answer = browser.get(address(Asset, "changelist"))
        assert answer.status_code in (302, 403)


def test_a_viewer_of_the_tenant_looks_and_asks_for_nothing(
    tenant: Tenant, run: ScheduleRun
) -> None:
    browser = Browser(tenant)
    browser.force_login(a_user("viewer@operator.example", None, Role.VIEWER, staff=True))

    assert browser.get(address(ScheduleRun, "change", run.pk)).status_code == 200
    answer = browser.post(address(ScheduleRun, "again", run.pk), follow=True)

    assert "may not ask for a schedule" in answer.content.decode()
    assert ScheduleRun.objects.count() == 1


def test_a_sensor_has_a_chart_of_what_is_believed(browser: Browser, run: ScheduleRun) -> None:
    power = Sensor.objects.get(asset__name="Battery", quantity=Quantity.POWER)

    page = browser.get(address(Sensor, "change", power.pk)).content.decode()
    chart = browser.get(address(Sensor, "chart", power.pk)).json()

    assert "<loadstar-chart" in page
    [panel] = chart["panels"]
    assert panel["unit"] == "kW"
    assert panel["series"][0]["name"] == "Scheduled"
    assert panel["series"][0]["values"][-2:] == [5.0, -5.0]


def test_another_tenants_rows_are_not_there(
    tenant: Tenant, other_tenant: Tenant, operator: User, run: ScheduleRun
) -> None:
    with schema_context(other_tenant.schema_name):
        stranger = a_user(OPERATOR, None, Role.MANAGER, staff=True)
        browser = Browser(other_tenant)
        browser.force_login(stranger)
        a_device(a_site(a_customer("Theirs"), "Warehouse"), "Their battery", AssetType.BATTERY)

    for page in ("change", "chart"):
        assert browser.get(address(ScheduleRun, page, run.pk)).status_code in (302, 404)
    assert "Depot" not in browser.get(address(Asset, "changelist")).content.decode()
    assert browser.post(address(ScheduleRun, "again", run.pk)).status_code == 404
    stolen = Browser(other_tenant)
    with schema_context(tenant.schema_name):
        mine = Browser(tenant)
        mine.force_login(operator)
    stolen.cookies = mine.cookies
    assert stolen.get(address(Asset, "changelist")).status_code == 302
