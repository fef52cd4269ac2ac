"""A command says its help at once: what it works with is imported when it works."""

import json
import subprocess
import sys

import pytest

from forecasting import interpret
from forecasting.models.forecast_plan import BASELINE
from scheduling.flex.parts import OnInfeasible
from scheduling.flex.run import MOST_RESOLVES
from scheduling.formulation.preferences import Ties
from scheduling.management.commands import solve
from scheduling.planning.varying import Knob

_SCRIPT = """
import json, sys, django
OURS = {"config", "tenants", "assets", "scheduling", "forecasting", "integrations"}
SLOW = {"numba", "scipy", "pandas", "rich", "highspy"}
django.setup()
from django.core.management import get_commands, load_command_class
loaded = {"": sorted({"numpy", "pydantic"} & set(sys.modules))}
for name, app in sorted(get_commands().items()):
    if app.split(".")[0] in OURS:
        before = set(sys.modules)
        load_command_class(app, name).create_parser("manage.py", name)
        loaded[name] = sorted(SLOW & (set(sys.modules) - before))
print(json.dumps(loaded))
"""


@pytest.fixture(scope="module")
def loaded() -> dict[str, list[str]]:
    """Return which slow libraries each command loads to say its help; under "" all commands."""
    run = subprocess.run(
        [sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True, timeout=60
    )
    answer: dict[str, list[str]] = json.loads(run.stdout)
    return answer


def test_start_loads_no_numbers(loaded: dict[str, list[str]]) -> None:
    assert loaded[""] == []


def test_help_loads_no_slow_library(loaded: dict[str, list[str]]) -> None:
    assert {"solve", "study", "demo", "backtest", "forecast", "create_tenant"} <= set(loaded)
    assert {name: slow for name, slow in loaded.items() if slow} == {}


def test_choices_named_for_the_help_are_those_there_are() -> None:
    assert tuple(Ties) == solve.TIES
    assert tuple(OnInfeasible) == solve.ON_INFEASIBLE
    assert tuple(Knob) == solve.KNOBS
    assert MOST_RESOLVES == solve.MOST_RESOLVES
    assert BASELINE == interpret.BASELINE
