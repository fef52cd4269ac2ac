"""What every engine promises. A new engine passes these as soon as it is published.

An engine may refuse models of a structure that it does not know; what it does answer is right.
"""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from scheduling.engines.base import (
    DEFAULT_GAP,
    ENGINES,
    Engine,
    Infeasible,
    OutOfTime,
    Solution,
    Unsuited,
)
from scheduling.formulation.linear_model import LinearModel

SOON = timedelta(seconds=10)

#: Engines that take any model; the rest may refuse, but not these.
GENERAL = {"highs", "gekko"}


class Refusing:
    """An engine in a test that is skipped when the engine refuses the model."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._engine = ENGINES.get(name)()

    def solve(self, *args: Any, **options: Any) -> Solution:
        try:
            return self._engine.solve(*args, **options)
        except Unsuited:
            assert self.name not in GENERAL
            pytest.skip(f"{self.name} does not take this model")


@pytest.fixture(params=ENGINES.names())
def engine(request: pytest.FixtureRequest) -> Engine:
    return Refusing(request.param)


def test_finds_the_optimum(engine: Engine) -> None:
    """Maximise x + 2y within x + y <= 4 and y <= 3: the answer is (1, 3)."""
    model = LinearModel()
    x_and_y = model.add_columns("xy", (2,), upper=[4.0, 3.0])
    model.add_cost("cost", x_and_y, [-1.0, -2.0])
    model.add_rows("sum", (1,), [(x_and_y[:1], 1.0), (x_and_y[1:], 1.0)], upper=4.0)

    solution = engine.solve(model.compile(), time_limit=SOON)

    assert solution.values == pytest.approx([1.0, 3.0])
    assert solution.cost == pytest.approx(-7.0)
    assert solution.bound == pytest.approx(-7.0, rel=1e-5)
    assert solution.is_proven


def test_counts_constants_in_the_cost(engine: Engine) -> None:
    model = LinearModel()
    x = model.add_columns("x", (1,), lower=2.0, upper=5.0)
    model.add_cost("variable", x, 3.0)
    model.add_constant("fixed", 100.0)

    assert engine.solve(model.compile(), time_limit=SOON).cost == pytest.approx(106.0)


def test_adds_up_repeated_entries(engine: Engine) -> None:
    """x + x >= 6 means x >= 3."""
    model = LinearModel()
    x = model.add_columns("x", (1,))
    model.add_cost("cost", x, 1.0)
    model.add_rows("twice", (1,), [(x, 1.0), (x, 1.0)], lower=6.0)

    assert engine.solve(model.compile(), time_limit=SOON).values == pytest.approx([3.0])


def test_keeps_both_sides_of_a_row(engine: Engine) -> None:
    """-3 <= x - y <= -1, x as large as it can: x = 4 where y <= 5."""
    model = LinearModel()
    x = model.add_columns("x", (1,), lower=-np.inf)
    y = model.add_columns("y", (1,), upper=5.0)
    model.add_cost("cost", x, -1.0)
    model.add_rows("between", (1,), [(x, 1.0), (y, -1.0)], lower=-3.0, upper=-1.0)

    assert engine.solve(model.compile(), time_limit=SOON).values == pytest.approx([4.0, 5.0])


def test_keeps_whole_columns_whole(engine: Engine) -> None:
    """The best of 8a + 11b + 6c + 4d within 5a + 7b + 4c + 3d <= 14 is b, c, d: 21 (not 22)."""
    model = LinearModel()
    taken = model.add_columns("taken", (4,), upper=1.0, integer=True)
    model.add_cost("cost", taken, [-8.0, -11.0, -6.0, -4.0])
    room = model.add_rows("room", (1,), upper=14.0)
    model.add_entries(room, taken, [5.0, 7.0, 4.0, 3.0])

    solution = engine.solve(model.compile(), time_limit=SOON)

    assert solution.cost == pytest.approx(-21.0)
    assert solution.values.tolist() == [0.0, 1.0, 1.0, 1.0]


def test_takes_a_model_in_which_nothing_is_free(engine: Engine) -> None:
    model = LinearModel()
    x = model.add_columns("x", (2,), lower=3.0, upper=3.0)
    model.add_cost("cost", x, 2.0)
    model.add_rows("sum", (1,), [(x[:1], 1.0), (x[1:], 1.0)], lower=6.0, upper=6.0)

    assert engine.solve(model.compile(), time_limit=SOON).cost == pytest.approx(12.0)


def test_takes_rows_longer_than_a_line(engine: Engine) -> None:
    """1,000 columns of at most 1 must sum to 700; the first 500 are free of charge."""
    model = LinearModel()
    x = model.add_columns("x", (1_000,), upper=1.0)
    model.add_cost("cost", x[500:], 1.0)
    total = model.add_rows("total", (1,), lower=700.0)
    model.add_entries(total, x, 1.0)

    assert engine.solve(model.compile(), time_limit=SOON).cost == pytest.approx(200.0)


def test_says_when_there_is_no_solution(engine: Engine) -> None:
    model = LinearModel()
    x = model.add_columns("x", (1,), upper=1.0)
    model.add_rows("more", (1,), [(x, 1.0)], lower=2.0)

    with pytest.raises(Infeasible):
        engine.solve(model.compile(), time_limit=SOON)


def test_says_when_numbers_alone_contradict(engine: Engine) -> None:
    model = LinearModel()
    x = model.add_columns("x", (1,), lower=1.0, upper=1.0)
    model.add_rows("more", (1,), [(x, 1.0)], lower=2.0)

    with pytest.raises(Infeasible):
        engine.solve(model.compile(), time_limit=SOON)


def test_says_what_is_proven_when_no_time_is_left(engine: Engine) -> None:
    model = LinearModel()
    x = model.add_columns("x", (200,), upper=1.0, integer=True)
    model.add_cost("cost", x, -np.arange(1.0, 201.0))
    row = model.add_rows("most", (1,), upper=1_234.5)
    model.add_entries(row, x, np.sqrt(np.arange(1.0, 201.0)) * 3)

    try:
        solution = engine.solve(model.compile(), time_limit=timedelta(0))
    except OutOfTime:
        return
    gap = (solution.cost - solution.bound) / max(abs(solution.cost), 1.0)
    assert solution.is_proven == (0 <= gap <= DEFAULT_GAP)
