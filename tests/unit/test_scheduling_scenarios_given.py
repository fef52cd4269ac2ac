"""Scenarios as they are given: by quantiles, at nodes, and what is refused of them."""

from typing import Any

import pytest

from scheduling.flex import DocumentError, SiteDocument
from scheduling.planning import explain, plan
from tests.unit.scenario_documents import scenarios, uncertain
from tests.unit.scheduling_documents import battery, load, pv, site


def quantiles(*shapes: tuple[float, list[float], list[float]]) -> SiteDocument:
    """A load and a roof by quantiles: (probability, load, roof) each."""
    each = 1 / len(shapes)
    return site(
        battery(stock_at_start_kwh=5.0),
        load(2.0),
        pv([1.0, 1.0]),
        import_price=[0.2, 0.4],
        more={
            "uncertainty": {
                "scenarios": [
                    {
                        "name": f"quantile {p}",
                        "quantile": p,
                        "weight": each,
                        "power_kw": {"load": drawn, "pv": given},
                    }
                    for p, drawn, given in shapes
                ]
            }
        },
    )


def test_quantiles_of_forecasts_are_planned_over() -> None:
    """The higher the quantile, the more is drawn and the less given, in whatever order."""
    document = quantiles((0.9, [4.0, 4.0], [0.0, 0.5]), (0.1, [1.0, 2.0], [2.0, 0.5]))

    answer = plan(document)

    told = {each.name: each.cost for each in answer.scenarios}
    assert told["quantile 0.9"] > told["quantile 0.1"]


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        (
            [(0.1, [1.0, 3.0], [1.0, 1.0]), (0.9, [2.0, 2.0], [1.0, 1.0])],
            "load of quantile 0.9 is below that of quantile 0.1 at 2026-01-12 01:00 Z",
        ),
        (
            [(0.9, [2.0, 2.0], [3.0, 1.0]), (0.1, [1.0, 1.0], [1.0, 1.0])],
            "pv of quantile 0.9 is above that of quantile 0.1 at 2026-01-12 00:00 Z",
        ),
    ],
)
def test_quantiles_that_cross_are_named(shapes: list[Any], words: str) -> None:
    with pytest.raises(DocumentError, match=f"{words}: quantiles should not cross"):
        quantiles(*shapes)


def area(*nodes: dict[str, Any]) -> SiteDocument:
    """Two halls behind a station of 12 kW; of one the scenarios tell another load and price."""
    scenarios = [
        {"name": f"course {number}", "weight": 1 / len(nodes), "nodes": {"hall": node}}
        | ({"quantile": 0.1 + 0.8 * number} if len(nodes) > 1 else {})
        for number, node in enumerate(nodes)
    ]
    halls = [
        {"name": name, "uncontrolled_kw": 4.0}
        | {"prices": {"import_per_kwh": [0.2, 0.3], "export_per_kwh": 0.1}}
        for name in ("hall", "other hall")
    ]
    return site(
        battery(stock_at_start_kwh=6.0, node="hall"),
        import_price=[0.0, 0.0],
        import_limit_kw=12.0,
        more={
            "prices": None,
            "nodes": halls,
            "uncertainty": {"scenarios": scenarios, "decided_hours": 0.0},
        },
    )


def test_what_is_otherwise_at_a_node_is_planned_there() -> None:
    few = {"uncontrolled_kw": [3.0, 3.0], "import_per_kwh": [0.1, 0.5]}
    many = {"uncontrolled_kw": [6.0, 8.0], "import_per_kwh": [0.3, 0.6]}

    together = plan(area(few, many))
    alone = [plan(area(each)).cost for each in (few, many)]

    assert [each.cost for each in together.scenarios] == pytest.approx(alone)
    # The other hall pays 4 · 0.2 + 4 · 0.3 either way; the battery gives 5 of its 6 kWh at 0.6.
    assert alone[1] == pytest.approx(2.0 + (6 - 1) * 0.3 + (8 - 5) * 0.6)


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ({"uncontrolled_kw": [1.0]}, "nodes.hall.uncontrolled_kw has 1 values"),
        ({"uncontrolled_kw": [9.0, 1.0]}, "nodes.hall.uncontrolled_kw of course 1 is below"),
    ],
)
def test_what_is_wrong_at_a_node_is_refused(node: dict[str, Any], words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        area(node, {"uncontrolled_kw": [2.0, 2.0]})


def test_an_unknown_node_and_a_price_at_none_are_refused() -> None:
    for nodes, words in (
        ({"yard": {"uncontrolled_kw": [1.0, 1.0]}}, "no node 'yard'"),
        ({"feeder": {"import_per_kwh": [1.0, 1.0]}}, "the node has no prices"),
    ):
        given = {"scenarios": [{"name": "one", "weight": 1.0, "nodes": nodes}]}
        with pytest.raises(DocumentError, match=words):
            site(
                battery(),
                import_price=[0.1, 0.2],
                more={"nodes": [{"name": "feeder"}], "uncertainty": given},
            )


def test_one_quantile_stands_once() -> None:
    document = {**scenarios([0.5, 0.3, 0.2])}
    for each in document["scenarios"]:
        each["quantile"] = 0.5

    with pytest.raises(DocumentError, match="calm and dear are the same quantile"):
        uncertain(document)


def test_what_is_told_of_scenarios_beside_reasons() -> None:
    answer = plan(uncertain(scenarios([0.5, 0.3, 0.2])))

    assert set(explain(answer).wear) == {"battery"}
    assert [each["name"] for each in answer.as_json()["scenarios"]] == ["calm", "dear", "late"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weight": 0.9}, "weights of scenarios sum to"),
        ({"weight": 0.0}, "greater than 0"),
        ({"quantile": 1.0}, "less than 1"),
        ({"name": "dear"}, "two scenarios are called dear"),
        ({"import_per_kwh": [0.1]}, "has 1 values: the window has 3 steps"),
        ({"power_kw": {"ghost": [1.0, 1.0, 1.0]}}, "ghost"),
        ({"power_kw": {"battery": [1.0, 1.0, 1.0]}}, "battery"),
    ],
)
def test_what_is_wrong_is_refused(change: dict[str, Any], words: str) -> None:
    uncertainty = scenarios([0.5, 0.3, 0.2])
    uncertainty["scenarios"][0].update(change)

    with pytest.raises(DocumentError, match=words):
        uncertain(uncertainty)
