"""What a forecast learns from covariates: what was known of them ahead, not what became of it."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from assets.models import Asset, Quantity, Sensor, SourceKind
from forecasting.forecasters.base import Array
from forecasting.queries import read_problem
from forecasting.services import keep_plan, request_forecast
from tenants.permissions import PLATFORM
from tests.factories import HOUR, QUARTER, a_sensor, believe

pytestmark = pytest.mark.usefixtures("tenant")

DAY = timedelta(days=1)


def covariate(load: Sensor, of: Sensor, now: datetime) -> tuple[Array, Array]:
    """Return what a run of ``load`` asked ``now`` takes ``of`` to be, in the past and ahead."""
    keep_plan(actor=PLATFORM, sensor=load, forecaster="linear", covariates=[of])
    run = request_forecast(actor=PLATFORM, sensor=load, now=now, history=3 * DAY)
    problem = read_problem(run)
    column = next(i for i, name in enumerate(problem.history.names) if name != "holiday")
    return problem.history.covariates[:, column], problem.covariates[:, column]


@pytest.mark.parametrize(
    ("own", "others"), [(HOUR, HOUR), (HOUR, QUARTER), (QUARTER, HOUR)], ids=str
)
def test_the_past_is_as_it_was_foretold_a_day_ahead_and_the_window_as_now(
    site: Asset, now: datetime, own: timedelta, others: timedelta
) -> None:
    load = a_sensor(site, Quantity.POWER, name="load", resolution=own)
    weather = a_sensor(site, Quantity.TEMPERATURE, name="weather", resolution=others)
    start, n = now - 3 * DAY, 5 * DAY // others
    for value, at in ((10.0, start - DAY), (11.0, start - HOUR), (12.0, now - HOUR)):
        believe(weather, start, [value] * n, at=at, kind=SourceKind.FORECASTER, name="weather")
    believe(weather, start, [15.0] * (3 * DAY // others), at=now)

    past, ahead = covariate(load, weather, now)

    # The second one is known a day ahead of what begins a day after it.
    first = (DAY - HOUR) // own
    assert np.unique(past[:first]).tolist() == [10.0]
    assert np.unique(past[first:]).tolist() == [11.0]
    assert np.unique(ahead).tolist() == [12.0]


def test_where_nothing_was_known_a_day_ahead_it_is_as_known_now(site: Asset, now: datetime) -> None:
    load = a_sensor(site, Quantity.POWER, name="load")
    price = a_sensor(site, Quantity.PRICE, name="price")
    start = now - 3 * DAY
    for values, at in (([50.0] * 120, start + 36 * HOUR), ([60.0] * 48, now - HOUR)):
        believe(price, start, values, at=at, kind=SourceKind.MARKET, name="market")

    past, ahead = covariate(load, price, now)

    assert np.unique(past[:48]).tolist() == [60.0], "corrected since"
    assert np.unique(past[48:]).tolist() == [50.0]
    assert np.unique(ahead).tolist() == [50.0]
