"""Annotations, as partners and operators say, find and take them back."""

from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse
from django_tenants.utils import schema_context

from assets.models import Annotation, AnnotationType, Asset, AssetType, Quantity, Sensor
from assets.services import add_annotation, remove_asset
from config import admin_sites
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.audit.models import AuditEntry
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import HOUR, a_customer, a_device, a_sensor, a_site, a_user, believe
from tests.portal import Browser

admin_sites.fill()
ADD = """mutation ($i: AddAnnotationInput!) { addAnnotation(input: $i) {
    object { id text annotationType start end asset { name } sensor { name } madeBy }
    errors { code field detail } } }"""
CHANGE = """mutation ($i: ChangeAnnotationInput!) { changeAnnotation(input: $i) {
    object { text annotationType end } errors { code field detail } } }"""
REMOVE = """mutation ($i: RemoveAnnotationInput!) { removeAnnotation(input: $i) {
    object { annotation } errors { code field detail } } }"""
LIST = """query ($f: AnnotationFilter) {
    annotations(first: 10, filters: $f, ordering: [{start: ASC}]) { edges { node { text } } } }"""


@pytest.fixture
def sensor(customer: Customer) -> Sensor:
    return a_sensor(a_device(a_site(customer), "Hall", AssetType.LOAD), Quantity.POWER)


def a_client(
    tenant: Tenant, customer: Customer | None, now: datetime, role: Role = Role.PLANNER
) -> GraphQLClient:
    issued = issue_token(actor=PLATFORM, name="t", role=role, customer=customer, now=now)
    return GraphQLClient(host_of(tenant), issued.key)


@pytest.fixture
def planner(tenant: Tenant, customer: Customer, now: datetime) -> GraphQLClient:
    return a_client(tenant, customer, now)


def said(text: str, now: datetime, hours: float = 0, **of: Any) -> Annotation:
    return add_annotation(
        actor=PLATFORM,
        text=text,
        annotation_type=of.pop("annotation_type", AnnotationType.NOTE),
        start=now + hours * HOUR,
        end=now + (hours + 1) * HOUR,
        **of,
    )


def texts(client: GraphQLClient, **filters: Any) -> list[str]:
    edges = client.execute(LIST, f=filters)["annotations"]["edges"]
    return [edge["node"]["text"] for edge in edges]


def test_it_is_said_changed_and_taken_back(
    planner: GraphQLClient, sensor: Sensor, now: datetime
) -> None:
    wanted = {
        "text": "Doors stood open",
        "annotationType": "WARNING",
        "start": "2026-03-28T13:00:00+01:00",
        "end": "2026-03-28T14:00:00+01:00",
        "sensor": node_id(sensor),
    }

    made = planner.execute(ADD, i=wanted)["addAnnotation"]["object"]

    assert made.pop("id")
    assert made.pop("madeBy").startswith("token:")
    assert made == {
        "text": "Doors stood open",
        "annotationType": "WARNING",
        "start": "2026-03-28T12:00:00+00:00",
        "end": "2026-03-28T13:00:00+00:00",
        "asset": {"name": "Hall"},
        "sensor": {"name": "power"},
    }
    row = Annotation.objects.get()
    change = {"annotation": node_id(row), "end": "2026-03-28T13:30Z"}
    changed = planner.execute(CHANGE, i=change)["changeAnnotation"]["object"]
    assert changed == {
        "text": "Doors stood open",
        "annotationType": "WARNING",
        "end": "2026-03-28T13:30:00+00:00",
    }
    gone = planner.execute(REMOVE, i={"annotation": node_id(row)})["removeAnnotation"]
    assert gone["object"] == {"annotation": node_id(row)}
    assert not Annotation.objects.exists()
    verbs = AuditEntry.objects.filter(verb__contains="annotation").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "add_annotation",
        "change_annotation",
        "remove_annotation",
    ]


def test_lists_are_narrowed_by_interval_kind_and_place(
    planner: GraphQLClient, sensor: Sensor, now: datetime
) -> None:
    said("before", now, -1, sensor=sensor)
    said("within", now, 0, sensor=sensor, annotation_type=AnnotationType.OUTAGE)
    said("after", now, 2, asset=sensor.asset.parent)
    hour = {"start": {"lt": (now + HOUR).isoformat()}, "end": {"gt": now.isoformat()}}

    assert texts(planner) == ["before", "within", "after"]
    assert texts(planner, **hour) == ["within"]
    assert texts(planner, annotationType={"exact": "NOTE"}) == ["before", "after"]
    assert texts(planner, sensor=node_id(sensor)) == ["before", "within"]
    assert texts(planner, asset=node_id(sensor.asset.parent)) == ["after"]
    assert len(texts(planner, beneath=node_id(sensor.asset.parent))) == 3


