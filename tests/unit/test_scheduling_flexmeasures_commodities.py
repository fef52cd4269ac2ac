"""What stands in the entries of a list of commodities, and what above it.

Prices are 100, 200, 300 ... EUR/MWh by the hour, as ``problem`` makes them.
"""

from typing import Any

import pytest

from scheduling.planning import Plan, PlanStatus
from tests.unit.flexmeasures_problems import at, device, problem, refused, series, solved, store

_PRICE = {"commodity": "electricity", "consumption-price": {"series": "price"}}
_HIGH = [{"datetime": at(1), "value": "35 kWh"}]


def _with(context: Any, *devices: dict[str, Any], **fields: Any) -> dict[str, Any]:
    given = problem(*devices, **fields)
    given["flex_context"] = context
    return given


def _loaded(context: dict[str, Any]) -> Plan:
    """30 kW in the second hour, of which a battery gives 10."""
    entry = {**_PRICE, **context, "inflexible-consumption": [{"series": "load"}]}
    battery = store(soc_at_start="10 kWh", soc_max="40 kWh")
    known = {"load": series([5.0, 30.0, 5.0])}
    return solved(_with({"commodities": [entry]}, battery, series=known))


def test_a_capacity_in_an_entry_is_hard_unless_it_has_a_price() -> None:
    hard = {"site-consumption-capacity": "15 kW"}

    assert _loaded(hard).status is PlanStatus.INFEASIBLE
    assert _loaded({**hard, "relax-site-capacity-constraints": True}).status is (
        PlanStatus.INFEASIBLE
    )
    soft = _loaded({**hard, "site-consumption-breach-price": "1 EUR/kW"})
    # 5 kW beyond, at 1 EUR each once and as much again in their hour; 5 kWh are stored before.
    assert soft.cost == pytest.approx(10.0 + 10 * 0.1 + 20 * 0.2)


def _raised(context: Any, **fields: Any) -> Plan:
    """35 kWh are asked for where 20 can be reached."""
    given = store(soc_at_start="10 kWh", soc_max="40 kWh", **{"soc_minima": _HIGH, **fields})
    return solved(_with(context, given))


def test_levels_are_soft_as_it_is_said_above_the_list() -> None:
    listed = {"commodities": [_PRICE]}

    assert _raised(listed).cost == pytest.approx(2 * 15 * 1000 + 1.0)
    priced = _raised({**listed, "soc-minima-breach-price": "1 EUR/kWh"})
    assert priced.cost == pytest.approx(2 * 15 + 1.0)
    for flag in ("relax-constraints", "relax-soc-constraints"):
        assert _raised({**listed, flag: False}).status is PlanStatus.INFEASIBLE


def test_a_list_alone_has_nothing_above_it_and_levels_are_soft() -> None:
    """As with the interface of FlexMeasures, which wraps it; its scheduler by itself does not."""
    between = [{"datetime": at(1, 30), "value": "38 kWh"}]

    assert _raised([_PRICE]).cost == pytest.approx(2 * 15 * 1000 + 1.0)
    assert _raised([_PRICE], soc_minima=between).status is PlanStatus.OPTIMAL


def test_what_is_relaxed_above_the_list_leaves_closed_directions_soft() -> None:
    """6 kWh are to leave within an hour where nothing is said of production."""
    low = [{"datetime": at(1), "value": "4 kWh"}]
    listed = {"commodities": [_PRICE], "relax-constraints": False}
    hard = {"commodities": [{**_PRICE, "relax-constraints": False}]}

    # At 10,000 EUR/kW once and as much again in the hour, and 100 EUR/MWh are earned.
    assert _raised(listed, soc_minima=[], soc_maxima=low).cost == pytest.approx(6 * 20_000 - 0.6)
    levels = {"soc_maxima": low, "soc_minima": [], "soc_targets": []}
    missed = _raised(hard, **levels)
    assert missed.cost == pytest.approx(2 * 6 * 1000)


@pytest.mark.parametrize(
    "field",
    [
        "soc-minima-breach-price",
        "soc-maxima-breach-price",
        "consumption-breach-price",
        "production-breach-price",
        "relax-soc-constraints",
        "relax-capacity-constraints",
    ],
)
def test_what_holds_for_all_devices_is_refused_in_an_entry(field: str) -> None:
    entries = [_PRICE, {"commodity": "gas", field: True}]

    for context in (entries, {"commodities": entries}):
        words = refused(_with(context, device("battery", power_capacity="1 kW")))
        assert f"commodities[1].{field}: holds for devices of all commodities" in words
        assert "it should stand above their list" in words


def test_what_is_about_one_connection_is_refused_above_the_list() -> None:
    context = {"commodities": [_PRICE], "relax-site-capacity-constraints": False}

    words = refused(_with(context, device("battery", power_capacity="1 kW")))

    assert "relax-site-capacity-constraints: is about the connection of one commodity" in words
