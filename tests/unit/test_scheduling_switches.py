"""Powers counted from their least on: the same plans in fewer rows."""

import numpy as np
import pytest

from scheduling.engines.base import DEFAULT_GAP
from scheduling.engines.solver import instance
from scheduling.engines.switches import Switches
from scheduling.formulation.linear_model import Columns, LinearModel

LEAST, MOST = 4.0, 11.0


def charging(seed: int, n_steps: int = 6) -> tuple[LinearModel, Columns, Columns]:
    """Return a model that charges so much in ``n_steps``, with its powers and binaries."""
    random = np.random.default_rng(seed)
    model = LinearModel()
    power = model.add_columns("power", (n_steps,), upper=MOST)
    missed = model.add_columns("missed", (1,))
    on = model.add_columns("on", (n_steps,), upper=1.0, integer=True)
    model.add_cost("power", power, random.uniform(-0.1, 0.5, n_steps))
    model.add_cost("on", on, random.uniform(0, 0.3, n_steps))
    model.add_cost("missed", missed, 0.6)
    model.add_rows("most", on.shape, [(power, 1.0), (on, -MOST)], upper=0.0)
    model.add_rows("least", on.shape, [(power, 1.0), (on, -LEAST)], lower=0.0)
    wanted = model.add_rows("wanted", (1,), [(missed, 1.0)], lower=random.uniform(1, 40))
    model.add_entries(wanted, power, 1.0)
    model.add_rows("together", (n_steps - 1,), [(power[1:], 1.0), (power[:-1], 1.0)], upper=15.0)
    return model, power, on


def best(model: LinearModel, *, in_small: bool) -> tuple[float, np.ndarray]:
    compiled = model.compile()
    switches = Switches.of(compiled)
    highs = instance(switches.small(compiled) if in_small else compiled, DEFAULT_GAP)
    highs.run()
    values = np.asarray(highs.getSolution().col_value)
    return highs.getInfo().objective_function_value, switches.whole(values) if in_small else values


@pytest.mark.parametrize("seed", range(8))
def test_what_is_found_above_the_least_is_the_best_there_is(seed: int) -> None:
    model, power, on = charging(seed)
    cost, _ = best(model, in_small=False)
    found, values = best(model, in_small=True)

    assert found == pytest.approx(cost, rel=1e-6, abs=1e-9)
    compiled = model.compile()
    assert float(compiled.cost @ values) == pytest.approx(found)
    activity = compiled.activity(values)
    assert (activity >= compiled.row_lower - 1e-6).all()
    assert (activity <= compiled.row_upper + 1e-6).all()
    is_on = values[on] > 0.5
    assert (values[power] >= np.where(is_on, LEAST, 0.0) - 1e-6).all()
    assert (values[power] <= np.where(is_on, MOST, 0.0) + 1e-6).all()


def test_the_rows_of_the_least_fall_away() -> None:
    model, power, on = charging(1)
    compiled = model.compile()
    switches = Switches.of(compiled)

    assert switches.powers.tolist() == power.tolist()
    assert switches.binaries.tolist() == on.tolist()
    assert switches.small(compiled).n_rows == compiled.n_rows - power.size


def test_there_and_back_is_the_same_plan() -> None:
    model, _, on = charging(2)
    compiled = model.compile()
    _, values = best(model, in_small=False)
    switches, small = Switches.of(compiled), Switches.of(compiled).small(compiled)
    values[on] = np.round(values[on])

    there = switches.above_least(values)

    assert float(small.cost @ there) == pytest.approx(float(compiled.cost @ values))
    assert switches.whole(there) == pytest.approx(values)


def test_powers_that_something_else_bounds_stay_as_they_are() -> None:
    """A lower bound of its own, one below the most, one of no row, and a second least."""
    model, power, on = charging(3)
    lower, upper = model.bounds()
    lower[power[0]] = 1.0
    upper[power[1]] = MOST - 1.0
    upper[on[2]] = 2.0
    model.add_rows("second", (1,), [(power[3:4], 1.0), (on[4:5], -LEAST)], lower=0.0)
    lone = model.add_columns("lone", (1,), upper=MOST)
    switch = model.add_columns("switch", (1,), upper=1.0, integer=True)
    model.add_rows("lone", (1,), [(lone, 1.0), (switch, -LEAST)], lower=0.0)

    assert Switches.of(model.compile()).powers.tolist() == power[4:].tolist()
    assert best(model, in_small=True)[0] == pytest.approx(best(model, in_small=False)[0], rel=1e-6)
