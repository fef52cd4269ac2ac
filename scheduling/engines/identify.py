"""Parameters of buildings and batteries from what was measured, by least squares.

A building of one capacity, T the indoor temperature, q the heat [kW], I the sun [kW/m²]::

    C · dT/dt = (T_out - T) / R + q + A · I

and of two, with T_w that of its walls, which nobody measures::

    C_i · dT/dt   = (T_w - T) / R_iw + q
    C_w · dT_w/dt = (T - T_w) / R_iw + (T_out - T_w) / R_wo + A · I

Both are solved exactly for inputs that are constant within a step. Their parameters are sought on a
logarithmic scale so that the squared error of T over the whole time is least (Levenberg and
Marquardt, as MINPACK has it; Moré, Lecture Notes in Mathematics 630, 1978). A battery is linear:
with c and d what it draws and gives, e[t] - e[t-1] = h · (η_c · c - d / η_d - s), s what standing
takes.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.signal import lfilter

Array = NDArray[np.float64]

#: Starts of the search: R [K/kW], C [kWh/K], A [m²].
_START_ONE: Final = (5.0, 5.0, 1.0)
_START_TWO: Final = (1.0, 5.0, 3.0, 20.0, 1.0)
ONE: Final = ("resistance_k_per_kw", "capacity_kwh_per_k", "aperture_m2")
TWO: Final = (
    "inner_resistance_k_per_kw",
    "outer_resistance_k_per_kw",
    "inner_capacity_kwh_per_k",
    "wall_capacity_kwh_per_k",
    "aperture_m2",
)


@dataclass(frozen=True, slots=True)
class Identified:
    """``parameters`` by name, with their standard ``errors`` (relative), and what is left over.

    ``rmse``: root of the mean squared error, in the unit of what was fitted [K or kWh].
    """

    parameters: dict[str, float]
    errors: dict[str, float]
    rmse: float


def identify_building(
    indoor: Array, outdoor: Array, heat: Array, sun: Array, *, hours: float, capacities: int
) -> Identified:
    """Return the parameters of a building; each array has shape (T,), ``indoor`` NaN if unknown.

    Args:
        hours: length of a step.
        capacities: 1 or 2.
    """
    shines = bool(np.any(sun > 0.0))
    names, start = (ONE, _START_ONE) if capacities == 1 else (TWO, _START_TWO)
    known = ~np.isnan(indoor)
    first = float(indoor[np.flatnonzero(known)[0]])
    inputs = (outdoor, heat, sun)
    guess = np.log(start if shines else start[:-1])

    def missed(logarithms: Array) -> Array:
        # Beyond them temperatures at the start: that of the air was measured with an error, as all
        # others were; of the wall's nothing is known.
        values = np.exp(logarithms[: guess.size])
        full = values if shines else np.append(values, 0.0)
        air, wall = float(logarithms[guess.size]), float(logarithms[-1])
        simulated = simulate(full, inputs, air, wall, hours=hours)
        return (simulated - indoor)[known]

    begin = np.append(guess, [first] * capacities)
    found: Any = least_squares(missed, begin, method="lm", x_scale="jac", max_nfev=2_000)
    spread = _spread(found.jac, found.fun)[: guess.size]
    told = names if shines else names[:-1]
    return Identified(
        dict(zip(told, np.exp(found.x[: guess.size]).tolist(), strict=True)),
        dict(zip(told, spread.tolist(), strict=True)),
        float(np.sqrt(np.mean(found.fun**2))),
    )


def simulate(
    values: Array, inputs: tuple[Array, Array, Array], first: float, wall: float, *, hours: float
) -> Array:
    """Return the indoor temperature at the start of each step, shape (T,) [°C].

    Args:
        values: as ``ONE`` or ``TWO`` name them.
        inputs: outdoor temperature [°C], heat [kW], sun [kW/m²], each shape (T,).
        first, wall: temperatures at the start; ``wall`` is not looked at by one capacity.
    """
    outdoor, heat, sun = inputs
    if values.size == len(ONE):
        resistance, capacity, aperture = values.tolist()
        drive = (outdoor / resistance + heat + aperture * sun) / capacity
        return _mode(-1.0 / (resistance * capacity), drive, first, hours)
    inner, outer, air, walls, aperture = values.tolist()
    own, across = -1.0 / (inner * air), 1.0 / (inner * air)
    back, other = 1.0 / (inner * walls), -(1.0 / inner + 1.0 / outer) / walls
    of_air, of_wall = heat / air, (outdoor / outer + aperture * sun) / walls
    # A network of resistances and capacities has two real modes, each a filter of its own; with
    # rates x and y, (y - own) · u - across · v over (y - x) is what the first has of (u, v).
    half = 0.5 * (own + other)
    root = (half * half - own * other + across * back) ** 0.5
    fast, slow = half - root, half + root
    modes = (
        _mode(
            rate,
            ((partner - own) * of_air - across * of_wall) / (partner - rate),
            ((partner - own) * first - across * wall) / (partner - rate),
            hours,
        )
        for rate, partner in ((fast, slow), (slow, fast))
    )
    return np.asarray(sum(modes))


def _mode(rate: float, drive: Array, first: float, hours: float) -> Array:
    """Return x at the start of each step, with dx/dt = rate · x + drive and x[0] = first."""
    kept = np.exp(rate * hours)
    gained = drive * (kept - 1.0) / rate
    steps = np.concatenate([[first], gained[:-1]])
    return np.asarray(lfilter([1.0], [1.0, -kept], steps))


def identify_battery(power: Array, stock: Array, *, hours: float) -> Identified:
    """Return the efficiencies of a battery and what standing takes [kW].

    Args:
        power: mean of each step, shape (T,) [kW, positive into the battery].
        stock: at the start of each step and at the end, shape (T + 1,) [kWh].
    """
    change = np.diff(stock)
    known = ~(np.isnan(change) | np.isnan(power))
    charge, discharge = np.maximum(power, 0.0), np.maximum(-power, 0.0)
    columns = hours * np.stack([charge, -discharge, -np.ones(power.size)], axis=1)[known]
    solution = np.linalg.lstsq(columns, change[known], rcond=None)[0]
    missed = columns @ solution - change[known]
    spread = _spread(columns, missed) / np.maximum(np.abs(solution), 1e-12)
    into, out, standing = solution.tolist()
    names = ("charge_efficiency", "discharge_efficiency", "standing_kw")
    return Identified(
        dict(zip(names, (into, 1.0 / out, standing), strict=True)),
        dict(zip(names, spread.tolist(), strict=True)),
        float(np.sqrt(np.mean(missed**2))),
    )


def _spread(jacobian: Array, missed: Array) -> Array:
    """Return the standard error of each parameter; infinite where they cannot be told apart."""
    free = max(missed.size - jacobian.shape[1], 1)
    try:
        covariance = np.linalg.inv(jacobian.T @ jacobian) * float(missed @ missed) / free
    except np.linalg.LinAlgError:
        return np.full(jacobian.shape[1], np.inf)
    return np.sqrt(np.maximum(np.diag(covariance), 0.0))
