"""Files in the admin of a tenant's operators: the same pages, for any asset of the tenant."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django_tenants.utils import schema_context

from assets.models import Asset, Belief, Quantity, Sensor
from config import admin_sites
from integrations.models import FileContent, FileImport, ImportMapping
from tenants.accounts.models import Customer
from tenants.models import Tenant
from tenants.permissions import Role
from tests.factories import a_sensor, a_site, a_user
from tests.portal import Browser

admin_sites.fill()
TEXT = b"time,kW,EAN\n2026-03-27 00:00,1.5,871687110000123456\n2026-03-27 01:00,2,871\n"


@pytest.fixture
def load(customer: Customer) -> Sensor:
    return a_sensor(a_site(customer), Quantity.POWER, name="load")


def an_operator(tenant: Tenant, email: str, role: Role) -> Browser:
    browser = Browser(tenant)
    browser.force_login(a_user(email, None, role, staff=True))
    return browser


@pytest.fixture
def browser(tenant: Tenant) -> Browser:
    return an_operator(tenant, "olga@operator.example", Role.MANAGER)


def address(page: str, *args: Any, model: str = "fileimport") -> str:
    name = f"admin:integrations_{model}_{page}"
    return reverse(name, urlconf="config.urls_tenant", args=args)


def bring(browser: Browser, asset: Asset, content: bytes = TEXT) -> Any:
    given = {"asset": asset.pk, "file": SimpleUploadedFile("m.csv", content)}
    return browser.post(address("add"), given)


def test_an_operator_brings_maps_and_imports_a_file(
    browser: Browser, load: Sensor, run_jobs: Callable[..., int]
) -> None:
    portfolio = load.asset.parent
    assert portfolio is not None
    answer = bring(browser, portfolio)
    file = FileImport.objects.get()
    page = address("change", file.pk)
    assert (answer.status_code, answer.headers["Location"]) == (302, page)
    assert FileContent.objects.count() == 1  # it was tried before, and kept once

    shown = browser.get(page).content.decode()
    assert "871687110000123456" in shown
    given = {
        "column-0": "kW", "sensor-0": str(load.pk), "unit-0": "kW", "time_column": "time",
        "only_column-0": "EAN", "only_text-0": "871687110000123456", "keep_as": "by EAN",
    }  # fmt: skip
    assert "1.5" in browser.post(page, given | {"action": "look"}).content.decode()
    assert browser.post(page, given | {"action": "import"}).status_code == 302
    run_jobs("integration")

    assert "What was stored" in browser.get(page).content.decode()
    assert Belief.objects.get().value == 1.5
    assert ImportMapping.objects.get().asset == portfolio
    assert "m.csv" in browser.get(address("changelist")).content.decode()
    kept = address("change", ImportMapping.objects.get().pk, model="importmapping")
    assert "by EAN" in browser.get(kept).content.decode()


def test_what_is_wrong_with_a_file_stands_at_its_field(browser: Browser, load: Sensor) -> None:
    answer = bring(browser, load.asset, b"1,2\n3,4\n")

    assert answer.status_code == 200
    [message] = answer.context["adminform"].form.errors["file"]
    assert "no head is found" in message
    assert not FileImport.objects.exists()


def test_who_only_looks_sees_what_came_of_it_and_not_what_is_in_it(
    tenant: Tenant, browser: Browser, load: Sensor
) -> None:
    bring(browser, load.asset)
    page = address("change", FileImport.objects.get().pk)
    viewer = an_operator(tenant, "vic@operator.example", Role.VIEWER)

    shown = viewer.get(page)

    assert shown.status_code == 200
    assert "871687110000123456" not in shown.content.decode()
    for action in ("look", "import", "discard"):
        assert viewer.post(page, {"action": action}).status_code == 403
    assert viewer.get(address("add")).status_code == 403
    assert FileImport.objects.get().state == "BROUGHT"


def test_a_mapping_is_removed_by_a_manager(tenant: Tenant, browser: Browser, load: Sensor) -> None:
    kept = ImportMapping.objects.create(asset=load.asset, name="m", document={})
    page = address("delete", kept.pk, model="importmapping")
    viewer = an_operator(tenant, "vic@operator.example", Role.VIEWER)

    assert viewer.post(page, {"post": "yes"}).status_code == 403
    assert browser.post(page, {"post": "yes"}).status_code == 302

    assert not ImportMapping.objects.exists()


def test_files_of_another_tenant_are_not_there(
    tenant: Tenant, other_tenant: Tenant, browser: Browser, customer: Customer, load: Sensor
) -> None:
    bring(browser, load.asset)
    page = address("change", FileImport.objects.get().pk)
    staff_of_customer = Browser(tenant)
    staff_of_customer.force_login(a_user("s@d.example", customer, Role.MANAGER, staff=True))
    assert staff_of_customer.get(page).status_code in (302, 403)
    with schema_context(other_tenant.schema_name):
        stranger = an_operator(other_tenant, "o@o.example", Role.MANAGER)

    for answer in (stranger.get(page), stranger.post(page, {"action": "discard"})):
        assert answer.status_code in (302, 404)
        assert "871687110000123456" not in answer.content.decode()
    assert stranger.get(page, follow=True).status_code in (200, 404)
    assert b"m.csv" not in stranger.get(address("changelist")).content
