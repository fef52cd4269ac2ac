"""Random sites of all kinds of device behind hard limits, for property tests."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

Array = NDArray[np.float64]
Site = dict[str, Any]

#: First day, hours, minutes of a step: one step, two hours, and days on which clocks change.
WINDOWS = (
    ("2026-01-12T00:00:00+01:00", 1, 60),
    ("2026-01-12T00:00:00+01:00", 2, 15),
    ("2026-03-29T00:00:00+01:00", 23, 60),
    ("2026-10-25T00:00:00+02:00", 25, 60),
)


class Drawn:
    """A site of ``n`` steps from ``start``, drawn part by part; ``prefix`` begins all names."""

    def __init__(self, draw: st.DrawFn) -> None:
        day, hours, self.minutes = draw(st.sampled_from(WINDOWS))
        self.start = datetime.fromisoformat(day)
        self.n = hours * 60 // self.minutes
        self.draw = draw

    def numbers(self, low: float, high: float) -> list[float]:
        """Return one whole number per step."""
        each = st.integers(int(low), int(high)).map(float)
        return self.draw(st.lists(each, min_size=self.n, max_size=self.n))

    def prices(self) -> tuple[list[float], list[float]]:
        """Return prices of import and export: of all shapes, export never above import."""
        shape = self.draw(st.sampled_from(["varied", "equal", "negative"]))
        if shape == "equal":
            price = self.draw(st.sampled_from([0.0, 0.2, -0.2]))
            return [price] * self.n, [price] * self.n
        low, high = (-50, -1) if shape == "negative" else (-30, 50)
        bought = [each / 100 for each in self.numbers(low, high)]
        less = [each / 100 for each in self.numbers(0, 20)]
        return bought, [b - each for b, each in zip(bought, less, strict=True)]

    def at(self, step: int) -> str:
        """Return when a step begins, on a clock of one offset."""
        return (self.start + step * timedelta(minutes=self.minutes)).isoformat()

    def devices(self) -> list[dict[str, Any]]:
        """Return some of all kinds."""
        kinds = (self.battery, self.tank, self.car, self.pump, self.job, self.dimmable, self.sun)
        chosen = self.draw(st.lists(st.sampled_from(range(len(kinds))), unique=True, max_size=4))
        return [kinds[number]() for number in sorted(chosen)]

    def battery(self) -> dict[str, Any]:
        return {
            "kind": "battery",
            "name": "battery",
            "node": "feeder",
            "capacity_kwh": 10,
            "charge_limit_kw": 5,
            "discharge_limit_kw": 4,
            "stock_at_start_kwh": self.draw(st.integers(0, 10)),
            "charge_min_kw": self.draw(st.sampled_from([0.0, 2.0])),
            "ramp_kw_per_hour": self.draw(st.sampled_from([None, 6.0])),
            "wear_cost_per_kwh": self.draw(st.sampled_from([0.0, 0.03])),
        }

    def tank(self) -> dict[str, Any]:
        point = {"stock_kwh": 4, "at": self.at(self.draw(st.integers(1, self.n)))}
        level = {"kind": self.draw(st.sampled_from(["min", "max"])), "points": [point]}
        return {
            "kind": "store",
            "name": "tank",
            "capacity_kwh": 8,
            "charge_limit_kw": 4,
            "discharge_limit_kw": 4,
            "charge_efficiency": 0.8,
            "loss_per_hour": 0.02,
            "stock_at_start_kwh": self.draw(st.integers(0, 8)),
            "goals": [level] if self.draw(st.booleans()) else [],
            "bands": self.draw(
                st.sampled_from([[], [{"low_kw": -4, "high_kw": 0}, {"low_kw": 3, "high_kw": 4}]])
            ),
        }

    def car(self) -> dict[str, Any]:
        first = self.draw(st.integers(0, self.n - 1))
        return {
            "kind": "ev",
            "name": "car",
            "node": "feeder",
            "arrival": self.at(first),
            "departure": self.at(self.draw(st.integers(first + 1, self.n))),
            "capacity_kwh": 30,
            "stock_at_arrival_kwh": 5,
            "stock_at_departure_kwh": self.draw(st.integers(5, 30)),
            "charge_limit_kw": 7,
            "charge_min_kw": self.draw(st.sampled_from([0.0, 4.0])),
            "discharge_limit_kw": self.draw(st.sampled_from([0.0, 5.0])),
            "missed_price_per_kwh": 1.0,
        }

    def pump(self) -> dict[str, Any]:
        return {
            "kind": "heat_pump",
            "name": "pump",
            "electric_limit_kw": 3,
            "electric_min_kw": self.draw(st.sampled_from([0.0, 1.0])),
            "cop": 3,
            "capacity_kwh": 12,
            "stock_at_start_kwh": 6,
            "usage_kw": self.draw(st.sampled_from([0.0, 2.0])),
        }

    def job(self) -> dict[str, Any]:
        return {
            "kind": "process",
            "name": "job",
            "flexibility": self.draw(st.sampled_from(["inflexible", "shiftable", "breakable"])),
            "power_kw": 3,
            "duration_minutes": self.minutes * self.draw(st.integers(1, self.n)),
        }

    def dimmable(self) -> dict[str, Any]:
        return {"kind": "adjustable", "name": "lamp", "node": "feeder", "charge_limit_kw": 2}

    def sun(self) -> dict[str, Any]:
        sun = {"kind": "pv", "name": "sun", "available_kw": self.numbers(0, 9)}
        return {**sun, "curtailable": self.draw(st.booleans())}


@st.composite
def sites(draw: st.DrawFn) -> Site:
    drawn = Drawn(draw)
    bought, sold = drawn.prices()
    load = {"kind": "load", "name": "load", "node": "feeder", "power_kw": drawn.numbers(0, 4)}
    return {
        "version": 1,
        "window": {
            "start": drawn.at(0),
            "end": drawn.at(drawn.n),
            "step_minutes": drawn.minutes,
        },
        "prices": {"import_per_kwh": bought, "export_per_kwh": sold},
        "connection": {
            "import_limit_kw": draw(st.integers(4, 20)),
            "export_limit_kw": draw(st.integers(2, 20)),
        },
        "nodes": [{"name": "feeder", "import_limit_kw": draw(st.integers(3, 12))}],
        "devices": [*([load] if draw(st.booleans()) else []), *drawn.devices()],
    }
