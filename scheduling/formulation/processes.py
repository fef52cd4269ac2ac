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
from scheduling.formulation.preferences import Ties, running_weights
from scheduling.formulation.starts import Starts, add_starts

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

    ``starts``: of each unbroken stretch.
    """

    name: str
    node: int
    allowed: Indices
    n_pieces: int
    power: float
    starts: Starts


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


def add_whole_job(model: LinearModel, job: WholeJob, balance: Rows, *, ties: Ties) -> JobColumns:
    """Add one binary per possible start; among equals an earlier one, or a later, is preferred."""
    start = model.add_columns(f"start: {job.name}", job.starts.shape, upper=1.0, integer=True)
    once = model.add_rows(f"once: {job.name}", (1,), lower=1.0, upper=1.0)
    model.add_entries(once, start, 1.0)
    model.prefer_less(start, running_weights(ties, job.starts, balance.shape[1]))
    steps = job.starts[:, None] + np.arange(job.profile.size)
    columns = np.broadcast_to(start[:, None], steps.shape)
    power = np.broadcast_to(job.profile, steps.shape)
    model.add_entries(balance[job.node][steps], columns, -power)
    return JobColumns(job.name, steps.ravel(), columns.ravel(), power.ravel())


def add_pieced_job(model: LinearModel, job: PiecedJob, balance: Rows, *, ties: Ties) -> JobColumns:
    """Add one binary per allowed step, and starts where they matter."""
    n_steps = balance.shape[1]
    running = model.add_columns(f"run: {job.name}", job.allowed.shape, upper=1.0, integer=True)
    pieces = model.add_rows(f"pieces: {job.name}", (1,), lower=job.n_pieces, upper=job.n_pieces)
    model.add_entries(pieces, running, 1.0)
    model.prefer_less(running, running_weights(ties, job.allowed, n_steps))
    model.add_entries(balance[job.node][job.allowed], running, -job.power)
    if job.starts.matter:
        at_step = np.full(n_steps, NO_COLUMN)
        at_step[job.allowed] = running
        start = add_starts(model, job.name, at_step, job.starts)
        # The whole job lies in the window: a start whose run would not fit is none.
        _, upper = model.bounds()
        upper[start[max(n_steps - job.starts.least_run + 1, 0) :]] = 0.0
    power = np.full(running.shape, job.power)
    return JobColumns(job.name, job.allowed, running, power)
