"""For each mutation an input that is right: a new mutation without one fails the walk."""

from collections.abc import Callable
from typing import Any, Final

from assets.models import Annotation, Asset, Sensor
from scheduling.models import ScheduleRun
from tenants.accounts.models import ApiToken
from tests.access_world import Asker, World


def a_token(world: World, asker: Asker) -> dict[str, Any]:
    return {"token": world.own(ApiToken, asker.home)}


def a_new_token(world: World, asker: Asker) -> dict[str, Any]:
    return {"name": "new", "role": "VIEWER", "subtree": world.own(Asset, asker.home, "site")}


def readings(world: World, asker: Asker) -> dict[str, Any]:
    sensor = world.own(Sensor, asker.home, "power")
    series = {"sensor": sensor, "start": "2026-03-28T08:00Z", "values": [1.0], "unit": "kW"}
    return {"series": [series]}


def a_virtual_sensor(world: World, asker: Asker) -> dict[str, Any]:
    return {
        "asset": world.own(Asset, asker.home, "site"),
        "name": "virtual",
        "quantity": "POWER",
        "resolutionMinutes": 60.0,
        "terms": [{"sensor": world.own(Sensor, asker.home, "power")}],
    }


def terms(world: World, asker: Asker) -> dict[str, Any]:
    # None was recorded at, so that none is to be named: all of the world have values.
    return {"sensor": world.own(Sensor, asker.home, "stock"), "terms": []}


def a_new_asset(world: World, asker: Asker) -> dict[str, Any]:
    site = world.own(Asset, asker.home, "site")
    return {"parent": site, "name": "new", "assetType": "LOAD"}


def a_changed_asset(world: World, asker: Asker) -> dict[str, Any]:
    return {"asset": world.own(Asset, asker.home, "battery"), "latitude": 52.0}


def a_moved_asset(world: World, asker: Asker) -> dict[str, Any]:
    spare = world.own(Asset, asker.home, "spare")
    return {"asset": spare, "parent": world.own(Asset, asker.home, "battery")}


def a_removed_asset(world: World, asker: Asker) -> dict[str, Any]:
    return {"asset": world.own(Asset, asker.home, "spare")}


def a_new_sensor(world: World, asker: Asker) -> dict[str, Any]:
    site = world.own(Asset, asker.home, "site")
    return {"asset": site, "name": "new", "quantity": "POWER"}


def a_changed_sensor(world: World, asker: Asker) -> dict[str, Any]:
    return {"sensor": world.own(Sensor, asker.home, "power"), "maximum": 99.0}


def a_removed_sensor(world: World, asker: Asker) -> dict[str, Any]:
    # Nothing is made of it: the others stand in plans.
    return {"sensor": world.own(Sensor, asker.home, "temperature")}


def an_annotation(world: World, asker: Asker) -> dict[str, Any]:
    interval = {"start": "2026-03-28T08:00Z", "end": "2026-03-28T09:00Z"}
    return {"text": "new", **interval, "asset": world.own(Asset, asker.home, "site")}


def a_changed_annotation(world: World, asker: Asker) -> dict[str, Any]:
    return {**a_removed_annotation(world, asker), "text": "other"}


def a_removed_annotation(world: World, asker: Asker) -> dict[str, Any]:
    return {"annotation": world.own(Annotation, asker.home)}


def a_device(world: World, asker: Asker) -> dict[str, Any]:
    limit = {"constant": 5.0}
    battery = {
        "capacityKwh": 10.0,
        "chargeLimitKw": limit,
        "dischargeLimitKw": limit,
        "stockAtStartKwh": 0.0,
    }
    return {
        "asset": world.own(Asset, asker.home, "battery"),
        "flex": {"battery": battery},
        "powerSensor": world.own(Sensor, asker.home, "power"),
        "stockSensor": world.own(Sensor, asker.home, "stock"),
    }


def a_context(world: World, asker: Asker) -> dict[str, Any]:
    price, limit = {"constant": 0.1}, {"constant": 5.0}
    return {
        "prices": {"importPerKwh": price, "exportPerKwh": price},
        "connection": {"importLimitKw": limit, "exportLimitKw": limit},
    }


