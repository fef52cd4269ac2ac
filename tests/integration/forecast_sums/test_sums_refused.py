"""What cannot be added is refused, and nobody else's power is in a sum."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django_tenants.utils import schema_context

from assets.models import Asset, AssetType, Quantity, Sensor
from assets.services import NewTerm, set_terms
from forecasting.models import ForecastPlan, ForecastRun, RunState
from forecasting.services import keep_plan, renew_sums, request_forecast
from tenants.accounts.models import Customer
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.conftest import OTHER_SCHEMA
from tests.factories import HOUR, a_customer, a_device, a_sensor, a_site, an_actor
from tests.integration.forecast_sums.parts import foretell

pytestmark = pytest.mark.usefixtures("tenant")

RunJobs = Callable[..., int]


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
