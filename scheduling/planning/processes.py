"""Processes of a document as jobs of a problem."""

from math import ceil

import numpy as np
from numpy.typing import NDArray

from scheduling.flex.devices.process import Process
from scheduling.flex.devices.storing import Switched
from scheduling.formulation.processes import PiecedJob, WholeJob
from scheduling.formulation.starts import Starts
from scheduling.interpret.failures import FAILURES
from scheduling.planning.builder import Builder, Contradiction, Reading
from scheduling.planning.going import Going, going_on
from scheduling.planning.series import touched

Array = NDArray[np.float64]


def add_process(builder: Builder, device: Process) -> None:
    """Add ``device`` as a job, or as plain power where nothing of it can move.

    Raises:
        Contradiction: no time in the window allows it.
    """
    node = builder.node_of[device.node]
    profile = _profile(builder, device)
    going = going_on(builder, device, profile)
    allowed = _allowed(builder, device, going)
    if going.n_settled:
        builder.fixed[node] += going.settled
    if going.left_hours == 0.0:
        builder.readings[device.name] = Reading(fixed=going.settled)
        return
    if device.flexibility == "breakable":
        job = _in_pieces(builder, device, node, allowed, going)
        builder.readings[device.name] = Reading(job=len(builder.jobs), fixed=going.settled)
        builder.jobs.append(job)
        return
    starts = _starts(allowed, profile.size)
    if not starts.size and device.undone_price is None:
        raise Contradiction(FAILURES("no_time", name=device.name))
    if device.flexibility == "shiftable":
        builder.readings[device.name] = Reading(job=len(builder.jobs))
        builder.jobs.append(
            WholeJob(
                name=device.name,
                node=node,
                starts=starts,
                profile=profile,
                undone_price=device.undone_price,
            )
        )
        return
    power = np.zeros(builder.n_steps)
    power[starts[0] : starts[0] + profile.size] = profile
    builder.fixed[node] += power
    builder.readings[device.name] = Reading(fixed=power)


def _allowed(builder: Builder, device: Process, going: Going) -> NDArray[np.bool_]:
    allowed = np.ones(builder.n_steps, dtype=bool)
    # In a part of a step it would get a part of its energy: it waits for the next.
    allowed[: max(going.n_settled, int(builder.has_part))] = False
    for span in device.forbidden:
        allowed[touched(builder.document.window.grid, span.start, span.end)] = False
    return allowed


def starts_of(builder: Builder, device: Switched) -> Starts:
    """Return what follows from a start of ``device``, in steps."""
    return Starts(
        cost=device.start_price,
        least_run=max(1, ceil(device.run_min_minutes / 60.0 / builder.hours - 1e-9)),
        least_pause=max(1, ceil(device.pause_min_minutes / 60.0 / builder.hours - 1e-9)),
    )


def _profile(builder: Builder, device: Process, left_hours: float | None = None) -> Array:
    if device.profile_kw is not None:
        return np.array(device.profile_kw)
    hours = (device.duration_minutes or 0.0) / 60.0 if left_hours is None else left_hours
    duration = hours / builder.hours
    profile = np.full(ceil(duration - 1e-9), device.power_kw or 0.0)
    part = duration - (profile.size - 1)
    if part < 1.0 - 1e-9:
        # The last step is a part of one: it draws its share, and the energy is right.
        profile[-1] *= part
    return profile


def _starts(allowed: NDArray[np.bool_], length: int) -> NDArray[np.int64]:
    """Return the steps from which ``length`` steps on are all allowed."""
    if length > allowed.size:
        return np.empty(0, dtype=np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(allowed, length)
    return np.flatnonzero(windows.all(axis=1))


def _in_pieces(
    builder: Builder, device: Process, node: int, allowed: NDArray[np.bool_], going: Going
) -> PiecedJob:
    profile = _profile(builder, device, going.left_hours)
    steps = np.flatnonzero(allowed)
    if profile.size > steps.size and device.undone_price is None:
        raise Contradiction(FAILURES("too_few_steps", name=device.name))
    return PiecedJob(
        name=device.name,
        node=node,
        allowed=steps,
        n_pieces=profile.size,
        power=float(device.power_kw or 0.0),
        last=float(profile[-1]),
        starts=starts_of(builder, device),
        # What has begun is finished.
        undone_price=None if going.left_hours is not None else device.undone_price,
        goes_on=going.n_settled if going.settled[: going.n_settled][-1:].any() else None,
    )
