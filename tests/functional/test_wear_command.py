"""``manage.py wear``: what a real battery went through, worked out by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from scheduling.management.commands.wear import Command

#: Up 50, down 30 and up 50 again, down 40 and up 70, down to nothing; one value is lost.
STOCK = [0, 50, None, 20, 70, 30, 100, 0]


def run(
    capsys: pytest.CaptureFixture[str], folder: Path, given: dict[str, Any], *more: str
) -> tuple[int, str, str]:
    path, status = folder / "stock.json", 0
    path.write_text(json.dumps(given))
    try:
        Command().run_from_argv(["manage.py", "wear", "--no-color", str(path), *more])
    except SystemExit as end:
        status = int(end.code or 0)
    output, errors = capsys.readouterr()
    return status, output, errors


def test_cycles_are_told_in_life_and_money(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Whole cycles of 30 and 40 %, and two halves from full to empty: 1 + 0.0868 + 0.1557."""
    given = {"capacity_kwh": 100, "chemistry": "nmc_vehicle", "stock_kwh": STOCK}
    status, output, _ = run(capsys, tmp_path, given, "--json")
    told = json.loads(output)
    _, table, _ = run(capsys, tmp_path, given | {"currency": "SEK"})

    life = 5.24e-4 * (0.3**2.03 + 0.4**2.03 + 1.0)
    assert status == 0
    assert told["full_cycles"] == pytest.approx(1.7)
    assert told["deepest"] == pytest.approx(1.0)
    assert told["by_depth"] == [0, 0, 1, 1, 0, 0, 0, 0, 0, 1]
    assert told["life"] == pytest.approx(life)
    assert told["cost"] == pytest.approx(life * 130 * 100)
    assert "0.0651%" in table
    assert "8.46 SEK" in table


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"capacity_kwh": 100, "stock_kwh": [1, None, 2]}, "2 values are known; at least 3"),
        ({"capacity_kwh": 10, "stock_kwh": [1, 12, 2]}, "from 0 to capacity_kwh, 10"),
        ({"capacity_kwh": 0, "stock_kwh": [0, 0, 0]}, "$.capacity_kwh"),
        ({"capacity_kwh": 10, "stock_kwh": [0, 1, 0], "chemistry": "lead"}, "$.chemistry"),
        ({"capacity_kwh": 10, "stock_kwh": [0, 1, 0], "stok": 1}, "$.stok: unknown field"),
    ],
)
def test_what_is_wrong_ends_with_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, given: dict[str, Any], words: str
) -> None:
    status, _, errors = run(capsys, tmp_path, given)

    assert status == 2
    assert words in errors
