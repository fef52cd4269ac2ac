"""Virtual sensors, as a partner's programme and an operator make them."""

from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from assets.models import Asset, AssetType, Quantity, Sensor
from assets.services import NewSensor, NewTerm, add_sensor
from config import admin_sites
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.audit.models import AuditEntry
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import HOUR, QUARTER, a_customer, a_device, a_sensor, a_site, a_user, believe
from tests.portal import Browser

admin_sites.fill()
ADD = """mutation ($i: AddVirtualSensorInput!) { addVirtualSensor(input: $i) {
    object { id isVirtual terms { sensor factor } } errors { code field detail } } }"""
SET = """mutation ($i: SetSensorTermsInput!) { setSensorTerms(input: $i) {
    object { isVirtual terms { sensor factor } } errors { code field detail } } }"""
READ = """query ($id: ID!, $start: DateTime!, $end: DateTime!) { sensor(id: $id) {
    isVirtual terms { sensor factor }
    series(start: $start, end: $end, resolution: "PT1H") {
        values quality unit sources { name events } } } }"""
SUM = """query ($id: ID!, $start: DateTime!, $end: DateTime!, $name: String) {
    seriesSum(beneath: $id, quantity: POWER, start: $start, end: $end, name: $name)
    { sensors series { values } } }"""
LATEST = "query ($id: ID!) { latestValues(beneath: $id) { sensors values } }"


@pytest.fixture
def meter(site: Asset) -> Sensor:
    return a_sensor(site, Quantity.POWER, name="meter", resolution=QUARTER)


@pytest.fixture
def pump(site: Asset) -> Sensor:
    pump = a_device(site, "Pump", AssetType.HEAT_PUMP)
    return a_sensor(pump, Quantity.POWER, name="pump", resolution=QUARTER)


def a_client(tenant: Tenant, customer: Customer, now: datetime, **how: Any) -> GraphQLClient:
    issued = issue_token(
        actor=PLATFORM, name="t", role=Role.MANAGER, customer=customer, now=now, **how
    )
    return GraphQLClient(host_of(tenant), issued.key)


@pytest.fixture
def manager(tenant: Tenant, customer: Customer, now: datetime) -> GraphQLClient:
    return a_client(tenant, customer, now)


def test_what_remains_of_a_meter_is_added_and_read(
    manager: GraphQLClient, site: Asset, meter: Sensor, pump: Sensor, now: datetime
) -> None:
    believe(meter, now, [10.0] * 4 + [20.0] * 4, at=now)
    believe(pump, now, [2.0] * 4 + [float("nan")] + [2.0] * 3, at=now)
    terms = [
        {"sensor": node_id(meter), "factor": 1.0},
        {"sensor": node_id(pump), "factor": -1.0},
    ]
    wanted = {"asset": node_id(site), "name": "rest", "quantity": "POWER", "terms": terms}

    made = manager.execute(ADD, i=wanted)["addVirtualSensor"]

    assert made["errors"] == []
    assert made["object"]["terms"] == terms
    span = {"start": now.isoformat(), "end": (now + 2 * HOUR).isoformat()}
    told = manager.execute(READ, id=made["object"]["id"], **span)["sensor"]
    assert told["isVirtual"]
    assert told["series"] == {
        "values": [8.0, None],
        "quality": "M-",
        "unit": "kW",
        "sources": [{"name": "meter", "events": 15}],
    }
    assert AuditEntry.objects.filter(verb="set_terms").count() == 1


def test_sums_of_a_subtree_leave_virtual_sensors_out_unless_named(
    manager: GraphQLClient, site: Asset, meter: Sensor, pump: Sensor, now: datetime
) -> None:
    virtual = NewSensor("double", Quantity.POWER, QUARTER, terms=(NewTerm(meter, 2.0),))
    add_sensor(actor=PLATFORM, asset=site, sensor=virtual)
    believe(meter, now, [1.0], at=now)
    believe(pump, now, [10.0], at=now)
    span = {"start": now.isoformat(), "end": (now + QUARTER).isoformat()}

    whole = manager.execute(SUM, id=node_id(site), **span)["seriesSum"]
    named = manager.execute(SUM, id=node_id(site), name="double", **span)["seriesSum"]

    assert (whole["sensors"], whole["series"]["values"]) == (2, [11.0])
    assert (named["sensors"], named["series"]["values"]) == (1, [2.0])


def test_what_is_not_yours_to_see_is_no_term(
    manager: GraphQLClient, site: Asset, meter: Sensor
) -> None:
    theirs = a_sensor(a_site(a_customer("Second")), Quantity.POWER, resolution=QUARTER)
    wanted = {"asset": node_id(site), "name": "v", "quantity": "POWER"}
    for strange in (node_id(theirs), node_id(Sensor(pk=10**9)), node_id(site)):
        terms = [{"sensor": node_id(meter)}, {"sensor": strange}]

        made = manager.execute(ADD, i={**wanted, "terms": terms})["addVirtualSensor"]

        assert made["object"] is None
        [error] = made["errors"]
        assert (error["code"], error["field"]) == ("NOT_FOUND", ["terms", "1", "sensor"])
        assert error["detail"] == "no such Sensor"
    assert not Sensor.objects.filter(is_virtual=True).exists()


