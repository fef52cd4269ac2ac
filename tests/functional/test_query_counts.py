"""How many statements each operation of the interface takes, whatever the number of rows."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assets.models import AnnotationType, Asset, AssetType, Quantity, Sensor
from assets.services import add_annotation
from assets.timegrid import TimeGrid
from forecasting.models import ForecastRun
from forecasting.services import keep_plan, request_forecast
from scheduling.models import AssetFlex, Identification, ScheduleRun, Study
from scheduling.services import request_battery_identification, request_study
from tenants.accounts.models import ApiToken, Customer
from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.access_documents import roots
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import HOUR, a_customer, a_device, a_sensor, a_site_with_battery
from tests.statement_budgets import MUTATIONS, OPERATIONS

#: Rows of each kind there are in the test; a count of statements that grows with them is seen.
SEVERAL = 6


@pytest.fixture
def client(tenant: Tenant, now: datetime) -> GraphQLClient:
    issued = issue_token(actor=PLATFORM, name="t", role=Role.MANAGER, customer=None, now=now)
    return GraphQLClient(host_of(tenant), issued.key)


@pytest.fixture
def n_statements(client: GraphQLClient) -> Callable[..., int]:
    """Return how many statements a request takes beyond finding out whose it is."""

    def count(query: str, **variables: Any) -> int:
        client.execute(query, **variables)  # what is made once in a process
        with CaptureQueriesContext(connection) as entry:
            client.execute("{ __typename }")
        with CaptureQueriesContext(connection) as all_of_it:
            client.execute(query, **variables)
        return len(all_of_it) - len(entry)

    return count


@pytest.fixture
def ids(tenant: Tenant, now: datetime, client: GraphQLClient) -> dict[str, Any]:
    """Several of everything; the identifiers of one of each."""
    site = a_site_with_battery(a_customer(), now, [0.1, 0.5], known_at=now - HOUR)
    for i in range(SEVERAL):
        device = a_device(site, f"load {i}", AssetType.LOAD)
        for j in range(3):
            a_sensor(device, Quantity.POWER, name=f"p{j}")
        a_customer(f"Customer {i}")
        issue_token(actor=PLATFORM, name=str(i), role=Role.VIEWER, customer=None, now=now)
    window = {"start": now.isoformat(), "end": (now + 2 * HOUR).isoformat(), "stepMinutes": 60}
    asked = {"asset": node_id(site), **window}
    for _ in range(SEVERAL):
        client.execute(
            "mutation ($i: RequestScheduleInput!) { requestSchedule(input: $i) { replayed } }",
            i=asked,
        )
    sensors = list(Sensor.objects.filter(name__regex=r"^p\d$"))[:SEVERAL]
    for each in sensors:
        keep_plan(actor=PLATFORM, sensor=each, forecaster="linear")
        request_forecast(actor=PLATFORM, sensor=each, now=now)
    annotations = [
        node_id(
            add_annotation(
                actor=PLATFORM,
                text=str(i),
                annotation_type=AnnotationType.NOTE,
                start=now,
                end=now + HOUR,
                sensor=each,
            )
        )
        for i, each in enumerate(sensors)
    ]
    battery = Asset.objects.get(parent=site, asset_type=AssetType.BATTERY)
    grid = TimeGrid(now - 48 * HOUR, HOUR, 24)
    for _ in range(SEVERAL):
        request_battery_identification(actor=PLATFORM, asset=battery, grid=grid, now=now)
        window = {"start": grid.start, "end": grid.end, "step_minutes": 60}
        given = {"kind": "battery", "window": window, "load_kw": 1.0, "sizes_kwh": [5.0]}
        request_study(actor=PLATFORM, asset=site, given=given, now=now)
    return {
        "asset": node_id(site),
        "battery": node_id(battery),
        "identification": node_id(Identification.objects.all()[0]),
        "study": node_id(Study.objects.all()[0]),
        "sensor": node_id(sensors[0]),
        "run": node_id(ScheduleRun.objects.all()[0]),
        "forecast": node_id(ForecastRun.objects.all()[0]),
        "mixed": [*map(node_id, sensors), *map(node_id, Asset.objects.all())],
        "token": node_id(ApiToken.objects.get(name="0")),
        "customer": node_id(Customer.objects.all()[0]),
        "flex": node_id(AssetFlex.objects.all()[0]),
        "sensors": [node_id(each) for each in sensors],
        "annotation": annotations[0],
        "annotations": annotations[1:],
        "summands": [node_id(a_sensor(site, Quantity.POWER, name=f"q{i}")) for i in range(SEVERAL)],
        "idle": [node_id(a_sensor(site, Quantity.POWER, name=f"i{i}")) for i in range(SEVERAL)],
        "spare": [node_id(a_device(site, f"x{i}", AssetType.LOAD)) for i in range(SEVERAL)],
        "asked": asked,
        "device": {
            "asset": node_id(sensors[0].asset),
            "flex": {"pv": {"availableKw": {"constant": 1.0}}},
            "powerSensor": node_id(sensors[0]),
        },
        "readings": [
            {"sensor": node_id(each), "start": "2026-03-01T00:00Z", "values": [1.0], "unit": "kW"}
            for each in sensors
        ],
    }


def test_no_operation_is_left_out() -> None:
    assert roots("Query").keys() <= OPERATIONS.keys()
    assert roots("Mutation").keys() <= MUTATIONS.keys()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_takes_no_more_statements_than_it_did(
    n_statements: Callable[..., int], ids: dict[str, Any], operation: str
) -> None:
    query, variables, most = OPERATIONS[operation]

    assert n_statements(query, **{name: ids[each] for name, each in variables.items()}) <= most


def test_a_hundred_assets_with_five_sensors_each(
    n_statements: Callable[..., int], ids: dict[str, Any]
) -> None:
    site = Asset.objects.get(asset_type=AssetType.SITE)
    devices = [a_device(site, f"device {i}", AssetType.LOAD) for i in range(100)]
    Sensor.objects.bulk_create(
        Sensor(asset=device, name=f"s{i}", quantity=Quantity.POWER, resolution=HOUR)
        for device in devices
        for i in range(5)
    )
    query = """{ assets(first: 100, filters: {assetType: {exact: LOAD}}, ordering: [{name: ASC}])
        { edges { node { name sensors(first: 5) { edges { node { name quantity } } } } } } }"""

    assert n_statements(query) == 2  # the assets, their sensors


def test_a_count_within_a_list_is_a_statement_and_is_paid_as_one(client: GraphQLClient) -> None:
    plain = "{ assets(first: 50) { edges { node { sensors(first: 2) { edges { cursor } } } } } }"
    counted = plain.replace("edges { cursor }", "edges { cursor } totalCount")

    costs = [
        client.post(query).json()["extensions"]["cost"]["requested"] for query in (plain, counted)
    ]

    assert costs[1] - costs[0] == 50


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_takes_no_more_statements_than_it_did(
    client: GraphQLClient, n_statements: Callable[..., int], ids: dict[str, Any], name: str
) -> None:
    type_name, given, most = MUTATIONS[name]
    query = f"mutation ($i: {type_name}!) {{ {name}(input: $i) {{ errors {{ field detail }} }} }}"
    answer = client.execute(query, i=given(ids))

    assert answer[name]["errors"] == []
    assert n_statements(query, i=given(ids)) <= most
