"""Curves, their text for gekko, and the exact equations step by step."""

import numpy as np
import pytest

from scheduling.engines.gekko_bends import bend_equations
from scheduling.formulation.bends import Bend, Bent
from scheduling.formulation.curves import CarnotCop, Curve, Table

TABLE = Table(stock=np.array([2.0, 5.0, 9.0]), ratio=np.array([0.85, 0.95, 0.91]))
COP = CarnotCop(
    share=0.45, most=4.0, at_zero=300.0, per_kwh=1.5, source=np.array([270.0, 280.0, 296.0])
)
CURVES = [TABLE, COP]


def test_a_table_goes_through_its_points_and_is_level_beyond() -> None:
    """Corners are rounded: by half of the radius, 0.0175 kWh, times half of the change of slope."""
    assert TABLE.at(np.array([0.0, 2.0, 3.5, 5.0, 9.0, 20.0])) == pytest.approx(
        [0.85, 0.85, 0.90, 0.95, 0.91, 0.91], abs=0.0175 * 0.05
    )


def test_a_cop_is_that_of_carnot_up_to_its_most() -> None:
    """At 6 kWh the supply is 309 K: 0.45 · 309 / 39 = 3.565, / 29 = 4.79, / 13 = 10.7."""
    assert COP.at(np.array([6.0, 6.0, 6.0])) == pytest.approx([3.5654, 4.0, 4.0], abs=1e-3)


@pytest.mark.parametrize("curve", CURVES)
def test_slopes_are_finite_differences(curve: Curve) -> None:
    for stock in (np.array([1.0, 4.0, 8.0]), np.array([2.0, 5.0, 5.1]), np.array([0.1, 3.0, 7.0])):
        step = 1e-6
        difference = (curve.at(stock + step) - curve.at(stock - step)) / (2 * step)
        assert curve.slope(stock) == pytest.approx(difference, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("curve", CURVES)
def test_nothing_is_above_the_highest(curve: Curve) -> None:
    low, high = np.full(3, 1.0), np.full(3, 9.5)
    highest = curve.highest(low, high)
    for stock in np.linspace(1.0, 9.5, 200):
        assert (curve.at(np.full(3, stock)) <= highest + 1e-12).all()


def bent(bend: Bend) -> Bent:
    """Return ``bend`` in a model of three steps: columns 0-2 z, 3-5 c, 6-8 d, 9-10 e."""
    return Bent(
        bend=bend,
        extra=np.arange(3),
        charge=np.arange(3, 6),
        discharge=np.arange(6, 9),
        before=np.array([-1, 9, 10]),
        initial=3.0,
        into=np.array([0.9, 0.92, 0.94]),
        out=np.array([0.8, 0.9, 0.95]),
        rows=np.empty(0, dtype=np.int64),
    )


@pytest.mark.parametrize(
    "bend",
    [
        Bend(name="loss", flow=0, loss=0.01),
        Bend(name="table", flow=0, loss=0.002, charge=TABLE, discharge=TABLE),
        Bend(name="cop", flow=0, charge=COP),
    ],
    ids=lambda bend: bend.name,
)
def test_what_gekko_reads_is_what_we_count(bend: Bend) -> None:
    values = np.array([0, 0, 0, 4.0, 0.0, 2.0, 0.0, 3.0, 0.5, 4.4, 7.7])
    each = bent(bend)
    names = {column: f"v{column}" for column in range(11)}
    known = {f"v{column}": float(value) for column, value in enumerate(values)}
    read = [
        eval(equation.partition(" = ")[2].replace("^", "**"), {"sqrt": np.sqrt, **known})
        for equation in bend_equations(each, names, values)
    ]

    assert read == pytest.approx(each.exact(values))


def test_the_change_of_the_extra_is_a_finite_difference() -> None:
    each = bent(Bend(name="table", flow=0, loss=0.002, charge=TABLE, discharge=TABLE))
    values = np.array([0, 0, 0, 4.0, 0.0, 2.0, 0.0, 3.0, 0.5, 4.4, 7.7])
    slopes = each.slopes(values)
    for columns, slope in zip((each.charge, each.discharge, each.before), slopes, strict=True):
        for t in range(3):
            if columns[t] < 0:
                continue
            more, less = values.copy(), values.copy()
            more[columns[t]] += 1e-6
            less[columns[t]] -= 1e-6
            difference = (each.exact(more)[t] - each.exact(less)[t]) / 2e-6
            assert slope[t] == pytest.approx(difference, rel=1e-5, abs=1e-8)
