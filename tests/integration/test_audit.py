"""The audit trail: written with the change or not at all, never altered, free of secrets."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django_tenants.utils import schema_context

from assets.models import Asset, AssetType, Quantity
from assets.services import (
    NewSensor,
    add_asset,
    add_customer,
    add_sensor,
    change_asset,
    change_sensor,
    move_asset,
    remove_asset,
)
from assets.timegrid import TimeGrid
from forecasting.services import keep_plan, request_forecast
from integrations.services import bind_channel, keep_connection
from scheduling.services import request_again, request_schedule
from tenants.accounts.models import ApiToken, Customer
from tenants.accounts.tokens import issue_token, revoke_token, rotate_token
from tenants.audit.models import AuditEntry
from tenants.audit.services import record
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role, actor_in_role
from tests.factories import HOUR, a_customer, a_sensor, a_site, a_site_with_battery

OLGA = actor_in_role("user:7", Role.MANAGER)
SECRET = "swordfish"


@pytest.fixture
def site(tenant: Tenant, now: datetime) -> Asset:
    return a_site_with_battery(a_customer(), now, [0.1, 0.5], known_at=now - HOUR)


def trail() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(actor=OLGA.name).order_by("pk"))


def tokens(site: Asset, now: datetime) -> None:
    customer = Customer.objects.get()
    issued = issue_token(actor=OLGA, name="box", role=Role.PLANNER, customer=customer, now=now)
    rotated = rotate_token(actor=OLGA, token=issued.token, now=now, overlap_hours=1.0)
    revoke_token(actor=OLGA, token=rotated.token, now=now)


def tree(site: Asset, now: datetime) -> None:
    other = a_site(Customer.objects.get(), "Yard")
    device = add_asset(actor=OLGA, parent=site, name="Pump", asset_type=AssetType.LOAD)
    sensor = add_sensor(actor=OLGA, asset=device, sensor=NewSensor("power", Quantity.POWER))
    sensor.name = "electric power"
    change_sensor(actor=OLGA, sensor=sensor)
    device.name = "Heat pump"
    change_asset(actor=OLGA, asset=device)
    move_asset(actor=OLGA, asset=device, parent=other)
    remove_asset(actor=OLGA, asset=Asset.objects.get(pk=device.pk))


def customers(site: Asset, now: datetime) -> None:
    add_customer(actor=OLGA, name="New Ltd")


def runs(site: Asset, now: datetime) -> None:
    run = request_schedule(actor=OLGA, asset=site, grid=TimeGrid(now, HOUR, 2), now=now)
    request_again(actor=OLGA, run=run, now=now)


def forecasts(site: Asset, now: datetime) -> None:
    sensor = a_sensor(site, Quantity.TEMPERATURE)
    keep_plan(actor=OLGA, sensor=sensor, forecaster="seasonal_naive")
    request_forecast(actor=OLGA, sensor=sensor, now=now)


def connections(site: Asset, now: datetime) -> None:
    prices = a_sensor(site, Quantity.PRICE, name="day ahead")
    settings = {"token": SECRET, "zone": "10YNL----------L"}
    kept = keep_connection(actor=OLGA, name="grid", connector="entsoe", settings=settings)
    bind_channel(actor=OLGA, connection=kept, channel="day_ahead_price", sensor=prices)


@pytest.mark.parametrize(
    ("act", "verbs"),
    [
        (tokens, ["issue_token", "rotate_token", "issue_token", "revoke_token"]),
        (
            tree,
            [
                "add_asset",
                "add_sensor",
                "change_sensor",
                "change_asset",
                "move_asset",
                "remove_asset",
            ],
        ),
        (customers, ["add_asset", "add_customer"]),
        (runs, ["request_schedule", "request_again"]),
        (forecasts, ["keep_plan", "request_forecast"]),
        (connections, ["keep_connection", "bind_channel"]),
    ],
)
def test_each_service_leaves_one_entry(
    site: Asset, now: datetime, act: Callable[[Asset, datetime], None], verbs: list[str]
) -> None:
    act(site, now)

    assert [entry.verb for entry in trail()] == verbs


def test_an_entry_tells_what_changed_and_nothing_else(site: Asset) -> None:
    site.name = "Depot North"
    change_asset(actor=OLGA, asset=site)

    [entry] = trail()

    assert (entry.subject_type, entry.subject_id) == ("Asset", str(site.pk))
    assert (entry.before, entry.after) == ({"name": "Depot"}, {"name": "Depot North"})


def test_what_changes_nothing_leaves_no_entry(site: Asset, now: datetime) -> None:
    change_asset(actor=OLGA, asset=site)
    issued = issue_token(actor=PLATFORM, name="box", role=Role.VIEWER, customer=None, now=now)
    revoke_token(actor=PLATFORM, token=issued.token, now=now)
    revoke_token(actor=OLGA, token=issued.token, now=now)

    assert trail() == []


def test_what_is_refused_leaves_no_entry(site: Asset) -> None:
    viewer = actor_in_role(OLGA.name, Role.VIEWER)
    with pytest.raises(PermissionDenied):
        add_asset(actor=viewer, parent=site, name="Pump", asset_type=AssetType.LOAD)
    with pytest.raises(ValidationError):
        add_asset(actor=OLGA, parent=site, name="Battery", asset_type=AssetType.LOAD)

    assert trail() == []


def test_change_and_entry_are_there_together_or_not_at_all(
    site: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*args: Any, **options: Any) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(AuditEntry.objects, "create", full_disk)
    with pytest.raises(DatabaseError):
        add_asset(actor=OLGA, parent=site, name="Pump", asset_type=AssetType.LOAD)

    assert not Asset.objects.filter(name="Pump").exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditentry SET actor = 'nobody'",
        "DELETE FROM audit_auditentry",
        "TRUNCATE audit_auditentry",
    ],
)
def test_the_database_refuses_to_alter_the_trail(site: Asset, statement: str) -> None:
    before = AuditEntry.objects.count()
    assert before

    with (
        pytest.raises(DatabaseError, match="the audit trail is never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert AuditEntry.objects.count() == before


def test_no_secret_is_in_the_trail(site: Asset, now: datetime) -> None:
    issued = issue_token(actor=OLGA, name="box", role=Role.VIEWER, customer=None, now=now)
    connections(site, now)

    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(string_agg(e::text, ' '), '') FROM audit_auditentry e")
        text = cursor.fetchone()[0]

    assert issued.token.prefix in text, "the search saw too little to mean anything"
    for secret in (issued.key, issued.key[-43:], issued.token.digest, SECRET):
        assert secret not in text


def test_a_secret_is_refused_by_the_trail_itself(site: Asset) -> None:
    with pytest.raises(ValueError, match="digest: secrets are not kept"):
        record(actor=OLGA, verb="leak", subject=site, after={"digest": "abc"})


def test_each_tenant_has_a_trail_of_its_own(
    site: Asset, other_tenant: Tenant, now: datetime
) -> None:
    with schema_context(other_tenant.schema_name):
        before = AuditEntry.objects.count()
    issue_token(actor=OLGA, name="box", role=Role.VIEWER, customer=None, now=now)

    with schema_context(other_tenant.schema_name):
        assert AuditEntry.objects.count() == before
    with schema_context("public"):
        assert not AuditEntry.objects.filter(actor=OLGA.name).exists()


def test_a_token_follows_its_subtree_but_not_to_another_customer(
    site: Asset, now: datetime
) -> None:
    ours, theirs = Customer.objects.get(), a_customer("Neighbour")
    battery = Asset.objects.get(name="Battery")
    yard, their_site = a_site(ours, "Yard"), a_site(theirs)

    def an_issued(subtree: str) -> ApiToken:
        return issue_token(
            actor=OLGA, name="box", role=Role.VIEWER, customer=None, subtree=subtree, now=now
        ).token

    narrow, whole = an_issued(battery.path), an_issued(site.path)
    assert narrow.customer == ours

    move_asset(actor=OLGA, asset=battery, parent=yard)
    narrow.refresh_from_db()
    whole.refresh_from_db()
    battery.refresh_from_db()
    assert narrow.subtree == battery.path == f"{yard.path}{battery.pk}."
    assert whole.subtree == site.path

    move_asset(actor=OLGA, asset=battery, parent=their_site)
    narrow.refresh_from_db()
    assert not Asset.objects.filter(path__startswith=narrow.subtree).exists()
