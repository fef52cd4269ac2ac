"""A forecast from request to beliefs, through service, job and pipeline."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from assets.models import AssetType, Belief, Quantity, Sensor, SourceKind
from assets.queries import read_quantiles, read_series
from assets.timegrid import TimeGrid
from forecasting.interpret import QUANTILES
from forecasting.models import ForecastRun, RunState
from forecasting.services import keep_plan, request_again, request_forecast
from tenants.accounts.models import Customer
from tenants.models import Job
from tenants.permissions import PLATFORM, Role
from tests.factories import HOUR, a_customer, a_device, a_sensor, a_site, an_actor, believe

pytestmark = pytest.mark.usefixtures("tenant")

DAY = timedelta(days=1)
RunJobs = Callable[..., int]


@pytest.fixture
def load(customer: Customer) -> Sensor:
    return a_sensor(a_device(a_site(customer), "Hall", AssetType.LOAD), Quantity.POWER)


def measure(sensor: Sensor, now: datetime, *, days: int) -> None:
    """Ten kilowatts at each full hour of the local day, plus the hour: known from day to day."""
    start = now - days * DAY
    grid = TimeGrid(start, HOUR, days * 24)
    offset = np.where(grid.starts() >= np.datetime64("2026-03-29T01:00"), 2, 1)
    local_hour = (grid.starts().astype("datetime64[h]").astype(int) + offset) % 24
    believe(sensor, start, (10.0 + local_hour).tolist(), at=now)


def test_a_forecast_is_stored_as_quantiles_known_at_its_request(
    load: Sensor, now: datetime, run_jobs: RunJobs
) -> None:
    measure(load, now, days=20)

    run = request_forecast(actor=PLATFORM, sensor=load, now=now)
    assert run.state == RunState.QUEUED
    run_jobs("forecast")

    run.refresh_from_db()
    assert run.state == RunState.READY
    assert str(run.source) == "seasonal_naive 1"
    assert run.fallback == run.failure == ""
    quantiles = read_quantiles(load, run.grid, known_at=now, probabilities=QUANTILES)
    assert quantiles.values.shape == (9, 48)
    assert not np.isnan(quantiles.values).any()
    assert (np.diff(quantiles.values, axis=0) >= 0).all()
    before = read_series(load, run.grid, known_at=now - timedelta(seconds=1))
    assert np.isnan(before).all()


def test_people_rise_by_the_clock_on_the_wall(
    load: Sensor, now: datetime, run_jobs: RunJobs
) -> None:
    """Clocks go forward within the window: the same local hour comes an hour earlier in UTC."""
    measure(load, now, days=20)

    run = request_forecast(actor=PLATFORM, sensor=load, now=now)
    run_jobs("forecast")

    expected = read_series(load, run.grid, known_at=now)
    starts = run.grid.starts()
    sunday_noon = np.flatnonzero(starts == np.datetime64("2026-03-29T10:00"))[0]  # 12:00 CEST
    assert expected[sunday_noon] == pytest.approx(22.0)


def test_what_became_known_later_is_not_used(
    load: Sensor, now: datetime, run_jobs: RunJobs
) -> None:
    measure(load, now, days=20)
    believe(load, now - 20 * DAY, [900.0] * 480, at=now + HOUR)

    run = request_forecast(actor=PLATFORM, sensor=load, now=now)
    run_jobs("forecast")

    assert read_series(load, run.grid, known_at=now).max() < 100.0


def test_forecasts_and_schedules_are_not_learnt_from(
    load: Sensor, now: datetime, run_jobs: RunJobs
) -> None:
    measure(load, now, days=20)
    for kind in (SourceKind.FORECASTER, SourceKind.SCHEDULER):
        believe(load, now - 3 * DAY, [900.0] * 72, at=now, kind=kind, name="not measured")

    run = request_forecast(actor=PLATFORM, sensor=load, now=now)
    run_jobs("forecast")

    found = ForecastRun.objects.get(pk=run.pk)
    assert found.source_id is not None
    beliefs = Belief.objects.filter(sensor_id=load.pk, source_id=found.source_id)
    assert max(beliefs.values_list("value", flat=True)) < 100.0


def test_the_sensors_model_is_used(load: Sensor, now: datetime, run_jobs: RunJobs) -> None:
    measure(load, now, days=20)
    keep_plan(actor=PLATFORM, sensor=load, forecaster="prophet", horizon=6 * HOUR)

    run = request_forecast(actor=PLATFORM, sensor=load, now=now)
    run_jobs("forecast")

    run.refresh_from_db()
    assert run.grid.n_steps == 6
    assert run.source is not None
    assert run.source.name == "prophet"


def test_the_baseline_stands_in_when_history_is_short(
    load: Sensor, now: datetime, run_jobs: RunJobs
) -> None:
    measure(load, now, days=4)

    run = request_forecast(actor=PLATFORM, sensor=load, now=now, forecaster="prophet")
    run_jobs("forecast")

    run.refresh_from_db()
    assert run.state == RunState.READY
    assert run.source is not None
    assert run.source.name == "seasonal_naive"
    assert run.fallback.startswith("prophet needs 8 days with known steps, has")


def test_without_any_history_the_run_fails_in_words(
    load: Sensor, now: datetime, run_jobs: RunJobs
) -> None:
    run = request_forecast(actor=PLATFORM, sensor=load, now=now)
    run_jobs("forecast")

    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert run.failure == "no forecast: seasonal_naive needs 2 days with known steps, has 0"
    assert not Belief.objects.filter(sensor_id=load.pk).exists()


def test_a_finished_run_is_left_alone(load: Sensor, now: datetime, run_jobs: RunJobs) -> None:
    measure(load, now, days=20)
    run = request_forecast(actor=PLATFORM, sensor=load, now=now)
    run_jobs("forecast")
    run.refresh_from_db()
    count = Belief.objects.filter(sensor_id=load.pk).count()

    with pytest.raises(ValidationError, match="cannot go from READY to RUNNING"):
        run.move_to(RunState.RUNNING, at=now)
    assert Belief.objects.filter(sensor_id=load.pk).count() == count


def test_asking_again_looks_on_from_then(load: Sensor, now: datetime, run_jobs: RunJobs) -> None:
    measure(load, now, days=20)
    first = request_forecast(actor=PLATFORM, sensor=load, now=now)
    run_jobs("forecast")

    later = now + timedelta(hours=2, minutes=20)
    again = request_again(actor=PLATFORM, run=first, now=later)

    assert again.pk != first.pk
    assert again.grid == TimeGrid(now + 3 * HOUR, HOUR, 48)
    assert again.history == first.history


def test_runs_repeat_to_the_digit(load: Sensor, now: datetime, run_jobs: RunJobs) -> None:
    measure(load, now, days=20)
    values = []
    for _ in range(2):
        run = request_forecast(actor=PLATFORM, sensor=load, now=now, forecaster="prophet")
        run_jobs("forecast")
        values.append(read_quantiles(load, run.grid, known_at=now, probabilities=QUANTILES).values)

    assert np.array_equal(values[0], values[1])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"forecaster": "crystal_ball"}, "forecaster"),
        ({"grid": TimeGrid(datetime(2026, 3, 28, 12, tzinfo=UTC), HOUR / 4, 4)}, "step"),
        ({"grid": TimeGrid(datetime(2026, 3, 28, 12, 30, tzinfo=UTC), HOUR, 4)}, "start"),
        ({"grid": TimeGrid(datetime(2026, 3, 27, 12, tzinfo=UTC), HOUR, 4)}, "end"),
        ({"grid": TimeGrid(datetime(2026, 3, 28, 12, tzinfo=UTC), HOUR, 87_600)}, "end"),
        ({"history": timedelta(0)}, "history"),
        ({"history": timedelta(days=4000)}, "history"),
    ],
    ids=["forecaster", "step", "start", "past", "ten years", "no history", "long history"],
)
def test_a_wrong_request_names_the_field_and_leaves_nothing(
    load: Sensor, now: datetime, change: dict[str, object], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        request_forecast(actor=PLATFORM, sensor=load, now=now, **change)  # type: ignore[arg-type]

    assert list(refused.value.message_dict) == [field]
    assert not ForecastRun.objects.exists()
    assert not Job.objects.filter(kind="forecasting.forecast").exists()


def test_a_planner_may_ask_and_others_may_not(
    customer: Customer, load: Sensor, now: datetime
) -> None:
    planner, viewer = (an_actor(customer, role) for role in (Role.PLANNER, Role.VIEWER))
    stranger = an_actor(a_customer("Other Ltd"), Role.PLANNER)

    run = request_forecast(actor=planner, sensor=load, now=now)

    for actor in (viewer, stranger):
        with pytest.raises((PermissionDenied, ValidationError)):
            request_forecast(actor=actor, sensor=load, now=now)
    with pytest.raises((PermissionDenied, ValidationError)):
        keep_plan(actor=planner, sensor=load, forecaster="prophet")
    assert list(ForecastRun.objects.visible_to(viewer)) == [run]
    assert not ForecastRun.objects.visible_to(stranger).exists()


def test_a_model_keeps_only_what_can_be_run(load: Sensor) -> None:
    for change in (
        {"forecaster": "gone"},
        {"forecaster": "prophet", "horizon": timedelta(days=400)},
    ):
        with pytest.raises(ValidationError):
            keep_plan(actor=PLATFORM, sensor=load, **change)
