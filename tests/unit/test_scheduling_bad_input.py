"""What contradicts itself is found before solving, and named."""

from collections.abc import Callable
from typing import Any

import pytest

from scheduling.flex import DocumentError, document_from_object
from scheduling.planning import PlanStatus, plan, solving
from tests.unit.flexmeasures_problems import at, problem, refused, solved, store
from tests.unit.scheduling_documents import battery, clock, load, site, site_object

PRICES = [0.1, 0.2, 0.3, 0.1]
LATER = [{"start": clock(30), "end": clock(31)}]


def converter(*ports: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "converter", "name": "boiler", "ports": list(ports)}


def gas(**fields: Any) -> dict[str, Any]:
    return {"name": "in", "direction": "in", "limit_kw": 5, **fields}


@pytest.mark.parametrize(
    ("devices", "more", "words"),
    [
        ([battery(stock_min_kwh=6, stock_max_kwh=4)], {}, "stock_min_kwh is 6.0 kWh, above"),
        ([battery(stock_min_kwh=[0, 12, 0, 0])], {}, "stock_min_kwh is 12.0 kWh, above"),
        ([battery(stock_at_end_min_kwh=19)], {}, "stock_at_end_min_kwh is 19.0 kWh, above"),
        ([battery(stock_at_start_kwh=11)], {}, "stock_at_start_kwh is 11.0 kWh, above"),
        (
            [battery(charge_min_kw=[1, 9, 1, 1])],
            {},
            "charge_min_kw, 9.0 kW, is above charge_limit_kw, 5.0 kW",
        ),
        (
            [battery(bands=[{"low_kw": 6, "high_kw": 9}])],
            {},
            "no band is within the limits, from -5.0 to 5.0 kW",
        ),
        (
            [],
            {"peaks": [{"name": "evening", "price_per_kw": 1, "within": LATER}]},
            "peaks[0].within: all of it is outside the window",
        ),
        (
            [
                {
                    "kind": "process",
                    "name": "job",
                    "power_kw": 1,
                    "duration_minutes": 60,
                    "forbidden": LATER,
                }
            ],
            {},
            "devices[0].forbidden[0] is outside the window",
        ),
        (
            [battery(goals=[{"kind": "min", "points": [{"at": clock(50), "stock_kwh": 5}]}])],
            {},
            "devices[0].goals[0].points[0] is outside the window",
        ),
        (
            [battery(node="a")],
            {"nodes": [{"name": "a", "prices": {"import_per_kwh": 0.1}}]},
            (
                "nodes[0].prices: what 'a' takes or gives has a price already, that of the grid "
                "connection: two prices for one direction"
            ),
        ),
        (
            [],
            {
                "nodes": [
                    {"name": "b", "parent": "a", "prices": {"import_per_kwh": 0.1}},
                    {"name": "a", "parent": "gas"},
                ],
                "commodities": [{"name": "gas", "prices": {"import_per_kwh": 0.1}}],
            },
            "what 'b' takes or gives has a price already, that of 'gas'",
        ),
        ([converter(gas(), gas(name="out", direction="out"))], {}, "are at the same node"),
        (
            [converter(gas(), gas(name="out", direction="out", node="heat"))],
            {},
            "devices[0].ports[1].node: there is no node or commodity 'heat'",
        ),
        (
            [converter(gas(direction="out"), gas(name="b", direction="out", node="heat"))],
            {"commodities": [{"name": "heat"}]},
            "no port has the direction in: energy would come from nothing",
        ),
        (
            [battery()],
            {"commitments": [{"name": "c", "up_cost_per_kwh": -1, "down_cost_per_kwh": -1}]},
            "deviating up and deviating down cannot both earn",
        ),
        (
            [battery()],
            {"couplings": [{"name": "c", "members": 2 * [{"device": "battery"}]}]},
            "two members of a coupling are called 'battery'",
        ),
    ],
)
def test_refuses_what_contradicts_itself(
    devices: list[dict[str, Any]], more: dict[str, Any], words: str
) -> None:
    with pytest.raises(DocumentError) as caught:
        document_from_object(site_object(*devices, import_price=PRICES, more=more))

    assert words in str(caught.value)


def test_a_peak_that_counts_in_part_of_the_window_is_none_of_that() -> None:
    within = [*LATER, {"start": clock(-1), "end": clock(1)}]
    peak = {"name": "evening", "price_per_kw": 1, "within": within}

    assert site(battery(), import_price=PRICES, more={"peaks": [peak]}).peaks


