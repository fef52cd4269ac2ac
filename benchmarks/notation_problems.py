"""Random cases in FlexMeasures notation, of fields in all their forms: the same for one seed."""

from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any, Final

Case = dict[str, Any]

_START: Final = datetime(2026, 1, 12, tzinfo=timezone(timedelta(hours=1)))
_STEPS: Final = {"PT15M": 15, "PT30M": 30, "PT1H": 60}
_HOURS: Final = 30
_CAPACITIES: Final = ("power-capacity", "consumption-capacity", "production-capacity")


class Notation:
    """Writes fields of one case, whose window is ``hours`` long from midnight."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311
        self.resolution = self.random.choice(list(_STEPS))
        self.hours = self.random.choice([6, 12])
        self.series: dict[str, Any] = {}

    def chance(self, share: float) -> bool:
        """Return true in so many of all cases."""
        return self.random.random() < share

    def at(self, minutes: int) -> str:
        """Return a time so long after the start."""
        return (_START + timedelta(minutes=minutes)).isoformat()

    def of_series(self, low: float, high: float, unit: str) -> dict[str, str]:
        """Return a reference to a new series."""
        resolution = self.random.choice(list(_STEPS))
        length = _HOURS * 60 // _STEPS[resolution]
        name = f"series {len(self.series)}"
        values = [round(self.random.uniform(low, high), 2) for _ in range(length)]
        self.series[name] = {
            "unit": unit,
            "resolution": resolution,
            "start": self.at(0),
            "values": values,
        }
        return {"series": name}

    def segments(self, low: float, high: float, unit: str) -> list[dict[str, str]]:
        """Return two segments, which may overlap."""
        step = _STEPS[self.resolution]
        found = []
        for _ in range(2):
            first, last = sorted(self.random.sample(range(self.hours * 60 // step + 1), 2))
            value = f"{self.random.uniform(low, high):.1f} {unit}"
            found.append({"start": self.at(first * step), "end": self.at(last * step)})
            found[-1]["value"] = value
        return found

    def power(self, low: float, high: float) -> Any:
        """Return a power in one of its forms."""
        form = self.random.random()
        if form < 0.6:
            return f"{self.random.uniform(low, high):.1f} kW"
        return (self.of_series if form < 0.85 else self.segments)(low, high, "kW")

    def levels(self, low: float, high: float) -> Any:
        """Return levels of a stock: a series, or points on and between ticks and spans."""
        if self.chance(0.15):
            return self.of_series(low, high, "kWh")
        found: list[dict[str, str]] = []
        for _ in range(self.random.choice([1, 1, 2])):
            if self.chance(0.4):
                found.append(self.segments(low, high, "kWh")[0])
                continue
            step = _STEPS[self.resolution]
            minutes = step * self.random.randint(1, self.hours * 60 // step - 1)
            minutes += self.random.choice([0, 0, 0, 5])
            value = f"{self.random.uniform(low, high):.1f} kWh"
            found.append({"datetime": self.at(minutes), "value": value})
        return found


def case(seed: int) -> Case:
    """Return a case of schema ``fm-case/1``, without what is expected of it."""
    write = Notation(seed)
    groups = [_group(write)] if write.chance(0.3) else []
    devices = [_device(write, number) for number in range(write.random.choice([1, 1, 2, 3]))]
    for device in devices if groups else ():
        device["group"] = "group"
    context = _context(write)
    window = {"start": write.at(0), "duration": f"PT{write.hours}H", "timezone": "Europe/Amsterdam"}
    return {
        "time": {**window, "resolution": write.resolution},
        "flex_context": context,
        "devices": devices,
        "groups": groups,
        "series": write.series,
    }


def sparse_case(seed: int) -> Case:
    """Return ``case(seed)`` at a site without a capacity, those of stores silent at times."""
    given, write = case(seed), Notation(seed + 1_000_000)
    write.resolution = given["time"]["resolution"]
    write.hours = int(given["time"]["duration"].removeprefix("PT").removesuffix("H"))
    del given["flex_context"]["site-power-capacity"]
    for device in given["devices"]:
        model = device["flex_model"]
        for field in _CAPACITIES if "soc-min" in model else ():
            form = write.random.random()
            if form < 0.45:
                model[field] = write.segments(2, 30, "kW")
            elif form < 0.7:
                model.pop(field, None)
    return given


def shared_case(seed: int) -> Case:
    """Return ``sparse_case(seed)`` with a second device that feeds the stock of each store."""
    given, write = sparse_case(seed), Notation(seed + 2_000_000)
    write.resolution = given["time"]["resolution"]
    write.hours = int(given["time"]["duration"].removeprefix("PT").removesuffix("H"))
    for device in list(given["devices"]):
        model = device["flex_model"]
        if "soc-min" not in model:
            continue
        level = f"level of {device['name']}"
        given["series"][level] = {
            "unit": "kWh",
            "resolution": "PT0M",
            "start": write.at(0),
            "values": [],
        }
        model["state-of-charge"] = {"series": level}
        other: dict[str, Any] = {"state-of-charge": {"series": level}}
        form = write.random.random()
        if form < 0.8:
            other["power-capacity"] = (
                write.segments(2, 30, "kW") if form < 0.4 else write.power(2, 30)
            )
        if write.chance(0.4):
            other["consumption-capacity"] = write.power(3, 20)
        if write.chance(0.4):
            other["charging-efficiency"] = "90%"
        given["devices"].append({"name": f"beside {device['name']}", "flex_model": other})
    return given


def _context(write: Notation) -> dict[str, Any]:
    random = write.random
    always = {
        "consumption-price": write.of_series(20, 200, "EUR/MWh"),
        "site-power-capacity": f"{random.choice([60, 100, 150])} kW",
        "inflexible-consumption": [write.of_series(2, 25, "kW")],
    }
    sometimes = (
        ("production-price", 0.3, "0.015 EUR/kWh"),
        ("site-consumption-capacity", 0.4, write.power(10, 60)),
        ("site-production-capacity", 0.25, write.power(0, 40)),
        ("site-consumption-breach-price", 0.2, f"{random.uniform(0.01, 3):.2f} EUR/kW"),
        ("site-production-breach-price", 0.2, f"{random.uniform(0.01, 3):.2f} EUR/kW"),
        ("site-peak-consumption", 0.5, write.power(5, 30)),
        ("site-peak-consumption-price", 0.3, f"{random.uniform(0.1, 5):.2f} EUR/kW"),
        ("relax-capacity-constraints", 0.15, True),
        ("soc-minima-breach-price", 0.2, f"{random.uniform(0.01, 5):.2f} EUR/kWh"),
        ("soc-maxima-breach-price", 0.2, f"{random.uniform(0.01, 5):.2f} EUR/kWh"),
        ("consumption-breach-price", 0.1, f"{random.uniform(0.001, 0.5):.3f} EUR/kW"),
    )
    found = always | {name: value for name, share, value in sometimes if write.chance(share)}
    if write.chance(0.2):
        prices = {"up-price": "90 EUR/MWh", "down-price": "-0.01 EUR/kW"}
        found["commitments"] = [{"name": "band", "baseline": write.power(0, 15), **prices}]
    return found


def _group(write: Notation) -> dict[str, Any]:
    model: dict[str, Any] = {"power-capacity": f"{write.random.randint(30, 60)} kW"}
    if write.chance(0.5):
        model["consumption-capacity"] = write.power(0, 30)
    return {"name": "group", "flex_model": model}


def _device(write: Notation, number: int) -> dict[str, Any]:
    name = f"device {number}"
    if write.chance(0.2):
        roof = {
            "production-capacity": write.of_series(0, 25, "kW"),
            "consumption-capacity": "0 kW",
        }
        return {"name": name, "flex_model": roof}
    capacity = write.random.choice([40, 60, 100])
    model: dict[str, Any] = {
        "soc-at-start": f"{write.random.uniform(5, 0.8 * capacity):.1f} kWh",
        "soc-min": "0 kWh",
        "soc-max": f"{capacity} kWh",
        "power-capacity": f"{write.random.uniform(4, 40):.1f} kW",
    }
    sometimes = (
        ("consumption-capacity", 0.3, write.power(3, 20)),
        ("production-capacity", 0.2, write.power(0, 20)),
        ("charging-efficiency", 0.5, write.of_series(80, 300, "%")),
        ("discharging-efficiency", 0.4, "93%"),
        ("storage-efficiency", 0.2, "99.5%"),
        ("soc-minima", 0.4, write.levels(0, capacity)),
        ("soc-maxima", 0.2, write.levels(0.3 * capacity, capacity)),
        ("soc-targets", 0.25, write.levels(0, capacity)),
        ("soc-usage", 0.2, [write.power(0, 3)]),
        ("soc-gain", 0.2, [write.power(0, 2), "300 W"]),
    )
    model |= {field: value for field, share, value in sometimes if write.chance(share)}
    return {"name": name, "flex_model": model}
