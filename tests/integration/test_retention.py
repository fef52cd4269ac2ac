"""Retention: what is older than the plan keeps is forgotten, in each tenant by its own plan."""

import io
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_tenants.utils import schema_context

from assets import periodic
from assets.models import Belief, Quantity, Sensor, SourceKind, SupersededBelief
from assets.services import forget_beliefs
from tenants.accounts.models import Customer
from tenants.database import connection
from tenants.models import Plan, Tenant
from tenants.permissions import PLATFORM, Role
from tests.factories import HOUR, a_customer, a_sensor, a_site, an_actor, believe

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The timetable's own begins with no connection; here it would lose the test's."""
    monkeypatch.setattr("tenants.jobs.rounds.close_old_connections", lambda: None)


@pytest.fixture
def today() -> datetime:
    return timezone.now().replace(minute=0, second=0, microsecond=0)


def a_history(today: datetime) -> Sensor:
    """Ten days, ten days ago and earlier, of which each hour was revised twice."""
    sensor = a_sensor(a_site(a_customer()), Quantity.POWER)
    for revision in range(3):
        values = [float(revision)] * 480
        believe(sensor, today - 20 * DAY, values, at=today + revision * HOUR)
    return sensor


def events(model: type[Belief] | type[SupersededBelief]) -> tuple[int, datetime | None]:
    first = model.objects.order_by("event_start").first()
    return model.objects.count(), first.event_start if first else None


@pytest.mark.parametrize("batch", [1, 7, 100, 100_000])
def test_what_is_older_is_forgotten_by_batches(tenant: Tenant, today: datetime, batch: int) -> None:
    sensor = a_history(today)
    other = a_sensor(sensor.asset, Quantity.POWER, name="other")
    believe(other, today - 20 * DAY, [1.0], at=today)
    before = today - 19 * DAY

    batches = list(forget_beliefs(actor=PLATFORM, sensor=sensor, before=before, batch=batch))

    assert sum(batches) == 24 * 3
    assert max(batches) <= batch + 1  # an event has two superseded beliefs, that go at once
    assert Belief.objects.filter(sensor=other).count() == 1
    Belief.objects.filter(sensor=other).delete()
    assert events(Belief) == (480 - 24, before)
    assert events(SupersededBelief) == (2 * (480 - 24), before)
    assert list(forget_beliefs(actor=PLATFORM, sensor=sensor, before=before)) == []


def test_each_tenant_by_its_own_plan(tenant: Tenant, other_tenant: Tenant, today: datetime) -> None:
    tenant.plan = Plan.objects.create(name="short", retention_days=5)
    tenant.save()
    a_history(today)
    with schema_context(other_tenant.schema_name):
        a_history(today)

    periodic.forget_old_beliefs()

    connection.set_tenant(tenant)
    kept, first = events(Belief)
    assert 119 <= kept <= 120  # the clock may turn an hour meanwhile
    assert first is not None
    assert first >= today - 5 * DAY
    connection.set_tenant(other_tenant)
    assert events(Belief)[0] == 480


def test_superseded_forecasts_are_thinned_by_the_timetable(tenant: Tenant, today: datetime) -> None:
    sensor = a_sensor(a_site(a_customer()), Quantity.POWER)
    start = today - 10 * DAY
    for ahead in range(48, -1, -1):
        kind = SourceKind.FORECASTER
        believe(sensor, start, [float(ahead)], at=start - ahead * HOUR, kind=kind, name="f")

    periodic.thin_superseded_forecasts()

    connection.set_tenant(tenant)
    assert (Belief.objects.count(), SupersededBelief.objects.count()) == (1, 3)


def test_the_command_counts_before_it_forgets(tenant: Tenant, today: datetime) -> None:
    a_history(today)
    schema = tenant.schema_name

    def run(*options: str) -> str:
        said = io.StringIO()
        call_command("forget_beliefs", schema, *options, stdout=said)
        connection.set_tenant(tenant)
        return said.getvalue()

    assert "keeps all" in run()
    assert "beliefs of events before" in run("--days", "10", "--dry-run")
    assert events(Belief)[0] == 480
    told = run("--days", "10")
    assert "1 of 1: Depot: power: " in told
    assert 239 <= events(Belief)[0] <= 240
    for wrong in (["nobody"], [schema, "--days", "0"]):
        with pytest.raises(CommandError):
            call_command("forget_beliefs", *wrong, stdout=io.StringIO())


def test_only_who_manages_an_asset_forgets(tenant: Tenant, today: datetime) -> None:
    sensor = a_history(today)
    owner = Customer.objects.get(root_path=sensor.asset.parent.path)  # type: ignore[union-attr]
    for actor in (an_actor(owner, Role.PLANNER), an_actor(a_customer("Second"), Role.MANAGER)):
        with pytest.raises(PermissionDenied):
            list(forget_beliefs(actor=actor, sensor=sensor, before=today))
    assert events(Belief)[0] == 480
