"""How many statements each operation of the interface may take: a table for each kind."""

from collections.abc import Callable
from typing import Any

from assets.models import Asset, Sensor

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
