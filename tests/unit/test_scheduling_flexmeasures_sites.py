"""Sites, commodities and processes of FlexMeasures notation against answers worked out by hand."""

from typing import Any

import pytest

from tests.unit.flexmeasures_problems import at, device, problem, series, solved, store


def test_a_peak_up_to_what_has_been_is_free_for_feed_in_too() -> None:
    """Sunk 2 kW; the third and fourth kW would cost 20 EUR and earn 1.20."""
    context = {"site-peak-production": "2 kW", "site-peak-production-price": "10 EUR/kW"}
    answer = solved(problem(device("pv", production_capacity="4 kW"), context=context))

    assert answer.power_kw["pv"] == pytest.approx([-2.0] * 3)


def test_a_device_capacity_can_be_softened() -> None:
    """5 kWh in one hour through 2 kW: 3 kW beyond, at 1 EUR/kW, twice."""
    car = store(
        consumption_capacity="2 kW",
        production_capacity="0 kW",
        soc_max="5 kWh",
        soc_minima=[{"datetime": at(1), "value": "5 kWh"}],
    )
    answer = solved(problem(car, hours=1, context={"consumption-breach-price": "1 EUR/kW"}))

    assert answer.power_kw["battery"] == pytest.approx([5.0])
    assert answer.cost == pytest.approx(5 * 0.1 + 2 * 3 * 1)


def test_a_capacity_of_zero_throughout_is_hard() -> None:
    car = store(
        consumption_capacity="0 kW",
        soc_max="5 kWh",
        soc_minima=[{"datetime": at(1), "value": "5 kWh"}],
    )
    context = {"relax-capacity-constraints": True}
    answer = solved(problem(car, hours=1, context=context))

    assert answer.power_kw["battery"] == pytest.approx([0.0])


def test_a_commitment_pays_for_deviating_from_its_baseline() -> None:
    """Up costs 1 EUR/kWh, down earns 0.05: what is below the baseline of 3 kW."""
    commitment = {
        "name": "bid",
        "baseline": "3 kW",
        "up-price": "1000 EUR/MWh",
        "down-price": "50 EUR/MWh",
    }
    load = device("load", inflexible_consumption={"series": "load"})
    given = problem(
        load,
        context={"commitments": [commitment]},
        series={"load": series([3.0, 5.0, 1.0])},
    )
    answer = solved(given)

    assert answer.costs["commitment: bid"] == pytest.approx(2 * 1 - 2 * 0.05)


def test_a_commitment_is_about_the_devices_or_the_group_that_it_names() -> None:
    loads = [
        {"name": name, "group": "feeder", "flex_model": {"inflexible-consumption": "2 kW"}}
        for name in ("a", "b")
    ]
    up = {"up-price": "1 EUR/kWh"}
    commitments = [
        {"name": "one", "sensors": ["a"], **up},
        {"name": "two", "group": "feeder", **up},
    ]
    groups = [{"name": "feeder", "flex_model": {"power-capacity": "9 kW"}}]
    answer = solved(problem(*loads, hours=1, context={"commitments": commitments}, groups=groups))

    assert answer.costs["commitment: one"] == pytest.approx(2.0)
    assert answer.costs["commitment: two"] == pytest.approx(4.0)


@pytest.mark.parametrize("as_list", [True, False])
def test_each_commodity_has_a_context_of_its_own(*, as_list: bool) -> None:
    """1 kW of electricity at 0.10 + 0.20 and 2 kW of gas at 0.05 for two hours."""
    contexts = [
        {"consumption-price": {"series": "price"}, "site-power-capacity": "50 kW"},
        {"commodity": "gas", "consumption-price": "50 EUR/MWh"},
    ]
    given = problem(
        device("load", inflexible_consumption="1 kW"),
        device("boiler", commodity="gas", inflexible_consumption="2 kW"),
        hours=2,
    )
    given["flex_context"] = contexts if as_list else {"commodities": contexts}
    answer = solved(given)

    assert answer.cost == pytest.approx(0.3 + 2 * 2 * 0.05)


def test_of_another_commodity_only_what_is_priced_or_limited_is_open() -> None:
    """Gas is bought, not sold: giving 1 kW back costs 10,000 twice."""
    gas = {"commodity": "gas", "consumption-price": "50 EUR/MWh"}
    well = device("well", commodity="gas", inflexible_production="1 kW")
    answer = solved(problem(well, hours=1, context={"commodities": [gas]}))

    assert answer.costs["breach: export limit of gas"] == pytest.approx(20_000.0)