def test_terms_that_are_not_yours_to_see_are_left_out_and_count(
    tenant: Tenant, customer: Customer, site: Asset, meter: Sensor, pump: Sensor, now: datetime
) -> None:
    both = (NewTerm(meter), NewTerm(pump))
    made = add_sensor(
        actor=PLATFORM,
        asset=pump.asset,
        sensor=NewSensor("both", Quantity.POWER, QUARTER, terms=both),
    )
    believe(meter, now, [1.0] * 4, at=now)
    believe(pump, now, [10.0] * 4, at=now)
    narrow = a_client(tenant, customer, now, subtree=pump.asset.path)
    span = {"start": now.isoformat(), "end": (now + HOUR).isoformat()}

    told = narrow.execute(READ, id=node_id(made), **span)["sensor"]

    assert told["terms"] == [{"sensor": node_id(pump), "factor": 1.0}]
    assert told["series"]["values"] == [11.0]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"terms": []}, "LENGTH", ["terms"]),
        ({"quantity": "PRICE"}, "UNIT", ["terms", "0", "sensor"]),
        ({"resolutionMinutes": 5.0}, "STEP", ["terms", "0", "sensor"]),
        ({"resolutionMinutes": 7.0}, "STEP", ["resolutionMinutes"]),
        ({"resolutionMinutes": 1e300}, "OUT_OF_RANGE", ["resolutionMinutes"]),
        ({"name": ""}, "REQUIRED", ["name"]),
        ({"name": "meter"}, "CONFLICT", []),
    ],
)
def test_a_wrong_definition_is_named(
    manager: GraphQLClient,
    site: Asset,
    meter: Sensor,
    change: dict[str, Any],
    code: str,
    field: list[str],
) -> None:
    terms = [{"sensor": node_id(meter)}]
    wanted = {"asset": node_id(site), "name": "v", "quantity": "POWER", "terms": terms}

    made = manager.execute(ADD, i={**wanted, **change})["addVirtualSensor"]

    assert [(each["code"], each["field"]) for each in made["errors"]] == [(code, field)]
    assert Sensor.objects.filter(asset=site).count() == 1


def test_a_circle_is_told(manager: GraphQLClient, site: Asset, meter: Sensor) -> None:
    one = add_sensor(
        actor=PLATFORM,
        asset=site,
        sensor=NewSensor("one", Quantity.POWER, QUARTER, terms=(NewTerm(meter),)),
    )
    two = add_sensor(
        actor=PLATFORM,
        asset=site,
        sensor=NewSensor("two", Quantity.POWER, QUARTER, terms=(NewTerm(one),)),
    )
    asked = {"sensor": node_id(one), "terms": [{"sensor": node_id(two)}]}

    [error] = manager.execute(SET, i=asked)["setSensorTerms"]["errors"]

    assert (error["code"], error["field"]) == ("TREE", ["terms", "0", "sensor"])
    assert "two <- one" in error["detail"]
    asked["terms"] = [{"sensor": node_id(meter), "factor": -1.0}]
    changed = manager.execute(SET, i=asked)["setSensorTerms"]
    assert changed["object"]["terms"] == asked["terms"]


def test_too_many_events_of_terms_are_refused(
    manager: GraphQLClient, site: Asset, meter: Sensor, settings: Any
) -> None:
    hourly = add_sensor(
        actor=PLATFORM,
        asset=site,
        sensor=NewSensor("h", Quantity.POWER, HOUR, terms=(NewTerm(meter),)),
    )
    settings.GRAPHQL_MAX_EVENTS = 100  # 24 hours, and their 96 quarters
    span = {"start": "2026-03-27T00:00Z", "end": "2026-03-28T00:00Z"}

    [error] = manager.errors(READ, id=node_id(hourly), **span)

    assert error["extensions"]["code"] == "TOO_LONG"


def test_an_operator_puts_a_sensor_together_in_the_admin(
    tenant: Tenant, site: Asset, meter: Sensor, pump: Sensor, now: datetime
) -> None:
    browser = Browser(tenant)
    browser.force_login(a_user("olga@operator.example", None, Role.MANAGER, staff=True))
    rest = a_sensor(site, Quantity.POWER, name="rest", resolution=QUARTER)
    page = reverse("admin:assets_sensor_change", urlconf="config.urls_tenant", args=[rest.pk])
    form = {
        "name": "rest",
        "terms-TOTAL_FORMS": "2",
        "terms-INITIAL_FORMS": "0",
        "terms-0-sensor": str(meter.pk),
        "terms-0-factor": "1",
        "terms-1-sensor": str(pump.pk),
        "terms-1-factor": "-1",
    }

    refused = browser.post(page, {**form, "terms-1-sensor": str(rest.pk)})
    assert refused.status_code == 200
    assert "put together from itself" in refused.content.decode()
    assert not rest.terms.exists()

    assert browser.post(page, form).status_code == 302
    rest.refresh_from_db()
    assert rest.is_virtual
    assert list(rest.terms.order_by("pk").values_list("sensor", "factor")) == [
        (meter.pk, 1.0),
        (pump.pk, -1.0),
    ]
    kept = list(rest.terms.order_by("pk"))
    form |= {"terms-INITIAL_FORMS": "2", "terms-1-DELETE": "on"}
    form |= {f"terms-{i}-id": str(term.pk) for i, term in enumerate(kept)}
    assert browser.post(page, form).status_code == 302
    assert list(rest.terms.values_list("sensor", flat=True)) == [meter.pk]
