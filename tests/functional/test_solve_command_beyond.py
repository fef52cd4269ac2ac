"""``manage.py solve`` beyond one plan: limits planned anew, and what would be otherwise."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.solve_command import Solve, write
from tests.unit.scheduling_documents import battery, load, site_object


def test_what_a_kw_is_worth_is_planned_anew_where_asked(solve: Solve, site_file: Path) -> None:
    status, output, _ = solve(str(site_file), "--resolves", "2", "--json", "-")
    told = json.loads(output)["resolves"]

    assert status == 0
    assert len(told) == 2
    assert all(each["basis"] == "RESOLVE" and each["saving"] > 0 for each in told)
    assert "planned anew" in solve(str(site_file), "--resolves", "2")[1]
    assert json.loads(solve(str(site_file), "--json", "-")[1])["resolves"] == []
    status, _, errors = solve(str(site_file), "--resolves", "11")
    assert (status, "--resolves" in errors) == (2, True)


@pytest.mark.parametrize(
    ("store", "more", "basis"),
    [
        ({"quadratic_loss_per_kw": 0.01}, {}, "RESOLVE_NEARBY"),
        ({}, {"uncertainty": {"scenarios": [{"name": "a", "weight": 1.0}]}}, "RESOLVE"),
    ],
)
def test_what_bends_or_may_come_otherwise_is_planned_anew_too(
    solve: Solve, tmp_path: Path, store: dict[str, Any], more: dict[str, Any], basis: str
) -> None:
    given = site_object(
        battery(**store), import_price=[0.1, 0.5], export_price=[0.05, 0.4], more=more
    )
    file = str(write(tmp_path, given))

    status, output, _ = solve(file, "--resolves", "2", "--json", "-")

    told = json.loads(output)["resolves"]
    assert (status, len(told)) == (0, 2)
    assert {each["basis"] for each in told} == {basis}
    assert "planned anew" in solve(file, "--resolves", "2")[1]


def test_quantiles_that_cross_and_weights_that_do_not_sum_end_with_2(
    solve: Solve, tmp_path: Path
) -> None:
    document = site_object(battery(), import_price=[0.1, 0.5])
    low, high = (
        {"name": name, "quantile": p, "weight": 0.5, "import_per_kwh": [price] * 2}
        for name, p, price in (("low", 0.1, 0.3), ("high", 0.9, 0.2))
    )
    crossed = document | {"uncertainty": {"scenarios": [low, high]}}
    light = document | {"uncertainty": {"scenarios": [low | {"weight": 0.4}, high]}}

    status, _, errors = solve(str(write(tmp_path, crossed)))
    assert status == 2
    assert "import_per_kwh of high is below that of low" in errors
    assert "quantiles should not cross" in errors
    status, _, errors = solve(str(write(tmp_path, light)))
    assert status == 2
    assert "weights of scenarios sum to 0.9: they should sum to 1" in errors


def test_what_each_scenario_costs_is_printed(solve: Solve, tmp_path: Path) -> None:
    scenarios = [
        {"name": name, "weight": weight, "import_per_kwh": [price] * 2}
        for name, weight, price in (("dear", 0.25, 0.4), ("usual", 0.75, 0.2))
    ]
    given = site_object(
        load(1.0), import_price=[0.2, 0.2], more={"uncertainty": {"scenarios": scenarios}}
    )

    output = solve(str(write(tmp_path, given)))[1]

    assert "usual (weight 0.75): 0.40 EUR" in output
    assert "dear (weight 0.25): 0.80 EUR" in output
    assert "below as in usual, the likeliest" in output


def test_a_name_varied_twice_has_the_values_of_both(solve: Solve, site_file: Path) -> None:
    twice = ("--vary", "battery_kwh=5", "--vary", "battery_kwh=7")

    status, output, _ = solve(str(site_file), *twice, "--json", "-")

    assert status == 0
    assert [each["battery_kwh"] for each in json.loads(output)["variants"]] == [5, 7]


def test_varies_what_is_asked(solve: Solve, site_file: Path) -> None:
    status, output, errors = solve(
        str(site_file),
        "--vary",
        "battery_kwh=0,10,20",
        "--vary",
        "import_limit_kw=20",
        "--json",
        "-",
    )

    answer = json.loads(output)
    assert (status, errors) == (0, "")
    assert [each["battery_kwh"] for each in answer["variants"]] == [0.0, 10.0, 20.0]
    assert answer["variants"][1]["cost"] == pytest.approx(answer["base"]["cost"])
    assert answer["variants"][2]["saving"] == pytest.approx(5 * 0.5 - 5 * 0.1)
    assert all(each["fits"] for each in answer["variants"])
    assert "battery_kwh" in solve(str(site_file), "--vary", "battery_kwh=5")[1]


@pytest.mark.parametrize(
    ("variation", "words"),
    [
        ("pv_kw=3", "--vary pv_kw: the document has no device of kind pv"),
        ("colour=3", "write NAME=VALUE,..., where NAME is one of battery_kwh"),
        ("battery_kwh=", "write NAME=VALUE,..., where NAME is one of battery_kwh"),
        ("battery_kwh=nan", "write NAME=VALUE,..., where NAME is one of battery_kwh"),
        ("battery_kwh=-3", "--vary battery_kwh: -3 should be at least 0"),
    ],
)
def test_what_cannot_be_varied_ends_with_2(
    solve: Solve, site_file: Path, variation: str, words: str
) -> None:
    status, output, errors = solve(str(site_file), "--vary", variation, "--json", "-")

    assert (status, output) == (2, "")
    assert words in errors
