"""The admin of a tenant's operators: every page opens, what is wrong is said at its field."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse
from django_tenants.utils import schema_context
from pytest_django import DjangoAssertNumQueries

from assets.models import Asset, AssetType, Quantity, Sensor
from assets.timegrid import TimeGrid
from config import admin_sites
from scheduling.models import AssetFlex, RunState, ScheduleRun
from scheduling.queries.overview import newest_run
from scheduling.services import request_schedule
from tenants.accounts.models import Customer, User
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.factories import HOUR, a_customer, a_device, a_site, a_site_with_battery, a_user
from tests.portal import Browser

admin_sites.fill()
OPERATOR = "olga@operator.example"


@pytest.fixture
def operator(tenant: Tenant) -> User:
    return a_user(OPERATOR, None, Role.MANAGER, staff=True)


@pytest.fixture
def browser(tenant: Tenant, operator: User) -> Browser:
    browser = Browser(tenant)
    browser.force_login(operator)
    return browser


@pytest.fixture
def site(customer: Customer, now: datetime) -> Asset:
    return a_site_with_battery(customer, now, [0.1, 0.5], known_at=now - HOUR)


@pytest.fixture
def run(site: Asset, now: datetime, run_jobs: Callable[..., int]) -> ScheduleRun:
    run = request_schedule(actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, 2), now=now)
    run_jobs()
    run.refresh_from_db()
    assert run.state == RunState.READY, run.failure
    return run


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(
        f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}",
        urlconf="config.urls_tenant",
        args=args,
    )


def errors_of(answer: Any) -> dict[str, list[str]]:
    """Return what the form says, by field; fail if it was saved."""
    assert answer.status_code == 200, answer.headers
    return dict(answer.context["adminform"].form.errors)


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


def test_a_run_is_shown_with_plot_costs_and_reasons(browser: Browser, run: ScheduleRun) -> None:
    page = browser.get(address(ScheduleRun, "change", run.pk)).content.decode()
    chart = browser.get(address(ScheduleRun, "chart", run.pk)).json()

    assert "-2.00" in page
    assert run.result is not None
    reasons = [each["text"] for each in run.result["reasons"]]
    assert reasons == [
        "discharging limit of Battery reached; one kWh more would save 0.400 EUR",
        "minimum stock of Battery reached; one kWh lower would save 0.100 EUR",
    ]
    assert all(reason in page for reason in reasons)
    assert [panel["title"] for panel in chart["panels"]][1:] == [
        "Energy in store",
        "Price of energy",
        "What one kWh more is worth",
    ]
    worth = {each["name"]: each["values"] for each in chart["panels"][-1]["series"]}
    assert worth["At the grid connection"][-2:] == pytest.approx([0.1, 0.5])
    assert "No_control" not in page
    assert "No control: " in page


def test_a_run_says_why_in_the_language_of_the_reader(browser: Browser, run: ScheduleRun) -> None:
    page = browser.get(
        address(ScheduleRun, "change", run.pk), headers={"Accept-Language": "nl"}
    ).content.decode()

    assert "laadt: een kWh kost hier 0,100 EUR" in page


def test_two_runs_are_shown_side_by_side(
    browser: Browser, run: ScheduleRun, run_jobs: Callable[..., int]
) -> None:
    browser.post(address(ScheduleRun, "again", run.pk))
    run_jobs()
    other = ScheduleRun.objects.exclude(pk=run.pk).get()
    beside = address(ScheduleRun, "beside", run.pk)

    assert str(other.pk) in browser.get(address(ScheduleRun, "change", run.pk)).content.decode()
    page = browser.get(f"{beside}?with={other.pk}").content.decode()

    assert page.count("<loadstar-chart") == 2
    assert page.count("charges: a kWh costs 0.100 EUR") == 2
    assert page.count("-2.00") >= 2


def test_what_if_asks_for_a_run_that_is_marked_and_not_shown_as_the_plan(
    browser: Browser, run: ScheduleRun, run_jobs: Callable[..., int]
) -> None:
    what_if = address(ScheduleRun, "what_if", run.pk)
    assert browser.get(what_if).status_code == 405

    browser.post(what_if, {"knob": "import_limit_kw", "value": "4"})
    run_jobs()

    varied = ScheduleRun.objects.exclude(pk=run.pk).get()
    assert (varied.state, varied.variation) == (RunState.READY, "import_limit_kw 4")
    assert newest_run(PLATFORM, run.asset) == run
    page = browser.get(address(ScheduleRun, "change", run.pk)).content.decode()
    assert "import_limit_kw 4" in page
    for wrong in ({"knob": "colour", "value": "1"}, {"knob": "pv_kw", "value": "1"}, {}):
        assert browser.post(what_if, wrong).headers["Location"].endswith(f"{run.pk}/change/")
    assert ScheduleRun.objects.count() == 2


def test_side_by_side_shows_no_run_that_is_not_there(browser: Browser, run: ScheduleRun) -> None:
    beside = address(ScheduleRun, "beside", run.pk)

    for other in ("", "?with=", "?with=nonsense", "?with=00000000-0000-0000-0000-000000000000"):
        assert browser.get(f"{beside}{other}").status_code == 404


def test_ask_again_makes_a_new_run_and_leaves_the_old(
    browser: Browser, run: ScheduleRun, run_jobs: Callable[..., int]
) -> None:
    assert browser.get(address(ScheduleRun, "again", run.pk)).status_code == 405

    answer = browser.post(address(ScheduleRun, "again", run.pk))

    again = ScheduleRun.objects.exclude(pk=run.pk).get()
    assert answer.headers["Location"] == address(ScheduleRun, "change", again.pk)
    assert "Refresh" in browser.get(answer.headers["Location"]).headers
    run_jobs()
    again.refresh_from_db()
    assert again.state == RunState.READY
    assert "Refresh" not in browser.get(answer.headers["Location"]).headers


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


def test_a_tree_with_a_circle_is_refused_at_the_parent(
    browser: Browser, site: Asset, now: datetime
) -> None:
    battery = Asset.objects.get(name="Battery")
    form = form_of(site) | {"parent": battery.pk}

    errors = errors_of(browser.post(address(Asset, "change", site.pk), form))

    assert "the tree would have a circle" in errors["parent"][0]
    site.refresh_from_db()
    assert battery.path.startswith(site.path)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"time_zone": "Mars/Base"}, "time_zone", "Mars/Base"),
        ({"latitude": "91"}, "latitude", "less than or equal to 90"),
        ({"latitude": "nan"}, "latitude", "Enter a number"),
        ({"name": ""}, "name", "required"),
        ({"parent": ""}, "parent", "choose what it hangs under"),
    ],
)
def test_a_wrong_value_of_an_asset_is_named(
    browser: Browser, site: Asset, change: dict[str, str], field: str, words: str
) -> None:
    before = Asset.objects.count()

    errors = errors_of(
        browser.post(address(Asset, "add"), form_of(site) | {"name": "New"} | change)
    )

    assert words in str(errors[field])
    assert Asset.objects.count() == before


def test_an_asset_is_made_moved_and_renamed(browser: Browser, site: Asset) -> None:
    assert browser.post(address(Asset, "add"), form_of(site) | {"name": "New"}).status_code == 302
    new = Asset.objects.get(name="New")
    assert new.path == f"{site.parent.path}{new.pk}." if site.parent else ""

    moved = form_of(new) | {"parent": site.pk, "name": "Newer"}
    assert browser.post(address(Asset, "change", new.pk), moved).status_code == 302

    new.refresh_from_db()
    assert (new.name, new.path) == ("Newer", f"{site.path}{new.pk}.")


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"resolution": "00:07:00"}, "resolution", "not one of the available choices"),
        ({"resolution": "00:00:00"}, "resolution", "not one of the available choices"),
        ({"quantity": "LOVE"}, "quantity", "not one of the available choices"),
        ({"asset": "999999"}, "asset", "not one of the available choices"),
    ],
)
def test_a_wrong_value_of_a_sensor_is_named(
    browser: Browser, site: Asset, change: dict[str, str], field: str, words: str
) -> None:
    form = {"asset": site.pk, "name": "new", "quantity": "POWER", "resolution": "0:15:00"}
    before = Sensor.objects.count()

    errors = errors_of(browser.post(address(Sensor, "add"), form | change))

    assert words in str(errors.get(field)), errors
    assert Sensor.objects.count() == before


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"capacity_kwh": -1.0}, "capacity_kwh"),
        ({"stock_at_start_kwh": 11.0}, "stock_at_start_kwh"),
        ({"speed": 3}, "speed"),
        ({"kind": "teapot"}, "teapot"),
        ({"charge_limit_kw": {"sensor": 999999}}, "charge_limit_kw: no such sensor"),
        ({"capacity_kwh": float("nan")}, "capacity_kwh"),
        ({"charge_limit_kw": [5.0, float("nan")]}, "charge_limit_kw"),
        ({"goals": [{"points": [{"at": "2026-03-29T08:00", "stock_kwh": 5}]}]}, "timezone"),
    ],
)
def test_a_wrong_document_is_named_by_its_path(
    browser: Browser, site: Asset, document: dict[str, Any], words: str
) -> None:
    kept = AssetFlex.objects.get(asset__name="Battery")
    form = flex_form(kept) | {"document": json.dumps(kept.document | document)}

    errors = errors_of(browser.post(address(AssetFlex, "add"), form))

    assert words in str(errors["document"])
    assert AssetFlex.objects.filter(asset__name="Battery").count() == 1


def test_a_new_document_is_kept_beside_the_old(browser: Browser, site: Asset) -> None:
    kept = AssetFlex.objects.get(asset__name="Battery")
    form = flex_form(kept) | {"document": json.dumps(kept.document | {"capacity_kwh": 20.0})}

    assert browser.post(address(AssetFlex, "add"), form).status_code == 302

    newest = AssetFlex.objects.filter(asset__name="Battery").latest("valid_from")
    assert newest.document["capacity_kwh"] == 20.0
    assert AssetFlex.objects.filter(asset__name="Battery").count() == 2


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


def form_of(asset: Asset) -> dict[str, Any]:
    return {
        "name": asset.name,
        "asset_type": asset.asset_type,
        "parent": asset.parent_id,
        "time_zone": asset.time_zone,
        "latitude": "",
        "longitude": "",
        "sensors-TOTAL_FORMS": "0",
        "sensors-INITIAL_FORMS": "0",
    }


def flex_form(kept: AssetFlex) -> dict[str, Any]:
    return {
        "asset": kept.asset_id,
        "valid_from_0": "2026-03-29",
        "valid_from_1": "00:00:00",
        "power_sensor": kept.power_sensor_id,
        "stock_sensor": kept.stock_sensor_id,
    }
