"""``manage.py solve``: a file in, a plan and an exit status out, no database on the way."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from scheduling.management.commands.solve import Command
from tests.solve_command import Solve, write
from tests.unit.scheduling_documents import battery, load, site_object

CIRCLE = [{"name": "hall", "parent": "yard"}, {"name": "yard", "parent": "hall"}]


def test_prints_a_summary(solve: Solve, site_file: Path) -> None:
    status, output, errors = solve(str(site_file))

    assert (status, errors) == (0, "")
    assert "OPTIMAL by highs" in output
    assert "battery" in output


def test_prints_json_and_nothing_else(solve: Solve, site_file: Path) -> None:
    status, output, _ = solve(str(site_file), "--json", "-")

    answer = json.loads(output)
    assert status == 0
    assert answer["status"] == "OPTIMAL"
    assert answer["cost"] == pytest.approx(5 * 0.1 - 5 * 0.5 + 1 * 0.1 + 2 * 0.5)
    assert answer["cost"] == pytest.approx(sum(answer["costs"].values()))
    assert answer["power_kw"] == {"battery": [5.0, -5.0], "load": [1.0, 2.0]}
    assert answer["stock_kwh"] == {"battery": [0.0, 5.0, 0.0]}
    assert answer["breaches"] == []
    assert set(answer["timings_ms"]) == {"build", "solve", "read"}


def test_tells_what_became_of_refining_what_bends(solve: Solve, tmp_path: Path) -> None:
    bent = battery(quadratic_loss_per_kw=0.01)
    given = site_object(bent, load([1.0, 2.0]), import_price=[0.1, 0.5])
    given["window"]["coarser"] = [{"after_hours": 2.0, "step_minutes": 120}]
    path = str(write(tmp_path, given))
    status, output, _ = solve(path, "--json", "-")
    answer = json.loads(output)

    assert (status, answer["status"]) == (0, "LOCAL")
    assert answer["refinement"]["is_exact"] is True
    assert answer["refinement"]["miss_kwh"] < 1e-5
    stored = 5 - 0.01 * 25
    given_back = ((1 + 0.04 * stored) ** 0.5 - 1) / 0.02
    assert answer["power_kw"]["battery"] == pytest.approx([5.0, -given_back], abs=1e-4)
    _, output, _ = solve(path, "--engine", "highs")
    assert "the linear plan stands: the engine asked for knows linear models only" in output


def test_writes_json_beside_the_summary(solve: Solve, site_file: Path, tmp_path: Path) -> None:
    status, output, _ = solve(str(site_file), "--json", str(tmp_path / "plan.json"))

    assert status == 0
    assert "OPTIMAL" in output
    assert json.loads((tmp_path / "plan.json").read_text())["engine"] == "highs"


def test_reads_standard_input(
    solve: Solve, site_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = io.TextIOWrapper(io.BytesIO(site_file.read_bytes()))
    monkeypatch.setattr(sys, "stdin", text)

    status, output, _ = solve("-", "--engine", "gekko", "--json", "-")

    assert status == 0
    assert json.loads(output)["engine"] == "gekko"


def test_ends_with_3_and_the_limit_when_no_plan_keeps_every_limit(
    solve: Solve, tmp_path: Path
) -> None:
    document = site_object(load([1.0, 9.0]), import_price=[0.1, 0.1], import_limit_kw=4.0)

    status, output, errors = solve(str(write(tmp_path, document)), "--json", "-")

    assert status == 3
    assert "import limit of the grid connection from 2026-01-12 01:00 to 02:00 Z" in errors
    assert "short by 5 kW" in errors
    assert json.loads(output)["status"] == "INFEASIBLE"
    assert json.loads(output)["cost"] is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no json", "$: not JSON"),
        ('{"version": NaN}', "NaN is not a number"),
        ('{"version": 1, "version": 1}', "stands twice"),
        ("{}", "$.window: Field required"),
    ],
)
def test_ends_with_2_and_the_place_when_the_input_is_bad(
    solve: Solve, tmp_path: Path, text: str, words: str
) -> None:
    (tmp_path / "bad.json").write_text(text)

    status, output, errors = solve(str(tmp_path / "bad.json"))

    assert (status, output) == (2, "")
    assert words in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"window": {"start": "2026-01-12T00:00:00"}}, "$.window.start: "),
        ({"window": {"step_minutes": 7}}, "$.window: "),
        ({"window": {"end": "2026-01-12T00:00:00Z"}}, "$.window: end should be after start"),
        ({"window": {"end": "2036-01-12T00:00:00Z"}}, "at most 4032"),
        ({"prices": {"import_per_kwh": [0.1]}}, "prices.import_per_kwh has 1 values"),
        ({"prices": {"import_per_mwh": [100.0, 200.0]}}, "$.prices.import_per_mwh: unknown field"),
        ({"battery": {"capacity_kwh": -5}}, "$.devices[0].capacity_kwh: "),
        ({"battery": {"stock_at_start_kwh": 11}}, "stock_at_start_kwh is 11.0 kWh, above"),
        ({"nodes": CIRCLE}, "nodes: 'hall' is above itself"),
    ],
    ids=lambda given: str(given)[:50],
)
def test_ends_with_2_and_names_the_field_that_is_wrong(
    solve: Solve, tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    document = site_object(battery(), load([1.0, 2.0]), import_price=[0.1, 0.5])
    for part, fields in change.items():
        if part == "nodes":
            document[part] = fields
        else:
            (document["devices"][0] if part == "battery" else document[part]).update(fields)

    status, output, errors = solve(str(write(tmp_path, document)))

    assert (status, output) == (2, "")
    assert words in errors
    assert "Traceback" not in errors


def test_ends_with_2_for_an_empty_file(solve: Solve, tmp_path: Path) -> None:
    (tmp_path / "empty.json").touch()

    status, output, errors = solve(str(tmp_path / "empty.json"))

    assert (status, output) == (2, "")
    assert "not JSON" in errors


def test_ends_with_2_when_there_is_no_file(solve: Solve, tmp_path: Path) -> None:
    status, _, errors = solve(str(tmp_path / "missing.json"))

    assert status == 2
    assert "missing.json: No such file" in errors


def test_ends_with_2_for_an_engine_that_nobody_publishes(solve: Solve, site_file: Path) -> None:
    status, _, errors = solve(str(site_file), "--engine", "abacus")

    assert status == 2
    assert "known: " in errors
    assert "highs" in errors


def test_ends_with_2_for_a_sensor_in_a_file(solve: Solve, tmp_path: Path) -> None:
    document = site_object(load({"sensor": 3}), import_price=[0.1])  # type: ignore[arg-type]

    status, _, errors = solve(str(write(tmp_path, document)))

    assert status == 2
    assert "$.devices[0].power_kw: a sensor" in errors


@pytest.mark.parametrize("limit", ["0", "-1", "nan", "soon"])
def test_ends_with_2_for_a_time_limit_that_is_none(
    solve: Solve, site_file: Path, limit: str
) -> None:
    status, _, errors = solve(str(site_file), f"--time-limit={limit}")

    assert status == 2
    assert "--time-limit" in errors


def test_needs_no_checks_of_the_whole_product() -> None:
    assert Command.requires_system_checks == []


def test_ties_and_the_nearest_plan_are_chosen_on_the_command_line(
    solve: Solve, tmp_path: Path
) -> None:
    crowded = site_object(load([3.0, 8.0]), import_price=[0.1, 0.1], import_limit_kw=5)
    path = write(tmp_path, crowded)

    status, output, errors = solve(str(path), "--ties", "late", "--on-infeasible", "nearest")

    assert status == 0
    assert "NEAREST by highs" in output
    assert "broken: import limit of the grid connection by up to 3 kW" in output
    assert "infeasible: import limit of the grid connection" in errors
    assert "cannot all be kept: import limit of the grid connection" in errors


def test_an_engine_that_does_not_take_the_problem_says_so(solve: Solve, tmp_path: Path) -> None:
    two = site_object(battery(), battery(name="other"), import_price=[0.1, 0.5])

    status, _, errors = solve(str(write(tmp_path, two)), "--engine", "dp")

    assert status == 2
    assert "--engine: the engine dp does not take this problem" in errors


def test_json_says_why(solve: Solve, site_file: Path) -> None:
    _, output, _ = solve(str(site_file), "--json", "-")

    answer = json.loads(output)
    assert answer["price_per_kwh"] == {"the grid connection": pytest.approx([0.1, 0.5])}
    assert {each["baseline"] for each in answer["savings"]} == {"NO_CONTROL", "NAIVE_CONTROL"}
    assert answer["device_reasons"][0]["action"] == "CHARGES"
    assert answer["savings"][0]["saving"] == pytest.approx(5 * 0.4)
