"""Rows of ``beyond_speed`` about what measurements tell of a building."""

from time import process_time

import numpy as np
import problems
from figures import Row, row, spent_by_all
from problems import Numbers

from scheduling.engines.gekko_process import IPOPT, solve_text
from scheduling.engines.identify import simulate
from scheduling.flex.measured import MeasuredBuilding
from scheduling.planning.identifying import identify

#: Where gekko begins, in the order of ``engines.identify.TWO``.
START = (1.0, 5.0, 3.0, 20.0, 1.0)
#: A start for what follows from them (``SHARES``).
GUESSES = (1.9, 0.9, 0.001, 0.001, 0.05, -0.05, 0.001, 0.001)
#: From v0 to v4, resistances and capacities of air and walls and the aperture, to the modes.
MODES = (
    "own = 1/(v0*v2)",
    "back = 1/(v0*v3)",
    "out = (1/v0 + 1/v1)/v3",
    "root = sqrt((own - out)^2 + 4*own*back)",
    "slow = (root - own - out)/2",
    "fast = (-root - own - out)/2",
    "xs = exp(slow*{hours!r})",
    "xf = exp(fast*{hours!r})",
    "gs = (xs - 1)/slow",
    "gf = (xf - 1)/fast",
    "turn = (gs - gf)/root",
    "stay = (slow*gf - fast*gs)/root",
    "across = own*(xs - xf)/root",
    "kept = (slow*xf - fast*xs)/root - out*(xs - xf)/root",
    "perout = 1/(v1*v3)",
    "perheat = 1/v2",
    "persun = v4/v3",
    "airout = turn*own*perout",
    "wallout = (stay - turn*out)*perout",
    "airheat = (stay - turn*own)*perheat",
    "wallheat = turn*back*perheat",
    "airsun = turn*own*persun",
    "wallsun = (stay - turn*out)*persun",
)
#: v5 to v12: what a temperature keeps of the two before it, and of each input now and before.
SHARES = (
    "xs + xf",
    "xs*xf",
    *("airout", "across*wallout - kept*airout"),
    *("airheat", "across*wallheat - kept*airheat"),
    *("airsun", "across*wallsun - kept*airsun"),
)


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
    """The same by gekko (IPOPT, all steps at once), and how far both are apart at most."""
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
    """Return the parameters that gekko's IPOPT finds, in the order of ``engines.identify.TWO``."""
    text, n_variables = as_text(measured)
    return solve_text(text, n_variables, seconds=30, gap=1e-3, solver=IPOPT)[: len(START)]


def as_text(measured: MeasuredBuilding) -> tuple[str, int]:
    """Return the estimation in APMonitor's language, and how many variables it has.

    The exact solution over a step of constant inputs u, the walls' temperature eliminated: with
    the two modes f and g of the building (x = exp(rate · step) of each)::

        y[k+1] = (x_f + x_g) · y[k] - x_f · x_g · y[k-1] + Σ (now · u[k] + before · u[k-1])

    Half as many variables as with the walls; IPOPT takes 20 iterations where bounds on the
    parameters make it take 60.
    """
    indoor = np.array(measured.indoor_c)
    inputs = [
        np.array(each, dtype=float)
        for each in (measured.outdoor_c, measured.heat_kw, measured.sun_kw_per_m2)
    ]
    hours = measured.step_minutes / 60
    begun = simulate(
        np.array(START), (inputs[0], inputs[1], inputs[2]), indoor[0], indoor[0], hours=hours
    )
    starts = [*START, *GUESSES, *begun.tolist()]
    first = len(START) + len(GUESSES)
    steps = [
        _step(
            [f"v{first + k + each}" for each in (1, 0, -1)],
            [each[k - 1 : k + 1] for each in inputs],
        )
        for k in range(1, indoor.size - 1)
    ]
    missed = [f"minimize (v{first + k} - ({each!r}))^2" for k, each in enumerate(indoor.tolist())]
    lines = ["Model", "Variables", *(f"v{n} = {float(each)!r}" for n, each in enumerate(starts))]
    lines += ["End Variables", "Intermediates", *(each.format(hours=hours) for each in MODES)]
    lines += ["End Intermediates", "Equations", *(f"v{5 + n} = {e}" for n, e in enumerate(SHARES))]
    lines += [*steps, *missed, "End Equations", "End Model"]
    return "\n".join(lines) + "\n", len(starts)


def _step(names: list[str], inputs: list[Numbers]) -> str:
    after, now, before = names
    text = f"{after} = v5*{now} - v6*{before}"
    for n, each in enumerate(inputs):
        text += f" + ({float(each[1])!r})*v{7 + 2 * n} + ({float(each[0])!r})*v{8 + 2 * n}"
    return text
