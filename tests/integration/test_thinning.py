"""Thinning: what was foretold a few horizons ahead stays readable, and little else."""

import io
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command

from assets.models import AssetType, Belief, Quantity, Sensor, SourceKind, SupersededBelief
from assets.queries.beliefs import read_beliefs, sources_of
from assets.services import thin_forecasts
from assets.timegrid import TimeGrid
from tenants.database import connection
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.factories import HOUR, a_customer, a_device, a_sensor, a_site, an_actor, believe

FORECASTER = {"kind": SourceKind.FORECASTER, "name": "f"}


@pytest.fixture
def load(tenant: Tenant, now: datetime) -> Sensor:
    """Power of two hours, foretold anew at each hour from two days before."""
    hall = a_device(a_site(a_customer()), "Hall", AssetType.LOAD)
    sensor = a_sensor(hall, Quantity.POWER)
    for ahead in range(48, -1, -1):
        values = [float(ahead), 100.0 + ahead]
        believe(sensor, now, values, at=now - ahead * HOUR, kind=SourceKind.FORECASTER, name="f")
    return sensor


def foretold(sensor: Sensor, now: datetime, ahead: timedelta) -> list[float]:
    found = read_beliefs(
        {sensor.pk: TimeGrid(now, HOUR, 2)},
        known_at=now + 99 * HOUR,
        sources=sources_of([SourceKind.FORECASTER]),
        probabilities=[0.5],
        horizon=ahead,
    )
    return [float(value) for value in found[sensor.pk, 0.5].values]


def test_a_few_horizons_and_the_last_word_stay(load: Sensor, now: datetime) -> None:
    before = {hours: foretold(load, now, hours * HOUR) for hours in (0, 1, 6, 24)}

    forgotten = thin_forecasts(actor=PLATFORM, sensor=load, before=now + 2 * HOUR)

    # Of each event the last word, and three of the 48 before it; the second event begins an hour
    # later, so that what is an hour ahead of it is its last word.
    assert (Belief.objects.count(), SupersededBelief.objects.count()) == (2, 5)
    assert forgotten == 2 * 48 - 5
    assert {hours: foretold(load, now, hours * HOUR) for hours in (0, 1, 6, 24)} == before


def test_thinning_again_forgets_nothing(load: Sensor, now: datetime) -> None:
    thin_forecasts(actor=PLATFORM, sensor=load, before=now + 2 * HOUR)

    assert thin_forecasts(actor=PLATFORM, sensor=load, before=now + 2 * HOUR) == 0


def test_later_events_and_what_was_measured_stay(load: Sensor, now: datetime) -> None:
    for value in (1.0, 2.0, 3.0):
        believe(load, now - HOUR, [value], at=now + value * HOUR)
    n_measured = SupersededBelief.objects.filter(source__kind=SourceKind.METER).count()

    forgotten = thin_forecasts(actor=PLATFORM, sensor=load, before=now + HOUR)

    assert n_measured == 2
    assert SupersededBelief.objects.filter(source__kind=SourceKind.METER).count() == 2
    assert forgotten == 45
    assert SupersededBelief.objects.filter(event_start=now + HOUR).count() == 48


def test_a_stranger_may_not_thin(load: Sensor, now: datetime) -> None:
    stranger = an_actor(a_customer("Neighbour"), Role.MANAGER)

    with pytest.raises(PermissionDenied, match="no such asset"):
        thin_forecasts(actor=stranger, sensor=load, before=now)
    assert SupersededBelief.objects.count() == 96


def test_the_command_thins_one_tenant_alone(
    tenant: Tenant, other_tenant: Tenant, load: Sensor, now: datetime
) -> None:
    said = io.StringIO()

    call_command("thin_forecasts", other_tenant.schema_name, days=0, stdout=said)
    assert "0 superseded forecasts forgotten" in said.getvalue()
    connection.set_tenant(tenant)
    assert SupersededBelief.objects.count() == 96
    call_command("thin_forecasts", tenant.schema_name, days=0, horizons="24", stdout=said)
    connection.set_tenant(tenant)
    assert "94 superseded forecasts forgotten" in said.getvalue()


def test_the_command_names_what_is_wrong(tenant: Tenant) -> None:
    for wrong in ({"horizons": "soon"}, {"horizons": "-1"}, {"days": -1}):
        with pytest.raises(CommandError):
            call_command("thin_forecasts", tenant.schema_name, **wrong)
    with pytest.raises(CommandError, match="no tenant has the schema"):
        call_command("thin_forecasts", "nobody")
