"""A mapping as the fields of a page, and back. Pure.

Fields of one column are numbered: ``column-0``, ``sensor-0``. Energy of an interval and a
register are told apart in one choice with the unit: ``kWh`` and ``kWh+``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from integrations.ingest.guess import Doubt
from integrations.ingest.mapping import FileMapping
from integrations.ingest.preview import Preview
from integrations.ingest.recognition import FORMATS

#: Columns that a page maps at once; more are for the command.
MAX_COLUMNS: Final = 40
_SPARE: Final = 2
_REGISTER: Final = "+"
_CHECKS: Final = ("ignore_offsets", "any_order", "cut_to_steps")
_UNIT: Final = re.compile(r"(?<![A-Za-z])([kM]?Wh?)(?![A-Za-z])")
_STEPS: Final = frozenset({1, 5, 10, 15, 30, 60, 1440})
#: Day and month exchanged by whoever wrote the file, for days up to the twelfth.
_SWAPPED: Final = "%Y-%d-%m %H:%M|%Y-%m-%d %H:%M"
_EXAMPLE: Final = {"Y": "2026", "m": "11", "d": "28", "H": "23", "M": "45", "S": "00"}


@dataclass(frozen=True, slots=True)
class ColumnField:
    """What a page shows of one mapped column; attributes are values of its fields."""

    number: int
    column: str = ""
    sensor: str = ""
    unit: str = ""
    generation: bool = False
    rolls_over_at: str = ""
    only_column: str = ""
    only_text: str = ""


@dataclass(frozen=True, slots=True)
class MappingFields:
    """What a page shows of a mapping; ``given`` holds the values of fields by name."""

    given: dict[str, str]
    columns: list[ColumnField] = field(default_factory=list)


def time_formats(chosen: str) -> list[tuple[str, str]]:
    """Return forms of times to choose from, each with an example."""
    known = [("", "ISO 8601: 2026-11-28 23:45")]
    known += [(each, _example(each)) for each in FORMATS if each]
    known.append((_SWAPPED, f"{_example('%Y-%d-%m %H:%M')} / {_example('%Y-%m-%d %H:%M')}"))
    if chosen and chosen not in dict(known):
        known.append((chosen, chosen))
    return known


def units(currency: str) -> list[tuple[str, str, str]]:
    """Return units to choose from: value, symbol, and which of ``interval`` or ``register``."""
    energy = ("kWh", "Wh", "MWh")
    plain = ("degC", "W/m2", f"{currency}/MWh", f"{currency}/kWh", "kg/kWh", "g/kWh")
    return [
        *((each, each, "") for each in ("kW", "W", "MW")),
        *((each, each, "interval") for each in energy),
        *((each + _REGISTER, each, "register") for each in energy),
        *((each, each.replace("degC", "°C").replace("m2", "m²"), "") for each in plain),
    ]


def fields_of_guess(seen: Preview) -> MappingFields:
    """Return the fields for a file that nobody has mapped yet: what it seems to be."""
    guess = seen.guess
    label = "midnight" if guess.midnight_ends_day else guess.label
    given = {
        "time_column": guess.time_column or "",
        "clock_column": guess.clock_column or "",
        "time_format": guess.time_format or "",
        "time_zone": "",
        "label": label,
        "decimal": "comma" if guess.decimal_comma else "point",
        "step_minutes": _minutes(guess.step),
        "duplicates": "refuse",
        "wrong_rows": "refuse",
    }
    if guess.ignore_offsets:
        given["ignore_offsets"] = "on"
    rising = {about for doubt, about in seen.doubts if doubt is Doubt.COUNTS_UP}
    columns = [
        ColumnField(number, column=name, unit=_unit_in(name, counts_up=name in rising))
        for number, name in enumerate(seen.numbers[:MAX_COLUMNS])
    ]
    return MappingFields(given, _with_spare(columns))


def fields_of_mapping(mapping: FileMapping) -> MappingFields:
    """Return the fields of ``mapping``."""
    given = {
        "time_column": mapping.time_column or "",
        "clock_column": mapping.clock_column or "",
        "time_format": mapping.time_format or "",
        "time_zone": mapping.time_zone or "",
        "label": "midnight" if mapping.midnight_ends_day else mapping.label,
        "decimal": "comma" if mapping.decimal_comma else "point",
        "step_minutes": str(mapping.step_minutes or ""),
        "duplicates": mapping.duplicates,
        "wrong_rows": mapping.wrong_rows,
    } | {name: "on" for name in _CHECKS if getattr(mapping, name)}
    columns = [
        ColumnField(
            number,
            column=each.column,
            sensor=str(each.sensor),
            unit=each.unit + (_REGISTER if each.counts_up else ""),
            generation=each.generation,
            rolls_over_at="" if each.rolls_over_at is None else f"{each.rolls_over_at:g}",
            only_column=each.only_column or "",
            only_text=each.only_text,
        )
        for number, each in enumerate(mapping.columns)
    ]
    return MappingFields(given, _with_spare(columns))


def fields_of_post(post: Mapping[str, str]) -> MappingFields:
    """Return the fields as they were filled in, without zero characters, which nothing keeps."""
    post = {name: text.replace("\0", "") for name, text in post.items()}
    columns = [
        ColumnField(
            number,
            column=post[f"column-{number}"].strip(),
            sensor=post.get(f"sensor-{number}", ""),
            unit=post.get(f"unit-{number}", ""),
            generation=f"generation-{number}" in post,
            rolls_over_at=post.get(f"rolls_over_at-{number}", "").strip(),
            only_column=post.get(f"only_column-{number}", ""),
            only_text=post.get(f"only_text-{number}", "").strip(),
        )
        for number in range(MAX_COLUMNS + _SPARE)
        if f"column-{number}" in post
    ]
    given = {name: text.strip() for name, text in post.items() if "-" not in name}
    return MappingFields(given, columns)


def document_of(fields: MappingFields) -> tuple[dict[str, Any], list[int]]:
    """Return what ``fields`` say as a document, and the number of each of its columns' fields.

    Columns without a sensor are left out. Nothing is checked: ``FileMapping`` does.
    """
    given = fields.given
    chosen = [each for each in fields.columns if each.sensor and each.column]
    label = given.get("label", "start")
    document: dict[str, Any] = {
        "columns": [_column(each) for each in chosen],
        "time_column": given.get("time_column") or None,
        "clock_column": given.get("clock_column") or None,
        "time_format": given.get("other_format") or given.get("time_format") or None,
        "time_zone": given.get("time_zone") or None,
        "label": "end" if label == "midnight" else label,
        "midnight_ends_day": label == "midnight",
        "decimal_comma": given.get("decimal") == "comma",
        "step_minutes": given.get("step_minutes") or None,
        "duplicates": given.get("duplicates", "refuse"),
        "wrong_rows": given.get("wrong_rows", "refuse"),
    }
    document |= {name: name in given for name in _CHECKS}
    return document, [each.number for each in chosen]


def _column(each: ColumnField) -> dict[str, Any]:
    return {
        "column": each.column,
        "sensor": each.sensor,
        "unit": each.unit.removesuffix(_REGISTER),
        "counts_up": each.unit.endswith(_REGISTER),
        "rolls_over_at": each.rolls_over_at or None,
        "generation": each.generation,
        "only_column": each.only_column or None,
        "only_text": each.only_text if each.only_column else "",
    }


def _with_spare(columns: Sequence[ColumnField]) -> list[ColumnField]:
    """Return ``columns`` and empty ones, for a column that goes into several sensors."""
    spare = [ColumnField(len(columns) + each) for each in range(_SPARE)]
    return [*columns, *spare][: MAX_COLUMNS + _SPARE]


def _unit_in(name: str, *, counts_up: bool) -> str:
    """Return the unit that a column's name tells, as a choice; empty if it tells none."""
    found = _UNIT.search(name)
    if found is None:
        return ""
    return found[1] + (_REGISTER if counts_up and found[1].endswith("h") else "")


def _minutes(step: timedelta | None) -> str:
    """Return a step that meters have; the times of sessions may lie apart as they like."""
    minutes = None if step is None else step / timedelta(minutes=1)
    return f"{minutes:g}" if minutes in _STEPS else ""


def _example(time_format: str) -> str:
    for directive, text in _EXAMPLE.items():
        time_format = time_format.replace(f"%{directive}", text)
    return time_format
