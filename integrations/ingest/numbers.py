"""Numbers as files write them. Pure."""

import re
from typing import Final

import numpy as np

from integrations.ingest.wrong_file import Wrong

_MISSING: Final = frozenset({"", "nan", "null", "none", "n/a", "na", "-"})
#: Thousands in groups of three: 1.234,5 and 1 234,5 and 1'234,5; each number has one kind.
_GROUPED_COMMA: Final = re.compile(r"[+-]?\d{1,3}(?:([.\s'\u2019])\d{3})(?:\1\d{3})*(?:,\d*)?")
_GROUPED_POINT: Final = re.compile(r"[+-]?\d{1,3}(?:([,\s'\u2019])\d{3})(?:\1\d{3})*\.\d*")
_GROUPS: Final = re.compile(r"[\s'\u2019]")
#: Python takes more: digits of any script, and 1_000.
_PLAIN: Final = re.compile(
    r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[+-]?inf(?:inity)?", re.IGNORECASE | re.ASCII
)


class WrongNumber(ValueError):
    """The text is no finite number; the message says what would be right."""

    def __init__(self, kind: Wrong, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def number(text: str, *, decimal_comma: bool) -> float:
    """Return the number that ``text`` writes; NaN where it says that there is none.

    Thousands may be grouped by threes, where the decimal sign shows that they are groups.

    Raises:
        WrongNumber: see the class.
    """
    text = text.strip()
    if text.lower() in _MISSING:
        return np.nan
    written = _with_point(text, decimal_comma=decimal_comma)
    if not _PLAIN.fullmatch(written):
        advice = "" if decimal_comma or "," not in text else "; for 1,5 say --decimal-comma"
        kind = Wrong.DECIMAL_COMMA if advice else Wrong.NO_NUMBER
        raise WrongNumber(kind, f"{text[:40]!r} is no number{advice}")
    value = float(written)
    if not np.isfinite(value):
        words = f"{text[:40]!r} is not finite; leave out what is unknown"
        raise WrongNumber(Wrong.NOT_FINITE, words)
    return value


def _with_point(text: str, *, decimal_comma: bool) -> str:
    """Return ``text`` without groups and with a decimal point."""
    if not decimal_comma:
        if _GROUPED_POINT.fullmatch(text):
            return _GROUPS.sub("", text).replace(",", "")
        return text
    if _GROUPED_COMMA.fullmatch(text):
        return _GROUPS.sub("", text).replace(".", "").replace(",", ".")
    if "." in text:
        # 1.5 read as 15 would be ten times what was meant.
        raise WrongNumber(
            Wrong.DECIMAL_POINT,
            f"{text[:40]!r} has a point, but the decimal sign is a comma: 1,5 or 1.234,5 is right",
        )
    return text.replace(",", ".")
