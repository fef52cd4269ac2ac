"""Refining that fails, or is not for a plan: the linear plan stands, marked, with the reason."""

import os
import signal
import subprocess
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scheduling.engines import gekko_process
from scheduling.engines.base import EngineDiverged, EngineFailed
from scheduling.engines.gekko import GekkoEngine
from scheduling.formulation.linear_model import LinearModel
from scheduling.interpret.refinement import Outcome
from scheduling.planning import PlanStatus, plan
from tests.unit.bending_documents import SITES, bent_battery, of


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place for temporary files, empty at first."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_killed_solver_leaves_the_linear_plan_marked_and_no_trace(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: Path, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)

    linear = plan(SITES["tank"], engine="highs")
    monkeypatch.setattr(gekko_process, "remember_child", killed)
    answer = plan(SITES["tank"])

    assert answer.refinement is not None
    assert answer.refinement.outcome is Outcome.KILLED
    assert answer.refinement.text == "the linear plan stands: refining it was ended from outside"
    assert answer.status is PlanStatus.LOCAL
    assert answer.engine == "highs"
    assert answer.cost == pytest.approx(linear.cost)
    assert list(temporary.iterdir()) == []


def test_a_solver_out_of_time_leaves_the_linear_plan_marked_and_no_trace(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = GekkoEngine.refine

    def hurried(engine: GekkoEngine, *args: Any, **options: Any) -> Any:
        return patient(engine, *args, **{**options, "time_limit": timedelta(milliseconds=5)})

    monkeypatch.setattr(GekkoEngine, "refine", hurried)
    answer = plan(SITES["tank"])

    assert answer.refinement is not None
    assert answer.refinement.outcome is Outcome.OUT_OF_TIME
    assert answer.refinement.is_exact
    assert list(temporary.iterdir()) == []


def test_a_solver_that_is_not_there_leaves_the_linear_plan_marked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nowhere() -> Path:
        raise EngineFailed("gekko has no solver for this machine")

    monkeypatch.setattr(gekko_process, "_executable", nowhere)
    answer = plan(SITES["tank"])

    assert answer.refinement is not None
    assert answer.refinement.outcome is Outcome.FAILED


def test_values_that_keep_no_equation_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a solver that reports success with numbers that mean nothing."""

    def wrong(_: GekkoEngine, model: Any, **__: Any) -> np.ndarray:
        return np.full(model.n_columns, np.nan)

    monkeypatch.setattr(GekkoEngine, "refine", wrong)
    answer = plan(SITES["tank"])

    assert answer.refinement is not None
    assert answer.refinement.outcome is Outcome.DIVERGED
    assert answer.cost == pytest.approx(plan(SITES["tank"], engine="highs").cost)


def test_equations_that_cannot_hold_end_in_words(temporary: Path) -> None:
    model = LinearModel()
    x = model.add_columns("x", (2,), upper=1.0)
    model.add_rows("both", (1,), [(x[:1], 1.0), (x[1:], 1.0)], lower=3.0)

    with pytest.raises(EngineDiverged):
        GekkoEngine().refine(model.compile(), start=np.zeros(2), time_limit=timedelta(seconds=10))
    assert list(temporary.iterdir()) == []


def test_an_interrupted_refinement_leaves_no_trace(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the soft time limit of a worker does: it is raised wherever the work happens to be."""

    class SoftLimit(Exception):
        pass

    def interrupted(*_: object, **__: object) -> None:
        raise SoftLimit

    monkeypatch.setattr(subprocess.Popen, "communicate", interrupted)
    with pytest.raises(SoftLimit):
        plan(SITES["tank"])
    assert list(temporary.iterdir()) == []


def test_what_no_plan_keeps_is_refused_as_ever() -> None:
    answer = plan(of(bent_battery(stock_at_end_min_kwh=9.0), import_limit_kw=1.5))

    assert answer.status is PlanStatus.INFEASIBLE
    assert answer.refinement is None


def test_the_nearest_plan_is_not_refined_and_says_so() -> None:
    device = bent_battery(stock_at_end_min_kwh=9.0)
    more = {"on_infeasible": "nearest"}
    answer = plan(of(device, import_limit_kw=1.5, more=more))

    assert answer.status is PlanStatus.NEAREST
    assert answer.refinement is not None
    assert answer.refinement.outcome is Outcome.NEAREST
    assert not answer.refinement.is_exact


def test_a_plan_over_scenarios_is_not_refined_and_says_so() -> None:
    scenarios = [
        {"name": name, "weight": 0.5, "power_kw": {"load": [power] * 6}}
        for name, power in (("low", 0.5), ("high", 2.0))
    ]
    answer = plan(of(bent_battery(), more={"uncertainty": {"scenarios": scenarios}}))

    assert answer.refinement is not None
    assert answer.refinement.outcome is Outcome.SCENARIOS
    assert "those of the linear model" in answer.refinement.text
