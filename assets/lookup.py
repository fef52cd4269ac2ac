"""How upper floors find the runs that formed beliefs; registered when they start."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tenants.permissions import Actor


@dataclass(frozen=True, slots=True)
class Formed:
    """When a source formed beliefs of which sensor."""

    sensor_id: int
    at: datetime


#: From who asks and a source to a type of node and a key for each run that they may see.
FindRuns = Callable[[Actor, int, Sequence[Formed]], list[tuple[str, str]]]
_FINDERS: Final[dict[str, FindRuns]] = {}


def find_runs_by(kind: str, find: FindRuns) -> None:
    """Let ``find`` tell the runs behind beliefs of sources of ``kind``."""
    _FINDERS[kind] = find


def finder_of(kind: str) -> FindRuns | None:
    """Return who tells the runs behind beliefs of sources of ``kind``; None where none form any."""
    return _FINDERS.get(kind)