def a_window(world: World, asker: Asker) -> dict[str, Any]:
    return {
        "asset": world.own(Asset, asker.home, "site"),
        "start": "2026-03-28T12:00Z",
        "end": "2026-03-28T14:00Z",
        "stepMinutes": 60,
    }


def a_plan(world: World, asker: Asker) -> dict[str, Any]:
    return {
        **a_window(world, asker),
        "context": a_context(world, asker),
        "devices": [a_device(world, asker)],
    }


def a_notation(world: World, asker: Asker) -> dict[str, Any]:
    flex_model = {
        "soc-at-start": "2 kWh",
        "soc-max": "10 kWh",
        "power-capacity": "5 kW",
        "sensor": world.own(Sensor, asker.home, "power"),
    }
    flex_context = {
        "site-power-capacity": "9 kW",
        "consumption-price": "0.1 EUR/kWh",
        "production-price": "0.1 EUR/kWh",
    }
    devices = [{"name": "battery", "flex_model": flex_model}]
    return {
        **a_window(world, asker),
        "problem": {"flex_context": flex_context, "devices": devices},
    }


def kept_at_a_device(world: World, asker: Asker) -> dict[str, Any]:
    return {"device": a_device(world, asker)}


def kept_at_a_site(world: World, asker: Asker) -> dict[str, Any]:
    site = world.own(Asset, asker.home, "site")
    return {"asset": site, "context": a_context(world, asker)}


def a_forecast(world: World, asker: Asker) -> dict[str, Any]:
    return {"sensor": world.own(Sensor, asker.home, "power")}


def a_forecast_plan(world: World, asker: Asker) -> dict[str, Any]:
    price = world.own(Sensor, asker.home, "price")
    return {**a_forecast(world, asker), "covariates": [price], "rhythmMinutes": 60.0}


def a_variation(world: World, asker: Asker) -> dict[str, Any]:
    return {"run": world.own(ScheduleRun, asker.home), "changes": {"importLimitKw": 20.0}}


def a_building_to_identify(world: World, asker: Asker) -> dict[str, Any]:
    temperature = world.own(Sensor, asker.home, "temperature")
    heat = world.own(Sensor, asker.home, "power")
    return {
        "asset": world.own(Asset, asker.home, "site"),
        "start": "2026-02-01T00:00:00Z",
        "end": "2026-02-03T00:00:00Z",
        "stepMinutes": 60,
        "building": {"indoor": temperature, "outdoor": temperature, "heat": heat},
    }


def a_year(world: World, asker: Asker) -> dict[str, Any]:
    question = {
        "window": {"start": "2026-02-01T00:00:00Z", "end": "2026-02-03T00:00:00Z"},
        "loadKw": {"sensor": world.own(Sensor, asker.home, "power")},
        "sizesKwh": [0.0, 10.0],
    }
    return {"asset": world.own(Asset, asker.home, "site"), "study": {"battery": question}}


#: For each mutation an input that is right for a manager of the asker's places.
CASES: Final[dict[str, Callable[[World, Asker], dict[str, Any]]]] = {
    "rotateToken": a_token,
    "revokeToken": a_token,
    "issueToken": a_new_token,
    "recordReadings": readings,
    "addAsset": a_new_asset,
    "changeAsset": a_changed_asset,
    "moveAsset": a_moved_asset,
    "removeAsset": a_removed_asset,
    "addSensor": a_new_sensor,
    "changeSensor": a_changed_sensor,
    "addVirtualSensor": a_virtual_sensor,
    "setSensorTerms": terms,
    "removeSensor": a_removed_sensor,
    "addAnnotation": an_annotation,
    "changeAnnotation": a_changed_annotation,
    "removeAnnotation": a_removed_annotation,
    "requestSchedule": a_plan,
    "requestFlexmeasuresSchedule": a_notation,
    "requestWhatIf": a_variation,
    "requestIdentification": a_building_to_identify,
    "requestStudy": a_year,
    "setDeviceFlex": kept_at_a_device,
    "setSiteContext": kept_at_a_site,
    "requestForecast": a_forecast,
    "keepForecastPlan": a_forecast_plan,
}
