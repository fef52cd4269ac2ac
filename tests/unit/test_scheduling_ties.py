"""Ties among plans of equal cost: money is never given up, and the same is found again."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from scheduling.planning import Plan, plan
from tests.unit.scheduling_documents import battery, clock, ev, load, pv, site


def busy(ties: str) -> Plan:
    random = np.random.default_rng(3)
    return plan(
        site(
            battery(capacity_kwh=40, end_value_per_kwh=None, charge_efficiency=0.95),
            ev("a", departure=clock(20), stock_at_departure_kwh=38, charge_min_kw=0),
            ev("b", departure=clock(22), stock_at_departure_kwh=35, charge_min_kw=0),
            load(random.uniform(0, 20, 96).tolist()),
            pv(random.uniform(0, 30, 96).tolist()),
            import_price=[0.1] * 28 + [0.3] * 40 + [0.1] * 28,
            export_price=0.05,
            step_minutes=15,
            more={"ties": ties},
        )
    )


@pytest.mark.parametrize("ties", ["early", "late", "smooth"])
def test_settling_ties_gives_up_no_money(ties: str) -> None:
    answer = busy(ties)

    assert abs(answer.regret) <= 1e-9
    assert answer.cost == pytest.approx(busy("early").cost, abs=1e-9)


def test_early_is_before_late_and_smooth_changes_less() -> None:
    early, late, smooth = busy("early"), busy("late"), busy("smooth")

    def centre(answer: Plan) -> float:
        power = answer.power_kw["a"] + answer.power_kw["b"]
        return float(power @ np.arange(power.size) / power.sum())

    def changes(answer: Plan) -> float:
        return sum(
            float(np.abs(np.diff(answer.power_kw[name])).sum()) for name in ("battery", "a", "b")
        )

    assert centre(early) < centre(late)
    assert changes(smooth) < min(changes(early), changes(late))


@pytest.mark.parametrize("ties", ["early", "late", "smooth"])
def test_a_flat_tariff_gives_no_zig_zag(ties: str) -> None:
    """With nothing to gain, the battery rests and a vehicle charges in one go."""
    answer = plan(
        site(
            battery(),
            ev("a", departure=clock(20), charge_min_kw=0),
            load(3.0),
            import_price=[0.1] * 24,
            export_price=0.05,
            more={"ties": ties},
        )
    )

    assert answer.power_kw["battery"] == pytest.approx([0.0] * 24)
    moving = answer.power_kw["a"] > 1e-6
    assert np.abs(np.diff(moving.astype(int))).sum() <= 2


_PRINT_PLAN = """
from tests.unit.test_scheduling_ties import busy, digest
print(digest(busy("early")))
"""


def digest(answer: Plan) -> str:
    parts = [answer.cost, *(power.tobytes().hex() for power in answer.power_kw.values())]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def test_another_process_with_another_hash_seed_finds_the_same_bits() -> None:
    found = subprocess.run(
        [sys.executable, "-c", _PRINT_PLAN],
        env={**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=True,
    )

    assert found.stdout.strip() == digest(busy("early"))
