"""Processes: jobs that run once, whole or in pieces, within the times that allow them.

A *whole* job j starts at one of its possible steps τ: s[j, τ] ∈ {0, 1}, Σ s[j] = 1, and draws
``Σ s[j, τ] · p[j, t - τ]`` with p its profile [kW] (formulation F11). A job *in pieces* runs in
n of its allowed steps at one power: o[j, t] ∈ {0, 1}, Σ o[j] = n. Where it takes but a part of one
of them, that is another choice, q[j, t] ∈ {0, 1}, Σ q[j] = 1, Σ o[j] = n - 1, and the end of a
piece: q[j, t] + o[j, t] <= 1, q[j, t] + o[j, t + 1] <= 1.

A job that may be left undone has one more choice, u[j] ∈ {0, 1}, at a price: Σ s[j] + u[j] = 1,
Σ o[j] + n · u[j] = n.
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
    """Runs once: ``starts``, the steps it may start in; ``profile`` [kW] from its start.

    ``undone_price``: what leaving it undone costs [currency]; None where it has to run.
    """

    name: str
    node: int
    starts: Indices
    profile: Array
    undone_price: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PiecedJob:
    """Runs in pieces: ``allowed`` steps, ``n_pieces`` of them at ``power`` [kW].

    ``last``: what it draws in that of which it takes but a part; as much where it takes all of it.
    ``starts``: of each unbroken stretch. ``goes_on``: the step before which it ran, if any.
    ``undone_price`` as of a whole job.
    """

    name: str
    node: int
    allowed: Indices
    n_pieces: int
    power: float
    last: float
    starts: Starts
    goes_on: int | None = None
    undone_price: float | None = None

    @property
    def at_once(self) -> tuple[Indices, Array]:
        """In which steps it runs as soon as it may, and at which power; none if it never may."""
        if self.allowed.size < self.n_pieces:
            return self.allowed[:0], np.empty(0)
        power = np.full(self.n_pieces, self.power)
        power[-1] = self.last
        return self.allowed[: self.n_pieces], power


@dataclass(frozen=True, slots=True)
class JobColumns:
    """Power of one job: Σ ``coefficients`` · x[``columns``] at ``steps``, each flat.

    ``at_once``: columns that are 1, all others 0, where it runs as soon as it may.
    """

    name: str
    steps: Indices
    columns: Columns
    coefficients: Array
    at_once: Columns

    def power(self, values: Array, n_steps: int) -> Array:
        """Return the job's power in ``values``, shape (n_steps,) [kW]."""
        drawn = self.coefficients * values[self.columns]
        return np.bincount(self.steps, drawn, minlength=n_steps).astype(np.float64)


def add_whole_job(model: LinearModel, job: WholeJob, balance: Rows, *, ties: Ties) -> JobColumns:
    """Add one binary per possible start; among equals an earlier one, or a later, is preferred."""
    start = model.add_columns(f"start: {job.name}", job.starts.shape, upper=1.0, integer=True)
    once = model.add_rows(f"once: {job.name}", (1,), lower=1.0, upper=1.0)
    model.add_entries(once, start, 1.0)
    _add_undone(model, job, [(once, 1)])
    model.prefer_less(start, running_weights(ties, job.starts, balance.shape[1]))
    steps = job.starts[:, None] + np.arange(job.profile.size)
    columns = np.broadcast_to(start[:, None], steps.shape)
    power = np.broadcast_to(job.profile, steps.shape)
    model.add_entries(balance[job.node][steps], columns, -power)
    return JobColumns(job.name, steps.ravel(), columns.ravel(), power.ravel(), start[:1])


def add_pieced_job(model: LinearModel, job: PiecedJob, balance: Rows, *, ties: Ties) -> JobColumns:
    """Add one binary per allowed step, one more for a part of it, and starts where they matter."""
    n_steps, n_allowed = balance.shape[1], job.allowed.size
    has_part = job.last != job.power
    n_whole = job.n_pieces - has_part
    running = model.add_columns(f"run: {job.name}", (n_allowed,), upper=1.0, integer=True)
    pieces = model.add_rows(f"pieces: {job.name}", (1,), lower=n_whole, upper=n_whole)
    model.add_entries(pieces, running, 1.0)
    model.prefer_less(running, running_weights(ties, job.allowed, n_steps))
    part, counts = running[:0], [(pieces, n_whole)]
    if has_part:
        part, one = _add_part(model, job, running, ties, n_steps)
        counts.append((one, 1))
    _add_undone(model, job, counts)
    if job.starts.matter:
        _add_starts(model, job, running, part, n_steps)
    steps, columns = np.tile(job.allowed, 1 + has_part), np.concatenate([running, part])
    power = np.repeat([job.power, job.last][: 1 + has_part], n_allowed)
    model.add_entries(balance[job.node][steps], columns, -power)
    at_once = np.concatenate([running[:n_whole], part[n_whole : job.n_pieces]])
    if n_allowed < job.n_pieces:
        at_once = running[:0]
    return JobColumns(job.name, steps, columns, power, at_once)


def _add_part(
    model: LinearModel, job: PiecedJob, running: Columns, ties: Ties, n_steps: int
) -> tuple[Columns, Rows]:
    """Add the choice of the step of which it takes but a part, and that it is one."""
    part = model.add_columns(f"part: {job.name}", running.shape, upper=1.0, integer=True)
    one = model.add_rows(f"part: {job.name}", (1,), lower=1.0, upper=1.0)
    model.add_entries(one, part, 1.0)
    model.prefer_less(part, running_weights(ties, job.allowed, n_steps))
    both = [(part, 1.0), (running, 1.0)]
    model.add_rows(f"part or all: {job.name}", running.shape, both, upper=1.0)
    goes_on = np.flatnonzero(np.diff(job.allowed) == 1)
    ends = [(part[goes_on], 1.0), (running[goes_on + 1], 1.0)]
    model.add_rows(f"part ends: {job.name}", goes_on.shape, ends, upper=1.0)
    return part, one


def _add_undone(
    model: LinearModel, job: WholeJob | PiecedJob, counts: list[tuple[Rows, int]]
) -> None:
    """Add the choice of leaving it undone, in place of so many in each of the rows ``counts``."""
    if job.undone_price is None:
        return
    undone = model.add_columns(f"undone: {job.name}", (1,), upper=1.0, integer=True)
    model.add_cost(f"undone: {job.name}", undone, job.undone_price)
    for rows, number in counts:
        model.add_entries(rows, undone, float(number))


def _add_starts(
    model: LinearModel, job: PiecedJob, running: Columns, part: Columns, n_steps: int
) -> None:
    on = running
    if part.size:
        on = model.add_columns(f"on: {job.name}", running.shape, upper=1.0)
        terms = [(on, 1.0), (running, -1.0), (part, -1.0)]
        model.add_rows(f"on: {job.name}", on.shape, terms, lower=0.0, upper=0.0)
    at_step = np.full(n_steps, NO_COLUMN)
    at_step[job.allowed] = on
    start = add_starts(model, job.name, at_step, job.starts, goes_on=job.goes_on)
    # The whole job lies in the window: a start whose run would not fit is none.
    _, upper = model.bounds()
    upper[start[max(n_steps - job.starts.least_run + 1, 0) :]] = 0.0
