"""What is kept along the asset tree, as one problem; answers worked out by hand."""

from typing import Any

import pytest

from scheduling.flex import SiteDocument
from scheduling.flex.context import SiteContext, inherited
from scheduling.flex.run import device_document
from scheduling.flex.site import Window
from scheduling.flex.tree import PlacedContext, PlacedDevice, Unbilled, document_of
from scheduling.planning import plan
from tests.unit.scheduling_documents import battery, clock, load

CHEAP, DEAR = 0.10, 0.50
SOLAR = {"kind": "pv", "available_kw": 6.0}
PRICES = {"import_per_kwh": [CHEAP, DEAR], "export_per_kwh": [CHEAP, DEAR]}


def context(**fields: Any) -> SiteContext:
    return SiteContext.model_validate(fields)


def at(path: str, name: str, **fields: Any) -> PlacedContext:
    return PlacedContext(path, name, context(**fields))


def device(path: str, given: dict[str, Any], name: str) -> PlacedDevice:
    return PlacedDevice(path, device_document(given, name=name))


def problem(
    root: SiteContext,
    contexts: list[PlacedContext],
    devices: list[PlacedDevice],
    *,
    is_billed: bool = True,
) -> SiteDocument:
    window = Window.model_validate({"start": clock(0), "end": clock(2), "step_minutes": 60})
    return document_of(window, root, is_billed=is_billed, contexts=contexts, devices=devices)


def test_each_context_is_a_node_and_a_device_stands_at_the_nearest() -> None:
    document = problem(
        context(prices=PRICES),
        [at("1.2.", "feeder", connection={"import_limit_kw": 9.0}), at("1.2.3.", "site")],
        [device("1.2.3.4.", load(1.0), "mill"), device("1.5.", load(2.0), "hall")],
    )

    assert [(node.name, node.parent) for node in document.nodes] == [
        ("feeder", None),
        ("site", "feeder"),
    ]
    assert {each.name: each.node for each in document.devices if each.kind == "load"} == {
        "mill": "site",
        "hall": None,
    }


def test_a_station_with_its_own_load_bounds_two_sites_that_are_billed_apart() -> None:
    """Of the 10 kW of the station 4 are taken: both batteries together charge with 6, not 10."""
    station = context(
        connection={"import_limit_kw": 10.0, "export_limit_kw": 20.0}, uncontrolled_kw=[4.0, 0.0]
    )
    sites = [at("1.2.", "north", prices=PRICES), at("1.3.", "south", prices=PRICES)]
    devices = [device("1.2.4.", battery(), "one"), device("1.3.5.", battery(), "two")]

    answer = plan(problem(station, sites, devices, is_billed=False))

    assert answer.power_kw["one"][0] + answer.power_kw["two"][0] == pytest.approx(6.0)
    assert answer.cost == pytest.approx(6 * (CHEAP - DEAR))
    assert set(answer.costs) >= {"import: north", "import: south"}


def test_what_one_site_gives_the_other_may_take_beneath_a_full_station() -> None:
    """No import through the station: the battery of the one site stores the sun of the other."""
    sun = {**SOLAR, "curtailment_cost_per_kwh": 0.0}
    prices = {"import_per_kwh": 0.2, "export_per_kwh": [0.1, 0.1]}
    sites = [at("1.2.", "north", prices=prices), at("1.3.", "south", prices=PRICES)]
    devices = [device("1.2.4.", sun, "sun"), device("1.3.5.", battery(), "store")]
    station = context(connection={"import_limit_kw": 0.0, "export_limit_kw": 6.0})

    answer = plan(problem(station, sites, devices, is_billed=False))

    assert answer.power_kw["store"] == pytest.approx([5.0, -5.0])


def test_a_peak_of_a_site_is_metered_at_the_site() -> None:
    peak = {"name": "month", "price_per_kw": 10.0, "incumbent_kw": 3.0}
    sites = [at("1.2.", "north", peaks=[peak])]
    devices = [device("1.2.3.", load(1.0), "small"), device("1.4.", load(50.0), "large")]

    document = problem(context(prices=PRICES), sites, devices)

    assert document.peaks[0].node == "north"
    assert plan(document).costs["peak: month of north"] == pytest.approx(0.0)


