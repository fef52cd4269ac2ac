"""Standing plans of forecasts: renewed by rhythm and by data, for nobody else's sensors."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django_tenants.utils import schema_context

from assets.models import AssetType, Quantity, Sensor, SourceKind
from assets.queries import read_quantiles
from forecasting import periodic
from forecasting.interpret import QUANTILES
from forecasting.models import ForecastPlan, ForecastRun, RunState
from forecasting.services import (
    keep_plan,
    renew_after_data,
    renew_forecasts,
    request_forecast,
    score_forecasts,
)
from tenants.accounts.models import Customer
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.conftest import OTHER_SCHEMA
from tests.factories import HOUR, a_customer, a_device, a_sensor, a_site, an_actor, believe

pytestmark = pytest.mark.usefixtures("tenant")

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
RunJobs = Callable[..., int]


@pytest.fixture
def load(customer: Customer) -> Sensor:
    return a_sensor(a_device(a_site(customer), "Hall", AssetType.LOAD), Quantity.POWER)


def measure(sensor: Sensor, until: datetime, *, days: int = 10) -> None:
    believe(sensor, until - days * DAY, np.tile(np.arange(24.0), days).tolist(), at=until)


def test_a_plan_is_renewed_when_its_rhythm_has_passed(
    load: Sensor, now: datetime, run_jobs: RunJobs
) -> None:
    measure(load, now)
    keep_plan(actor=PLATFORM, sensor=load, forecaster="seasonal_naive", rhythm=6 * HOUR)

    assert renew_forecasts(now=now) == 1
    assert renew_forecasts(now=now + 7 * HOUR) == 0, "the first has not ended"
    run_jobs("forecast")
    ForecastRun.objects.update(finished_at=now)
    assert renew_forecasts(now=now + 5 * HOUR) == 0
    assert renew_forecasts(now=now + 6 * HOUR) == 1


def test_a_plan_that_follows_its_data_is_renewed_once_for_many_readings(
    load: Sensor, now: datetime, run_jobs: RunJobs
) -> None:
    measure(load, now)
    keep_plan(actor=PLATFORM, sensor=load, forecaster="seasonal_naive", follows_data=True)
    assert renew_after_data(sensor_ids=[load.pk], now=now) == 1
    run_jobs("forecast")
    assert renew_forecasts(now=now + HOUR) == 0, "nothing new was measured"

    for number in range(3):
        believe(load, now, [float(number)], at=now + (number + 1) * MINUTE)
        assert renew_after_data(sensor_ids=[load.pk], now=now + (number + 1) * MINUTE) == 0
    assert renew_forecasts(now=now + 5 * MINUTE) == 1
    assert renew_after_data(sensor_ids=[load.pk], now=now + 5 * MINUTE) == 0


def test_a_measurement_rings_by_event_and_a_forecast_does_not(
    load: Sensor, run_jobs: RunJobs, after_commit: Callable[[], Any]
) -> None:
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    keep_plan(actor=PLATFORM, sensor=load, forecaster="seasonal_naive", follows_data=True)

    with after_commit():
        measure(load, now)
    assert ForecastRun.objects.count() == 1
    with after_commit():
        run_jobs("forecast")

    assert ForecastRun.objects.get().state == RunState.READY


def test_what_somebody_asked_for_does_not_put_the_rhythm_off(
    load: Sensor, customer: Customer, now: datetime
) -> None:
    keep_plan(actor=PLATFORM, sensor=load, forecaster="seasonal_naive", rhythm=HOUR)
    request_forecast(actor=an_actor(customer, Role.PLANNER), sensor=load, now=now)

    assert renew_forecasts(now=now) == 1


def test_a_plan_on_request_alone_waits(load: Sensor, now: datetime) -> None:
    keep_plan(actor=PLATFORM, sensor=load, forecaster="seasonal_naive")

    assert renew_forecasts(now=now) == 0
    assert renew_after_data(sensor_ids=[load.pk], now=now) == 0


def test_a_plan_whose_model_was_uninstalled_is_passed_over(load: Sensor, now: datetime) -> None:
    plan = keep_plan(actor=PLATFORM, sensor=load, forecaster="seasonal_naive", rhythm=HOUR)
    other = a_sensor(load.asset, Quantity.POWER, name="other")
    keep_plan(actor=PLATFORM, sensor=other, forecaster="seasonal_naive", rhythm=HOUR)
    ForecastPlan.objects.filter(pk=plan.pk).update(forecaster="gone")

    assert renew_forecasts(now=now) == 1
    assert ForecastRun.objects.get().sensor == other


def test_the_timetable_goes_through_tenants_and_keeps_them_apart(
    load: Sensor, tenant: Tenant, other_tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Closing old connections would end the transaction that the test is in.
    monkeypatch.setattr("tenants.jobs.rounds.close_old_connections", lambda: None)
    keep_plan(actor=PLATFORM, sensor=load, forecaster="seasonal_naive", rhythm=HOUR)
    with schema_context(OTHER_SCHEMA):
        theirs = a_sensor(a_site(a_customer("Other Ltd")), Quantity.POWER)
        keep_plan(actor=PLATFORM, sensor=theirs, forecaster="linear", rhythm=HOUR)

    periodic.renew_forecasts()

    for schema, forecaster in ((tenant.schema_name, "seasonal_naive"), (OTHER_SCHEMA, "linear")):
        with schema_context(schema):
            assert [run.forecaster for run in ForecastRun.objects.all()] == [forecaster]


def test_customers_see_and_keep_only_their_own_plans(load: Sensor, now: datetime) -> None:
    stranger = an_actor(a_customer("Other Ltd"), Role.MANAGER)
    price = a_sensor(a_site(a_customer("Third Ltd")), Quantity.PRICE)
    plan = keep_plan(actor=PLATFORM, sensor=load, forecaster="seasonal_naive")
    manager = an_actor(Customer.objects.get(name="Depot Ltd"), Role.MANAGER)

    assert list(ForecastPlan.objects.visible_to(manager)) == [plan]
    assert not ForecastPlan.objects.visible_to(stranger).exists()
    with pytest.raises(PermissionDenied):
        keep_plan(actor=stranger, sensor=load, forecaster="linear")
    with pytest.raises(PermissionDenied):
        keep_plan(actor=manager, sensor=load, forecaster="linear", covariates=[price])
    plan.refresh_from_db()
    assert plan.forecaster == "seasonal_naive"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rhythm": MINUTE}, "rhythm"),
        ({"rhythm": 20 * DAY}, "rhythm"),
        ({"horizon": MINUTE}, "horizon"),
        ({"history": 4_000 * DAY}, "history"),
        ({"peak_kw": 0.0}, "peak_kw"),
        ({"peak_kw": float("nan")}, "peak_kw"),
        ({"forecaster": "gone"}, "forecaster"),
    ],
)
def test_a_wrong_plan_names_its_field(load: Sensor, change: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        keep_plan(actor=PLATFORM, sensor=load, **({"forecaster": "linear"} | change))

    assert list(refused.value.message_dict) == [field]
    assert not ForecastPlan.objects.exists()


def test_a_new_site_gets_the_profile_of_its_kind_until_there_is_a_history(
    customer: Customer, now: datetime, run_jobs: RunJobs
) -> None:
    panels = a_sensor(a_device(a_site(customer), "Roof", AssetType.PV), Quantity.POWER)
    keep_plan(actor=PLATFORM, sensor=panels, forecaster="auto", peak_kw=40.0)

    run = request_forecast(actor=PLATFORM, sensor=panels, now=now)
    run_jobs("forecast")

    run.refresh_from_db()
    assert (run.state, str(run.source)) == (RunState.READY, "typical_day 1")
    assert "seasonal_naive needs 2 days with known steps, has 0" in run.fallback
    found = read_quantiles(panels, run.grid, known_at=now, probabilities=QUANTILES).values
    assert (found <= 0).all(), "panels consume nothing"
    assert -40 <= found.min() < -15
    assert (np.diff(found, axis=0) >= 0).all()


def test_no_forecast_goes_beyond_what_the_sensor_can_reach(
    load: Sensor, now: datetime, run_jobs: RunJobs
) -> None:
    measure(load, now)
    keep_plan(actor=PLATFORM, sensor=load, forecaster="seasonal_naive", peak_kw=12.0)

    run = request_forecast(actor=PLATFORM, sensor=load, now=now)
    run_jobs("forecast")

    found = read_quantiles(load, run.grid, known_at=now, probabilities=QUANTILES).values
    assert found.max() == 12.0


def test_what_cannot_be_so_is_left_out_and_said(
    load: Sensor, now: datetime, run_jobs: RunJobs
) -> None:
    measure(load, now, days=20)
    believe(load, now - 5 * DAY, [9_999.0], at=now, name="spike")

    run = request_forecast(actor=PLATFORM, sensor=load, now=now, forecaster="seasonal_naive")
    run_jobs("forecast")

    run.refresh_from_db()
    assert run.input_notes == "1 spikes left out"
    found = read_quantiles(load, run.grid, known_at=now, probabilities=QUANTILES).values
    assert found.max() < 100


def test_a_covariate_is_used_as_it_was_known(
    load: Sensor, customer: Customer, now: datetime, run_jobs: RunJobs
) -> None:
    """Load is what the price says; a price that came after the request changes nothing."""
    price = a_sensor(a_site(customer, "Market"), Quantity.PRICE)
    told = np.random.default_rng(1).uniform(0, 1, 62 * 24)
    believe(price, now - 60 * DAY, told.tolist(), at=now, kind=SourceKind.MARKET)
    believe(load, now - 60 * DAY, (100 * told[: 60 * 24]).tolist(), at=now)
    keep_plan(
        actor=PLATFORM, sensor=load, forecaster="linear", covariates=[price], horizon=24 * HOUR
    )
    believe(price, now, [50.0] * 48, at=now + HOUR, kind=SourceKind.MARKET)

    run = request_forecast(actor=PLATFORM, sensor=load, now=now)
    run_jobs("forecast")

    run.refresh_from_db()
    assert (run.state, run.fallback) == (RunState.READY, "")
    median = read_quantiles(load, run.grid, known_at=now, probabilities=(0.5,)).values[0]
    assert np.corrcoef(median, told[60 * 24 : 61 * 24])[0, 1] > 0.9


def foretell(sensor: Sensor, start: datetime, values: list[float], *, at: datetime) -> None:
    believe(sensor, start, values, at=at, kind=SourceKind.FORECASTER, name="model")


def test_scores_follow_the_measurements_and_drift_is_kept(load: Sensor, now: datetime) -> None:
    truth = np.tile(10 + np.arange(24.0), 28)
    off = np.where(np.arange(28 * 24) < 21 * 24, 1.0, 5.0)
    start = now - 28 * DAY
    foretell(load, start, (truth + off).tolist(), at=start)
    plan = keep_plan(actor=PLATFORM, sensor=load, forecaster="linear")
    other = keep_plan(
        actor=PLATFORM,
        sensor=a_sensor(a_site(a_customer("Other Ltd")), Quantity.POWER),
        forecaster="linear",
    )

    assert score_forecasts(now=now) == 0
    plan.refresh_from_db()
    assert (plan.scored_at, plan.mae, plan.drifts) == (now, None, False)
    believe(load, start, truth.tolist(), at=now + MINUTE)
    assert score_forecasts(now=now + HOUR) == 1
    assert score_forecasts(now=now + 2 * HOUR) == 0, "no news"

    plan.refresh_from_db()
    other.refresh_from_db()
    assert plan.mae == pytest.approx(2.0, abs=0.1)
    assert plan.drifts
    assert plan.scored_at == now + HOUR
    assert (other.mae, other.drifts) == (None, False)
