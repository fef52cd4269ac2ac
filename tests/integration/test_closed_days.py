"""Days that people say are closed: seen by forecasts from when they were said, by nobody else's."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django_tenants.utils import schema_context

from assets.models import Annotation, AnnotationType, Asset, AssetType, Quantity, Sensor
from assets.services import add_annotation
from forecasting.interpret import QUANTILES, forecast
from forecasting.models import ForecastRun
from forecasting.queries import read_problem
from forecasting.services import keep_plan, request_forecast
from tenants.models import Tenant
from tenants.permissions import PLATFORM
from tests.conftest import OTHER_SCHEMA
from tests.factories import HOUR, a_customer, a_device, a_sensor, a_site, believe

pytestmark = pytest.mark.usefixtures("tenant")

DAY = timedelta(days=1)
#: In Amsterdam, in winter an hour and in summer two before UTC; the second is tomorrow.
PAST = datetime(2026, 3, 17, 23, tzinfo=UTC), datetime(2026, 3, 18, 23, tzinfo=UTC)
AHEAD = datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)


@pytest.fixture
def load() -> Sensor:
    return a_sensor(a_device(a_site(a_customer()), "Hall", AssetType.LOAD), Quantity.POWER)


def close(at: Asset | None, when: tuple[datetime, datetime], *, said: datetime) -> None:
    row = add_annotation(
        actor=PLATFORM,
        text="closed",
        annotation_type=AnnotationType.HOLIDAY,
        start=when[0],
        end=when[1],
        asset=at,
    )
    Annotation.objects.filter(pk=row.pk).update(updated_at=said)


def holidays_of(run: ForecastRun) -> set[str]:
    problem = read_problem(run)
    if "holiday" not in problem.history.names:
        return set()
    column = problem.history.names.index("holiday")
    times = np.concatenate([problem.history.times, problem.times])
    marks = np.concatenate([problem.history.covariates[:, column], problem.covariates[:, column]])
    return {str(day) for day in times[marks > 0].astype("datetime64[D]")}


def run_of(sensor: Sensor, now: datetime, history: timedelta = 20 * DAY) -> ForecastRun:
    return request_forecast(actor=PLATFORM, sensor=sensor, now=now, history=history)


def test_closed_days_are_known_from_when_they_were_said(load: Sensor, now: datetime) -> None:
    close(load.asset.parent, PAST, said=now - DAY)
    close(load.asset, AHEAD, said=now)
    close(load.asset, (AHEAD[0] + DAY, AHEAD[1] + DAY), said=now + HOUR)

    assert holidays_of(run_of(load, now)) == {"2026-03-18", "2026-03-29"}
    assert holidays_of(run_of(load, now - HOUR)) == {"2026-03-18"}


def test_a_note_is_no_closed_day(load: Sensor, now: datetime) -> None:
    close(load.asset, PAST, said=now)
    Annotation.objects.update(annotation_type=AnnotationType.NOTE)

    assert holidays_of(run_of(load, now)) == set()


def test_closed_days_of_others_are_not_seen(
    load: Sensor, now: datetime, other_tenant: Tenant
) -> None:
    beside = a_site(a_customer("Other Ltd"))
    close(beside, PAST, said=now)
    with schema_context(OTHER_SCHEMA):
        close(None, PAST, said=now)
    assert holidays_of(run_of(load, now)) == set()

    close(None, AHEAD, said=now)

    theirs = a_sensor(beside, Quantity.POWER)
    assert holidays_of(run_of(load, now)) == {"2026-03-29"}, "said of the whole tenant"
    assert holidays_of(run_of(theirs, now)) == {"2026-03-18", "2026-03-29"}


def test_a_day_that_is_said_to_be_closed_is_foretold_as_the_closed_ones_were(
    load: Sensor, now: datetime
) -> None:
    """Work of 100 kW on every day but every ninth, which was closed; so is tomorrow."""
    start = datetime(2026, 1, 22, 23, tzinfo=UTC)
    values = np.full((64, 24), 100.0) + np.random.default_rng(1).normal(0, 1, (64, 24))
    for day in range(0, 64, 9):
        values[day] -= 80.0
        close(load.asset, (start + day * DAY, start + (day + 1) * DAY), said=now - DAY)
    believe(load, start, values.ravel().tolist(), at=now)
    unsaid = tomorrow_of(run_of(load, now, 63 * DAY))

    close(load.asset, AHEAD, said=now)

    said = tomorrow_of(run_of(load, now, 63 * DAY))
    assert unsaid > 85
    assert said < unsaid - 10, "eight closed days in nine weeks are few: not all of the 80 kW"


def tomorrow_of(run: ForecastRun) -> float:
    problem = read_problem(run)
    found = forecast("linear", problem.history, problem.times, problem.covariates)
    assert found.fallback == ""
    tomorrow = problem.times.astype("datetime64[D]") == np.datetime64("2026-03-29")
    return float(found.values[QUANTILES.index(0.5)][tomorrow].mean())


def test_public_holidays_of_the_plan_s_region_explain(load: Sensor, now: datetime) -> None:
    keep_plan(actor=PLATFORM, sensor=load, forecaster="linear", holiday_region="DE-BY")

    problem = read_problem(run_of(load, now, 90 * DAY))

    column = problem.history.names.index("holiday")
    free = problem.history.times[problem.history.covariates[:, column] > 0].astype("datetime64[D]")
    assert np.unique(free).astype(str).tolist() == ["2026-01-01", "2026-01-06"], "Epiphany too"


def test_school_holidays_of_the_plan_s_region_explain(load: Sensor, now: datetime) -> None:
    keep_plan(actor=PLATFORM, sensor=load, forecaster="linear", holiday_region="NL-Zuid")

    problem = read_problem(run_of(load, now, 60 * DAY))

    column = problem.history.names.index("school_holiday")
    free = problem.history.times[problem.history.covariates[:, column] > 0].astype("datetime64[D]")
    # Spring 2026, south: 14 to 22 February.
    assert (str(free[0]), str(free[-1])) == ("2026-02-14", "2026-02-22")
