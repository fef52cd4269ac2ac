"""The grid connection: what a site takes and gives, what that costs, what is allowed.

With i and e what is imported and exported [kW], in each step::

    i - e = (power into all devices);   i <= import limit + v,   e <= export limit + w

v and w are zero where a limit is hard, and cost a price per kWh where it is soft
(formulations F1, F2, F4). Import and export at once pays only where export earns more than
import costs; the two are declared exclusive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.linear_model import Columns, LinearModel, Rows, Term

Array = NDArray[np.float64]

CONNECTION: Final = "the grid connection"


@dataclass(frozen=True, slots=True, kw_only=True)
class GridConnection:
    """One connection over T steps; each array has shape (T,).

    ``import_price`` [currency/kWh] is paid, ``export_price`` is earned; the limits [kW, >= 0]
    may be infinite; the breach prices [currency/kWh] are None where the limit is hard.
    ``import_most`` and ``export_most`` [kW] bound what the devices can take and give together.
    """

    import_price: Array
    export_price: Array
    import_limit: Array
    export_limit: Array
    import_most: Array
    export_most: Array
    import_breach_price: Array | None = None
    export_breach_price: Array | None = None


@dataclass(frozen=True, slots=True)
class GridColumns:
    """Where the variables are, each shape (T,), and the rows of the balance, shape (T,)."""

    imported: Columns
    exported: Columns
    balance: Rows


def add_grid_connection(
    model: LinearModel,
    grid: GridConnection,
    consumption: Sequence[Term],
    inflexible: Array,
    *,
    step_hours: float | Array,
) -> GridColumns:
    """Add the balance of the site and the limits of its connection.

    Args:
        consumption: terms of shape (T,) or (devices, T) that draw power from the site; a
            negative coefficient for those that supply it.
        inflexible: net power into the site that no plan can move, shape (T,) [kW].
    """
    imported = _add_direction(
        model,
        "import",
        grid.import_limit,
        grid.import_most,
        grid.import_breach_price,
        step_hours=step_hours,
    )
    exported = _add_direction(
        model,
        "export",
        grid.export_limit,
        grid.export_most,
        grid.export_breach_price,
        step_hours=step_hours,
    )
    model.add_cost("import", imported, step_hours * grid.import_price)
    model.add_cost("export", exported, -step_hours * grid.export_price)
    balance = model.add_rows(
        "site balance",
        inflexible.shape,
        [(imported, 1.0), (exported, -1.0)],
        lower=inflexible,
        upper=inflexible,
    )
    for columns, coefficient in consumption:
        model.add_entries(balance, columns, -np.asarray(coefficient))
    model.keep_apart(
        "import or export",
        imported,
        exported,
        first_most=grid.import_most,
        second_most=grid.export_most,
        cancels=grid.export_price <= grid.import_price,
    )
    return GridColumns(imported, exported, balance)


def _add_direction(
    model: LinearModel,
    direction: str,
    limit: Array,
    most: Array,
    breach_price: Array | None,
    *,
    step_hours: float | Array,
) -> Columns:
    # Without a bound, importing and exporting at once would be worth any amount wherever
    # export earns more. What the devices can take or give bounds every honest plan.
    if breach_price is None:
        columns = model.add_columns(direction, limit.shape, upper=np.minimum(limit, most))
        model.add_limit(
            f"{direction} limit", columns, side="upper", unit="kW", of=CONNECTION, beyond=most
        )
        return columns
    columns = model.add_columns(direction, limit.shape, upper=most)
    model.add_rows(f"{direction} limit", limit.shape, [(columns, 1.0)], upper=limit)
    model.soften(f"{direction} limit", above=breach_price * step_hours)
    return columns
