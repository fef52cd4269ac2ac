"""The demo from an empty database to plans, with its jobs run here instead of by a worker."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.db import connection
from django_tenants.utils import tenant_context
from rich.console import Console
from rich.progress import Progress

from assets.models import Asset, Sensor
from assets.queries import MEASURED, read_series
from config.demo import display
from config.demo.catalogue import COMPANIES, PASSWORD
from config.demo.filling import Filling
from config.demo.following import MORNING
from config.demo.founding import OtherSeed, found_companies
from config.demo.generator import DEFAULT_SEED
from config.demo.keys import renew_keys
from config.demo.performance import Performance, perform, summary
from config.demo.processes import Programme
from config.demo.window import DEMO_NOW, DemoWindow
from tenants import jobs
from tenants.accounts.actors import actor_of
from tenants.accounts.models import User
from tenants.accounts.tokens import find_token
from tenants.models import Tenant

REAL_NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
WINDOW = DemoWindow.at(DEMO_NOW)


class BusyWorker(Programme):
    """Seems to run; the jobs are done by who starts it."""

    def is_running(self) -> bool:
        return True


def run_all_jobs() -> None:
    for queue in ("forecast", "solver"):
        while jobs.run_next(queue) is not None:
            pass
    connection.set_schema_to_public()  # type: ignore[attr-defined]


@pytest.fixture
def play(db: None, tmp_path: Path) -> Callable[[], Performance]:
    def play() -> Performance:
        return perform(
            WINDOW,
            seed=DEFAULT_SEED,
            now=REAL_NOW,
            worker=BusyWorker("worker", tmp_path),
            start_worker=run_all_jobs,
            progress=Progress(console=Console(quiet=True)),
        )

    return play


def test_the_demo_is_founded_forecast_and_planned(play: Callable[[], Performance]) -> None:
    done = play()

    answer = json.loads(json.dumps(summary(done)))
    assert [site["state"] for site in answer["sites"]] == ["READY"] * 4
    assert {site["tenant"] for site in answer["sites"]} == {"meridian", "noorderlicht"}
    for site in answer["sites"]:
        assert site["cost"] <= site["cost_without_battery"] <= site["cost_doing_nothing"] + 1e-6
        assert site["cost"] == pytest.approx(sum(site["costs"].values()), abs=1e-3)
        assert all(forecast["fallback"] == "" for forecast in site["forecasts"])
    [logistics, *_] = answer["sites"]
    assert logistics["saved"] > 50.0
    assert {each["forecaster"] for each in logistics["forecasts"]} == {
        "calendar_ridge",
        "prophet",
        "seasonal_naive",
    }
    _check_second_start(play, done)
    _check_tenants()
    _check_what_is_printed(done)


def _check_second_start(play: Callable[[], Performance], first: Performance) -> None:
    again = play()

    assert again.new_customers == 0
    runs = [[each.run.pk for each in done.savings] for done in (first, again)]
    assert runs[0] == runs[1]
    assert [each.planned for each in first.savings] == [each.planned for each in again.savings]
    with pytest.raises(OtherSeed, match="seed 19, not seed 20"):
        found_companies(Filling(WINDOW, 20), now=REAL_NOW, on_customer=lambda: None)


def _check_tenants() -> None:
    """Each company has its own, and each customer sees no other's."""
    for company in COMPANIES:
        tenant = Tenant.objects.get(schema_name=company.schema_name)
        key = renew_keys(now=REAL_NOW)[company.schema_name]
        with tenant_context(tenant):
            assert find_token(key, now=REAL_NOW) is not None
            names = {site.name for each in company.customers for site in each.sites}
            sites = Asset.objects.filter(asset_type="SITE")
            assert set(sites.values_list("name", flat=True)) == names
            for customer in company.customers:
                user = User.objects.get(email=customer.people[0].email)
                assert user.check_password(PASSWORD)
                seen = sites.visible_to(actor_of(user)).values_list("name", flat=True)
                assert set(seen) == {site.name for site in customer.sites}
            _check_series()


def _check_series() -> None:
    """Sixty days and the morning after are measured; prices reach the end of the planned day."""
    for sensor in Sensor.objects.filter(asset__asset_type__in=["LOAD", "PV", "GRID_CONNECTION"]):
        values = read_series(sensor, WINDOW.everything, known_at=REAL_NOW, kinds=MEASURED)
        until = (WINDOW.planned.start + MORNING - WINDOW.everything.start) // WINDOW.everything.step
        assert np.isfinite(values[:until]).all()
        assert np.isnan(values[until:]).all()
        at_now = read_series(sensor, WINDOW.everything, known_at=DEMO_NOW, kinds=MEASURED)
        assert np.isnan(at_now[WINDOW.measured.n_steps :]).all()
    for sensor in Sensor.objects.filter(quantity="PRICE"):
        assert np.isfinite(read_series(sensor, WINDOW.everything, known_at=DEMO_NOW)).all()
        noon = DEMO_NOW.replace(hour=10)
        assert np.isnan(read_series(sensor, WINDOW.planned, known_at=noon)).all()


def _check_what_is_printed(done: Performance) -> None:
    console = Console(record=True, width=80, file=StringIO())
    display.show_savings(console, done.savings)
    display.show_day(console, done.savings[0])
    display.show_addresses(console, 8000, {"meridian": "lst_key"})

    text = console.export_text()
    assert "Waalhaven Logistics Park" in text
    assert "stock of the battery [kWh]" in text
    assert "http://noorderlicht.localhost:8000/admin/" in text
    assert "planner@waalhaven.example" in text
    assert "lst_key" in text
