"""Processes that the last plan started, or is to start in steps that keep it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.flex.devices.process import Process
from scheduling.planning.builder import Builder
from scheduling.planning.series import tick_after

Array = NDArray[np.float64]

#: Less energy is rounding [kWh].
_ROUNDING: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """What is settled of a process: its power in the first ``n_settled`` steps, ``settled``.

    ``settled``: shape (T,) [kW]. ``left_hours``: for how long it still runs after these; None for
    all that its document says.
    """

    n_settled: int
    settled: Array
    left_hours: float | None = None


def going_on(builder: Builder, device: Process, profile: Array) -> Going:
    """Return what the last plan settled of ``device``, which takes ``profile`` in one go [kW].

    Steps that are frozen, or of which only a part is left, keep their power. What runs in one go
    and is on in one of these, or was before, runs on as it was planned. Of what runs in pieces
    that is left which was planned from the start of the window on, but for what is kept.
    """
    nothing = np.zeros(builder.n_steps)
    published = builder.document.rolling.published_kw.get(device.name, ())[: builder.n_steps]
    if not published:
        return Going(n_settled=0, settled=nothing)
    planned = nothing.copy()
    planned[: len(published)] = published
    n_settled = min(max(_frozen(builder), int(builder.has_part)), len(published))
    settled = np.where(np.arange(planned.size) < n_settled, planned, 0.0)
    if device.flexibility != "breakable":
        if settled.any() or _is_begun(planned, profile):
            return Going(n_settled=planned.size, settled=planned, left_hours=0.0)
        return Going(n_settled=n_settled, settled=settled)
    total = min(float(planned.sum()), float(profile.sum())) * builder.hours
    if total <= _ROUNDING:
        return Going(n_settled=n_settled, settled=settled)
    left_kwh = total - float(settled.sum()) * builder.hours
    left_hours = left_kwh / (device.power_kw or 1.0) if left_kwh > _ROUNDING else 0.0
    return Going(n_settled=n_settled, settled=settled, left_hours=left_hours)


def _is_begun(planned: Array, profile: Array) -> bool:
    """Return whether ``planned`` begins with the rest of ``profile``, and has nothing else."""
    return any(
        np.allclose(planned[: profile.size - begun], profile[begun:][: planned.size])
        and not planned[profile.size - begun :].any()
        for begun in range(1, profile.size)
        if profile[begun:].any()
    )


def _frozen(builder: Builder) -> int:
    until = builder.document.rolling.frozen_until
    if until is None:
        return 0
    return min(max(tick_after(builder.document.window.grid, until), 0), builder.n_steps)
