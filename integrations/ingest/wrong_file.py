"""What is wrong with a file, and how much of one is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

#: More than fifty years of quarter-hours is no file of one sensor.
MAX_ROWS: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one line of a file."""

    line: int
    words: str


class WrongFile(ValueError):
    """The file cannot be read; the message names the line and what would be right.

    Attributes:
        problems: each wrong line, where the lines are what is wrong.
    """

    def __init__(self, message: str, problems: Sequence[RowProblem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)
