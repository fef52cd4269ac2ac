"""``manage.py forecast``: of one tenant's sensor, by number or by name."""

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django_tenants.utils import schema_context

from assets.models import Quantity, Sensor
from forecasting.models import ForecastRun
from tenants.models import Tenant
from tests.conftest import OTHER_SCHEMA
from tests.factories import a_customer, a_sensor, a_site


@pytest.fixture
def load(tenant: Tenant) -> Sensor:
    return a_sensor(a_site(a_customer()), Quantity.POWER, name="main")


def forecast(tenant: Tenant, *arguments: str, **options: Any) -> str:
    output = io.StringIO()
    call_command("forecast", tenant.schema_name, *arguments, stdout=output, **options)
    return output.getvalue()


def test_a_sensor_is_named_by_its_number_or_its_place(tenant: Tenant, load: Sensor) -> None:
    for wanted in (str(load.pk), "Depot/main"):
        told = json.loads(forecast(tenant, wanted, "--model", "linear", "--hours", "6", "--json"))
        run = ForecastRun.objects.get(pk=told["run"])
        assert (run.sensor, run.forecaster, run.grid.n_steps) == (load, "linear", 6)
    assert "asked seasonal_naive" in forecast(tenant, str(load.pk))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["Depot/other"], "names not one sensor"),
        (["999999999999999999999999"], "names not one sensor"),
        (["Depot/main", "--model", "gone"], "unknown forecaster 'gone'"),
        (["Depot/main", "--hours", "0"], "--hours 0"),
        (["Depot/main", "--hours", "999999999999"], "--hours 999999999999"),
        (["Depot/main", "--hours", "9999"], "between 1 and 336"),
    ],
)
def test_wrong_input_is_named(
    tenant: Tenant, load: Sensor, arguments: list[str], words: str
) -> None:
    with pytest.raises(CommandError, match=words) as refused:
        forecast(tenant, *arguments)

    assert refused.value.returncode == 2
    assert not ForecastRun.objects.exists()


def test_a_sensor_of_another_tenant_is_not_there(
    tenant: Tenant, load: Sensor, other_tenant: Tenant
) -> None:
    with schema_context(OTHER_SCHEMA):
        theirs = a_sensor(a_site(a_customer(), "Elsewhere"), Quantity.POWER, name="theirs")

    with pytest.raises(CommandError, match="names not one sensor"):
        forecast(tenant, f"{theirs.asset.name}/theirs")
    with pytest.raises(CommandError, match="no tenant has the schema 'nowhere'"):
        call_command("forecast", "nowhere", "1")
