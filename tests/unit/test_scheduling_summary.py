"""A plan on the terminal and as JSON."""

import json
from dataclasses import replace

import numpy as np
from rich.console import Console

from scheduling.planning import Plan, PlanStatus, plan
from scheduling.planning.summary import print_summary
from tests.unit.scheduling_documents import battery, site


def of_nothing() -> Plan:
    """Return a plan whose numbers are all zero, with the signs that a solver gives its zeros."""
    found = plan(site(battery(), import_price=[0.2, 0.2]))
    nothing = np.array([-0.0, -1e-12])
    return Plan(
        status=PlanStatus.OPTIMAL,
        engine=found.engine,
        currency="EUR",
        grid=found.grid,
        cost=-0.0,
        bound=-0.0,
        regret=-0.0,
        costs={"import": -0.0, "export": -1e-9},
        power_kw={"battery": nothing},
        stock_kwh={"battery": np.array([0.0, -0.0, -1e-12])},
        grid_power_kw=nothing,
    )


def test_what_rounds_to_zero_is_printed_without_a_sign() -> None:
    console = Console(width=120)
    with console.capture() as written:
        print_summary(of_nothing(), console)

    assert "0.00" in written.get()
    assert "-0" not in written.get().replace("2026-01-12", "")


def test_json_has_no_zero_with_a_sign() -> None:
    exact = replace(
        of_nothing(),
        costs={"import": -0.0},
        power_kw={"battery": np.array([-0.0])},
        stock_kwh={"battery": np.array([-0.0])},
        grid_power_kw=np.array([-0.0]),
    )

    assert "-0.0" not in json.dumps(exact.as_json())
