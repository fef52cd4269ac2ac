"""A partner makes a site from nothing, keeps it in order, and takes it apart again."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django_tenants.utils import schema_context

from assets.models import Asset, AssetType, Belief, Quantity, Sensor
from scheduling.models import AssetFlex
from tenants.accounts.models import Customer
from tenants.audit.models import AuditEntry
from tenants.database import connection
from tenants.models import Tenant
from tenants.permissions import Role
from tests.client import GraphQLClient, node_id
from tests.conftest import OTHER_SCHEMA
from tests.factories import (
    HOUR,
    a_customer,
    a_device,
    a_sensor,
    a_site,
    a_site_with_battery,
    believe,
)
from tests.tree_client import Do, doing


@pytest.fixture
def do(customer: Customer, client_of: Callable[..., GraphQLClient]) -> Do:
    return doing(client_of(customer, Role.MANAGER))


def portfolio(customer: Customer) -> Asset:
    return Asset.objects.get(path=customer.root_path)


def test_a_site_with_a_battery_is_made_and_measured(
    do: Do, customer: Customer, client_of: Callable[..., GraphQLClient], now: datetime
) -> None:
    root = node_id(portfolio(customer))
    site = do("addAsset", parent=root, name="Depot", assetType="SITE", latitude=52.1, longitude=5.2)
    battery = do("addAsset", parent=site["object"]["id"], name="Battery", assetType="BATTERY")
    at = battery["object"]["id"]
    power = do(
        "addSensor",
        asset=at,
        name="power",
        quantity="POWER",
        resolutionMinutes=5.0,
        outwardPositive=True,
        minimum=-50.0,
        maximum=50.0,
        expectedWithinMinutes=10.0,
        timeZone="Europe/Lisbon",
    )
    stock = do("addSensor", asset=at, name="stock", quantity="STOCK", resolutionMinutes=0.0)

    assert [each["errors"] for each in (site, battery, power, stock)] == [[]] * 4
    assert site["object"]["parent"] == {"id": root}
    assert site["object"]["timeZone"] == portfolio(customer).time_zone
    assert (site["object"]["latitude"], site["object"]["longitude"]) == (52.1, 5.2)
    assert power["object"] == {
        "id": power["object"]["id"],
        "name": "power",
        "quantity": "POWER",
        "resolutionMinutes": 5.0,
        "outwardPositive": True,
        "minimum": -50.0,
        "maximum": 50.0,
        "expectedWithinMinutes": 10.0,
        "timeZone": "Europe/Lisbon",
        "asset": {"id": at},
    }
    assert stock["object"]["timeZone"] is None
    recorded = client_of(customer, Role.PLANNER).execute(
        """mutation ($i: RecordReadingsInput!)
        { recordReadings(input: $i) { object { changed } errors { detail } } }""",
        i={"series": [{
            "sensor": power["object"]["id"], "start": (now - HOUR).isoformat(),
            "values": [7.0], "unit": "kW",
        }]},
    )["recordReadings"]  # fmt: skip
    assert recorded == {"object": {"changed": 1}, "errors": []}
    assert Belief.objects.get().value == -7.0  # the sender counts what comes out as positive
    verbs = ["add_asset", "add_asset", "add_sensor", "add_sensor"]
    made = AuditEntry.objects.filter(actor__startswith="token:").order_by("pk")
    assert [entry.verb for entry in made][: len(verbs)] == verbs


def test_what_is_left_out_of_a_change_stays(do: Do, site: Asset) -> None:
    hall = a_device(site, "Hall", AssetType.LOAD)
    do("changeAsset", asset=node_id(hall), latitude=10.0, longitude=20.0, timeZone="Europe/Berlin")

    told = do("changeAsset", asset=node_id(hall), name="Great hall", latitude=None, timeZone=None)

    assert told["errors"] == []
    hall.refresh_from_db()
    assert (hall.name, hall.latitude, hall.longitude) == ("Great hall", None, 20.0)
    assert (hall.time_zone, hall.asset_type) == ("Europe/Berlin", AssetType.LOAD)
    entry = AuditEntry.objects.filter(verb="change_asset").latest("pk")
    assert (entry.before, entry.after) == (
        {"name": "Hall", "latitude": 10.0},
        {"name": "Great hall", "latitude": None},
    )


def test_a_feeder_moves_with_what_hangs_under_it(do: Do, customer: Customer, site: Asset) -> None:
    hall = a_device(site, "Hall", AssetType.FEEDER)
    lamp = a_device(hall, "Lamp", AssetType.LOAD)
    yard = a_site(customer, "Yard")

    told = do("moveAsset", asset=node_id(hall), parent=node_id(yard))

    assert told["object"]["parent"] == {"id": node_id(yard)}
    lamp.refresh_from_db()
    assert lamp.path == f"{yard.path}{hall.pk}.{lamp.pk}."
    for asset, parent, code in (
        (yard, lamp, "TREE"),
        (hall, hall, "TREE"),
        (portfolio(customer), yard, "TREE"),
    ):
        [error] = do("moveAsset", asset=node_id(asset), parent=node_id(parent))["errors"]
        assert error["code"] == code


def test_an_asset_is_removed_with_its_sensors_and_their_values(
    do: Do, site: Asset, now: datetime
) -> None:
    hall = a_device(site, "Hall", AssetType.LOAD)
    believe(a_sensor(hall, Quantity.POWER), now, [1.0], at=now)

    [refused] = do("removeAsset", asset=node_id(site))["errors"]
    told = do("removeAsset", asset=node_id(hall), idempotencyKey="k")

    assert (refused["code"], refused["field"]) == ("TREE", ["asset"])
    assert "assets hang under" in refused["detail"]
    assert told["object"] == {"asset": node_id(hall)}
    assert not Sensor.objects.exists()
    assert not Belief.objects.exists()
    assert do("removeAsset", asset=node_id(hall), idempotencyKey="k")["replayed"]
    assert do("removeAsset", asset=node_id(hall))["errors"][0]["code"] == "NOT_FOUND"


def test_a_device_is_removed_with_its_flexibility_and_not_one_that_another_is_planned_by(
    do: Do, customer: Customer, now: datetime
) -> None:
    site = a_site_with_battery(customer, now, [0.1], known_at=now)
    battery = Asset.objects.get(parent=site, asset_type=AssetType.BATTERY)
    hall = a_device(site, "Hall", AssetType.LOAD)
    power = a_sensor(hall, Quantity.POWER)
    kept = AssetFlex.objects.get(asset=battery)
    own, kept.power_sensor = kept.power_sensor, power
    kept.save()

    [error] = do("removeAsset", asset=node_id(hall))["errors"]
    kept.power_sensor = own
    kept.save()
    told = do("removeAsset", asset=node_id(battery))

    assert (error["code"], error["field"]) == ("CONFLICT", ["asset"])
    assert "flexibility of an asset" in error["detail"]
    assert Sensor.objects.filter(pk=power.pk).exists()
    assert told["errors"] == []
    assert not AssetFlex.objects.filter(asset_id=battery.pk).exists()


def test_the_same_request_twice_makes_one_asset(do: Do, site: Asset) -> None:
    given = {"parent": node_id(site), "name": "Hall", "assetType": "LOAD", "idempotencyKey": "a"}

    first, second = do("addAsset", **given), do("addAsset", **given)

    assert first["object"] == second["object"]
    assert (first["replayed"], second["replayed"]) == (False, True)
    assert do("addAsset", **{**given, "name": "B"})["errors"][0]["code"] == "KEY_REUSED"
    again = {**given, "idempotencyKey": "b"}
    assert do("addAsset", **again)["errors"][0]["code"] == "CONFLICT"
    assert Asset.objects.filter(parent=site).count() == 1


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"name": ""}, "REQUIRED", "name"),
        ({"name": "x" * 101}, "LENGTH", "name"),
        ({"timeZone": "Mars/Base"}, "TIME_ZONE", "timeZone"),
        ({"latitude": 91.0}, "OUT_OF_RANGE", "latitude"),
        ({"longitude": -181.0}, "OUT_OF_RANGE", "longitude"),
    ],
)
def test_a_wrong_value_of_an_asset_is_named(
    do: Do, site: Asset, change: dict[str, Any], code: str, field: str
) -> None:
    hall = a_device(site, "Hall", AssetType.LOAD)
    new = {"parent": node_id(site), "name": "New", "assetType": "LOAD"}
    before = AuditEntry.objects.count()

    added = do("addAsset", **{**new, **change})
    for told in (added, do("changeAsset", asset=node_id(hall), **change)):
        [error] = told["errors"]
        assert (error["code"], error["field"]) == (code, [field]), error
        assert told["object"] is None

    if code == "OUT_OF_RANGE":
        assert 90.0 in error["limits"].values() or -180.0 in error["limits"].values()
    hall.refresh_from_db()
    assert (hall.name, hall.latitude, hall.longitude) == ("Hall", None, None)
    assert Asset.objects.filter(parent=site).count() == 1
    assert AuditEntry.objects.count() == before


def test_who_only_looks_or_is_somebody_else_makes_and_changes_nothing(
    tenant: Tenant,
    other_tenant: Tenant,
    customer: Customer,
    site: Asset,
    client_of: Callable[..., GraphQLClient],
) -> None:
    hall, yard = a_device(site, "Hall", AssetType.LOAD), a_device(site, "Yard", AssetType.FEEDER)
    sensor = a_sensor(hall, Quantity.POWER)
    asked: dict[str, dict[str, Any]] = {
        "addAsset": {"parent": node_id(site), "name": "New", "assetType": "LOAD"},
        "changeAsset": {"asset": node_id(hall), "name": "Other"},
        "moveAsset": {"asset": node_id(hall), "parent": node_id(yard)},
        "removeAsset": {"asset": node_id(yard)},
        "addSensor": {"asset": node_id(hall), "name": "new", "quantity": "POWER"},
        "changeSensor": {"sensor": node_id(sensor), "name": "other"},
    }
    for role, who, code in (
        (Role.VIEWER, customer, "FORBIDDEN"),
        (Role.PLANNER, customer, "FORBIDDEN"),
        (Role.MANAGER, a_customer("Neighbour"), "NOT_FOUND"),
    ):
        do = doing(client_of(who, role))
        assert {name: do(name, **given)["errors"][0]["code"] for name, given in asked.items()} == (
            dict.fromkeys(asked, code)
        )
    with schema_context(OTHER_SCHEMA):
        theirs = Asset.objects.count()
    assert set(Asset.objects.filter(path__startswith=site.path)) == {site, hall, yard}
    assert [each.name for each in Sensor.objects.all()] == [sensor.name]
    with schema_context(OTHER_SCHEMA):
        assert Asset.objects.count() == theirs
    assert connection.schema_name == tenant.schema_name


def test_nothing_moves_to_another_customer_without_the_right_there(
    do: Do, customer: Customer, site: Asset
) -> None:
    yard = a_site(a_customer("Neighbour"), "Yard")

    [error] = do("moveAsset", asset=node_id(site), parent=node_id(yard))["errors"]

    assert (error["code"], error["field"]) == ("NOT_FOUND", ["parent"])
    site.refresh_from_db()
    assert site.parent_id == portfolio(customer).pk
