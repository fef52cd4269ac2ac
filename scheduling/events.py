"""What scheduling tells others of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScheduleRunChanged:
    """A run moved on.

    Attributes:
        path: of the asset that it plans.
    """

    run_id: str
    path: str
