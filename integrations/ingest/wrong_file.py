"""What is wrong with a file, and how much of one is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

#: More than fifty years of quarter-hours is no file of one sensor.
MAX_ROWS: Final = 2_000_000
#: Beyond these the same is wrong with every line.
MAX_PROBLEMS: Final = 100


class Wrong(StrEnum):
    """What is wrong with a cell or a line, for whoever says it in another language."""

    NO_NUMBER = "NO_NUMBER"
    DECIMAL_COMMA = "DECIMAL_COMMA"
    DECIMAL_POINT = "DECIMAL_POINT"
    NOT_FINITE = "NOT_FINITE"
    NO_TIME = "NO_TIME"
    NO_SUCH_HOUR = "NO_SUCH_HOUR"
    OUT_OF_ORDER = "OUT_OF_ORDER"
    TOO_SHORT = "TOO_SHORT"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one line of a file.

    Attributes:
        words: the value, what is the matter with it and what would be right, in English.
        column: head of the column; empty where it is the whole line.
        value: the cell's text, cut to forty characters.
    """

    line: int
    words: str
    column: str = ""
    kind: str = ""
    value: str = ""


class WrongFile(ValueError):
    """The file cannot be read; the message names the line and what would be right.

    Attributes:
        problems: each wrong line, where the lines are what is wrong.
    """

    def __init__(self, message: str, problems: Sequence[RowProblem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)
