"""``manage.py backtest``: a file in, scores and an exit status out, no database on the way."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from integrations.management.commands.backtest import Command

Run = Callable[..., tuple[int, str, str]]

ARGUMENTS = [
    *("--column", "load", "--resolution", "1h", "--timezone", "Europe/Amsterdam"),
    *("--horizon", "36", "--models", "seasonal_naive,calendar_ridge"),
]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command; return exit status, output, errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = 0
        try:
            Command().run_from_argv(["manage.py", "backtest", "--no-color", *arguments])
        except SystemExit as end:
            status = int(end.code or 0)
        output, errors = capsys.readouterr()
        return status, output, errors

    return run


def lines(n_days: int = 60, label: str = "%Y-%m-%dT%H:%M:%S%z") -> list[str]:
    """An office over days on which clocks go forward, with noise."""
    noise = np.random.default_rng(seed=1).normal(0, 3, n_days * 24)
    start = datetime(2026, 2, 1, tzinfo=UTC)
    rows = []
    for index in range(n_days * 24):
        local = (start + index * timedelta(hours=1)).astimezone(ZoneInfo("Europe/Amsterdam"))
        load = 100.0 if 8 <= local.hour < 18 and local.weekday() < 5 else 20.0
        rows.append(f"{local.strftime(label)},{load + noise[index]:.3f},{local.hour}")
    return ["time,load, weather", *rows]


def a_file(folder: Path, rows: list[str]) -> str:
    path = folder / "load.csv"
    path.write_text("\n".join(rows) + "\n")
    return str(path)


def test_prints_json_and_nothing_else(run: Run, tmp_path: Path) -> None:
    status, output, errors = run(a_file(tmp_path, lines()), *ARGUMENTS, "--json", "-")

    document = json.loads(output)
    assert (status, errors) == (0, "")
    assert document["origins"] == {
        "count": 14,
        "first": "2026-03-18T12:00:00",
        "last": "2026-03-31T12:00:00",
    }
    assert document["horizon_steps"] == 36
    assert document["best_reference"] == "last_week"
    ridge = document["models"]["calendar_ridge"]
    assert ridge["cells"] == 14 * 36
    assert ridge["skill"] == pytest.approx(1 - ridge["mae"] / document["references"]["last_week"])
    assert [each["last_step"] for each in ridge["by_horizon"]] == [6, 12, 18, 24, 30, 36]
    assert ridge["failures"] == {}


def test_prints_a_table(run: Run, tmp_path: Path) -> None:
    status, output, _ = run(a_file(tmp_path, lines()), *ARGUMENTS)

    assert status == 0
    assert "14 origins" in output
    assert "calendar_ridge" in output


def test_takes_covariates_an_issue_time_and_fewer_origins(run: Run, tmp_path: Path) -> None:
    options = ("--covariates", "weather", "--issue-time", "06:00", "--origins", "3")
    status, output, _ = run(a_file(tmp_path, lines()), *ARGUMENTS, *options, "--json", "-")

    document = json.loads(output)
    assert status == 0
    assert (document["covariates"], document["origins"]["count"]) == (["weather"], 3)
    assert document["origins"]["first"].endswith("T06:00:00")


@pytest.mark.parametrize(
    ("options", "calendar"),
    [
        ((), ["holiday"]),
        (("--timezone", "UTC"), []),
        (("--region", "NL-Noord"), ["holiday", "school_holiday"]),
    ],
    ids=["country", "nowhere", "region"],
)
def test_knows_the_holidays_that_forecasts_of_sensors_know(
    run: Run, tmp_path: Path, options: tuple[str, ...], calendar: list[str]
) -> None:
    file = a_file(tmp_path, lines(n_days=70))  # until after Easter

    status, output, _ = run(file, *ARGUMENTS, *options, "--origins", "2", "--json", "-")

    assert (status, json.loads(output)["calendar"]) == (0, calendar)


@pytest.mark.parametrize(
    "label",
    [
        "%Y/%m/%d %H:%M",
        "%d/%m/%Y %H:%M",
        "%m/%d/%Y %H:%M:%S",
        "%m/%d/%Y %I:%M %p",
        "%d/%m/%Y %H:%M%z",
        "%d-%m-%Y %H:%M:%S %z",
    ],
)
def test_recognises_how_times_are_written(run: Run, tmp_path: Path, label: str) -> None:
    file = a_file(tmp_path, lines(label=label))

    status, output, errors = run(file, *ARGUMENTS, "--json", "-")

    assert (status, errors) == (0, "")
    assert json.loads(output)["origins"]["first"] == "2026-03-18T12:00:00"


@pytest.mark.parametrize(
    "value",
    [lambda _: "5", lambda _: "0", str, lambda hour: str(4.5 - hour)],
    ids=["constant", "zeros", "integers", "both signs"],
)
def test_plain_and_dull_values_are_foretold(
    run: Run, tmp_path: Path, value: Callable[[int], str]
) -> None:
    head, *rows = lines()
    told = [f"{row.split(',')[0]},{value(int(row.split(',')[2]))},0" for row in rows]

    options = ("--models", "seasonal_naive,linear", "--json", "-")
    status, output, errors = run(a_file(tmp_path, [head, *told]), *ARGUMENTS, *options)

    document = json.loads(output)
    assert (status, errors) == (0, "")
    assert all(each["failures"] == {} for each in document["models"].values())
    assert all(each["mae"] == pytest.approx(0, abs=0.5) for each in document["models"].values())


def test_recognises_midnight_as_the_end_of_its_date(run: Run, tmp_path: Path) -> None:
    rows = lines(n_days=50, label="%Y-%m-%d %H:%M")
    ends = [f"{row[:10]} {int(row[11:13]) + 1:02d}:00{row[16:]}" for row in rows[1:]]
    ends = [row.replace(" 24:00", " 00:00") for row in ends]

    status, output, errors = run(a_file(tmp_path, [rows[0], *ends]), *ARGUMENTS, "--json", "-")

    assert (status, errors) == (0, "")
    assert json.loads(output)["missing_steps"] == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["--column", "price"], "no column is called 'price' (there are: 'time', 'load'"),
        (["--resolution", "soon"], "--resolution 'soon': a span such as 15min"),
        (["--resolution", "7h"], "--horizon 1 day, 12:00:00 is not 1 to 4032 whole steps"),
        (["--timezone", "Mars/Olympus"], "--timezone 'Mars/Olympus': an IANA name"),
        (["--horizon", "0"], "--horizon '0': a span"),
        (["--models", "oracle"], "--models: no forecaster 'oracle' (known: "),
        (["--models", ","], "--models names none"),
        (["--issue-time", "25:00"], "--issue-time '25:00': a time such as 12:00"),
        (["--test-share", "2"], "--test-share 2.0: a number between 0 and 1"),
        (["--origins", "0"], "--origins 0: a positive number"),
        (["--covariates", "wind"], "no column is called 'wind'"),
        (["--region", "NL-Oost"], "--region: 'NL-Oost' is no region: NL has Midden, Noord, Zuid"),
        (["--latitude", "52"], "--latitude and --longitude belong together"),
        (["--horizon", "30d"], "hold no window"),
    ],
)
def test_bad_input_is_named(run: Run, tmp_path: Path, change: list[str], words: str) -> None:
    status, output, errors = run(a_file(tmp_path, lines()), *ARGUMENTS, *change, "--json", "-")

    assert (status, output) == (2, "")
    assert words in errors


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "no known form"),
        (["time,load", "yesterday,3"], "no known form (the first: 'yesterday')"),
        (["time,load", "2026-01-01T00:00Z,much"], "line 2: 'much' is no number"),
        (["time,load", "2026-01-01T00:00Z,"], "has no numbers"),
    ],
    ids=["empty", "no time", "no number", "no values"],
)
def test_a_bad_file_is_named(run: Run, tmp_path: Path, rows: list[str], words: str) -> None:
    status, _, errors = run(a_file(tmp_path, rows), *ARGUMENTS)

    assert status == 2
    assert words in errors


def test_a_file_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    status, _, errors = run(str(tmp_path / "gone.csv"), *ARGUMENTS)

    assert status == 2
    assert "No such file" in errors
