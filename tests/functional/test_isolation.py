"""Two tenants, and two customers of one tenant: what is one's is nobody else's.

What may not be seen answers exactly like what does not exist.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import cache
from django_tenants.utils import schema_context

from assets.models import Asset, Belief, Quantity, Sensor
from assets.timegrid import TimeGrid
from scheduling.models import ScheduleRun
from scheduling.services import request_schedule
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.database import connection
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import (
    HOUR,
    a_customer,
    a_sensor,
    a_site,
    a_site_with_battery,
    an_actor,
)

ASSET = "query ($id: ID!) { asset(id: $id) { name } }"
SENSOR = """
    query ($id: ID!, $start: DateTime!, $end: DateTime!) {
      sensor(id: $id) { name series(start: $start, end: $end) { values } }
    }
"""
RUN = "query ($id: ID!) { scheduleRun(id: $id) { state } }"
LISTS = """{
    assets(first: 200) { edges { node { name children(first: 10) { edges { node { name } } }
        sensors(first: 10) { edges { node { name } } } } } }
    sensors(first: 200) { edges { node { name asset { name } } } }
    scheduleRuns(first: 200) { edges { node { id asset { name } } } }
}"""
RECORD = """
    mutation ($input: RecordReadingsInput!) {
      recordReadings(input: $input) { object { changed } errors { code field detail } }
    }
"""
REQUEST = """
    mutation ($input: RequestScheduleInput!) {
      requestSchedule(input: $input) { object { id } errors { code field detail } }
    }