def test_each_customer_and_tenant_reads_its_own(
    planner: GraphQLClient,
    tenant: Tenant,
    other_tenant: Tenant,
    sensor: Sensor,
    now: datetime,
) -> None:
    second = a_customer("Second")
    theirs = said("theirs", now, 0, asset=a_site(second))
    said("mine", now, 1, sensor=sensor)
    said("of all", now, 2)
    with schema_context(other_tenant.schema_name):
        said("of another tenant", now)

    assert texts(planner) == ["mine", "of all"]
    assert texts(a_client(tenant, None, now)) == ["theirs", "mine", "of all"]
    assert texts(a_client(tenant, second, now)) == ["theirs", "of all"]
    assert texts(planner, asset=node_id(theirs.asset)) == []
    for mutation, change in ((CHANGE, {"text": "mine now"}), (REMOVE, {})):
        [answer] = planner.execute(mutation, i={"annotation": node_id(theirs), **change}).values()
        assert [each["code"] for each in answer["errors"]] == ["NOT_FOUND"]
    assert Annotation.objects.get(pk=theirs.pk).text == "theirs"


def test_only_who_speaks_for_the_tenant_does_so(
    planner: GraphQLClient, tenant: Tenant, customer: Customer, sensor: Sensor, now: datetime
) -> None:
    holiday = {
        "text": "King's day",
        "annotationType": "HOLIDAY",
        "start": "2026-04-26T22:00Z",
        "end": "2026-04-27T22:00Z",
    }

    [refused] = planner.execute(ADD, i=holiday)["addAnnotation"]["errors"]
    made = a_client(tenant, None, now).execute(ADD, i=holiday)["addAnnotation"]["object"]

    assert refused["code"] == "FORBIDDEN"
    assert (made["asset"], made["sensor"]) == (None, None)
    [refused] = planner.execute(CHANGE, i={"annotation": made["id"], "text": "x"})[
        "changeAnnotation"
    ]["errors"]
    assert refused["code"] == "FORBIDDEN"
    viewer = a_client(tenant, customer, now, Role.VIEWER)
    [refused] = viewer.execute(ADD, i={**holiday, "sensor": node_id(sensor)})["addAnnotation"][
        "errors"
    ]
    assert refused["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"text": ""}, "REQUIRED", ["text"]),
        ({"text": "x" * 2001}, "LENGTH", ["text"]),
        ({"end": "2026-03-28T08:00Z"}, "WINDOW", ["end"]),
        ({"end": "2026-03-28T07:00Z"}, "WINDOW", ["end"]),
        ({"sensor": "U2Vuc29yOjEwMDAwMDAwMDA="}, "NOT_FOUND", ["sensor"]),
        ({"asset": "QXNzZXQ6MTAwMDAwMDAwMA=="}, "NOT_FOUND", ["asset"]),
    ],
)
def test_what_is_wrong_is_named(
    planner: GraphQLClient, sensor: Sensor, change: dict[str, Any], code: str, field: list[str]
) -> None:
    right = {"text": "t", "start": "2026-03-28T08:00Z", "end": "2026-03-28T09:00Z"}
    right["sensor"] = node_id(sensor)

    answer = planner.execute(ADD, i={**right, **change})["addAnnotation"]

    assert [(each["code"], each["field"]) for each in answer["errors"]] == [(code, field)]
    assert not Annotation.objects.exists()


def test_a_sensor_at_another_asset_is_refused(planner: GraphQLClient, sensor: Sensor) -> None:
    wanted = {"text": "t", "start": "2026-03-28T08:00Z", "end": "2026-03-28T09:00Z"}
    wanted |= {"sensor": node_id(sensor), "asset": node_id(Asset.objects.get(name="Depot"))}

    [error] = planner.execute(ADD, i=wanted)["addAnnotation"]["errors"]

    assert (error["code"], error["field"]) == ("INCONSISTENT", ["sensor"])


def test_it_goes_with_its_asset(sensor: Sensor, now: datetime) -> None:
    said("gone", now, sensor=sensor)
    said("stays", now)

    remove_asset(actor=PLATFORM, asset=sensor.asset)

    assert [each.text for each in Annotation.objects.all()] == ["stays"]


def test_an_operator_writes_them_and_sees_them_on_the_chart(
    tenant: Tenant, sensor: Sensor, now: datetime
) -> None:
    browser = Browser(tenant)
    browser.force_login(a_user("olga@operator.example", None, Role.MANAGER, staff=True))
    believe(sensor, now, [1.0, 2.0], at=now)
    other = a_sensor(sensor.asset, Quantity.POWER, name="other")
    said("of another sensor", now, sensor=other)
    said("long ago", now, -999, sensor=sensor)

    def page(name: str, *args: Any) -> str:
        return reverse(f"admin:assets_annotation_{name}", urlconf="config.urls_tenant", args=args)

    form = {
        "text": "Checked",
        "annotation_type": "MAINTENANCE",
        "start_0": "2026-03-28",
        "start_1": "13:00",
        "end_0": "2026-03-28",
        "end_1": "14:00",
        "asset": str(sensor.asset_id),
        "sensor": "",
    }
    refused = browser.post(page("add"), {**form, "end_1": "12:00"})
    assert "the end is not after the start" in str(refused.context["adminform"].form.errors)
    assert browser.post(page("add"), form).status_code == 302

    chart = reverse("admin:assets_sensor_chart", urlconf="config.urls_tenant", args=[sensor.pk])
    notes = browser.get(chart).json()["notes"]
    assert [note["text"] for note in notes] == ["maintenance: Checked"]
    row = Annotation.objects.get(text="Checked")
    assert notes[0]["end"] - notes[0]["start"] == 3600
    assert browser.post(page("delete", row.pk), {"post": "yes"}).status_code == 302
    assert not Annotation.objects.filter(pk=row.pk).exists()
