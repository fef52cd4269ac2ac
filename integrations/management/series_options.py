"""Options of ``import_series`` as a mapping, and the file and the sensor that they name."""

import sys
from datetime import time
from pathlib import Path
from typing import Any, Final

from assets.models import Sensor
from integrations.ingest.mapping import FileMapping
from integrations.ingest.wrong_file import WrongFile
from integrations.models import ImportMapping
from integrations.services import mapping_from

#: Options that a mapping has under the same name.
_SAME_NAMES: Final = (
    "time_column",
    "clock_column",
    "time_format",
    "midnight_ends_day",
    "ignore_offsets",
    "any_order",
    "decimal_comma",
    "cut_to_steps",
)
_SAID_BY_MAPPING: Final = (
    *_SAME_NAMES,
    "sensor",
    "column",
    "unit",
    "timezone",
    "only",
    "register",
    "rolls_over_at",
    "skip_wrong_rows",
    "label",
    "step",
    "duplicates",
    "generation",
    "day_ahead",
)
#: How the command calls fields of a mapping that have other names there.
_OPTIONS: Final = {
    "time_zone": "--timezone",
    "step_minutes": "--step",
    "time_format": "--time-format",
    "rolls_over_at": "--rolls-over-at",
    "column": "file",
}
_MAX_BYTES: Final = 200_000_000


def kept_mapping(options: dict[str, Any]) -> FileMapping:
    """Return the mapping that is kept under the name, and says all that options would.

    Raises:
        WrongFile: there is none, there are several, or an option says it again.
    """
    again = [name for name in _SAID_BY_MAPPING if options[name] not in (None, False)]
    if again:
        raise WrongFile(f"--{again[0].replace('_', '-')}: the mapping says it already")
    wanted = options["mapping"]
    is_key = wanted.isdecimal()
    found = list(
        ImportMapping.objects.filter(pk=min(int(wanted), 2**62))
        if is_key
        else ImportMapping.objects.filter(name=wanted).select_related("asset")[:5]
    )
    if len(found) != 1:
        which = "; ".join(f"{each.pk}: {each.asset or 'the whole tenant'}" for each in found)
        raise WrongFile(f"--mapping {wanted!r} names not one mapping (found: {which or 'none'})")
    return mapping_from(found[0].document)


def mapping_of(options: dict[str, Any]) -> FileMapping:
    """Return what the options say.

    Raises:
        WrongFile: one is missing, or names nothing.
        ValidationError: one is wrong; named as a mapping calls it.
    """
    for name in ("sensor", "column", "unit"):
        if options[name] is None:
            raise WrongFile(f"--{name} is missing; or say --mapping, a kept one")
    only = _only(options["only"])
    column = {
        "column": options["column"],
        "sensor": _sensor(options["sensor"]).pk,
        "unit": options["unit"],
        "counts_up": options["register"],
        "rolls_over_at": options["rolls_over_at"] if options["register"] else None,
        "generation": options["generation"],
        "only_column": only[0] if only else None,
        "only_text": only[1] if only else "",
    }
    given = {name: options[name] for name in _SAME_NAMES}
    return mapping_from(
        given
        | {
            "columns": [column],
            "time_zone": options["timezone"],
            "label": options["label"] or "start",
            "duplicates": options["duplicates"] or "refuse",
            "step_minutes": options["step"],
            "wrong_rows": "leave_out" if options["skip_wrong_rows"] else "refuse",
            "day_ahead": _clock_time(options["day_ahead"]),
        }
    )


def option_of(path: str) -> str:
    """Return how the command calls what a mapping calls ``path``: "columns.0.unit"."""
    name = path.rpartition(".")[2]
    return _OPTIONS.get(name, name)


def _only(text: str | None) -> tuple[str, str] | None:
    if text is None:
        return None
    column, sign, meant = text.partition("=")
    if not sign or not column:
        raise WrongFile(f"--only {text!r}: COLUMN=TEXT is right")
    return column, meant


def content_of(file: Path) -> bytes:
    """Return the bytes of ``file``; raises ``WrongFile`` if it cannot be read or is too long."""
    if str(file) == "-":
        content = sys.stdin.buffer.read(_MAX_BYTES + 1)
    else:
        try:
            with file.open("rb") as stream:
                content = stream.read(_MAX_BYTES + 1)
        except OSError as error:
            raise WrongFile(f"cannot be read: {error.strerror}") from None
    if len(content) > _MAX_BYTES:
        raise WrongFile(f"longer than {_MAX_BYTES} bytes: import it in parts")
    return content


def _sensor(wanted: str) -> Sensor:
    """Return the sensor with this identifier, or whose place in the tree ends so.

    Raises:
        WrongFile: there is none, or there are several.
    """
    sensors = Sensor.objects.select_related("asset__parent__parent__parent")
    if wanted.isdecimal():
        found = list(sensors.filter(pk=min(int(wanted), 2**62)))
    else:
        *assets, name = wanted.split("/")
        condition: dict[str, str] = {"name": name}
        prefix = "asset"
        for asset in reversed(assets):
            condition[f"{prefix}__name"] = asset
            prefix += "__parent"
        found = list(sensors.filter(**condition)[:5])
    if len(found) != 1:
        which = "; ".join(f"{each.pk}: {each}" for each in found) or "none"
        raise WrongFile(f"--sensor {wanted!r} names not one sensor (found: {which})")
    return found[0]


def _clock_time(text: str | None) -> time | None:
    if text is None:
        return None
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise WrongFile(f"--day-ahead {text!r}: a time such as 13:00 is right") from None