def test_names_that_a_site_declares_are_its_own() -> None:
    """Two sites with a node of heat each: the boiler of the one does not warm the other."""
    boiler = {
        "kind": "converter",
        "ports": [
            {"name": "in", "direction": "in", "limit_kw": 9.0},
            {"name": "out", "node": "heat", "direction": "out"},
        ],
    }
    contexts, devices = [], []
    for number, (name, demand) in enumerate((("north", 2.0), ("south", 3.0)), start=2):
        contexts.append(at(f"1.{number}.", name, commodities=[{"name": "heat"}]))
        devices.append(device(f"1.{number}.8.", boiler, f"boiler {name}"))
        warm = {**load(demand), "node": "heat"}
        devices.append(device(f"1.{number}.9.", warm, f"rooms {name}"))

    answer = plan(problem(context(prices=PRICES), contexts, devices))

    assert answer.power_kw["boiler north/in"] == pytest.approx([2.0, 2.0])
    assert answer.power_kw["boiler south/in"] == pytest.approx([3.0, 3.0])


def test_stocks_are_shared_by_the_feeders_beneath() -> None:
    tank = {"name": "tank", "stock_at_start_kwh": 0.0, "usage_kw": 2.0, "end_value_per_kwh": 0.0}
    feeder = {"kind": "feeder", "stock": "tank", "charge_limit_kw": 4.0}
    document = problem(
        context(prices=PRICES),
        [at("1.2.", "north", stocks=[tank])],
        [device("1.2.3.", feeder, "rod")],
    )

    assert plan(document).power_kw["rod"] == pytest.approx([4.0, 0.0])


def test_refuses_energy_that_nobody_bills() -> None:
    with pytest.raises(Unbilled, match="no prices are set at or above mill"):
        problem(context(), [], [device("1.2.", load(1.0), "mill")])


def test_refuses_prices_from_above_where_some_sites_have_their_own() -> None:
    devices = [device("1.2.3.", load(1.0), "mill"), device("1.4.", load(1.0), "hall")]
    sites = [at("1.2.", "north", prices=PRICES)]

    with pytest.raises(Unbilled, match="north has prices of its own, hall has those from above"):
        problem(context(prices=PRICES), sites, devices, is_billed=False)


def test_refuses_two_currencies_in_one_problem() -> None:
    devices = [device("1.2.3.", load(1.0), "mill"), device("1.3.3.", load(1.0), "hall")]
    sites = [
        at("1.2.", "north", prices=PRICES, currency="EUR"),
        at("1.3.", "south", prices=PRICES, currency="GBP"),
    ]

    with pytest.raises(Unbilled, match="currencies are mixed: EUR at north, GBP at south"):
        problem(context(), sites, devices, is_billed=False)


def test_tariffs_are_inherited_field_by_field_and_points_of_the_grid_are_not() -> None:
    area = context(prices={"import_per_kwh": 0.3}, currency="GBP", uncontrolled_kw=7.0)
    site = context(connection={"import_limit_kw": 5.0})

    found = inherited([site, area], None)

    assert (found.currency, found.prices) == ("GBP", area.prices)
    assert found.connection.import_limit_kw == pytest.approx(5.0)
    assert found.uncontrolled_kw == pytest.approx(0.0)


def test_a_request_says_some_fields_and_leaves_the_others() -> None:
    site = context(prices={"import_per_kwh": 0.3}, connection={"import_limit_kw": 5.0})

    found = inherited([site], context(prices={"import_per_kwh": 0.1}))

    assert found.prices is not None
    assert found.prices.import_per_kwh == pytest.approx(0.1)
    assert found.connection.import_limit_kw == pytest.approx(5.0)


def test_what_is_lost_above_a_site_is_kept_at_the_site() -> None:
    document = problem(
        context(prices=PRICES),
        [at("1.2.", "site", loss_share=0.25)],
        [device("1.2.3.", load(4.0), "mill")],
    )

    assert plan(document).grid_power_kw == pytest.approx([5.0, 5.0])
