"""A sum is foretold anew when one of its parts is."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from assets.models import Asset, Quantity, Sensor
from assets.services import NewTerm, set_terms
from forecasting.models import ForecastRun, RunState
from forecasting.services import keep_plan, renew_forecasts, renew_sums, request_forecast
from tenants.permissions import PLATFORM
from tests.factories import HOUR, a_sensor
from tests.integration.forecast_sums.parts import MIDDLE, foretell, foretold, measure

pytestmark = pytest.mark.usefixtures("tenant")

MINUTE = timedelta(minutes=1)
RunJobs = Callable[..., int]


def test_a_sum_follows_each_new_forecast_of_a_part(
    net: Sensor, load: Sensor, now: datetime, run_jobs: RunJobs
) -> None:
    foretell(load, [10.0] * 48, at=now)
    keep_plan(actor=PLATFORM, sensor=net, forecaster="sum", parts=[load])
    assert renew_forecasts(now=now) == 1
    run_jobs("forecast")
    assert renew_forecasts(now=now + MINUTE) == 0, "nothing new"

    foretell(load, [20.0] * 48, at=now + HOUR)
    assert renew_sums(part_ids=[net.pk], now=now + HOUR) == 0, "no sum has it as a part"
    assert renew_sums(part_ids=[load.pk], now=now + HOUR) == 1
    run_jobs("forecast")

    run = ForecastRun.objects.get(requested_at=now + HOUR)
    assert foretold(net, run, now + HOUR)[MIDDLE, 0] == pytest.approx(20.0)


def test_a_part_that_was_asked_for_before_and_ends_after_is_news(
    net: Sensor, load: Sensor, run_jobs: RunJobs
) -> None:
    """Its forecast is believed since before the sum looked, and yet the sum did not see it."""
    now = timezone.now()
    measure(load, now.replace(minute=0, second=0, microsecond=0))
    keep_plan(actor=PLATFORM, sensor=net, forecaster="sum", parts=[load])
    part = request_forecast(actor=PLATFORM, sensor=load, now=now)
    early = request_forecast(actor=PLATFORM, sensor=net, now=now + timedelta(microseconds=1))
    run_jobs("forecast")
    ForecastRun.objects.filter(pk=early.pk).update(state=RunState.FAILED, source=None)
    ForecastRun.objects.filter(pk=part.pk).update(finished_at=now + 2 * MINUTE)

    assert renew_forecasts(now=now + 3 * MINUTE) == 1


def test_a_forecast_of_a_part_rings_by_event(
    net: Sensor,
    load: Sensor,
    run_jobs: RunJobs,
    after_commit: Callable[[], Any],
) -> None:
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    measure(load, now)
    keep_plan(actor=PLATFORM, sensor=net, forecaster="sum")
    request_forecast(actor=PLATFORM, sensor=load, now=now)

    with after_commit():
        run_jobs("forecast")
    run_jobs("forecast")

    assert ForecastRun.objects.get(sensor=net).state == RunState.READY


def test_a_virtual_part_is_what_its_terms_are(
    net: Sensor, site: Asset, load: Sensor, panels: Sensor, now: datetime, run_jobs: RunJobs
) -> None:
    both = a_sensor(site, Quantity.POWER, name="both")
    set_terms(actor=PLATFORM, sensor=both, terms=[NewTerm(load), NewTerm(panels, -2.0)])
    foretell(load, [10.0] * 48, at=now)
    foretell(panels, [-4.0] * 48, at=now)
    keep_plan(actor=PLATFORM, sensor=net, forecaster="sum", parts=[both, load])
    run = request_forecast(actor=PLATFORM, sensor=net, now=now)
    run_jobs("forecast")

    foretell(panels, [-5.0] * 48, at=now + HOUR)

    assert foretold(net, run, now)[MIDDLE] == pytest.approx(28.0)
    ForecastRun.objects.update(requested_by=PLATFORM.name, finished_at=now)
    assert renew_forecasts(now=now + HOUR) == 1, "a term of a part has news"
