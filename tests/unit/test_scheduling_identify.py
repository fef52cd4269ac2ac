"""Parameters of simulated buildings and batteries, found again; and what does not tell them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError
from scipy.integrate import solve_ivp

from scheduling.engines.identify import simulate
from scheduling.flex.measured import Measured, MeasuredBattery, MeasuredBuilding
from scheduling.flex.parsing import error_lines
from scheduling.management.commands.identify import Command
from scheduling.planning.identifying import NotIdentifiable, identify

#: As in the module: R_iw, R_wo, C_i, C_w, A.
TRUE_TWO = np.array([0.9, 6.0, 4.0, 22.0, 4.3])
TRUE_ONE = np.array([5.2, 9.0, 4.1])


def weather(days: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random, n_steps = np.random.default_rng(seed), 96 * days
    angle = 2 * np.pi * np.arange(n_steps) / 96
    outdoor = 4 - 4 * np.cos(angle) + np.repeat(random.normal(0, 2, days), 96)
    sun = 0.9 * np.clip(-np.cos(angle), 0, None) * np.repeat(random.uniform(0.2, 1, days), 96)
    heat = np.repeat(random.choice([0.0, 2.0, 6.0], days * 12), 8)
    return outdoor, heat, sun


def building(true: np.ndarray, *, days: int = 14, seed: int = 0, **more: Any) -> MeasuredBuilding:
    inputs = weather(days, seed)
    noise = 0.05 * np.random.default_rng(seed + 100).normal(size=96 * days)
    indoor = simulate(true, inputs, 20.0, 17.0, hours=0.25) + noise
    outdoor, heat, sun = (series.tolist() for series in inputs)
    given = {
        "indoor_c": indoor.tolist(),
        "outdoor_c": outdoor,
        "heat_kw": heat,
        "sun_kw_per_m2": sun,
        "capacities": 1 if true.size == 3 else 2,
        **more,
    }
    return MeasuredBuilding.model_validate(given)


@pytest.mark.parametrize("true", [TRUE_ONE, TRUE_TWO], ids=["one", "two"])
def test_the_simulation_is_the_differential_equation(true: np.ndarray) -> None:
    outdoor, heat, sun = weather(1, 3)

    def slope(t: float, state: np.ndarray) -> list[float]:
        at = min(int(t / 0.25), 95)
        if true.size == 3:
            r, c, a = true
            return [((outdoor[at] - state[0]) / r + heat[at] + a * sun[at]) / c]
        inner, outer, air, wall, a = true
        between = (state[1] - state[0]) / inner
        out = (outdoor[at] - state[1]) / outer
        return [(between + heat[at]) / air, (-between + out + a * sun[at]) / wall]

    times = np.arange(96) * 0.25
    exact = solve_ivp(
        slope, (0, 24), [20.0, 17.0][: 1 if true.size == 3 else 2], t_eval=times,
        rtol=1e-9, atol=1e-9, max_step=0.05,
    )  # fmt: skip

    ours = simulate(true, (outdoor, heat, sun), 20.0, 17.0, hours=0.25)
    assert np.abs(ours - exact.y[0]).max() < 1e-2


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("true", [TRUE_ONE, TRUE_TWO], ids=["one", "two"])
def test_a_simulated_building_is_found_within_two_percent(true: np.ndarray, seed: int) -> None:
    found = identify(building(true, seed=seed))

    values = np.array(list(found.parameters.values()))
    assert np.abs(values / true - 1).max() < 0.02
    assert found.rmse == pytest.approx(0.05, rel=0.1)
    assert max(found.errors.values()) < 0.02


def least_errors(days: int, seed: int) -> np.ndarray:
    """Cramér and Rao: relative standard errors below which no unbiased estimate can be."""
    inputs = weather(days, seed)
    at = np.append(np.log(TRUE_TWO), [20.0, 17.0])

    def indoor(x: np.ndarray) -> np.ndarray:
        return simulate(np.exp(x[:5]), inputs, x[5], x[6], hours=0.25)

    slopes = [(indoor(at + each) - indoor(at - each)) / 2e-5 for each in 1e-5 * np.eye(at.size)]
    spread = np.linalg.inv(np.stack(slopes) @ np.stack(slopes).T)
    return np.asarray(0.05 * np.sqrt(np.diag(spread))[:5])


def test_three_days_are_as_near_as_they_can_be_and_the_errors_told_are_those_made() -> None:
    """Wall and aperture may be off by more than 2 %: so little is in three days, and it is told."""
    of_bound, of_told = [], []
    for seed in range(40):
        found = identify(building(TRUE_TWO, days=3, seed=seed))
        missed = np.array(list(found.parameters.values())) / TRUE_TWO - 1
        told, least = np.array(list(found.errors.values())), least_errors(3, seed)
        assert told == pytest.approx(least, rel=0.3)
        of_bound.append(missed / least)
        of_told.append(missed / told)

    # A mean square of 40 is off by a fifth or so: the root of one by a tenth.
    for ratios in (of_bound, of_told):
        assert np.sqrt(np.mean(np.square(ratios), axis=0)) == pytest.approx(1.0, abs=0.35)
        assert np.sqrt(np.mean(np.square(ratios))) == pytest.approx(1.0, abs=0.15)


def test_gaps_in_what_is_measured_are_skipped_or_bridged() -> None:
    whole = building(TRUE_TWO)
    indoor: list[float | None] = list(whole.indoor_c)
    indoor[200:300] = [None] * 100
    outdoor: list[float | None] = list(whole.outdoor_c)
    outdoor[500:504] = [None] * 4

    found = identify(building(TRUE_TWO, indoor_c=indoor, outdoor_c=outdoor))

    values = np.array(list(found.parameters.values()))
    assert np.abs(values / TRUE_TWO - 1).max() < 0.02


def battery(**more: Any) -> MeasuredBattery:
    random = np.random.default_rng(4)
    power = random.uniform(-5, 5, 192)
    change = 0.25 * (0.93 * np.maximum(power, 0) - np.maximum(-power, 0) / 0.96 - 0.02)
    stock = 50 + np.concatenate([[0.0], np.cumsum(change)]) + 0.002 * random.normal(size=193)
    return MeasuredBattery.model_validate(
        {"power_kw": power.tolist(), "stock_kwh": stock.tolist(), **more}
    )


def test_the_efficiencies_of_a_battery_are_found() -> None:
    found = identify(battery()).parameters

    assert found["charge_efficiency"] == pytest.approx(0.93, rel=0.005)
    assert found["discharge_efficiency"] == pytest.approx(0.96, rel=0.005)
    assert found["standing_kw"] == pytest.approx(0.02, abs=0.005)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"indoor_c": [20.0] * 1344}, "indoor_c: moves by less than 0.5 K"),
        ({"heat_kw": [2.0] * 1344}, "heat_kw: changes by less than 0.1 kW"),
        ({"outdoor_c": [None] * 20 + [3.0] * 1324}, "outdoor_c: 5 h in a row are unknown"),
        ({"outdoor_c": [None, 3.0] * 672}, "outdoor_c: 50% of the values are known"),
    ],
)
def test_a_building_that_tells_nothing_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(NotIdentifiable, match=words):
        identify(building(TRUE_TWO, **change))


def test_too_short_and_one_sided_batteries_are_refused() -> None:
    with pytest.raises(NotIdentifiable, match="power_kw: 5 h; at least 24 h are needed"):
        identify(battery(power_kw=[1.0] * 20, stock_kwh=[1.0] * 21))
    with pytest.raises(NotIdentifiable, match="it discharges less than"):
        identify(battery(power_kw=[1.0] * 192, stock_kwh=np.arange(193.0).tolist()))
    with pytest.raises(ValidationError, match="one more than power_kw is needed, 3"):
        battery(power_kw=[1.0] * 2, stock_kwh=[1.0] * 2)


def run(capsys: pytest.CaptureFixture[str], path: Path, *more: str) -> tuple[int, str, str]:
    status = 0
    try:
        Command().run_from_argv(["manage.py", "identify", "--no-color", str(path), *more])
    except SystemExit as end:
        status = int(end.code or 0)
    output, errors = capsys.readouterr()
    return status, output, errors


def test_the_command_tells_parameters_or_what_is_lacking(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "battery.json"
    path.write_text(battery().model_dump_json())
    status, output, _ = run(capsys, path, "--json")
    assert status == 0
    assert json.loads(output)["parameters"]["charge_efficiency"] == pytest.approx(0.93, rel=0.005)
    assert "discharge_efficiency" in run(capsys, path)[1]

    path.write_text('{"kind": "battery", "power_kw": [1.0, 2.0], "stock_kwh": [1.0, 2.0, 3.0]}')
    status, _, errors = run(capsys, path)
    assert status == 2
    assert "$.power_kw: 0.5 h; at least 24 h are needed" in errors
    path.write_text('{"kind": "boat"}')
    assert run(capsys, path)[0] == 2


def test_a_document_that_does_not_say_its_kind_is_told_so() -> None:
    with pytest.raises(ValidationError) as wrong:
        TypeAdapter(Measured).validate_python({})

    assert error_lines(wrong.value) == [("$", "kind is missing: it says what this is")]
