"""Documents of devices whose physics bend."""

from typing import Any

from scheduling.flex import SiteDocument
from tests.unit.scheduling_documents import battery, load, site

PRICES = [0.10, 0.12, 0.30, 0.35, 0.15, 0.40]
OUTDOOR = [-2.0, 0.0, 3.0, 6.0, 4.0, 1.0]
TABLE = [
    {"stock_kwh": 0.0, "charge_efficiency": 0.90, "discharge_efficiency": 0.85},
    {"stock_kwh": 4.0, "charge_efficiency": 0.97, "discharge_efficiency": 0.96},
    {"stock_kwh": 10.0, "charge_efficiency": 0.92, "discharge_efficiency": 0.97},
]


def bent_battery(**fields: Any) -> dict[str, Any]:
    return battery(
        **{"quadratic_loss_per_kw": 0.02, "charge_efficiency": 0.97, "wear_cost_per_kwh": 0.01}
        | fields
    )


def tank(**fields: Any) -> dict[str, Any]:
    return {
        "kind": "heat_pump",
        "name": "tank",
        "electric_limit_kw": 3.0,
        "capacity_kwh": 20.0,
        "stock_at_start_kwh": 8.0,
        "usage_kw": 1.5,
        "loss_per_hour": 0.01,
        "temperature_empty_c": 30.0,
        "temperature_full_c": 55.0,
        "carnot": {"supply_above_k": 4.0, "outdoor_c": OUTDOOR},
        **fields,
    }


def house(**fields: Any) -> dict[str, Any]:
    return {
        "kind": "building",
        "name": "house",
        "electric_limit_kw": 4.0,
        "electric_min_kw": 1.2,
        "heat_capacity_kwh_per_k": 4.0,
        "loss_kw_per_k": 0.05,
        "walls": {
            "heat_capacity_kwh_per_k": 22.0,
            "exchange_kw_per_k": 1.1,
            "loss_kw_per_k": 0.17,
            "temperature_at_start_c": 19.5,
        },
        "outdoor_c": OUTDOOR,
        "temperature_at_start_c": 20.5,
        "temperature_min_c": 20.0,
        "carnot": {"supply_above_k": 12.0, "outdoor_c": OUTDOOR},
        **fields,
    }


def of(*devices: dict[str, Any], **fields: Any) -> SiteDocument:
    return site(*devices, load(1.0), **{"import_price": PRICES, "export_price": 0.05} | fields)


SITES = {
    "quadratic loss": of(bent_battery(), export_price=0.3),
    "efficiency by stock": of(bent_battery(efficiency_by_stock=TABLE, quadratic_loss_per_kw=0.0)),
    "both": of(bent_battery(efficiency_by_stock=TABLE), export_price=0.2),
    "tank": of(tank()),
    "house, on or off": of(house()),
    "battery and tank": of(bent_battery(), tank(), import_limit_kw=5.0),
}
