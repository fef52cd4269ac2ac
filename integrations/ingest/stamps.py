"""Time labels of meter files, told as instants. Pure.

Labels without an offset are local. In the hour that a clock runs through twice, the order of
the rows says which pass is meant; a label in the hour that it leaves out is refused.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from integrations.ingest.wrong_file import Wrong

#: An offset at the end of a label.
OFFSET: Final = re.compile(r"(?<=\d)\s*(Z|[+-]\d\d(:?\d\d)?)$")

Label = Literal["start", "end"]


class WrongStamp(ValueError):
    """The label is no time, or none that can be here; the message says what would be right."""

    kind = Wrong.NO_TIME


class NoSuchHour(WrongStamp):
    """The label lies in the hour that a clock leaves out."""

    kind = Wrong.NO_SUCH_HOUR


class OutOfOrder(WrongStamp):
    """The label is of before the row above it."""

    kind = Wrong.OUT_OF_ORDER


@dataclass(frozen=True, slots=True)
class StampRules:
    """How a file labels its intervals.

    Attributes:
        time_zone: of labels without an offset.
        label: whether a label is an interval's start or its end.
        time_format: of ``strptime``; None for ISO 8601. Of several with "|" between them the
            first that fits counts, as where a publisher exchanged days and months up to 12.
        midnight_ends_day: a label 00:00 is the end of its own date, and so comes last in it.
        ignore_offsets: offsets in the file are wrong: its labels are local.
        any_order: rows are in no order; of the repeated hour the first pass is meant.
    """

    time_zone: ZoneInfo
    label: Label = "start"
    time_format: str | None = None
    midnight_ends_day: bool = False
    ignore_offsets: bool = False
    any_order: bool = False

    def start_of(self, text: str, step: timedelta, before: datetime | None) -> datetime:
        """Return the start of the interval labelled ``text``, in UTC.

        Args:
            step: length of the interval.
            before: start of the interval of the row before, None for the first.

        Raises:
            WrongStamp: see the class.
        """
        time = self._parsed(OFFSET.sub("", text.strip()) if self.ignore_offsets else text)
        if self.midnight_ends_day and (time.hour, time.minute, time.second) == (0, 0, 0):
            time += timedelta(days=1)
        shift = step if self.label == "end" else timedelta(0)
        if time.tzinfo is not None:
            return time.astimezone(UTC) - shift
        return self._local(time, text, before, shift)

    def _local(
        self, time: datetime, text: str, before: datetime | None, shift: timedelta
    ) -> datetime:
        first, second = (
            time.replace(tzinfo=self.time_zone, fold=fold).astimezone(UTC) - shift
            for fold in (0, 1)
        )
        if first > second:
            raise NoSuchHour(
                f"{text!r} does not exist in {self.time_zone}: the clock goes forward then"
            )
        if self.any_order:
            return first
        start = second if before is not None and first <= before < second else first
        if before is not None and start < before:
            raise OutOfOrder(
                f"{text!r} comes before the row above it: local times have to be in order. "
                "Where 00:00 is the end of its own date, say so (--midnight-ends-day)"
            )
        return start

    def _parsed(self, text: str) -> datetime:
        text = text.strip()
        for time_format in (self.time_format or "").split("|"):
            try:
                if time_format:
                    return datetime.strptime(text, time_format)  # noqa: DTZ007
                return datetime.fromisoformat(text)
            except ValueError:
                continue
        wanted = self.time_format or "ISO 8601, such as 2026-04-10T00:15+02:00"
        raise WrongStamp(f"{text[:40]!r} is no time as {wanted}")
