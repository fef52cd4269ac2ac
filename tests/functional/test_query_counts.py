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


NODE = "{ edges { node { name } } totalCount pageInfo { hasNextPage } }"
TREE = """{ assets(first: 100) { edges { node { name assetType parent { name }
    children(first: 5) { edges { node { name } } }
    sensors(first: 5) { edges { node { name quantity } } } } } } }"""
SERIES = """query ($id: ID!) { sensor(id: $id) { series(
    start: "2026-03-01T00:00Z", end: "2026-03-02T00:00Z") { values } } }"""
MANY_SERIES = """query ($ids: [ID!]!) { series(
    sensors: $ids, start: "2026-03-01T00:00Z", end: "2026-03-02T00:00Z") { values } }"""
LATEST = "query ($id: ID!) { latestValues(beneath: $id) { sensors values } }"
SUM = """query ($id: ID!) { seriesSum(beneath: $id, quantity: POWER,
    start: "2026-03-01T00:00Z", end: "2026-03-02T00:00Z") { missing series { values } } }"""
OPERATIONS: dict[str, tuple[str, dict[str, str], int]] = {
    # What: the document, its variables by what they are called above, its statements.
    "viewer": ("{ viewer { name scopes } }", {}, 1),
    "rateLimit": ("{ rateLimit { available } }", {}, 0),
    "asset": ("query ($id: ID!) { asset(id: $id) { name } }", {"id": "asset"}, 1),
    "sensor": ("query ($id: ID!) { sensor(id: $id) { name asset { name } } }", {"id": "sensor"}, 2),
    "sensor series": (SERIES, {"id": "sensor"}, 4),
    "series": (MANY_SERIES, {"ids": "sensors"}, 9),
    "annotation": ("query ($id: ID!) { annotation(id: $id) { text } }", {"id": "annotation"}, 1),
    "annotations": (
        "{ annotations(first: 50) { edges { node { text asset { name } sensor { name } } } } }",
        {},
        3,
    ),
    "terms": ("{ sensors(first: 50) { edges { node { terms { sensor factor } } } } }", {}, 2),
    "latestValues": (LATEST, {"id": "asset"}, 4),
    "batteryWear": (
        (
            'query ($id: ID!) { batteryWear(asset: $id, start: "2026-03-01T00:00Z", '
            'end: "2026-03-02T00:00Z") { fullCycles } }'
        ),
        {"id": "asset"},
        4,
    ),
    "seriesSum": (SUM, {"id": "asset"}, 4),
    "assets": (f"{{ assets(first: 50) {NODE} }}", {}, 2),
    "sensors": (f"{{ sensors(first: 50) {NODE} }}", {}, 2),
    "tree": (TREE, {}, 4),
    "scheduleRun": (
        (
            "query ($id: ID!) { scheduleRun(id: $id) { state asset { name } setpoints { device } "
            "deviceReasons { text } } }"
        ),
        {"id": "run"},
        2,
    ),
    "scheduleRuns": ("{ scheduleRuns(first: 50) { edges { node { asset { name } } } } }", {}, 2),
    "identification": (
        "query ($id: ID!) { identification(id: $id) { state parameters { name } asset { name } } }",
        {"id": "identification"},
        2,
    ),
    "identifications": (
        "{ identifications(first: 50) { edges { node { state rmse asset { name } } } } }",
        {},
        2,
    ),
    "study": (
        "query ($id: ID!) { study(id: $id) { state kind sizes { fullCycles } asset { name } } }",
        {"id": "study"},
        2,
    ),
    "studies": (
        "{ studies(first: 50) { edges { node { state kind points { fits } asset { name } } } } }",
        {},
        2,
    ),
    "forecastRun": (
        "query ($id: ID!) { forecastRun(id: $id) { state madeBy sensor { name } } }",
        {"id": "forecast"},
        2,
    ),
    "forecastRuns": (
        "{ forecastRuns(first: 50) { edges { node { madeBy sensor { name } } } } }",
        {},
        2,
    ),
    "forecastPlans": (
        (
            "{ forecastPlans(first: 50) { edges { node { rhythmMinutes sensor { name } "
            "parts(first: 5) { edges { node { name } } } } } } }"
        ),
        {},
        3,
    ),
    "node": ("query ($id: ID!) { node(id: $id) { id } }", {"id": "sensor"}, 1),
    "nodes": ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": "mixed"}, 2),
    "assetFlex": ("query ($id: ID!) { assetFlex(id: $id) { document } }", {"id": "flex"}, 1),
    "assetFlexes": ("{ assetFlexes(first: 50) { edges { node { asset { name } } } } }", {}, 2),
    "customer": ("query ($id: ID!) { customer(id: $id) { name } }", {"id": "customer"}, 1),
    "customers": ("{ customers(first: 50) { edges { node { name } } } }", {}, 1),
    "token": ("query ($id: ID!) { token(id: $id) { name } }", {"id": "token"}, 1),
    "tokens": ("{ tokens(first: 50) { edges { node { name customer { name } } } } }", {}, 2),
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


def notation(ids: dict[str, Any]) -> dict[str, Any]:
    flex_model = {"soc-at-start": "2 kWh", "soc-max": "10 kWh", "power-capacity": "5 kW"}
    price = {"consumption-price": "0.1 EUR/kWh", "production-price": "0.1 EUR/kWh"}
    devices = [{"name": "battery", "flex_model": {**flex_model, "sensor": ids["sensor"]}}]
    flex_context = {**price, "site-power-capacity": "9 kW"}
    return {**ids["asked"], "problem": {"flex_context": flex_context, "devices": devices}}


SAID = {"text": "t", "start": "2026-03-01T00:00Z", "end": "2026-03-02T00:00Z"}
MUTATIONS: dict[str, tuple[str, Callable[[dict[str, Any]], Any], int]] = {
    "recordReadings": ("RecordReadingsInput", lambda ids: {"series": ids["readings"]}, 60),
    "addAsset": (
        "AddAssetInput",
        lambda ids: {
            "parent": ids["asset"],
            "name": f"a{Asset.objects.count()}",
            "assetType": "LOAD",
        },
        25,
    ),
    "changeAsset": (
        "ChangeAssetInput",
        lambda ids: {"asset": ids["battery"], "name": "other"},
        15,
    ),
    "moveAsset": (
        "MoveAssetInput",
        lambda ids: {"asset": ids["spare"][0], "parent": ids["asset"]},
        25,
    ),
    "removeAsset": ("RemoveAssetInput", lambda ids: {"asset": ids["spare"].pop()}, 40),
    "addSensor": (
        "AddSensorInput",
        lambda ids: {
            "asset": ids["asset"],
            "name": f"n{Sensor.objects.count()}",
            "quantity": "POWER",
        },
        26,
    ),
    "changeSensor": (
        "ChangeSensorInput",
        lambda ids: {"sensor": ids["sensor"], "maximum": 9.0},
        26,
    ),
    "addVirtualSensor": (
        "AddVirtualSensorInput",
        lambda ids: {
            "asset": ids["asset"],
            "name": f"v{Sensor.objects.count()}",
            "quantity": "POWER",
            "resolutionMinutes": 60.0,
            "terms": [{"sensor": each} for each in ids["summands"]],
        },
        30,
    ),
    "setSensorTerms": (
        "SetSensorTermsInput",
        lambda ids: {"sensor": ids["summands"][0], "terms": [{"sensor": ids["summands"][1]}]},
        25,
    ),
    "removeSensor": ("RemoveSensorInput", lambda ids: {"sensor": ids["idle"].pop()}, 30),
    "addAnnotation": (
        "AddAnnotationInput",
        lambda ids: {"sensor": ids["sensor"], **SAID},
        15,
    ),
    "changeAnnotation": (
        "ChangeAnnotationInput",
        lambda ids: {"annotation": ids["annotation"], "text": "other"},
        15,
    ),
    "removeAnnotation": (
        "RemoveAnnotationInput",
        lambda ids: {"annotation": ids["annotations"].pop()},
        12,
    ),
    "requestSchedule": ("RequestScheduleInput", lambda ids: ids["asked"], 40),
    "requestFlexmeasuresSchedule": ("RequestFlexmeasuresScheduleInput", notation, 40),
    "requestWhatIf": (
        "RequestWhatIfInput",
        lambda ids: {"run": ids["run"], "changes": {"importLimitKw": 9.0}},
        30,
    ),
    "requestIdentification": (
        "RequestIdentificationInput",
        lambda ids: {
            "asset": ids["battery"],
            "start": "2026-02-01T00:00:00Z",
            "end": "2026-02-03T00:00:00Z",
        },
        14,
    ),
    "requestStudy": (
        "RequestStudyInput",
        lambda ids: {
            "asset": ids["asset"],
            "study": {
                "battery": {
                    "window": {"start": "2026-02-01T00:00:00Z", "end": "2026-02-03T00:00:00Z"},
                    "loadKw": {"constant": 1.0},
                    "sizesKwh": [5.0],
                }
            },
        },
        14,
    ),
    "setDeviceFlex": ("SetDeviceFlexInput", lambda ids: {"device": ids["device"]}, 20),
    "setSiteContext": (
        "SetSiteContextInput",
        lambda ids: {"asset": ids["asset"], "context": {"connection": {}}},
        20,
    ),
    "requestForecast": ("RequestForecastInput", lambda ids: {"sensor": ids["sensor"]}, 12),
    "keepForecastPlan": ("KeepForecastPlanInput", lambda ids: {"sensor": ids["sensor"]}, 14),
    "issueToken": ("IssueTokenInput", lambda ids: {"name": "n", "role": "VIEWER"}, 12),
    "rotateToken": ("RotateTokenInput", lambda ids: {"token": ids["token"]}, 14),
    "revokeToken": ("RevokeTokenInput", lambda ids: {"token": ids["token"]}, 10),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_takes_no_more_statements_than_it_did(
    client: GraphQLClient, n_statements: Callable[..., int], ids: dict[str, Any], name: str
) -> None:
    type_name, given, most = MUTATIONS[name]
    query = f"mutation ($i: {type_name}!) {{ {name}(input: $i) {{ errors {{ field detail }} }} }}"
    answer = client.execute(query, i=given(ids))

    assert answer[name]["errors"] == []
    assert n_statements(query, i=given(ids)) <= most
