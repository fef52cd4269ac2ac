"""The steps ahead of an origin, and how far back lies what is known of each."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from forecasting.features.days import Index


@dataclass(frozen=True, slots=True)
class Window:
    """Steps ahead of an origin: day after that of the origin, slot, days back to what is known.

    All shape (C,). A little longer than asked for: on the day on which clocks go forward the
    labels of a window reach an hour further.
    """

    origin_slot: int
    day: Index
    slot: Index
    back: Index

    @classmethod
    def of(cls, origin_slot: int, n_ahead: int, n_slots: int) -> Self:
        """Return the window of ``n_ahead`` steps from ``origin_slot`` on."""
        spare = -(-n_slots // 24)
        ahead = origin_slot + np.arange(n_ahead + spare)
        day, slot = ahead // n_slots, ahead % n_slots
        return cls(origin_slot, day, slot, day + (slot >= origin_slot))
