"""Net power as the sum of its parts: what is stored adds up."""

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import pytest

from assets.models import Asset, AssetType, Quantity, Sensor, SourceKind
from forecasting.models import RunState
from forecasting.services import keep_plan, request_forecast
from tenants.permissions import PLATFORM
from tests.factories import a_device, a_sensor, believe
from tests.integration.forecast_sums.parts import MIDDLE, foretell, foretold, measure

pytestmark = pytest.mark.usefixtures("tenant")

MINUTE = timedelta(minutes=1)
RunJobs = Callable[..., int]


def test_a_net_and_its_parts_add_up_to_the_digit(
    net: Sensor, load: Sensor, panels: Sensor, now: datetime, run_jobs: RunJobs
) -> None:
    measure(load, now)
    measure(panels, now, -3.0)
    keep_plan(actor=PLATFORM, sensor=net, forecaster="sum")
    for each in (load, panels):
        request_forecast(actor=PLATFORM, sensor=each, now=now)
    run_jobs("forecast")

    run = request_forecast(actor=PLATFORM, sensor=net, now=now)
    run_jobs("forecast")

    run.refresh_from_db()
    assert (run.state, str(run.source), run.input_notes) == (RunState.READY, "sum 1", "")
    assert run.reason == ("sum of Hall: power (seasonal_naive 1); Roof: power (seasonal_naive 1)")
    parts = foretold(load, run, now), foretold(panels, run, now)
    found = foretold(net, run, now)
    assert found[MIDDLE] == pytest.approx(parts[0][MIDDLE] + parts[1][MIDDLE], abs=1e-9)
    assert (np.diff(found, axis=0) >= 0).all()
    width = [np.ptp(each, axis=0) for each in (*parts, found)]
    assert (width[2] <= width[0] + width[1] + 1e-9).all(), "some errors cancel"


def test_a_step_of_which_a_part_says_nothing_is_a_gap_and_told(
    net: Sensor, load: Sensor, panels: Sensor, now: datetime, run_jobs: RunJobs
) -> None:
    foretell(load, [10.0] * 48, at=now)
    foretell(panels, [-4.0] * 30, at=now)
    keep_plan(actor=PLATFORM, sensor=net, forecaster="sum")

    run = request_forecast(actor=PLATFORM, sensor=net, now=now)
    run_jobs("forecast")

    run.refresh_from_db()
    assert run.input_notes == "Roof: power: no forecast of 18 steps"
    found = foretold(net, run, now)[MIDDLE]
    assert found[:30] == pytest.approx(6.0)
    assert np.isnan(found[30:]).all()


def test_without_one_whole_step_there_is_no_net(
    net: Sensor, load: Sensor, panels: Sensor, now: datetime, run_jobs: RunJobs
) -> None:
    foretell(load, [10.0] * 48, at=now)

    run = request_forecast(actor=PLATFORM, sensor=net, now=now, forecaster="sum")
    run_jobs("forecast")

    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "Roof: power: no forecast of 48 steps" in run.failure


def test_only_what_was_known_at_the_request_is_added(
    net: Sensor, load: Sensor, now: datetime, run_jobs: RunJobs
) -> None:
    foretell(load, [10.0] * 48, at=now)
    keep_plan(actor=PLATFORM, sensor=net, forecaster="sum", parts=[load])
    run = request_forecast(actor=PLATFORM, sensor=net, now=now)
    believe(load, now, [99.0] * 48, at=now + MINUTE, kind=SourceKind.FORECASTER, name="model")

    run_jobs("forecast")

    assert foretold(net, run, now + MINUTE)[MIDDLE] == pytest.approx(10.0)


def test_a_branch_with_a_meter_of_its_own_counts_once(
    net: Sensor, site: Asset, load: Sensor, now: datetime, run_jobs: RunJobs
) -> None:
    wing = a_device(site, "Wing", AssetType.FEEDER)
    meter = a_sensor(wing, Quantity.POWER)
    below = a_sensor(a_device(wing, "Lift", AssetType.LOAD), Quantity.POWER)
    for sensor, kw in ((load, 1.0), (meter, 10.0), (below, 100.0)):
        foretell(sensor, [kw] * 48, at=now)

    run = request_forecast(actor=PLATFORM, sensor=net, now=now, forecaster="sum")
    run_jobs("forecast")

    assert foretold(net, run, now)[MIDDLE] == pytest.approx(11.0)