@pytest.fixture
def unsolved(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is plain is said without solving the problem."""

    def solve(*_: object) -> None:
        raise AssertionError("solved")

    monkeypatch.setattr(solving, "_solve", solve)


@pytest.mark.usefixtures("unsolved")
@pytest.mark.parametrize(
    ("device", "words"),
    [
        (
            battery(goals=[{"kind": "target", "points": [{"at": clock(1), "stock_kwh": 9}]}]),
            (
                "stock of battery at 2026-01-12 01:00 Z: "
                "at least 9 kWh is asked for, 5 kWh can be reached"
            ),
        ),
        (
            battery(charge_efficiency=0.9, stock_at_end_min_kwh=9.5, charge_limit_kw=[1, 0, 1, 5]),
            (
                "stock of battery at 2026-01-12 04:00 Z: "
                "at least 9.5 kWh is asked for, 6.3 kWh can be reached"
            ),
        ),
        (
            battery(
                stock_at_start_kwh=8,
                discharge_limit_kw=2,
                goals=[{"kind": "max", "points": [{"at": clock(2), "stock_kwh": 3}]}],
            ),
            (
                "stock of battery at 2026-01-12 02:00 Z: "
                "at most 3 kWh is asked for, 4 kWh can be reached"
            ),
        ),
        (
            battery(stock_at_start_kwh=2, usage_kw=1, charge_limit_kw=0, stock_min_kwh=0.5),
            (
                "stock of battery at 2026-01-12 02:00 Z: "
                "at least 0.5 kWh is asked for, 0 kWh can be reached"
            ),
        ),
    ],
)
def test_a_hard_level_out_of_reach_is_named_with_what_can_be_reached(
    device: dict[str, Any], words: str
) -> None:
    answer = plan(site(device, import_price=PRICES))

    assert answer.status is PlanStatus.INFEASIBLE
    assert answer.infeasible == (words,)
    assert answer.contradiction


def test_the_nearest_plan_comes_as_near_as_can_be_reached() -> None:
    goal = {"kind": "min", "points": [{"at": clock(1), "stock_kwh": 9}]}
    answer = plan(
        site(battery(goals=[goal]), import_price=PRICES, more={"on_infeasible": "nearest"})
    )

    assert answer.status is PlanStatus.NEAREST
    assert answer.stock_kwh["battery"][1] == pytest.approx(5.0)
    assert "5 kWh can be reached" in answer.infeasible[0]


@pytest.mark.usefixtures("unsolved")
def test_heat_that_nothing_makes_is_named() -> None:
    demand = {**load([0, 3, 3, 0], "showers"), "node": "heat"}
    answer = plan(site(demand, import_price=PRICES, more={"commodities": [{"name": "heat"}]}))

    assert answer.infeasible == (
        "heat from 2026-01-12 01:00 to 03:00 Z: 3 kW more has to be used than can be made",
    )


def test_selling_dearer_than_buying_earns_no_more_than_the_devices_move() -> None:
    """Without limits of the connection: import and export at once would pay without end."""
    answer = plan(site(battery(), load(1.0), import_price=0.1, export_price=0.5, n_steps=4))

    # The battery moves its 5 kW twice each way, the load takes 1 kW.
    assert answer.status is PlanStatus.OPTIMAL
    both_ways = [min(max(p, 0.0), max(-p, 0.0)) for p in answer.grid_power_kw]
    assert max(both_ways) == 0.0
    assert answer.cost >= 4 * 0.1 - 2 * 5 * (0.5 - 0.1)


def hard(**fields: Any) -> dict[str, Any]:
    context = {"relax-constraints": False, **fields.pop("context", {})}
    return problem(store(**fields), context=context)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            lambda: hard(context={"production-price": "1 USD/kWh"}),
            "currencies are mixed: EUR, USD",
        ),
        (
            lambda: hard(
                context={
                    "consumption-price": [
                        {"start": at(0), "end": at(3), "value": "1 EUR/kWh"},
                        {"start": at(1), "end": at(2), "value": "2 EUR/kWh"},
                    ]
                }
            ),
            "consumption-price: [0] and [1] overlap: two prices for one time and direction",
        ),
        (
            lambda: hard(
                context={"commitments": [{"up-price": "-1 EUR/kWh", "down-price": "1 EUR/kWh"}]}
            ),
            "cannot both earn",
        ),
        (lambda: hard(soc_min="9 kWh", soc_max="8 kWh"), "soc-min: 9 kWh is above soc-max"),
    ],
)
def test_flexmeasures_notation_is_refused_likewise(
    given: Callable[[], dict[str, Any]], words: str
) -> None:
    assert words in refused(given())


def test_a_hard_target_of_flexmeasures_out_of_reach_is_named_with_what_can_be_reached() -> None:
    answer = solved(hard(soc_targets=[{"datetime": at(2), "value": "900 kWh"}]))

    assert answer.status is PlanStatus.INFEASIBLE
    assert "at least 900 kWh is asked for, 20 kWh can be reached" in answer.infeasible[0]
