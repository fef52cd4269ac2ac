"""A linear model as text for APMonitor, the language of gekko's solvers."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import Infeasible
from scheduling.engines.gekko_bends import bend_equations
from scheduling.formulation.compiled import Compiled

#: What an empty row may miss by rounding.
ROUNDING: Final = 1e-6

#: Terms in one line; the reader stops at some ten thousand characters.
_MOST_TERMS: Final = 120


def as_text(
    model: Compiled, *, start: NDArray[np.float64] | None = None, bends: bool = False
) -> tuple[str, NDArray[np.int64]]:
    """Return ``model`` as text, and the columns that are variables in it, in order.

    Args:
        start: values to begin with, shape (n_columns,); zero, or the bound next to it, if None.
        bends: whether the exact equations of ``model.bent`` are part of it.

    Columns whose bounds meet are numbers, not variables: the solver stumbles over them. The
    variables are v0, v1 ... in that order; those that are whole have the prefix ``int_``.
    """
    is_free = model.column_lower < model.column_upper
    free = np.flatnonzero(is_free)
    names = _names(model, free)
    lines = ["Model", "Variables"]
    begun = np.zeros(model.n_columns) if start is None else start
    lines += [_declaration(names[column], model, column, begun[column]) for column in names]
    sums: list[str] = []
    equations = _equations(model, names, sums)
    for each in model.bent if bends else ():
        equations += bend_equations(each, names, model.column_lower)
    cost = [(name, float(model.cost[column])) for column, name in names.items()]
    cost = [(name, price) for name, price in cost if price]
    equations += [f"minimize {part}" for part in _split(cost)] or ["minimize 0"]
    lines += [f"{name} = 0" for name in (part.split(" = ")[0] for part in sums)]
    lines += ["End Variables", "Equations", *sums, *equations, "End Equations", "End Model"]
    return "\n".join(lines) + "\n", free


def _names(model: Compiled, free: NDArray[np.int64]) -> dict[int, str]:
    return {
        int(column): f"int_v{number}" if model.integer[column] else f"v{number}"
        for number, column in enumerate(free)
    }


def _declaration(name: str, model: Compiled, column: int, start: float) -> str:
    lower, upper = float(model.column_lower[column]), float(model.column_upper[column])
    text = f"{name} = {min(max(float(start), lower), upper)!r}"
    if np.isfinite(lower):
        text += f", >= {lower!r}"
    if np.isfinite(upper):
        text += f", <= {upper!r}"
    return text


def _equations(model: Compiled, names: dict[int, str], sums: list[str]) -> list[str]:
    """Return the rows as equations; long ones lean on partial sums, added to ``sums``."""
    equations = []
    for row in range(model.n_rows):
        part = slice(model.start[row], model.start[row + 1])
        columns, values = model.index[part].tolist(), model.value[part].tolist()
        known = 0.0
        terms = []
        for column, value in zip(columns, values, strict=True):
            if column in names:
                terms.append((names[column], value))
            else:
                known += value * float(model.column_lower[column])
        lower, upper = float(model.row_lower[row]) - known, float(model.row_upper[row]) - known
        equations += _relations(_expression(terms, row, sums), lower, upper)
    return equations


def _expression(terms: list[tuple[str, float]], row: int, sums: list[str]) -> str:
    parts = _split(terms)
    if len(parts) <= 1:
        return parts[0] if parts else ""
    names = [f"sum{row}_{number}" for number in range(len(parts))]
    sums += [f"{name} = {part}" for name, part in zip(names, parts, strict=True)]
    return " + ".join(names)


def _relations(expression: str, lower: float, upper: float) -> list[str]:
    if not expression:
        if lower > ROUNDING or upper < -ROUNDING:
            raise Infeasible
        return []
    if lower == upper:
        return [f"{expression} = {lower!r}"]
    found = []
    if np.isfinite(lower):
        found.append(f"{expression} >= {lower!r}")
    if np.isfinite(upper):
        found.append(f"{expression} <= {upper!r}")
    return found


def _split(terms: list[tuple[str, float]]) -> list[str]:
    return [
        " + ".join(f"({value!r})*{name}" for name, value in terms[first : first + _MOST_TERMS])
        for first in range(0, len(terms), _MOST_TERMS)
    ]
