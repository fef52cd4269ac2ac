"""Net power as the sum of its parts: what is stored adds up, and nobody else's power is in it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django_tenants.utils import schema_context

from assets.models import Asset, AssetType, Quantity, Sensor, SourceKind
from assets.queries import read_quantiles
from assets.services import NewTerm, set_terms
from forecasting.interpret import QUANTILES
from forecasting.models import ForecastPlan, ForecastRun, RunState
from forecasting.services import keep_plan, renew_forecasts, renew_sums, request_forecast
from tenants.accounts.models import Customer
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.conftest import OTHER_SCHEMA
from tests.factories import HOUR, a_customer, a_device, a_sensor, a_site, an_actor, believe

pytestmark = pytest.mark.usefixtures("tenant")

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
MIDDLE = QUANTILES.index(0.5)
RunJobs = Callable[..., int]


@pytest.fixture
def net(site: Asset) -> Sensor:
    return a_sensor(site, Quantity.POWER, name="net")


@pytest.fixture
def load(site: Asset) -> Sensor:
    return a_sensor(a_device(site, "Hall", AssetType.LOAD), Quantity.POWER)


@pytest.fixture
def panels(site: Asset) -> Sensor:
    return a_sensor(a_device(site, "Roof", AssetType.PV), Quantity.POWER)


def measure(sensor: Sensor, until: datetime, factor: float = 1.0) -> None:
    values = np.random.default_rng(sensor.pk).uniform(1, 2, 240) * np.tile(np.arange(24.0), 10)
    believe(sensor, until - 10 * DAY, (factor * values).tolist(), at=until)


def foretell(sensor: Sensor, values: list[float], *, at: datetime) -> None:
    for probability in QUANTILES:
        spread = 10 * (probability - 0.5)
        believe(
            sensor,
            at,
            [value + spread for value in values],
            at=at,
            kind=SourceKind.FORECASTER,
            name="model",
            probability=probability,
        )


def foretold(sensor: Sensor, run: ForecastRun, at: datetime) -> Any:
    return read_quantiles(sensor, run.grid, known_at=at, probabilities=QUANTILES).values


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


def test_what_cannot_be_added_is_refused_with_its_field(
    net: Sensor, site: Asset, load: Sensor, panels: Sensor
) -> None:
    quarter = a_sensor(site, Quantity.POWER, name="quarter", resolution=HOUR / 4)
    price = a_sensor(site, Quantity.PRICE)
    keep_plan(actor=PLATFORM, sensor=load, forecaster="sum", parts=[panels])
    for change, field, words in (
        ({"parts": [quarter]}, "parts", "power each 0:15:00"),
        ({"parts": [price]}, "parts", "price"),
        ({"parts": [net]}, "parts", "part of itself"),
        ({"forecaster": "linear", "parts": [load]}, "parts", "only the forecaster 'sum'"),
        ({"covariates": [price]}, "covariates", "give them to its parts"),
        ({"peak_kw": 5.0}, "peak_kw", "give it to its parts"),
    ):
        with pytest.raises(ValidationError) as refused:
            keep_plan(actor=PLATFORM, sensor=net, **({"forecaster": "sum"} | change))
        assert words in str(refused.value.message_dict[field])
    with pytest.raises(ValidationError, match="part of itself"):
        keep_plan(actor=PLATFORM, sensor=panels, forecaster="sum", parts=[load])
    with pytest.raises(ValidationError, match="between 1 and 200"):
        keep_plan(actor=PLATFORM, sensor=panels, forecaster="sum")
    virtual = a_sensor(site, Quantity.POWER, name="both")
    set_terms(actor=PLATFORM, sensor=virtual, terms=[NewTerm(load), NewTerm(panels)])
    virtual.refresh_from_db()
    with pytest.raises(ValidationError, match="whenever it is read"):
        keep_plan(actor=PLATFORM, sensor=virtual, forecaster="sum", parts=[load])
    a_sensor(load.asset, Quantity.POWER, name="spare")
    with pytest.raises(ValidationError, match="name the parts"):
        keep_plan(actor=PLATFORM, sensor=net, forecaster="sum")
    assert not ForecastPlan.objects.filter(sensor=net).exists()


def test_another_customer_s_power_is_no_part(
    net: Sensor, load: Sensor, customer: Customer, now: datetime, run_jobs: RunJobs
) -> None:
    theirs = a_sensor(a_site(a_customer("Other Ltd"), "Annex"), Quantity.POWER)
    foretell(theirs, [99.0] * 48, at=now)
    foretell(load, [10.0] * 48, at=now)

    with pytest.raises(PermissionDenied):
        keep_plan(
            actor=an_actor(customer, Role.MANAGER),
            sensor=net,
            forecaster="sum",
            parts=[load, theirs],
        )
    with pytest.raises(ValidationError, match="another customer's"):
        keep_plan(actor=PLATFORM, sensor=net, forecaster="sum", parts=[load, theirs])

    plan = keep_plan(actor=PLATFORM, sensor=net, forecaster="sum", parts=[load])
    run = request_forecast(actor=PLATFORM, sensor=net, now=now)
    plan.parts.add(theirs)  # as when an asset was moved to another customer since
    run_jobs("forecast")

    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "Annex" not in run.failure


def test_two_tenants_and_two_customers_add_up_their_own(
    net: Sensor, load: Sensor, now: datetime, other_tenant: Tenant
) -> None:
    foretell(load, [10.0] * 48, at=now)
    keep_plan(actor=PLATFORM, sensor=net, forecaster="sum")
    beside = a_site(a_customer("Other Ltd"))
    keep_plan(
        actor=PLATFORM,
        sensor=a_sensor(beside, Quantity.POWER),
        forecaster="sum",
        parts=[a_sensor(a_device(beside, "Hall", AssetType.LOAD), Quantity.POWER)],
    )
    with schema_context(OTHER_SCHEMA):
        theirs = a_site(a_customer())
        a_sensor(a_device(theirs, "Hall", AssetType.LOAD), Quantity.POWER)
        keep_plan(actor=PLATFORM, sensor=a_sensor(theirs, Quantity.POWER), forecaster="sum")

    assert renew_sums(part_ids=[load.pk], now=now) == 1

    assert ForecastRun.objects.get().sensor == net
    with schema_context(OTHER_SCHEMA):
        assert not ForecastRun.objects.exists()
