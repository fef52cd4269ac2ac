"""Forecasts in steps of several events: what is learnt, what is stored, what is refused."""

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import pytest
from django.core.exceptions import ValidationError

from assets.models import Asset, Quantity, Sensor
from assets.queries import read_quantiles
from forecasting.interpret import QUANTILES
from forecasting.models import ForecastPlan, ForecastRun, RunState
from forecasting.queries import read_problem
from forecasting.services import keep_plan, renew_forecasts, request_again, request_forecast
from tenants.permissions import PLATFORM
from tests.factories import HOUR, QUARTER, a_sensor, believe

pytestmark = pytest.mark.usefixtures("tenant")

DAY = timedelta(days=1)
RunJobs = Callable[..., int]


def a_measured_sensor(site: Asset, quantity: Quantity, now: datetime) -> Sensor:
    """Quarters of an hour whose means over hours are those of the day: 0 to 23."""
    sensor = a_sensor(site, quantity, name="load", resolution=QUARTER)
    within = np.tile([-0.5, 0.5, 1.5, -1.5], 10 * 24)
    day = np.tile(np.repeat(np.arange(24.0), 4), 10) + 10
    believe(sensor, now - 10 * DAY, (day + within).tolist(), at=now)
    return sensor


@pytest.mark.parametrize(
    ("quantity", "events"), [(Quantity.POWER, 1), (Quantity.ENERGY, 4)], ids=["power", "energy"]
)
def test_an_hour_is_foretold_at_once_and_holds_in_each_of_its_quarters(
    site: Asset, now: datetime, run_jobs: RunJobs, quantity: Quantity, events: int
) -> None:
    sensor = a_measured_sensor(site, quantity, now)
    keep_plan(
        actor=PLATFORM, sensor=sensor, forecaster="seasonal_naive", step=HOUR, horizon=8 * HOUR
    )

    run = request_forecast(actor=PLATFORM, sensor=sensor, now=now + timedelta(minutes=7))

    assert (run.step, run.start, run.end) == (HOUR, now + HOUR, now + 9 * HOUR)
    problem = read_problem(run)
    assert problem.times.size == 8
    known = problem.history.target[~np.isnan(problem.history.target)]
    assert known[:24] == pytest.approx((np.arange(24.0) + 10) * events)
    run_jobs("forecast")
    run.refresh_from_db()
    assert run.state == RunState.READY, run.failure
    found = read_quantiles(sensor, run.grid, known_at=run.knowledge_time, probabilities=QUANTILES)
    median = found.values[QUANTILES.index(0.5)].reshape(8, 4)
    assert np.ptp(median, axis=1).max() == 0
    assert median[:, 0] == pytest.approx(np.arange(1.0, 9.0) + 10)


def test_asked_again_it_begins_at_a_whole_step(site: Asset, now: datetime) -> None:
    sensor = a_measured_sensor(site, Quantity.POWER, now)
    keep_plan(actor=PLATFORM, sensor=sensor, forecaster="linear", step=HOUR, horizon=DAY)
    run = request_forecast(actor=PLATFORM, sensor=sensor, now=now)

    again = request_again(actor=PLATFORM, run=run, now=now + QUARTER)

    assert (again.start, again.step) == (now + HOUR, HOUR)
    assert again.end - again.start == run.end - run.start


def test_without_a_step_each_event_is_foretold_by_itself(site: Asset, now: datetime) -> None:
    sensor = a_measured_sensor(site, Quantity.POWER, now)

    run = request_forecast(actor=PLATFORM, sensor=sensor, now=now + timedelta(minutes=7))

    assert (run.step, run.start) == (QUARTER, now + QUARTER)


@pytest.mark.parametrize("minutes", [0, -15, 10, 40, 120])
def test_a_step_that_is_no_part_of_an_hour_in_whole_events_is_refused(
    site: Asset, minutes: int
) -> None:
    sensor = a_sensor(site, Quantity.POWER, resolution=QUARTER)

    with pytest.raises(ValidationError, match="no part of an hour") as refused:
        keep_plan(
            actor=PLATFORM, sensor=sensor, forecaster="linear", step=timedelta(minutes=minutes)
        )

    assert list(refused.value.message_dict) == ["step"]
    assert not ForecastPlan.objects.exists()


def test_a_sum_has_no_step_of_its_own(site: Asset) -> None:
    sensor = a_sensor(site, Quantity.POWER, resolution=QUARTER)
    part = a_sensor(site, Quantity.POWER, name="part", resolution=QUARTER)

    with pytest.raises(ValidationError, match="that of its parts' events"):
        keep_plan(actor=PLATFORM, sensor=sensor, forecaster="sum", parts=[part], step=HOUR)


def test_a_step_that_no_longer_fits_the_sensor_is_refused(site: Asset, now: datetime) -> None:
    sensor = a_sensor(site, Quantity.POWER, resolution=QUARTER)
    keep_plan(actor=PLATFORM, sensor=sensor, forecaster="linear", step=2 * QUARTER)
    sensor.resolution = HOUR
    sensor.save()

    with pytest.raises(ValidationError, match="no part of an hour") as refused:
        request_forecast(actor=PLATFORM, sensor=sensor, now=now)

    assert list(refused.value.message_dict) == ["step"]
    assert renew_forecasts(now=now) == 0, "told in the log, and others are renewed"


def test_a_window_that_cuts_a_step_is_refused(site: Asset, now: datetime) -> None:
    sensor = a_measured_sensor(site, Quantity.POWER, now)
    run = request_forecast(actor=PLATFORM, sensor=sensor, now=now + QUARTER)
    keep_plan(actor=PLATFORM, sensor=sensor, forecaster="linear", step=HOUR)

    with pytest.raises(ValidationError, match="multiples of 1:00:00") as refused:
        request_forecast(actor=PLATFORM, sensor=sensor, now=now, grid=run.grid)

    assert list(refused.value.message_dict) == ["start"]
    assert ForecastRun.objects.count() == 1
