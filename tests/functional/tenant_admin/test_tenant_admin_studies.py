"""Studies in the admin: asked by a document, shown, never changed."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django_tenants.utils import schema_context

from assets.models import Asset
from scheduling.models import Study
from tenants.accounts.models import Customer, User
from tenants.models import Tenant
from tenants.permissions import Role
from tests.conftest import OTHER_SCHEMA
from tests.depot import DAYS, START, a_depot
from tests.factories import a_customer, a_user
from tests.functional.tenant_admin.pages import OPERATOR, address, errors_of
from tests.portal import Browser

END = START + timedelta(days=DAYS)
WINDOW = {"start": START.isoformat(), "end": END.isoformat(), "step_minutes": 60}
HOSTING = {
    "kind": "hosting",
    "window": WINDOW,
    "chargers": [2, 6],
    "sizes_kwh": [0.0, 400.0],
    "charging": {"arrive": "18:00", "leave": "06:00", "energy_kwh": 95.0, "charge_limit_kw": 22.0},
}


@pytest.fixture
def depot(customer: Customer, now: datetime) -> Asset:
    return a_depot(customer, known_at=now)


def form_of(site: Asset, asked: object) -> dict[str, Any]:
    return {"asset": site.pk, "asked": json.dumps(asked)}


def test_an_operator_asks_by_a_document(
    browser: Browser, depot: Asset, run_jobs: Callable[..., int]
) -> None:
    empty = browser.get(address(Study, "add")).content.decode()
    assert browser.post(address(Study, "add"), form_of(depot, HOSTING)).status_code == 302
    [study] = Study.objects.all()
    assert run_jobs("nonlinear") == 1, "tried while the form was checked, asked once"
    shown = browser.get(address(Study, "change", study.pk)).content.decode()

    assert "&quot;kind&quot;: &quot;hosting&quot;" in empty
    assert study.requested_by == f"user:{User.objects.get(email=OPERATOR).pk}"
    assert shown.count("<strong>fits</strong>") == 3
    assert 'name="asked"' not in shown, "an answer is not changed"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ([1], "hosting or battery"),
        ({"kind": "weather"}, "hosting or battery"),
        (HOSTING | {"chargers": []}, "study.hosting.chargers"),
        (HOSTING | {"sizes_kwh": [-1.0]}, "greater than or equal to 0"),
        (HOSTING | {"window": WINDOW | {"end": "2099-01-01T00:00:00Z"}}, "study.hosting.window"),
        ({"kind": "battery", "window": WINDOW}, "study.battery.sizes_kwh"),
    ],
)
def test_what_is_wrong_is_told_at_the_document(
    browser: Browser, depot: Asset, asked: object, words: str
) -> None:
    errors = errors_of(browser.post(address(Study, "add"), form_of(depot, asked)))

    assert words in str(errors["asked"])
    assert not Study.objects.exists()


def test_who_may_only_look_does_not_ask(tenant: Tenant, depot: Asset) -> None:
    viewer = Browser(tenant)
    viewer.force_login(a_user("viktor@operator.example", None, Role.VIEWER, staff=True))

    answer = viewer.post(address(Study, "add"), form_of(depot, HOSTING))

    assert answer.status_code == 403
    assert not Study.objects.exists()


def test_a_site_of_another_tenant_cannot_be_chosen(
    browser: Browser, other_tenant: Tenant, now: datetime
) -> None:
    with schema_context(OTHER_SCHEMA):
        for number in range(3):
            there = a_depot(a_customer(f"there {number}"), known_at=now)
    assert not Asset.objects.filter(pk=there.pk).exists()

    errors = errors_of(browser.post(address(Study, "add"), form_of(there, HOSTING)))

    assert "valid choice" in str(errors["asset"])
    with schema_context(OTHER_SCHEMA):
        assert not Study.objects.exists()
