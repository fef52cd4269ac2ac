"""The exact equations of flows that bend (``formulation.bends``), in APMonitor's language."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.bends import Bent
from scheduling.formulation.curves import (
    COP_RADIUS,
    LEAST_LIFT,
    LIFT_RADIUS,
    CarnotCop,
    Curve,
    Table,
)

Array = NDArray[np.float64]


def bend_equations(bent: Bent, names: Mapping[int, str], known: Array) -> list[str]:
    """Return an equation per step.

    Args:
        names: of the columns that are variables.
        known: values of all columns; used of those that are none.
    """

    def term(column: int, missing: float) -> str:
        if column < 0:
            return repr(missing)
        return names.get(column) or repr(float(known[column]))

    found = []
    for t in range(bent.extra.size):
        extra = term(int(bent.extra[t]), 0.0)
        charge, discharge = term(int(bent.charge[t]), 0.0), term(int(bent.discharge[t]), 0.0)
        stock = term(int(bent.before[t]), bent.initial)
        found.append(f"{extra} = {_extra(bent, t, charge, discharge, stock)}")
    return found


def _extra(bent: Bent, t: int, charge: str, discharge: str, stock: str) -> str:
    bend, parts = bent.bend, []
    if bend.charge is not None:
        parts.append(f"({_curve(bend.charge, t, stock)} - ({float(bent.into[t])!r}))*{charge}")
    if bend.discharge is not None:
        usual = 1.0 / float(bent.out[t])
        parts.append(f"-(1/({_curve(bend.discharge, t, stock)}) - ({usual!r}))*{discharge}")
    if bend.loss:
        parts.append(f"-({bend.loss!r})*({charge}*{charge} + {discharge}*{discharge})")
    return " + ".join(f"({part})" for part in parts) or "0"


def _curve(curve: Curve, t: int, stock: str) -> str:
    return _carnot(curve, t, stock) if isinstance(curve, CarnotCop) else _table(curve, stock)


def _table(curve: Table, stock: str) -> str:
    text = repr(float(curve.ratio[0]))
    for at, bend in zip(curve.stock.tolist(), curve.bends.tolist(), strict=True):
        text += f" + ({0.5 * bend!r})*({_rounded(f'{stock} - ({at!r})', curve.radius)})"
    return f"({text})"


def _carnot(curve: CarnotCop, t: int, stock: str) -> str:
    supply = f"({curve.at_zero!r} + ({curve.per_kwh!r})*{stock})"
    beyond = f"({curve.at_zero - float(curve.source[t]) - LEAST_LIFT!r} + "
    beyond += f"({curve.per_kwh!r})*{stock})"
    lift = f"({LEAST_LIFT!r} + 0.5*({_rounded(beyond, LIFT_RADIUS)}))"
    ideal = f"(({curve.share!r})*{supply}/{lift})"
    spare = f"({ideal} - ({curve.most!r}))"
    corner = f"sqrt({spare}^2 + {COP_RADIUS**2!r})"
    return f"(0.5*({ideal} + ({curve.most!r}) - {corner}))"


def _rounded(value: str, radius: float) -> str:
    """Return twice the larger of ``value`` and 0, its corner rounded."""
    return f"({value}) + sqrt(({value})^2 + {radius**2!r})"
