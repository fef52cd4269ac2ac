"""The admin of forecasts: plans go through the service, accuracy is shown, secrets are not."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from django_tenants.utils import schema_context

from assets.models import Quantity, Sensor, Source, SourceKind
from forecasting.models import ForecastPlan, RunState
from forecasting.services import keep_plan, request_forecast
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.conftest import OTHER_SCHEMA
from tests.factories import a_customer, a_sensor, a_site, a_user, believe
from tests.portal import Browser


@pytest.fixture
def browser(tenant: Tenant) -> Browser:
    browser = Browser(tenant)
    browser.force_login(a_user("olga@operator.example", None, Role.MANAGER, staff=True))
    return browser


@pytest.fixture
def load(tenant: Tenant) -> Sensor:
    return a_sensor(a_site(a_customer()), Quantity.POWER)


def address(page: str, *args: object, model: str = "forecastplan") -> str:
    return reverse(f"admin:forecasting_{model}_{page}", urlconf="config.urls_tenant", args=args)


def test_a_plan_that_drifts_is_listed_and_drawn(
    browser: Browser, load: Sensor, now: datetime
) -> None:
    plan = keep_plan(actor=PLATFORM, sensor=load, forecaster="linear")
    ForecastPlan.objects.update(scored_at=now, mae=2.0, skill=0.25, coverage=0.81, drifts=True)

    listed = browser.get(address("changelist") + "?drifts__exact=1").content.decode()
    page = browser.get(address("change", plan.pk)).content.decode()

    assert "+25%" in listed
    assert "81%" in listed
    assert "half as large again" in page
    assert f"/sensor/{load.pk}/chart.json" in page
    assert "nothing to compare yet" in page


def test_a_plan_is_kept_and_what_is_wrong_is_named(browser: Browser, load: Sensor) -> None:
    form = {
        "sensor": load.pk,
        "forecaster": "linear",
        "history": "60 00:00:00",
        "horizon": "2 00:00:00",
        "rhythm": "20 00:00:00",
    }

    refused = browser.post(address("add"), form)
    kept = browser.post(address("add"), form | {"rhythm": "01:00:00"})

    assert "not between" in str(refused.context["adminform"].form.errors["rhythm"])
    assert kept.status_code == 302
    assert ForecastPlan.objects.get().rhythm == timedelta(hours=1)


def test_a_remote_model_inside_is_refused_and_its_secret_not_shown(browser: Browser) -> None:
    form = {"name": "own", "url": "https://127.0.0.1/ask", "secret": "x" * 30}

    answer = browser.post(address("add", model="remotemodel"), form)

    errors = answer.context["adminform"].form.errors
    assert "not on the public internet" in str(errors["url"])
    assert "x" * 30 not in answer.content.decode()


def test_accuracy_is_drawn_by_lead_time_and_by_day_and_who_chose_what_is_told(
    browser: Browser, load: Sensor, now: datetime
) -> None:
    plan = keep_plan(actor=PLATFORM, sensor=load, forecaster="auto")
    run = request_forecast(actor=PLATFORM, sensor=load, now=now)
    source = Source.objects.of(SourceKind.FORECASTER, "auto", "1")
    run.move_to(RunState.RUNNING, at=now)
    run.move_to(RunState.READY, at=now, source=source, reason="linear alone: its error was least")
    here = timezone.localtime(timezone=ZoneInfo(load.asset.time_zone))
    noon = here.replace(hour=12, minute=0, second=0, microsecond=0)
    start = noon - timedelta(days=3)  # a day from noon is of two local days
    believe(load, start, [5.0] * 24, at=start + timedelta(days=2))
    believe(load, start, [7.0] * 24, at=start, kind=SourceKind.FORECASTER, name="auto")

    page = browser.get(address("change", plan.pk)).content.decode()
    leads = browser.get(f"/admin/forecasting/forecastplan/{plan.pk}/leads.json").json()
    days = browser.get(f"/admin/forecasting/forecastplan/{plan.pk}/days.json").json()

    assert "auto 1: linear alone: its error was least" in page
    for name in ("leads", "days"):
        assert f"/admin/forecasting/forecastplan/{plan.pk}/{name}.json" in page
    assert leads["labels"] == ["newest", "1 h before", "6 h before", ""]
    assert leads["panels"][0]["series"][0]["values"] == [2.0] * 3
    assert [value for value in days["panels"][0]["series"][0]["values"] if value] == [2.0, 2.0]


def test_accuracy_of_another_tenant_is_not_found(
    browser: Browser, load: Sensor, other_tenant: Tenant
) -> None:
    with schema_context(OTHER_SCHEMA):
        theirs = a_sensor(a_site(a_customer()), Quantity.POWER)
        plan = keep_plan(actor=PLATFORM, sensor=theirs, forecaster="linear")
        ForecastPlan.objects.filter(pk=plan.pk).update(id=999_999)

    assert browser.get("/admin/forecasting/forecastplan/999999/leads.json").status_code == 404
