"""FlexMeasures notation: what it means, and what is refused by name."""

from typing import Any

import pytest

from scheduling.planning import PlanStatus
from tests.unit.flexmeasures_problems import device, problem, refused, solved


def test_round_trip_efficiency_is_shared_by_both_ways() -> None:
    store = device(
        soc_at_start="0 kWh",
        soc_min="0 kWh",
        soc_max="0.1 MWh",
        power_capacity="10 kW",
        roundtrip_efficiency="81%",
    )
    answer = solved(problem(store, hours=2))

    assert answer.power_kw["battery"] == pytest.approx([10.0, -8.1])
    assert answer.stock_kwh["battery"] == pytest.approx([0.0, 9.0, 0.0])


def test_a_missing_production_price_is_the_consumption_price() -> None:
    roof = device("pv", production_capacity="2 kW")
    answer = solved(problem(roof))

    assert answer.power_kw["pv"] == pytest.approx([-2.0] * 3)
    assert answer.cost == pytest.approx(-2 * (0.1 + 0.2 + 0.3))


def test_one_directional_capacity_alone_closes_the_other() -> None:
    answer = solved(problem(device("pv", production_capacity="2 kW"), hours=1))

    assert answer.power_kw["pv"] == pytest.approx([-2.0])


def test_a_breach_of_the_site_counts_twice() -> None:
    """3 kW too much for one hour: 3 · 100 for the highest and 3 · 1 h · 100."""
    load = {"name": "load", "flex_model": {"inflexible-consumption": {"series": "load"}}}
    series = {
        "load": {
            "unit": "kW",
            "resolution": "PT1H",
            "start": "2026-01-12T00:00:00+01:00",
            "values": [8.0, 5.0, 5.0],
        }
    }
    context = {"site-consumption-capacity": "5 kW", "site-consumption-breach-price": "100 EUR/kW"}
    answer = solved(problem(load, context=context, series=series))

    breach = answer.costs["breach: import limit of the grid connection"]
    assert breach == pytest.approx(600.0)


def test_a_capacity_is_hard_when_nothing_is_relaxed() -> None:
    context = {
        "site-consumption-capacity": "5 kW",
        "relax-constraints": False,
        "inflexible-consumption": [{"series": "load"}],
    }
    series = {
        "load": {
            "unit": "kW",
            "resolution": "PT30M",
            "start": "2026-01-12T00:00:00+01:00",
            "values": [8.0, 6.0, 1.0, 1.0, 1.0, 1.0],
        }
    }
    answer = solved(problem(context=context, series=series))

    assert answer.status is PlanStatus.INFEASIBLE
    assert "short by 2 kW" in answer.infeasible[0]


def test_a_minimum_out_of_reach_is_missed_at_its_price() -> None:
    minima = [{"datetime": "2026-01-12T01:00:00+01:00", "value": "15 kWh"}]
    store = device(soc_at_start="0 kWh", soc_min="0 kWh", soc_minima=minima, power_capacity="10 kW")
    answer = solved(problem(store))

    assert answer.stock_kwh["battery"][1] == pytest.approx(10.0)
    assert answer.costs["breach: min stock of battery"] == pytest.approx(5 * 1000 + 5 * 1000)


def test_operation_modes_are_bands() -> None:
    modes = [{"consumption-range": ["0 kW", "0 kW"]}, {"consumption-range": ["6 kW", "8 kW"]}]
    targets = [{"datetime": "2026-01-12T03:00:00+01:00", "value": "12 kWh"}]
    store = device(
        soc_at_start="0 kWh",
        soc_max="20 kWh",
        soc_targets=targets,
        consumption_capacity="8 kW",
        operation_modes=modes,
    )
    answer = solved(problem(store))

    assert answer.power_kw["battery"] == pytest.approx([6.0, 6.0, 0.0])


def test_coupled_ports_keep_their_ratio() -> None:
    """A boiler: 10 kW of gas make 9 kW of heat; heat has neither price nor limit: it balances."""
    gas = {"commodity": "gas", "consumption-price": "50 EUR/MWh"}
    ports = [
        device("in", commodity="gas", consumption_capacity="50 kW", coupling="boiler"),
        device(
            "out",
            commodity="heat",
            production_capacity="50 kW",
            coupling="boiler",
            coupling_coefficient=0.9,
        ),
        device("demand", commodity="heat", inflexible_consumption="9 kW"),
    ]
    answer = solved(problem(*ports, hours=1, context={"commodities": [gas]}))

    assert answer.power_kw["in"] == pytest.approx([10.0])
    assert answer.cost == pytest.approx(0.5)


def test_a_group_inside_a_group_keeps_both_limits() -> None:
    groups = [
        {"name": "feeder", "flex_model": {"power-capacity": "9 kW"}},
        {"name": "inverter", "flex_model": {"power-capacity": "5 kW"}, "group": "feeder"},
    ]
    generator = {"production-capacity": "4 kW"}
    devices = [
        {"name": name, "group": group, "flex_model": generator}
        for name, group in (("a", "inverter"), ("b", "inverter"), ("c", "feeder"), ("d", "feeder"))
    ]
    answer = solved(problem(*devices, hours=1, groups=groups))

    assert answer.node_power_kw["inverter"][0] >= -5.0 - 1e-9
    assert answer.node_power_kw["feeder"] == pytest.approx([-9.0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"context": {"colour": "red"}}, "$.flex_context.colour: unknown field"),
        ({"context": {"site-power-capacity": "5 kWh"}}, "'kWh' is not a unit of power"),
        ({"context": {"site-power-capacity": "five"}}, "'five' is not a quantity"),
        ({"context": {"consumption-price": {"series": "p"}}}, "there is no series 'p'"),
        ({"context": {"production-price": "9 USD/kWh"}}, "currencies are mixed: EUR, USD"),
        ({"context": {"relax-constraints": "yes"}}, "should be true or false"),
        (
            {"context": {"commitments": [{"up-price": "-1 EUR/kWh", "down-price": "1 EUR/kWh"}]}},
            "cannot both earn",
        ),
        ({"groups": [{"name": "g", "flex_model": {"soc-max": "1 kWh"}}]}, "soc-max: unknown field"),
    ],
)
def test_refuses_by_name(change: dict[str, Any], words: str) -> None:
    assert words in refused(problem(device(power_capacity="5 kW"), **change))


def test_refuses_two_ways_to_say_one_efficiency() -> None:
    model = device(power_capacity="5 kW", soc_at_start="1 kWh", roundtrip_efficiency="90%")
    model["flex_model"]["charging-efficiency"] = "95%"

    assert "excludes roundtrip-efficiency" in refused(problem(model))


def test_refuses_a_series_that_ends_too_early() -> None:
    given = problem(device(power_capacity="5 kW"))
    given["series"]["price"]["values"].pop()

    assert "does not cover the window" in refused(given)
