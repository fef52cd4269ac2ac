"""Starts of what is on or off, and what follows from them.

With o[t] ∈ {0, 1}, whether it is on, and s[t] >= 0::

    s[t] >= o[t] - o[t-1],   cost per start

After a start it runs on, and before it it has paused: Σ s over the last ``least_run`` steps
<= o[t], and Σ s over the next ``least_pause`` steps <= 1 - o[t] (Rajan and Takriti, *Minimum
Up/Down Polytopes of the Unit Commitment Problem with Start-Up Costs*, IBM RC23628, 2005).
"""

from dataclasses import dataclass

import numpy as np

from scheduling.formulation.linear_model import NO_COLUMN, Columns, LinearModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Starts:
    """What a start costs [currency], and how long it runs and pauses at least [steps]."""

    cost: float = 0.0
    least_run: int = 1
    least_pause: int = 1

    @property
    def matter(self) -> bool:
        """Whether anything follows from a start."""
        return bool(self.cost) or self.least_run > 1 or self.least_pause > 1


def add_starts(
    model: LinearModel, name: str, on: Columns, starts: Starts, *, goes_on: int | None = None
) -> Columns:
    """Add a column per step, shape (T,), that is 1 where ``name`` starts; return them.

    Args:
        on: columns of o, shape (T,); ``NO_COLUMN`` where it is off.
        goes_on: the step before which it ran, though no column says so: to go on is no start.
    """
    n_steps = on.size
    start = model.add_columns(f"starts: {name}", (n_steps,), upper=1.0)
    model.add_cost(f"starts: {name}", start, starts.cost)
    before = np.concatenate([[NO_COLUMN], on[:-1]])
    known = np.zeros(n_steps)
    if goes_on is not None and goes_on < n_steps:
        known[goes_on] = -1.0
        # What stops there pauses too.
        model.bounds()[1][start[goes_on : goes_on + starts.least_pause]] = 0.0
    terms = [(start, 1.0), (on, -1.0), (before, 1.0)]
    model.add_rows(f"starts: {name}", (n_steps,), terms, lower=known)
    steps = np.arange(n_steps)
    rows = model.add_rows(f"runs on: {name}", (n_steps,), [(on, -1.0)], upper=0.0)
    for back in range(min(starts.least_run, n_steps)):
        at = steps[back:]
        model.add_entries(rows[at], start[at - back], 1.0)
    if starts.least_pause > 1:
        rows = model.add_rows(f"paused: {name}", (n_steps,), [(on, 1.0)], upper=1.0)
        for ahead in range(1, min(starts.least_pause, n_steps - 1) + 1):
            at = steps[: n_steps - ahead]
            model.add_entries(rows[at], start[at + ahead], 1.0)
    return start
