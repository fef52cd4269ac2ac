"""However a field is written, it means the same: as text, as a series, as segments."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.flexmeasures_problems import at, device, problem, series, solved

HOURS = 4
UNITS = {"price": "EUR/kWh", "power": "kW", "stock": "kWh", "share": "%"}
FORMS = ("text", "series", "finer series", "segments", "overlapping segments")

forms = st.sampled_from(FORMS)
parts = st.sampled_from([0.0, 1.0, 2.5, 4.0])


def written(value: float, quantity: str, form: str, known: dict[str, Any]) -> Any:
    """Return a field of a constant value in one of its forms; series are added to ``known``."""
    unit, text = UNITS[quantity], f"{value} {UNITS[quantity]}"
    if form == "text":
        return text
    if "series" in form:
        steps, step = ((HOURS + 1) * 4, "PT15M") if "finer" in form else (HOURS + 1, "PT1H")
        name = f"series {len(known)}"
        known[name] = series([value] * steps, unit, step)
        return {"series": name}
    bounds = [(0, HOURS)] if form == "segments" else [(0, 3), (2, HOURS)]
    return [{"start": at(first), "end": at(last), "value": text} for first, last in bounds]


def cost(form: dict[str, str], limit: float, most: float, least: float) -> tuple[float, Any]:
    """Return what a store behind a soft connection costs, its fields in the forms given."""
    known: dict[str, Any] = {}

    def field(name: str, value: float, quantity: str) -> Any:
        return written(value, quantity, form[name], known)

    store = device(
        "battery",
        soc_at_start="4 kWh",
        soc_min="0 kWh",
        soc_max="9 kWh",
        power_capacity=field("power-capacity", 5.0, "power"),
        consumption_capacity=field("consumption-capacity", most, "power"),
        production_capacity="3 kW",
        charging_efficiency=field("charging-efficiency", 90.0, "share"),
        soc_minima=field("soc-minima", least, "stock"),
        soc_usage=[field("soc-usage", 0.5, "power")],
    )
    context = {
        "site-consumption-capacity": field("site-consumption-capacity", limit, "power"),
        "site-consumption-breach-price": "0.3 EUR/kW",
        "site-peak-consumption": field("site-peak-consumption", 2.0, "power"),
        "site-peak-consumption-price": "0.05 EUR/kW",
        "consumption-breach-price": "0.2 EUR/kW",
        "soc-minima-breach-price": "0.4 EUR/kWh",
        "production-price": field("production-price", 0.05, "price"),
    }
    load = device("load", inflexible_consumption=field("load", 1.5, "power"))
    answer = solved(problem(store, load, hours=HOURS, context=context, series=known))
    return answer.cost, answer.power_kw["battery"]


FIELDS = (
    "power-capacity",
    "consumption-capacity",
    "charging-efficiency",
    "soc-minima",
    "soc-usage",
    "site-consumption-capacity",
    "site-peak-consumption",
    "production-price",
    "load",
)


@settings(max_examples=40, deadline=None)
@given(
    form=st.fixed_dictionaries(dict.fromkeys(FIELDS, forms)),
    limit=parts,
    most=parts,
    least=parts,
)
def test_a_constant_means_the_same_in_every_form(
    form: dict[str, str], limit: float, most: float, least: float
) -> None:
    # What a stock uses adds up where segments overlap: there only one may speak.
    form = form | {"soc-usage": form["soc-usage"].replace("overlapping ", "")}
    plain, power = cost(dict.fromkeys(FIELDS, "text"), limit, most, least)
    other, other_power = cost(form, limit, most, least)

    assert other == pytest.approx(plain, abs=1e-6)
    assert other_power == pytest.approx(power, abs=1e-5)