def test_a_heat_pump_feeds_a_node_of_heat_that_balances() -> None:
    """6 kW of heat at COP 3 take 2 kW of electricity."""
    ports = [
        device("in", consumption_capacity="9 kW", coupling="pump", coupling_coefficient=1),
        device(
            "out",
            commodity="heat",
            production_capacity="30 kW",
            coupling="pump",
            coupling_coefficient="300%",
        ),
        device("rooms", commodity="heat", inflexible_consumption="6 kW"),
    ]
    answer = solved(problem(*ports, hours=1))

    assert answer.power_kw["in"] == pytest.approx([2.0])


def test_a_group_breaks_a_directional_capacity_at_its_fixed_price() -> None:
    loads = [{"name": "a", "group": "g", "flex_model": {"inflexible-consumption": "3 kW"}}]
    groups = [
        {"name": "g", "flex_model": {"power-capacity": "9 kW", "consumption-capacity": "2 kW"}}
    ]
    answer = solved(problem(*loads, hours=1, groups=groups))

    assert answer.costs["breach: import limit of g (soft)"] == pytest.approx(2 * 10_000.0)


def test_inflexible_sensors_of_old_count_production_positive() -> None:
    context = {"inflexible-device-sensors": [{"series": "roof"}]}
    answer = solved(problem(context=context, series={"roof": series([2.0, 2.0, 2.0])}))

    assert answer.grid_power_kw == pytest.approx([-2.0] * 3)


def process(**fields: Any) -> dict[str, Any]:
    given = problem(device("mill", power=10, **fields), hours=4)
    return {**given, "scheduler": "ProcessScheduler"}


@pytest.mark.parametrize(
    ("kind", "direction", "running"),
    [
        ("INFLEXIBLE", "MIN", [1, 2]),
        ("SHIFTABLE", "MIN", [1, 2]),
        ("SHIFTABLE", "MAX", [2, 3]),
        ("BREAKABLE", "MIN", [1, 2]),
        ("BREAKABLE", "MAX", [2, 3]),
    ],
)
def test_a_process_runs_when_it_may_and_pays(kind: str, direction: str, running: list[int]) -> None:
    given = process(
        duration="PT2H",
        process_type=kind,
        optimization_direction=direction,
        time_restrictions=[{"start": at(0), "duration": "PT1H"}],
    )
    answer = solved(given)

    assert answer.power_kw["mill"].nonzero()[0].tolist() == running
    assert answer.cost == pytest.approx(sum(10 * 0.1 * (hour + 1) for hour in running))


def test_a_process_looks_at_nothing_but_the_price() -> None:
    given = process(duration="PT1H")
    given["flex_context"] |= {"site-power-capacity": "1 kW", "site-consumption-capacity": "1 kW"}

    assert solved(given).power_kw["mill"] == pytest.approx([10.0, 0.0, 0.0, 0.0])


def test_a_process_longer_than_the_window_fills_it() -> None:
    assert solved(process(duration="P2D")).power_kw["mill"] == pytest.approx([10.0] * 4)


@pytest.mark.parametrize(
    ("start", "duration", "n_steps"),
    [
        ("2026-03-29T00:00:00+01:00", "P1D", 23),
        ("2026-10-25T00:00:00+02:00", "P1D", 25),
        ("2026-03-29T00:00:00+01:00", "PT24H", 24),
    ],
)
def test_a_day_has_the_hours_that_its_place_gives_it(
    start: str, duration: str, n_steps: int
) -> None:
    given = problem(device("pv", production_capacity="1 kW"), hours=26)
    given["time"] |= {"start": start, "duration": duration}
    given["series"]["price"] |= {"start": start}

    assert solved(given).grid_power_kw.shape == (n_steps,)


def test_times_forbidden_on_another_day_change_nothing() -> None:
    tomorrow = {"start": "2026-01-13T00:00:00+01:00", "duration": "PT1H"}

    free, restricted = (
        solved(process(duration="PT1H", time_restrictions=spans)) for spans in ([], [tomorrow])
    )

    assert restricted.power_kw["mill"] == pytest.approx(free.power_kw["mill"])