"""


@pytest.fixture
def ours(tenant: Tenant, now: datetime) -> Asset:
    """A site of the first customer, with a run."""
    site = a_site_with_battery(a_customer("First"), now, [0.1, 0.5], known_at=now - HOUR)
    request_schedule(actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, 2), now=now)
    return site


def a_client(tenant: Tenant, customer: Customer | None, now: datetime) -> GraphQLClient:
    issued = issue_token(actor=PLATFORM, name="test", role=Role.MANAGER, customer=customer, now=now)
    return GraphQLClient(host_of(tenant), issued.key)


@pytest.fixture(params=["another customer", "another tenant"])
def stranger(
    request: pytest.FixtureRequest, tenant: Tenant, other_tenant: Tenant, now: datetime
) -> GraphQLClient:
    """A manager of another customer of the same tenant, or of all of another tenant."""
    if request.param == "another customer":
        return a_client(tenant, a_customer("Second"), now)
    with schema_context(other_tenant.schema_name):
        return a_client(other_tenant, None, now)


@pytest.mark.usefixtures("ours")
def test_lists_show_nothing_of_others(stranger: GraphQLClient) -> None:
    lists = stranger.execute(LISTS)

    shown = str(lists)
    assert "Depot" not in shown
    assert "Battery" not in shown
    assert "First" not in shown
    assert lists["scheduleRuns"]["edges"] == []


def test_identifiers_of_others_answer_like_none(
    ours: Asset, stranger: GraphQLClient, now: datetime
) -> None:
    sensor = Sensor.objects.filter(asset__path__startswith=ours.path).first()
    run = ScheduleRun.objects.get()
    span = {"start": now.isoformat(), "end": (now + HOUR).isoformat()}
    missing_sensor, missing_asset = Sensor(pk=10**9), Asset(pk=10**9)
    missing_run = ScheduleRun()

    def answer(query: str, row: Any, **variables: Any) -> Any:
        body = stranger.post(query, id=node_id(row), **variables).json()
        for error in body.get("errors", []):
            error.pop("locations", None)
        cost = body.pop("extensions")["cost"]
        return body, cost["requested"]  # what is left of the budget grows meanwhile

    assert answer(ASSET, ours) == answer(ASSET, missing_asset)
    assert answer(SENSOR, sensor, **span) == answer(SENSOR, missing_sensor, **span)
    assert answer(RUN, run) == answer(RUN, missing_run)


def test_others_sensors_take_no_readings(
    tenant: Tenant, ours: Asset, stranger: GraphQLClient, now: datetime
) -> None:
    sensor = Sensor.objects.filter(asset__path__startswith=ours.path, quantity=Quantity.POWER)[0]
    before = Belief.objects.count()
    readings = {
        "sensor": node_id(sensor),
        "start": (now - 2 * HOUR).isoformat(),
        "values": [666.0],
        "unit": "kW",
    }

    answer = stranger.execute(RECORD, input={"series": [readings]})["recordReadings"]

    assert answer["errors"] == [
        {"code": "NOT_FOUND", "field": ["series", "0", "sensor"], "detail": "no such Sensor"}
    ]
    connection.set_tenant(tenant)
    assert Belief.objects.count() == before


def test_others_sites_are_not_planned(
    tenant: Tenant, ours: Asset, stranger: GraphQLClient, now: datetime
) -> None:
    window = {
        "asset": node_id(ours),
        "start": now.isoformat(),
        "end": (now + 2 * HOUR).isoformat(),
        "stepMinutes": 60,
    }

    answer = stranger.execute(REQUEST, input=window)["requestSchedule"]

    assert [error["detail"] for error in answer["errors"]] == ["no such Asset"]
    connection.set_tenant(tenant)
    assert ScheduleRun.objects.count() == 1


def test_a_token_is_nothing_on_another_tenants_host(
    tenant: Tenant, other_tenant: Tenant, now: datetime
) -> None:
    client = a_client(tenant, None, now)
    elsewhere = GraphQLClient(host_of(other_tenant), client.key)
    unknown = GraphQLClient(host_of(other_tenant), "lst_00000000_" + "x" * 43)

    assert client.post("{ __typename }").status_code == 200
    for wrong in (elsewhere, unknown):
        assert wrong.post("{ __typename }").status_code == 401
    assert elsewhere.post("{ __typename }").content == unknown.post("{ __typename }").content


def test_an_unknown_host_is_not_found(tenant: Tenant) -> None:
    answer = GraphQLClient("nobody.localhost", "lst_00000000_x").post("{ __typename }")

    assert answer.status_code == 404


def test_a_job_runs_in_the_schema_of_its_tenant(
    ours: Asset, other_tenant: Tenant, now: datetime, run_jobs: Callable[..., int]
) -> None:
    with schema_context(other_tenant.schema_name):
        site = a_site_with_battery(a_customer("Theirs"), now, [0.5, 0.1], known_at=now - HOUR)
        request_schedule(actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, 2), now=now)

    assert run_jobs() == 2

    [run] = ScheduleRun.objects.all()
    assert (run.state, run.asset.name) == ("READY", "Depot")
    assert run.cost == pytest.approx(-2.0)
    with schema_context(other_tenant.schema_name):
        [run] = ScheduleRun.objects.all()
        assert run.state == "READY"
        assert run.cost == pytest.approx(0.0)


def test_cache_keys_are_the_tenants_own(tenant: Tenant, other_tenant: Tenant) -> None:
    cache.set("secret", "of the first", 30)

    with schema_context(other_tenant.schema_name):
        assert cache.get("secret") is None
    assert cache.get("secret") == "of the first"


def test_two_customers_of_a_person_are_both_seen_and_no_third(tenant: Tenant) -> None:
    first, second, _ = (a_customer(name) for name in ("First", "Second", "Third"))
    actor_first, actor_second = an_actor(first, Role.VIEWER), an_actor(second, Role.VIEWER)
    both = type(actor_first)("user:1", actor_first.grants + actor_second.grants)

    seen = {asset.name for asset in Asset.objects.visible_to(both)}

    assert seen == {"First", "Second"}


NODES = """query ($id: ID!, $ids: [ID!]!) {
    node(id: $id) { id } nodes(ids: $ids) { id }
    scheduleRuns(first: 9, filters: {asset: $id}) { edges { node { id } } }
    sensors(first: 9, filters: {beneath: $id}) { edges { node { id } } }
    assets(first: 9, filters: {beneath: $id}) { edges { node { id } } }
}"""


def test_other_roads_to_a_row_lead_nowhere_either(ours: Asset, stranger: GraphQLClient) -> None:
    sensor = Sensor.objects.filter(asset__path__startswith=ours.path)[0]
    rows = [ours, sensor, ScheduleRun.objects.get()]
    missing = [Asset(pk=10**9), Sensor(pk=10**9), ScheduleRun()]

    def answer(row: Any, all_rows: list[Any]) -> Any:
        said = stranger.post(NODES, id=node_id(row), ids=[node_id(each) for each in all_rows])
        body = said.json()
        del body["extensions"]["cost"]["available"]  # it refills between two requests
        return body

    told = answer(ours, rows)

    assert told == answer(missing[0], missing)
    assert told["data"]["nodes"] == [None, None, None]


def test_a_plan_reads_no_sensor_of_others(
    tenant: Tenant, other_tenant: Tenant, ours: Asset, now: datetime
) -> None:
    theirs = a_customer("Second")
    site = a_site_with_battery(theirs, now, [0.5, 0.1], known_at=now - HOUR)
    planner = a_client(tenant, theirs, now)
    battery = Asset.objects.get(name="Battery", path__startswith=site.path)
    own = Sensor.objects.get(asset=battery, quantity=Quantity.POWER)
    foreign = Sensor.objects.get(
        asset__name="Battery", asset__path__startswith=ours.path, quantity=Quantity.POWER
    )
    before = ScheduleRun.objects.count()

    def refusal(*, limit: Sensor, power: Sensor) -> list[dict[str, Any]]:
        flex = {
            "battery": {
                "capacityKwh": 10.0,
                "chargeLimitKw": {"sensor": node_id(limit)},
                "dischargeLimitKw": {"constant": 5.0},
                "stockAtStartKwh": 0.0,
            }
        }
        device = {"asset": node_id(battery), "flex": flex, "powerSensor": node_id(power)}
        asked = {
            "asset": node_id(site),
            "start": now.isoformat(),
            "end": (now + 2 * HOUR).isoformat(),
            "stepMinutes": 60,
            "devices": [device],
        }
        return list(planner.execute(REQUEST, input=asked)["requestSchedule"]["errors"])

    missing = Sensor(pk=10**9)
    assert refusal(limit=foreign, power=own) == refusal(limit=missing, power=own) != []
    assert refusal(limit=own, power=foreign) == refusal(limit=own, power=missing) != []
    assert ScheduleRun.objects.count() == before


def test_the_same_idempotency_key_of_two_customers_is_two_requests(
    tenant: Tenant, other_tenant: Tenant, now: datetime
) -> None:
    """Nobody is answered what another was."""
    answers = []
    for name in ("First", "Second"):
        customer = a_customer(name)
        sensor = a_sensor(a_site(customer, name), Quantity.POWER)
        reading = {
            "sensor": node_id(sensor),
            "start": (now - 2 * HOUR).isoformat(),
            "values": [1.0],
            "unit": "kW",
        }
        asked = {"idempotencyKey": "monday", "series": [reading]}
        client = a_client(tenant, customer, now)
        answers.append(client.execute(RECORD, input=asked)["recordReadings"])

    assert [answer["errors"] for answer in answers] == [[], []]
    assert [answer["object"]["changed"] for answer in answers] == [1, 1]
