"""FlexMeasures notation: what is refused, by the names that its users know."""

from contextlib import suppress
from typing import Any

import pytest

from scheduling.flex import DocumentError
from scheduling.flex.flexmeasures import commodities, devices, document_from_flexmeasures
from tests.unit.flexmeasures_problems import at, device, problem, refused, series, store


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (store(soc_max="9 kWh", soc_min="10 kWh"), "soc-min: 10 kWh is above soc-max"),
        (store(soc_at_start="50%"), "soc-at-start: a share of the stock needs soc-max"),
        (store(soc_unit="kW"), "soc-unit: should be kWh or MWh"),
        (store(storage_efficiency="120%"), "storage-efficiency: should be above 0 and at most 1"),
        (store(roundtrip_efficiency="0%"), "roundtrip-efficiency: should be above 0"),
        (store(charging_efficiency="0"), "charging-efficiency: should be above 0"),
        (store(soc_minima=[{"value": "1 kWh"}]), "soc-minima[0]: give datetime, or two of"),
        (
            store(soc_minima=[{"datetime": at(1), "end": at(2), "value": "1 kWh"}]),
            "give either datetime",
        ),
        (
            store(soc_minima=[{"datetime": "2026-01-14T00:00:00Z", "value": "1 kWh"}]),
            "soc-minima[0]: is outside the window",
        ),
        (store(soc_minima=[{"datetime": "2026-01-12", "value": "1 kWh"}]), "needs an offset"),
        (store(power_capacity="1e30 kW"), "power-capacity: 1e30 kW is too much for any site"),
        (store(roundtrip_efficiency="1e30"), "roundtrip-efficiency: 1e30 is too much for any site"),
        (store(power_capacity="-5 kW"), "power-capacity: -5 kW: a capacity should be at least 0"),
        (store(coupling="pump"), "flex_model.coupling: a coupled device runs one way"),
        (
            store(coupling="pump", consumption_capacity="5 kW", production_capacity="5 kW"),
            "flex_model.coupling: a coupled device runs one way",
        ),
        (
            store(coupling="pump", consumption_capacity="5 kW"),
            "$.devices[0].flex_model.coupling: no other device is coupled by 'pump'",
        ),
        (store(coupling=" "), "flex_model.coupling: should be a name"),
        (store(coupling_coefficient=2), "coupling-coefficient: needs coupling"),
        (store(operation_modes=[{}]), "needs consumption-range or production-range"),
        (
            store(operation_modes=[{"consumption-range": ["-1 kW", "5 kW"]}]),
            "consumption-range: -1 kW: should be at least 0",
        ),
        (
            store(
                operation_modes=[
                    {"consumption-range": ["1 kW", "5 kW"], "production-range": ["1 kW", "2 kW"]}
                ]
            ),
            "operation-modes[0]: where a mode has both ranges, both should start at 0",
        ),
        (store(soc_min="-1 kWh"), "soc-min: -1 kWh: should be at least 0"),
        (
            store(soc_minima=[{"datetime": at(1), "value": "-1 kWh"}]),
            "soc-minima[0].value: -1 kWh: should be at least 0",
        ),
        (
            store(
                soc_minima=[{"start": at(1), "end": at(2), "duration": "PT1H", "value": "1 kWh"}]
            ),
            "soc-minima[0]: give datetime, or two of start, end and duration",
        ),
        (
            store(operation_modes=[{"consumption-range": ["5 kW", "1 kW"]}]),
            "the least, 5 kW, is above the most, 1 kW",
        ),
        (store(colour="red"), "$.devices[0].flex_model.colour: unknown field"),
        (
            device("load", inflexible_consumption="1 kW", inflexible_production="1 kW"),
            "inflexible-production: contradicts inflexible-consumption",
        ),
        (store(inflexible_production="1 kW"), "soc-min: contradicts inflexible-production"),
        ({"flex_model": {}}, "$.devices[0].name: Field required"),
        ({"name": "a", "flex_model": []}, "$.devices[0].flex_model: should be an object"),
        (
            {"name": "a", "group": "b", "flex_model": {"power-capacity": "1 kW"}},
            "$.devices[0].group: there is no group 'b' (known: none)",
        ),
        (
            {"name": "a", "stock": "s", "flex_model": {"power-capacity": "1 kW"}},
            "$.devices[0].stock: there is no stock 's' (known: none)",
        ),
        (
            {"name": "a", "stock": "s", "flex_model": {"power-capacity": "1 kW", "soc-max": "1"}},
            "soc-max: belongs to the stock 's'",
        ),
    ],
)
def test_refuses_a_device_by_the_name_of_its_field(given: dict[str, Any], words: str) -> None:
    assert words in refused(problem(given))


