"""Documents for tests of scheduling, each the least that a test needs."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from scheduling.flex import SiteDocument, document_from_object

START = datetime(2026, 1, 12, tzinfo=UTC)


def site_object(
    *devices: dict[str, Any],
    import_price: float | Sequence[float],
    export_price: float | Sequence[float] | None = None,
    n_steps: int | None = None,
    step_minutes: int = 60,
    more: dict[str, Any] | None = None,
    **connection: Any,
) -> dict[str, Any]:
    """Return a site as parsed JSON; as many steps as prices; export pays what import costs.

    ``more``: further fields of the document, ``connection``: of its connection.
    """
    steps = n_steps or (len(import_price) if isinstance(import_price, Sequence) else 1)
    end = START + steps * timedelta(minutes=step_minutes)
    return {
        "window": {
            "start": START.isoformat(),
            "end": end.isoformat(),
            "step_minutes": step_minutes,
        },
        "prices": {
            "import_per_kwh": import_price,
            "export_per_kwh": import_price if export_price is None else export_price,
        },
        "connection": connection,
        "devices": list(devices),
        **(more or {}),
    }


def clock(hours: float) -> str:
    """Return the time ``hours`` after the start of the window."""
    return (START + timedelta(hours=hours)).isoformat()


def site(*devices: dict[str, Any], **fields: Any) -> SiteDocument:
    """Return the document of ``site_object``."""
    return document_from_object(site_object(*devices, **fields))


def battery(**fields: Any) -> dict[str, Any]:
    """10 kWh, 5 kW, empty at the start, without losses, wear or worth at the end."""
    return {
        "kind": "battery",
        "name": "battery",
        "capacity_kwh": 10,
        "charge_limit_kw": 5,
        "discharge_limit_kw": 5,
        "stock_at_start_kwh": 0,
        "charge_efficiency": 1.0,
        "discharge_efficiency": 1.0,
        "wear_cost_per_kwh": 0,
        "end_value_per_kwh": 0,
        **fields,
    }


def load(power_kw: float | Sequence[float], name: str = "load") -> dict[str, Any]:
    return {"kind": "load", "name": name, "power_kw": power_kw}


def pv(available_kw: float | Sequence[float], **fields: Any) -> dict[str, Any]:
    return {"kind": "pv", "name": "pv", "available_kw": available_kw, **fields}


def vehicle(name: str, first: float, last: float, **fields: object) -> dict[str, object]:
    """Return a vehicle that stays over [first, last) and wants 25 kWh."""
    return {
        "kind": "ev",
        "name": name,
        "arrival": clock(first),
        "departure": clock(last),
        "capacity_kwh": 60,
        "stock_at_arrival_kwh": 20,
        "stock_at_departure_kwh": 45,
        "charge_limit_kw": 11,
        **fields,
    }


def ev(name: str, **fields: Any) -> dict[str, Any]:
    return {
        "kind": "ev",
        "name": name,
        "arrival": clock(0),
        "departure": clock(6),
        "capacity_kwh": 40,
        "stock_at_arrival_kwh": 10,
        "stock_at_departure_kwh": 22,
        "charge_limit_kw": 11,
        "charge_min_kw": 4,
        **fields,
    }
