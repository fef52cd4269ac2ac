"""Problems of the speed table, as documents: the same numbers for the same seed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

START = datetime(2026, 6, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)

Numbers = np.ndarray[Any, np.dtype[np.float64]]


def at(step: int) -> str:
    """Return the time at which step ``step`` starts."""
    return (START + step * QUARTER).isoformat()


def day(n_steps: int) -> Numbers:
    """Return the time of day as an angle, midnight at 0."""
    angle: Numbers = 2 * np.pi * np.arange(n_steps) / 96
    return angle


def market_price(n_steps: int, random: np.random.Generator) -> Numbers:
    """Return a price with two peaks a day [currency/kWh], above zero."""
    angle = day(n_steps)
    price = 0.12 - 0.05 * np.sin(2 * angle) - 0.06 * np.cos(angle)
    noisy: Numbers = np.maximum(price + 0.02 * random.normal(size=n_steps), 0.02)
    return noisy


def sun(n_steps: int, random: np.random.Generator) -> Numbers:
    """Return what a roof of 1 kW gives [kW]."""
    angle = day(n_steps) - np.pi / 2
    shine: Numbers = np.clip(np.sin(angle), 0, None) * random.uniform(0.5, 1.0, n_steps)
    return shine


def battery(kwh: float, kw: float, name: str = "battery", **more: Any) -> dict[str, Any]:
    """Return a battery that starts at 30 %."""
    return {
        "kind": "battery",
        "name": name,
        "capacity_kwh": kwh,
        "charge_limit_kw": kw,
        "discharge_limit_kw": kw,
        "stock_at_start_kwh": 0.3 * kwh,
        **more,
    }


def site(n_steps: int, *, seed: int) -> dict[str, Any]:
    """Return a battery, a load and a PV roof behind one connection."""
    random = np.random.default_rng(seed)
    price = market_price(n_steps, random)
    load = 60 + 25 * np.sin(day(n_steps)) + 5 * random.random(n_steps)
    return {
        "window": {"start": at(0), "end": at(n_steps)},
        "prices": {
            "import_per_kwh": (price + 0.05).tolist(),
            "export_per_kwh": price.tolist(),
        },
        "connection": {"import_limit_kw": 160, "export_limit_kw": 60},
        "devices": [
            battery(200, 80),
            {"kind": "load", "name": "load", "power_kw": load.tolist()},
            {"kind": "pv", "name": "pv", "available_kw": (150 * sun(n_steps, random)).tolist()},
        ],
    }


def with_negative_prices(given: dict[str, Any]) -> dict[str, Any]:
    """Return the site with a price far below zero at noon, and a roof that cannot yield."""
    price = np.array(given["prices"]["export_per_kwh"])
    noon = np.abs(np.arange(price.size) % 96 - 52) < 10
    given["prices"]["export_per_kwh"] = np.where(noon, price - 0.25, price).tolist()
    given["prices"]["import_per_kwh"] = np.where(noon, price - 0.20, price + 0.05).tolist()
    given["devices"][2]["curtailable"] = False
    given["connection"] = {"import_limit_kw": 250, "export_limit_kw": 250}
    return given


def household(n_steps: int, *, seed: int) -> dict[str, Any]:
    """Return a home with battery, roof and two loads that are on or off, in pieces."""
    random = np.random.default_rng(seed)
    price = market_price(n_steps, random)
    load = 0.5 + 0.4 * np.sin(day(n_steps)) + 0.2 * random.random(n_steps)
    return {
        "window": {"start": at(0), "end": at(n_steps)},
        "prices": {
            "import_per_kwh": (price + 0.1).tolist(),
            "export_per_kwh": (0.5 * price).tolist(),
        },
        "connection": {"import_limit_kw": 9, "export_limit_kw": 9},
        "devices": [
            battery(10, 5),
            {"kind": "load", "name": "load", "power_kw": load.tolist()},
            {"kind": "pv", "name": "pv", "available_kw": (5 * sun(n_steps, random)).tolist()},
            _on_off("heater", 3.0, 300 * n_steps // 96),
            _on_off("pump", 0.75, 480 * n_steps // 96),
        ],
    }


def _on_off(name: str, kw: float, minutes: int) -> dict[str, Any]:
    return {
        "kind": "process",
        "name": name,
        "flexibility": "breakable",
        "power_kw": kw,
        "duration_minutes": minutes,
    }


def _vehicle(
    name: str, random: np.random.Generator, *, least_kw: float = 0.0, **more: Any
) -> dict[str, Any]:
    arrival = int(random.integers(28, 48))
    return {
        "kind": "ev",
        "name": name,
        "arrival": at(arrival),
        "departure": at(arrival + int(random.integers(20, 44))),
        "capacity_kwh": 60,
        "stock_at_arrival_kwh": float(random.integers(8, 25)),
        "stock_at_departure_kwh": float(random.integers(30, 55)),
        "charge_limit_kw": 11,
        "charge_min_kw": least_kw,
        **more,
    }


def charging(n_vehicles: int, *, seed: int, least_kw: float = 0.0) -> dict[str, Any]:
    """Return a battery, a roof and ``n_vehicles`` behind a connection too small for all at once."""
    random = np.random.default_rng(seed)
    given = site(96, seed=seed)
    given["connection"] = {"import_limit_kw": 100 + 3 * n_vehicles, "export_limit_kw": 60}
    given["devices"] += [
        _vehicle(f"ev {number}", random, least_kw=least_kw) for number in range(n_vehicles)
    ]
    return given


def area(n_sites: int, *, seed: int, transformer_kw: float | None = None) -> dict[str, Any]:
    """Return an area: a transformer with a peak term, feeders of ten sites, sites with devices.

    Each site has a battery, a roof, a load and five vehicles. Limits of power are hard; what a
    vehicle misses is priced.
    """
    random = np.random.default_rng(seed)
    price = market_price(96, random)
    nodes: list[dict[str, Any]] = []
    devices: list[dict[str, Any]] = []
    for number in range(n_sites):
        name, feeder = f"site {number}", f"feeder {number // 10}"
        if number % 10 == 0:
            nodes.append({"name": feeder, "import_limit_kw": 420, "export_limit_kw": 300})
        nodes.append({"name": name, "parent": feeder, "import_limit_kw": 60, "export_limit_kw": 40})
        load = 12 + 6 * np.sin(day(96) + random.uniform(0, 1)) + 2 * random.random(96)
        roof = random.uniform(10, 40) * sun(96, random)
        devices += [
            battery(40, 15, f"battery {number}", node=name),
            {"kind": "load", "name": f"load {number}", "node": name, "power_kw": load.tolist()},
            {"kind": "pv", "name": f"pv {number}", "node": name, "available_kw": roof.tolist()},
            *(_vehicle(f"ev {number}.{each}", random, node=name) for each in range(5)),
        ]
    most = 32.0 * n_sites if transformer_kw is None else transformer_kw
    return {
        "window": {"start": at(0), "end": at(96)},
        "prices": {
            "import_per_kwh": (price + 0.05).tolist(),
            "export_per_kwh": price.tolist(),
        },
        "connection": {"import_limit_kw": most, "export_limit_kw": most},
        "nodes": nodes,
        "devices": devices,
        "peaks": [{"name": "transformer", "price_per_kw": 0.5, "incumbent_kw": 10.0 * n_sites}],
    }
