"""``manage.py study``: a year in, what fits and what it earns out, no database on the way."""

import json
from pathlib import Path
from typing import Any

import pytest

from scheduling.management.commands.study import Command

WINDOW = {"start": "2026-01-12T00:00:00Z", "end": "2026-01-14T00:00:00Z", "step_minutes": 60}
BATTERY = {
    "window": WINDOW,
    "prices": {"import_per_kwh": [0.1, 0.3] * 24, "export_per_kwh": 0.05},
    "load_kw": 2.0,
    "battery": {"charge_efficiency": 1.0, "discharge_efficiency": 1.0, "wear_cost_per_kwh": 0.0},
    "sizes_kwh": [1.0, 2.0],
    "kind": "battery",
}
HOSTING = {
    "kind": "hosting",
    "window": WINDOW,
    "load_kw": 80.0,
    "import_limit_kw": 100.0,
    "sizes_kwh": [0.0],
    "chargers": [1, 2, 3],
    "charging": {
        "arrive": "18:00",
        "leave": "22:00",
        "weekdays": [0],
        "energy_kwh": 40.0,
        "charge_limit_kw": 22.0,
        "charge_efficiency": 1.0,
    },
}


def run(
    capsys: pytest.CaptureFixture[str], folder: Path, study: dict[str, Any], *more: str
) -> tuple[int, str, str]:
    path, status = folder / "study.json", 0
    path.write_text(json.dumps(study))
    try:
        Command().run_from_argv(["manage.py", "study", "--no-color", str(path), *more])
    except SystemExit as end:
        status = int(end.code or 0)
    output, errors = capsys.readouterr()
    return status, output, errors


def test_sizes_earn_what_they_shift(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """1 kWh needs two hours to fill: half of it is shifted from 0.30 to 0.10 each time."""
    status, output, _ = run(capsys, tmp_path, BATTERY, "--json")

    assert status == 0
    savings = [each["saving"] for each in json.loads(output)["sizes"]]
    assert savings == pytest.approx([24 * 0.5 * 0.2, 24 * 1.0 * 0.2])
    assert "full cycles" in run(capsys, tmp_path, BATTERY)[1]


def test_the_largest_fleet_and_the_hours_in_its_way_are_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status, output, _ = run(capsys, tmp_path, HOSTING, "--json")

    answer = json.loads(output)
    assert status == 0
    assert answer["largest_fleet"] == [{"size_kwh": 0.0, "chargers": 2}]
    [barrier] = answer["in_the_way"]
    assert barrier["chargers"] == 3
    assert barrier["hours"][0]["start"] == "2026-01-12T18:00:00+00:00"
    assert "2026-01-12 18:00 to 22:00 Z short by 10.0 kW" in run(capsys, tmp_path, HOSTING)[1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "weather"}, "unknown kind"),
        ({"load_kw": [1.0]}, "load_kw has 1 values: the window has 48 steps"),
        ({"prices": {"import_per_kwh": 0.1, "export_per_kwh": 0.2}}, "$.prices: export earns more"),
    ],
)
def test_what_is_wrong_ends_with_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    status, output, errors = run(capsys, tmp_path, {**BATTERY, **change}, "--json")

    assert (status, output) == (2, "")
    assert words in errors
