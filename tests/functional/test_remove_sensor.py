"""A sensor that is removed, with what is believed of it, by a partner and in the admin."""

from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse
from django_tenants.utils import schema_context

from assets.models import (
    Annotation,
    AnnotationType,
    Asset,
    AssetType,
    Belief,
    Quantity,
    Sensor,
    SupersededBelief,
)
from assets.services import NewTerm, add_annotation, remove_sensor, set_terms
from forecasting.services import keep_plan
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.audit.models import AuditEntry
from tenants.database import connection
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import (
    HOUR,
    a_customer,
    a_device,
    a_sensor,
    a_site,
    a_site_with_battery,
    a_user,
    believe,
)
from tests.portal import Browser

REMOVE = """mutation ($i: RemoveSensorInput!) { removeSensor(input: $i) {
    object { sensor beliefs } errors { field code detail } replayed } }"""


@pytest.fixture
def hall(customer: Customer, now: datetime) -> Sensor:
    """A sensor with beliefs, superseded ones, an annotation and a plan; and another beside it."""
    hall = a_device(a_site(customer), "Hall", AssetType.LOAD)
    other, sensor = a_sensor(hall, Quantity.POWER, name="other"), a_sensor(hall, Quantity.POWER)
    for each in (other, sensor):
        believe(each, now, [1, 2, 3], at=now)
        believe(each, now, [1, 5], at=now + HOUR)
    keep_plan(actor=PLATFORM, sensor=sensor, forecaster="linear")
    add_annotation(
        actor=PLATFORM,
        text="t",
        annotation_type=AnnotationType.NOTE,
        start=now,
        end=now + HOUR,
        sensor=sensor,
    )
    return sensor


def client(tenant: Tenant, customer: Customer | None, now: datetime, role: Role) -> GraphQLClient:
    issued = issue_token(actor=PLATFORM, name=role, role=role, customer=customer, now=now)
    return GraphQLClient(host_of(tenant), issued.key)


@pytest.fixture
def manager(tenant: Tenant, customer: Customer, now: datetime) -> GraphQLClient:
    return client(tenant, customer, now, Role.MANAGER)


def removed(by: GraphQLClient, sensor: Sensor, **more: Any) -> Any:
    return by.execute(REMOVE, i={"sensor": node_id(sensor), **more})["removeSensor"]


def test_all_that_is_and_was_believed_goes_and_nothing_else(
    manager: GraphQLClient, hall: Sensor
) -> None:
    told = removed(manager, hall, idempotencyKey="k")

    assert told["object"] == {"sensor": node_id(hall), "beliefs": 4}
    other = Sensor.objects.get()
    assert set(Belief.objects.values_list("sensor_id", flat=True)) == {other.pk}
    assert [row.sensor_id for row in SupersededBelief.objects.all()] == [other.pk]
    assert not Annotation.objects.exists()
    entry = AuditEntry.objects.get(verb="remove_sensor")
    assert entry.before["quantity"] == "POWER"
    assert removed(manager, hall, idempotencyKey="k")["replayed"]
    assert [each["code"] for each in removed(manager, hall)["errors"]] == ["NOT_FOUND"]


def test_what_a_virtual_sensor_is_made_of_stays(
    manager: GraphQLClient, hall: Sensor, now: datetime
) -> None:
    net = a_sensor(hall.asset, Quantity.POWER, name="net")
    set_terms(actor=PLATFORM, sensor=net, terms=[NewTerm(hall)])

    refused = removed(manager, hall)

    [error] = refused["errors"]
    assert (error["field"], error["code"]) == (["sensor"], "CONFLICT")
    assert "is part of Hall: net" in error["detail"]
    assert Belief.objects.filter(sensor=hall).count() == 3
    assert removed(manager, net)["object"]["beliefs"] == 0  # its terms stay
    assert removed(manager, hall)["object"]["beliefs"] == 4


def test_what_a_device_is_planned_by_stays(
    manager: GraphQLClient, customer: Customer, now: datetime
) -> None:
    a_site_with_battery(customer, now, [0.1], known_at=now)
    power = Sensor.objects.get(asset__name="Battery", quantity=Quantity.POWER)

    [error] = removed(manager, power)["errors"]

    assert error["code"] == "CONFLICT"
    assert "it is used by" in error["detail"]
    assert Sensor.objects.filter(pk=power.pk).exists()


def test_who_may_not_manage_there_removes_nothing(
    tenant: Tenant, other_tenant: Tenant, customer: Customer, hall: Sensor, now: datetime
) -> None:
    stranger = client(tenant, a_customer("Stranger"), now, Role.MANAGER)
    planner = client(tenant, customer, now, Role.PLANNER)
    with schema_context(other_tenant.schema_name):
        foreign = client(other_tenant, None, now, Role.MANAGER)

    codes = [
        [error["code"] for error in removed(each, hall)["errors"]]
        for each in (stranger, planner, foreign)
    ]

    assert codes == [["NOT_FOUND"], ["FORBIDDEN"], ["NOT_FOUND"]]
    connection.set_tenant(tenant)
    assert Belief.objects.filter(sensor=hall).count() == 3


def test_an_operator_sees_what_goes_and_removes_it(tenant: Tenant, hall: Sensor) -> None:
    browser = Browser(tenant)
    browser.force_login(a_user("operator@example.org", None, Role.MANAGER, staff=True))
    address = reverse("admin:assets_sensor_delete", urlconf="config.urls_tenant", args=[hall.pk])

    page = browser.get(address).content.decode()
    answer = browser.post(address, {"post": "yes"})

    assert "superseded beliefs" in page
    assert answer.status_code == 302
    assert not Sensor.objects.filter(pk=hall.pk).exists()
    assert not Belief.objects.filter(sensor=hall.pk).exists()


def test_an_operator_is_told_what_stands_in_the_way(
    tenant: Tenant, customer: Customer, now: datetime
) -> None:
    a_site_with_battery(customer, now, [0.1], known_at=now)
    power = Sensor.objects.get(asset__name="Battery", quantity=Quantity.POWER)
    browser = Browser(tenant)
    browser.force_login(a_user("operator@example.org", None, Role.MANAGER, staff=True))
    address = reverse("admin:assets_sensor_delete", urlconf="config.urls_tenant", args=[power.pk])

    page = browser.get(address).content.decode()
    answer = browser.post(address, {"post": "yes"})

    assert "protected" in page
    assert answer.status_code != 302
    assert Sensor.objects.filter(pk=power.pk).exists()


def test_a_sensor_beside_those_of_a_planned_device_is_removed(
    customer: Customer, now: datetime
) -> None:
    a_site_with_battery(customer, now, [0.1], known_at=now)
    battery = Asset.objects.get(name="Battery")

    assert remove_sensor(actor=PLATFORM, sensor=a_sensor(battery, Quantity.PRICE)) == 0
    assert battery.sensors.count() == 2
