"""Random cases in FlexMeasures notation with the fields and forms that others leave out.

Relaxing flags, peaks and prices of production, breach prices of devices, round trips, efficiencies
by series, preferences, closed directions, spans by their duration, gains in parts, other units.
"""

from typing import Any

from notation_problems import Case, Notation, case, shared_case, sparse_case

_KINDS = (case, sparse_case, shared_case, case)
_RELAXING = (
    "relax-constraints",
    "relax-soc-constraints",
    "relax-capacity-constraints",
    "relax-site-capacity-constraints",
)


def dense_case(seed: int) -> Case:
    """Return a case of another kind, much more being said of it."""
    given, write = _KINDS[seed % len(_KINDS)](seed), Notation(seed + 3_000_000)
    write.resolution = given["time"]["resolution"]
    write.hours = int(given["time"]["duration"].removeprefix("PT").removesuffix("H"))
    write.series = given["series"]
    _say_more_of_site(write, given["flex_context"])
    for device in given["devices"]:
        model = device["flex_model"]
        if "soc-min" in model:
            _say_more_of_store(write, model)
        elif write.chance(0.3):
            model["power-capacity"] = "30 kW"
    return given


def _say_more_of_site(write: Notation, context: dict[str, Any]) -> None:
    random = write.random
    sometimes = (
        *((flag, 0.15, write.chance(0.8)) for flag in _RELAXING),
        ("site-peak-production", 0.3, write.power(0, 10)),
        ("site-peak-production-price", 0.25, f"{random.uniform(0.1, 5):.2f} EUR/kW"),
        ("production-price", 0.3, write.of_series(-30, 20, "EUR/MWh")),
        ("inflexible-production", 0.2, [write.of_series(0, 20, "kW")]),
        ("production-breach-price", 0.15, f"{random.uniform(0.001, 0.5):.3f} EUR/kW"),
        ("consumption-price", 0.1, f"{random.randint(20, 200)} EUR/MWh"),
        ("site-consumption-capacity", 0.1, write.of_series(5, 60, "kW")),
        ("site-power-capacity", 0.1, "0.06 MW"),
    )
    context |= {name: value for name, share, value in sometimes if write.chance(share)}


def _say_more_of_store(write: Notation, model: dict[str, Any]) -> None:
    random = write.random
    if write.chance(0.3):
        model.pop("charging-efficiency", None)
        model.pop("discharging-efficiency", None)
        model["roundtrip-efficiency"] = random.choice(["81%", "0.9", 0.95, "100%"])
    elif write.chance(0.3):
        model["discharging-efficiency"] = write.of_series(70, 100, "%")
    side = random.choice(["soc-minima", "soc-maxima"])
    usage = [[{"start": write.at(0), "duration": "PT2H", "value": "4 kW"}]]
    sometimes = (
        ("storage-efficiency", 0.2, write.of_series(97, 100, "%")),
        ("prefer-charging-sooner", 0.3, False),
        ("prefer-curtailing-later", 0.3, False),
        ("production-capacity", 0.2, random.choice(["0 kW", "5 kW"])),
        ("consumption-capacity", 0.15, "0 kW"),
        (side, 0.2, [_lasting(write)]),
        ("soc-gain", 0.15, [write.of_series(0, 2, "kW"), write.power(0, 1)]),
        ("soc-min", 0.1, f"{random.randint(0, 8)} kWh"),
        ("soc-max", 0.1, "0.05 MWh"),
        ("soc-at-start", 0.1, "0.01 MWh"),
        ("soc-usage", 0.1, usage),
    )
    model |= {name: value for name, share, value in sometimes if write.chance(share)}


def _lasting(write: Notation) -> dict[str, str]:
    """Return a level over a span that is told by its duration."""
    minutes = {"PT15M": 15, "PT30M": 30, "PT1H": 60}[write.resolution]
    n_steps = write.hours * 60 // minutes
    first = write.random.randint(0, n_steps - 2)
    lasts = write.random.randint(1, n_steps - 1 - first) * minutes
    level = f"{write.random.uniform(5, 35):.1f} kWh"
    return {"start": write.at(first * minutes), "duration": f"PT{lasts}M", "value": level}
