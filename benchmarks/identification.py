"""Rows of ``beyond_speed`` about what measurements tell of a building."""

from time import process_time
from typing import Any

import numpy as np
import problems
from figures import Row, row, spent_by_all
from gekko import GEKKO
from problems import Numbers

from scheduling.engines.identify import simulate
from scheduling.flex.measured import MeasuredBuilding
from scheduling.planning.identifying import identify


def measured_building(days: int, seed: int) -> MeasuredBuilding:
    """A building with two capacities, measured with an error of 0.05 K."""
    true, n_steps = np.array([0.9, 6.0, 4.0, 22.0, 4.3]), 96 * days
    random = np.random.default_rng(seed)
    angle = problems.day(n_steps)
    outdoor = 4 - 4 * np.cos(angle) + np.repeat(random.normal(0, 2, days), 96)
    sun = 0.9 * np.clip(-np.cos(angle), 0, None)
    steps = np.asarray(random.choice([0.0, 2.0, 6.0], days * 12), dtype=np.float64)
    heat = np.repeat(steps, 8)
    indoor = simulate(true, (outdoor, heat, sun), 20.0, 17.0, hours=0.25)
    indoor = indoor + 0.05 * random.normal(size=n_steps)
    return MeasuredBuilding(
        indoor_c=tuple(indoor.tolist()),
        outdoor_c=tuple(outdoor.tolist()),
        heat_kw=tuple(heat.tolist()),
        sun_kw_per_m2=tuple(sun.tolist()),
    )


def identified(days: int, *, bar_ms: float, runs: int) -> Row:
    """The parameters of a building with two capacities."""
    spent = []
    for run in range(-2, runs):
        measured = measured_building(days, run + 10)
        began = process_time()
        identify(measured)
        if run >= 0:
            spent.append(process_time() - began)
    return row(spent, bar_ms=bar_ms)


def identified_by_gekko(days: int, *, bar_ms: float, runs: int) -> Row:
    """The same by gekko's estimation (IMODE 5, IPOPT), and how far both are apart at most."""
    spent, apart = [], 0.0
    for run in range(-1, runs):
        measured = measured_building(days, run + 10)
        began = spent_by_all()
        other = estimated(measured)
        if run >= 0:
            spent.append(spent_by_all() - began)
        ours = np.array(list(identify(measured).parameters.values()))
        apart = max(apart, float(np.abs(other / ours - 1).max()))
    return row(spent, bar_ms=bar_ms, apart_share=round(apart, 4))


def estimated(measured: MeasuredBuilding) -> Numbers:
    """Return the parameters that gekko finds, in the order of ``engines.identify.TWO``.

    By Euler's backward steps of a quarter of an hour (two nodes), where ours are exact.
    """
    model = GEKKO(remote=False)
    try:
        n_steps = len(measured.indoor_c)
        model.time = np.arange(n_steps) * measured.step_minutes / 60

        def given(series: Any) -> Any:
            # What is given at a time holds in the interval before it: a mean counts one later.
            return model.Param(value=np.array(series, dtype=float)[[0, *range(n_steps - 1)]])

        outdoor, heat = given(measured.outdoor_c), given(measured.heat_kw)
        sun = given(measured.sun_kw_per_m2)
        sought = [
            model.FV(value=start, lb=start / 20, ub=start * 20)
            for start in (1.0, 5.0, 3.0, 20.0, 1.0)
        ]
        for each in sought:
            each.STATUS = 1
        inner, outer, air, walls, aperture = sought
        indoor = model.CV(value=list(measured.indoor_c))
        indoor.FSTATUS = 1
        wall = model.Var(value=measured.indoor_c[0])
        model.free_initial(wall)
        model.Equation(air * indoor.dt() == (wall - indoor) / inner + heat)
        model.Equation(
            walls * wall.dt() == (indoor - wall) / inner + (outdoor - wall) / outer + aperture * sun
        )
        for name, value in {"IMODE": 5, "EV_TYPE": 2, "NODES": 2, "SOLVER": 3}.items():
            setattr(model.options, name, value)
        model.options.OTOL = model.options.RTOL = 1e-5
        model.options.MAX_TIME = 30
        model.solve(disp=False)
        return np.array([each.value[0] for each in sought])
    finally:
        model.cleanup()
