"""Processes: jobs that run once, whole or in pieces, within the times that allow them.

A *whole* job j starts at one of its possible steps τ: s[j, τ] ∈ {0, 1}, Σ s[j] = 1, and draws
``Σ s[j, τ] · p[j, t - τ]`` with p its profile [kW] (formulation F11). A job *in pieces* runs in
n of its allowed steps at one power: o[j, t] ∈ {0, 1}, Σ o[j] = n, with a last piece that may be
a part of a step.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.linear_model import NO_COLUMN, Columns, LinearModel, Rows

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeJob:
    """Runs once: ``starts``, the steps it may start in; ``profile`` [kW] from its start."""

    name: str
    node: int
    starts: Indices
    profile: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class PiecedJob:
    """Runs in pieces: ``allowed`` steps, ``n_pieces`` of them at ``power`` [kW].

    ``start_cost`` [currency] for each unbroken stretch; ``least_run`` and ``least_pause``
    [steps], 1 where any length will do.
    """

    name: str
    node: int
    allowed: Indices
    n_pieces: int
    power: float
    start_cost: float = 0.0
    least_run: int = 1
    least_pause: int = 1


@dataclass(frozen=True, slots=True)
class JobColumns:
    """Power of one job: Σ ``coefficients`` · x[``columns``] at ``steps``, each flat."""

    name: str
    steps: Indices
    columns: Columns
    coefficients: Array

    def power(self, values: Array, n_steps: int) -> Array:
        """Return the job's power in ``values``, shape (n_steps,) [kW]."""
        drawn = self.coefficients * values[self.columns]
        return np.bincount(self.steps, drawn, minlength=n_steps).astype(np.float64)


def add_whole_job(model: LinearModel, job: WholeJob, balance: Rows) -> JobColumns:
    """Add one binary per possible start; earlier starts are preferred among equals."""
    start = model.add_columns(f"start: {job.name}", job.starts.shape, upper=1.0, integer=True)
    once = model.add_rows(f"once: {job.name}", (1,), lower=1.0, upper=1.0)
    model.add_entries(once, start, 1.0)
    model.prefer_less(start, np.arange(1.0, start.size + 1.0))
    steps = job.starts[:, None] + np.arange(job.profile.size)
    columns = np.broadcast_to(start[:, None], steps.shape)
    power = np.broadcast_to(job.profile, steps.shape)
    model.add_entries(balance[job.node][steps], columns, -power)
    return JobColumns(job.name, steps.ravel(), columns.ravel(), power.ravel())


def add_pieced_job(model: LinearModel, job: PiecedJob, balance: Rows) -> JobColumns:
    """Add one binary per allowed step, and starts where they matter."""
    n_steps = balance.shape[1]
    running = model.add_columns(f"run: {job.name}", job.allowed.shape, upper=1.0, integer=True)
    pieces = model.add_rows(f"pieces: {job.name}", (1,), lower=job.n_pieces, upper=job.n_pieces)
    model.add_entries(pieces, running, 1.0)
    model.prefer_less(running, np.arange(1.0, running.size + 1.0))
    model.add_entries(balance[job.node][job.allowed], running, -job.power)
    if job.start_cost or job.least_run > 1 or job.least_pause > 1:
        at_step = np.full(n_steps, NO_COLUMN)
        at_step[job.allowed] = running
        _add_starts(model, job, at_step)
    power = np.full(running.shape, job.power)
    return JobColumns(job.name, job.allowed, running, power)


def _add_starts(model: LinearModel, job: PiecedJob, running: Columns) -> None:
    """Add s[t] >= o[t] - o[t-1] and what follows from it; minimum runs bind where they fit.

    After a start the job runs on, and before it it has paused: Σ s over the last ``least_run``
    steps <= o[t], and Σ s over the next ``least_pause`` steps <= 1 - o[t]
    (Rajan and Takriti, IBM RC23628, 2005).
    """
    n_steps = running.size
    start = model.add_columns(f"starts: {job.name}", (n_steps,), upper=1.0)
    model.add_cost(f"starts: {job.name}", start, job.start_cost)
    before = np.concatenate([[NO_COLUMN], running[:-1]])
    model.add_rows(
        f"starts: {job.name}",
        (n_steps,),
        [(start, 1.0), (running, -1.0), (before, 1.0)],
        lower=0.0,
    )
    steps = np.arange(n_steps)
    rows = model.add_rows(f"runs on: {job.name}", (n_steps,), [(running, -1.0)], upper=0.0)
    for back in range(job.least_run):
        at = steps[back:]
        model.add_entries(rows[at], start[at - back], 1.0)
    if job.least_run > 1:
        # A start whose run would not fit in the window is none.
        _, upper = model.bounds()
        upper[start[n_steps - job.least_run + 1 :]] = 0.0
    if job.least_pause > 1:
        rows = model.add_rows(f"paused: {job.name}", (n_steps,), [(running, 1.0)], upper=1.0)
        for ahead in range(1, job.least_pause + 1):
            at = steps[: n_steps - ahead]
            model.add_entries(rows[at], start[at + ahead], 1.0)