@pytest.mark.parametrize(
    ("context", "words"),
    [
        (
            {"inflexible-device-sensors": ["1 kW"], "inflexible-consumption": ["1 kW"]},
            "inflexible-device-sensors: give either this or inflexible-consumption",
        ),
        ({"production-price": "1 EUR/kW"}, "production-price: 'EUR/kW' is not a unit of price per"),
        ({"site-consumption-breach-price": "-1 EUR/kW"}, "a breach should cost at least 0"),
        (
            {"commodities": [{"consumption-price": "1 EUR/kWh"}]},
            "two contexts are about electricity",
        ),
        ({"commodities": [{"commodity": "gas", "price": "1"}]}, "commodities[0].price: unknown"),
        ({"commodities": {}}, "commodities: should be a list"),
        ({"commitments": [{"name": "a"}]}, "needs an up-price, a down-price or both"),
        (
            {"commitments": [{"name": "a", "up-price": "1 EUR/kWh"}] * 2},
            "commitments[1].name: another commitment is called 'a'",
        ),
        ({"soc-minima-breach-price": "-1 EUR/kWh"}, "a breach should cost at least 0"),
        (
            {"commitments": [{"name": [], "up-price": "1 EUR/kWh"}]},
            "commitments[0].name: Field required: a text",
        ),
        (
            {"production-price": [{"start": at(0), "end": at(3), "value": "1USD/kWh"}]},
            "$.flex_context.production-price: currencies are mixed: EUR, USD",
        ),
        (
            {"commitments": [{"up-price": "1 EUR/kWh", "sensors": ["x"]}]},
            "commitments[0].sensors[0]: there is no device 'x'",
        ),
        (
            {"commitments": [{"up-price": "1 EUR/kWh", "commodity": "gas"}]},
            "there is no commodity 'gas'",
        ),
        (
            {"site-power-capacity": [{"start": at(0), "value": "1 kW"}]},
            "two of start, end and duration",
        ),
        ({"consumption-price": [{"start": at(0), "end": at(1), "value": "1 EUR/kWh"}]}, "cover"),
    ],
)
def test_refuses_a_context_by_the_name_of_its_field(context: dict[str, Any], words: str) -> None:
    assert words in refused(problem(device(power_capacity="5 kW"), context=context))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"devices": [store(), store()]}, "$.devices[1].name: another of the devices is called"),
        (
            {"groups": [{"name": "g", "flex_model": {}}]},
            "$.groups[0].flex_model: a group needs consumption-capacity, power-capacity",
        ),
        (
            {"groups": [{"name": "g", "group": "h", "flex_model": {"power-capacity": "1 kW"}}]},
            "$.groups[0].group: there is no group 'h' (known: g)",
        ),
        (
            {
                "groups": [
                    {"name": "g", "group": "h", "flex_model": {"power-capacity": "1 kW"}},
                    {"name": "h", "group": "g", "flex_model": {"power-capacity": "1 kW"}},
                ]
            },
            "$.groups[0].group: a group is within itself",
        ),
    ],
)
def test_refuses_parts_that_do_not_belong_together(changes: dict[str, Any], words: str) -> None:
    given = {**problem(device(power_capacity="5 kW")), **changes}

    assert words in refused(given)


def test_a_series_of_what_no_site_has_is_refused_at_the_series() -> None:
    given = problem(store())
    given["series"]["price"]["values"][1] = 1e300

    assert "$.series.price.values: has values that are too much" in refused(given)


def test_a_series_is_counted_once() -> None:
    load = {"series": "price"}
    given = problem(store(), context={"inflexible-consumption": [load, load]})
    given["series"]["price"] = series([1.0, 2.0, 3.0])
    given["flex_context"]["consumption-price"] = "1 EUR/kWh"

    words = "$.flex_context.inflexible-consumption[1]: the series 'price' is counted already"
    assert words in refused(given)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("consumption-breach-price", "'banana' is not a quantity"),
        ("soc-maxima-breach-price", "'banana' is not a quantity"),
        ("relax-capacity-constraints", "should be true or false"),
    ],
)
def test_fields_are_checked_whether_a_device_asks_for_them_or_not(field: str, words: str) -> None:
    given = problem(device("pv", production_capacity="5 kW"), context={field: "banana"})

    assert f"$.flex_context.{field}: {words}" in refused(given)
    given = problem(store(prefer_charging_sooner="banana"))
    assert "prefer-charging-sooner: should be true or false" in refused(given)


_JUNK: tuple[Any, ...] = (None, True, -1, float("inf"), "", "x", "5 kW", "9" * 400, [], {}, [None])
_TIMES: tuple[Any, ...] = ("P9999999999D", "9999-12-31T23:59:59+00:00", {"series": []}, [{}])


@pytest.mark.parametrize("junk", _JUNK + _TIMES, ids=repr)
def test_whatever_stands_in_a_field_is_read_or_refused_in_words(junk: Any) -> None:
    """No other error than DocumentError, wherever the junk stands."""
    targets = [{"datetime": at(1), "value": "1 kWh"}]
    commitments = [
        {"name": "c", "baseline": "1 kW", "up-price": "1 EUR/kWh", "sensors": ["battery"]}
    ]
    given = problem(
        store(soc_targets=targets, soc_max="9 kWh"),
        groups=[{"name": "g", "flex_model": {"power-capacity": "5 kW"}}],
        stocks=[{"name": "s", "flex_model": {"soc-max": "9 kWh"}}],
        context={"commitments": commitments},
    )
    places = [
        (commitments[0], [*commitments[0], "down-price", "commodity", "group"]),
        (given["stocks"][0], ["name", "flex_model"]),
        (given, list(given)),
        (given["time"], list(given["time"])),
        (given["series"]["price"], list(given["series"]["price"])),
        (given["flex_context"], sorted(commodities._FIELDS)),
        (given["devices"][0], ["name", "flex_model", "stock", "group"]),
        (given["devices"][0]["flex_model"], sorted(devices._FIELDS)),
        (targets[0], ["datetime", "value", "start", "end", "duration"]),
        (given["groups"][0], ["name", "flex_model", "group"]),
    ]
    for holder, fields in places:
        for field in fields:
            before = dict(holder)
            holder[field] = junk
            with suppress(DocumentError):
                document_from_flexmeasures(given)
            holder.clear()
            holder.update(before)
