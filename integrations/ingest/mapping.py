"""How the columns of files of one form are read, and into which sensors: a document. Pure.

Kept under a name, or made for one file; the command, the admin and the portal read by it alike.
"""

import re
from collections.abc import Mapping as Mapped
from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from integrations.ingest.stamps import Label, StampRules
from integrations.ingest.wanted import Duplicates, Register, SeriesFile

_NAME: Final = Field(min_length=1, max_length=200)
Name = Annotated[str, _NAME]
_DIRECTIVES: Final = re.compile(r"%(.)")
_KNOWN_DIRECTIVES: Final = frozenset("YymdHIMSpfzbBaAjTDFR%")
#: Points in time have no length.
_POINTS: Final = timedelta(0)
#: A moment whose parts all differ: a form that reads it back as itself tells day from month.
_TRIED: Final = datetime(2026, 11, 28, 23, 45)  # noqa: DTZ001 - local, as files write


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class MappedColumn(_Document):
    """One column of values into one sensor.

    Attributes:
        column: its head, or several with " + " between, which are summed.
        sensor: identifier of the sensor.
        unit: of the values; energy of an interval and mean power are told apart by it.
        counts_up: the column is a register, and labels say when it was read.
        rolls_over_at: 0 follows on this reading of a register.
        generation: what is generated is counted as positive.
        only_column: with ``only_text``: rows alone that hold this text there, an EAN for one.
    """

    column: Name
    sensor: Annotated[int, Field(ge=1, lt=2**63)]
    unit: Annotated[str, Field(min_length=1, max_length=20)]
    counts_up: bool = False
    rolls_over_at: Annotated[float, Field(gt=0, le=1e12)] | None = None
    generation: bool = False
    only_column: Name | None = None
    only_text: Annotated[str, Field(max_length=200)] = ""

    @model_validator(mode="after")
    def _fits(self) -> "MappedColumn":
        if self.rolls_over_at is not None and not self.counts_up:
            raise ValueError("rolls_over_at is of a register: say that it counts up")
        if self.only_column is not None and not self.only_text:
            raise ValueError("only_text: the text that rows have which are meant is missing")
        return self


class FileMapping(_Document):
    """How a file is read.

    Attributes:
        columns: what goes where.
        time_column: head of the labels' column; None for the first.
        clock_column: head of the times' column, where dates and times are apart.
        time_format: of ``strptime``, several with "|" between; None for ISO 8601.
        time_zone: of labels without an offset; None for that of the sensor's asset.
        label: what labels mark; ``midnight_ends_day``: 00:00 is the end of its own date.
        step_minutes: of the file; None for the sensors' own. Not of instantaneous sensors.
        wrong_rows: whether rows that cannot be read refuse the file, or are told and left out.
        day_ahead: the values of a local day were told at this time of the day before.
    """

    columns: Annotated[tuple[MappedColumn, ...], Field(min_length=1, max_length=100)]
    time_column: Name | None = None
    clock_column: Name | None = None
    time_format: Annotated[str, Field(max_length=100)] | None = None
    time_zone: Annotated[str, Field(max_length=64)] | None = None
    label: Label = "start"
    midnight_ends_day: bool = False
    ignore_offsets: bool = False
    any_order: bool = False
    decimal_comma: bool = False
    duplicates: Duplicates = "refuse"
    cut_to_steps: bool = False
    step_minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    wrong_rows: Literal["refuse", "leave_out"] = "refuse"
    day_ahead: time | None = None

    @field_validator("time_zone")
    @classmethod
    def _is_zone(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                words = f"{name!r} is no time zone; write it like Europe/Amsterdam"
                raise ValueError(words) from None
        return name

    @field_validator("time_format")
    @classmethod
    def _is_format(cls, given: str | None) -> str | None:
        for each in (given or "").split("|") if given else ():
            directives = set(_DIRECTIVES.findall(each))
            known = directives <= _KNOWN_DIRECTIVES and bool(directives & {"Y", "y", "D"})
            try:
                is_read = bool(datetime.strptime(_TRIED.strftime(each), each))  # noqa: DTZ007
            except (ValueError, re.error):
                is_read = False
            if not (known and is_read):
                raise ValueError(f"{each!r} reads no time; write it like %d/%m/%Y %H:%M")
        return given

    @model_validator(mode="after")
    def _into_each_sensor_once(self) -> "FileMapping":
        sensors = [each.sensor for each in self.columns]
        if len(set(sensors)) < len(sensors):
            raise ValueError("two columns go into one sensor: sum them as one, A + B")
        return self

    def wanted(
        self, steps: Mapped[int, timedelta], zones: Mapped[int, ZoneInfo]
    ) -> list[SeriesFile]:
        """Return how each column is read; ``steps`` and ``zones`` are those of the sensors."""
        step = None if self.step_minutes is None else timedelta(minutes=self.step_minutes)
        return [
            SeriesFile(
                column=each.column,
                stamps=self._rules(zones[each.sensor]),
                step=(step or steps[each.sensor]) if steps[each.sensor] else _POINTS,
                time_column=self.time_column,
                duplicates=self.duplicates,
                decimal_comma=self.decimal_comma,
                skip_wrong_rows=self.wrong_rows == "leave_out",
                cut_to_steps=self.cut_to_steps,
                clock_column=self.clock_column,
                only=None if each.only_column is None else (each.only_column, each.only_text),
                register=Register(each.rolls_over_at) if each.counts_up else None,
            )
            for each in self.columns
        ]

    def zone(self, of_asset: str) -> ZoneInfo:
        """Return the zone of labels of a sensor whose asset is in ``of_asset``."""
        return ZoneInfo(self.time_zone or of_asset)

    def _rules(self, zone: ZoneInfo) -> StampRules:
        return StampRules(
            zone,
            label=self.label,
            time_format=self.time_format,
            midnight_ends_day=self.midnight_ends_day,
            ignore_offsets=self.ignore_offsets,
            any_order=self.any_order,
        )


def head_digest(columns: list[str]) -> str:
    """Return what files of one form have in common: the digest of their head."""
    return sha256("\x1f".join(each.strip().casefold() for each in columns).encode()).hexdigest()
