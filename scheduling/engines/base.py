"""What an engine is and what it answers."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.compiled import Compiled
from tenants.plugins import PluginGroup

Array = NDArray[np.float64]

#: How far a plan may cost more than the proven bound and still count as optimal, relative.
DEFAULT_GAP: Final = 1e-6


class Infeasible(Exception):
    """No values satisfy every bound and row."""


class Unbounded(Exception):
    """The cost can fall without end: a price pays for something that has no limit."""


class Unsuited(Exception):
    """The engine is not made for models of this structure; the message is for developers."""


class OutOfTime(Exception):
    """The engine found no solution at all within its time limit."""


class EngineFailed(Exception):
    """The engine gave up for a reason of its own; the message is for the log, not the user."""


class EngineKilled(EngineFailed):
    """The engine's process was ended from outside while it worked."""


class EngineDiverged(EngineFailed):
    """The engine found nothing that keeps the exact equations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Values of all columns, in their units, and what is proven of them.

    Attributes:
        values: shape (n_columns,).
        cost: of ``values`` [currency], offset included.
        bound: no solution costs less [currency].
        is_proven: within the gap asked for; False when time ran out before.
        row_duals: change of cost per unit of each row's bound, shape (n_rows,), of the model
            with integers fixed; None where the engine has none.
        reduced_costs: the same per unit of each column's bound, shape (n_columns,).
    """

    values: Array
    cost: float
    bound: float
    is_proven: bool
    row_duals: Array | None = None
    reduced_costs: Array | None = None


class Engine(Protocol):
    """A solver. Instances are cheap, made per run, and keep no state between runs."""

    def solve(
        self,
        model: Compiled,
        *,
        time_limit: timedelta,
        gap: float = DEFAULT_GAP,
        preferences: Array | None = None,
    ) -> Solution:
        """Return the cheapest solution, or the best one found when the time is up.

        Args:
            time_limit: wall time.
            gap: relative, between the cost and the proven bound.
            preferences: weights, shape (n_columns,), to choose by among solutions of equal
                cost; an engine without the means leaves them aside.

        Raises:
            Infeasible: there is none.
            Unbounded: the cost has no lower end.
            Unsuited: the engine solves other models only.
            OutOfTime: none was found within ``time_limit``.
            EngineFailed: the engine ended for another reason.
        """
        ...


@runtime_checkable
class Refines(Protocol):
    """An engine that also knows the exact equations of a model that bends."""

    def refine(self, model: Compiled, *, start: Array, time_limit: timedelta) -> Array:
        """Return values of all columns, shape (n_columns,), near ``start`` that cost least.

        They keep the exact equations of ``model.bent`` within the engine's tolerance, and no
        values nearby cost less. Integers are taken as continuous: fix them before.

        Raises:
            OutOfTime: nothing was found within ``time_limit``.
            EngineKilled, EngineDiverged, EngineFailed: as they say.
        """
        ...


ENGINES: Final = PluginGroup("scheduling.engines", Engine)
