"""``manage.py import_series TENANT FILE``: a column of a CSV file into a sensor."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import datetime, time
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assets.models import Sensor
from integrations.ingest.mapping import FileMapping
from integrations.ingest.preview import preview
from integrations.ingest.wording import doubt_words
from integrations.ingest.wrong_file import WrongFile
from integrations.models import ImportMapping
from integrations.services import (
    ImportedColumn,
    import_columns,
    keep_mapping,
    mapping_from,
    sensors_of,
)
from tenants.database import connection
from tenants.models import Tenant
from tenants.permissions import PLATFORM

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
_BAD_INPUT: Final = 2
_MAX_BYTES: Final = 200_000_000
_MAX_TOLD: Final = 20


class Command(BaseCommand):
    help = (
        "Import a column of a file (CSV, Excel, DSMR telegrams, Green Button) into a sensor of a "
        "tenant. Repeating changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="schema name of the tenant")
        parser.add_argument("file", type=Path, help="the file, - for standard input")
        add = parser.add_argument
        add("--mapping", metavar="NAME", help="a kept one, instead of the options that follow")
        add("--sensor", help='identifier, or names from the tree: "Depot/Grid/power"')
        add("--column", help="head of the values' column; A + B for a sum")
        add("--unit", help='unit of the values: "kWh", "EUR/MWh", "W", ...')
        add("--time-column", help="head of the labels' column (default: the first)")
        add("--timezone", help="of labels without an offset (default: the asset's)")
        add("--clock-column", help="head of the times' column, where dates and times are apart")
        add("--only", metavar="COLUMN=TEXT", help="rows with this text alone: EAN=8716...")
        add("--register", action="store_true", help="the column counts up; labels say when")
        add("--rolls-over-at", type=float, help="0 follows on this reading of a register: 100000")
        add("--ignore-offsets", action="store_true", help="offsets in the file are wrong")
        add("--skip-wrong-rows", action="store_true", help="leave out what cannot be read")
        add("--label", choices=["start", "end"], help="what labels mark (default: start)")
        add("--midnight-ends-day", action="store_true", help="00:00 is the end of its own date")
        add("--time-format", help="of strptime, such as %%d/%%m/%%Y %%H:%%M (default: ISO 8601)")
        add("--step", type=int, metavar="MINUTES", help="of the file (default: the sensor's)")
        add("--duplicates", choices=["refuse", "first", "last", "mean", "sum"])
        add("--any-order", action="store_true", help="rows are in no order")
        add("--cut-to-steps", action="store_true", help="labels lie within steps, as of sessions")
        add("--decimal-comma", action="store_true", help="1.234,5 is a thousand and more")
        add("--generation", action="store_true", help="the file counts generation as positive")
        add("--day-ahead", metavar="HH:MM", help="told at this local time of the day before")
        add("--source", help="who says so (default: the file's name)")
        add("--dry-run", action="store_true", help="check everything, store nothing")
        add("--look", action="store_true", help="tell how the file seems to be written, no more")
        add("--keep-mapping", metavar="NAME", help="keep the options for the next such file")
        add("--json", action="store_true", help="print what happened for programmes")

    def handle(self, *args: Any, **options: Any) -> None:
        self._enter(options["tenant"])
        try:
            content = _content(options["file"])
            if options["look"]:
                self._look(content)
                return
            imported = self._import(content, options)
        except WrongFile as error:
            for problem in error.problems[:_MAX_TOLD]:
                place = f"line {problem.line}" + (f", {problem.column}" if problem.column else "")
                self.stderr.write(f"{place}: {problem.words}")
            raise CommandError(f"{options['file'].name}: {error}", returncode=_BAD_INPUT) from None
        except ValidationError as error:
            told = "; ".join(
                f"{_said(name)}: {' '.join(m)}" for name, m in error.message_dict.items()
            )
            raise CommandError(told, returncode=_BAD_INPUT) from None
        for each in imported:
            self._tell(each, as_json=options["json"], dry_run=options["dry_run"])

    def _import(self, content: bytes, options: dict[str, Any]) -> list[ImportedColumn]:
        mapping = _kept(options) if options["mapping"] else _mapping(options)
        imported = import_columns(
            actor=PLATFORM,
            content=content,
            mapping=mapping,
            sensors=sensors_of(PLATFORM, None, mapping),
            source_name=(options["source"] or options["file"].stem)[:100],
            dry_run=options["dry_run"],
            on_rows=self._progress if sys.stderr.isatty() else None,
            now=timezone.now(),
        )
        if options["keep_mapping"]:
            keep_mapping(
                actor=PLATFORM,
                asset=None,
                name=options["keep_mapping"],
                columns=preview(content).columns,
                mapping=mapping,
            )
        return imported

    def _progress(self, n_rows: int) -> None:
        self.stderr.write(f"\r{n_rows} rows read", ending="")

    def _look(self, content: bytes) -> None:
        """Tell the beginning of the file, and what it seems to be, as JSON."""
        seen = preview(content)
        told = asdict(seen) | {
            "doubts": [doubt_words(doubt, about, "en") for doubt, about in seen.doubts]
        }
        self.stdout.write(json.dumps(told, indent=2, default=str, ensure_ascii=False))

    def _enter(self, schema_name: str) -> None:
        tenant = Tenant.objects.customers().filter(schema_name=schema_name).first()
        if tenant is None:
            known = ", ".join(Tenant.objects.customers().values_list("schema_name", flat=True))
            raise CommandError(
                f"no tenant has the schema {schema_name!r} (there are: {known or 'none'})",
                returncode=_BAD_INPUT,
            )
        connection.set_tenant(tenant)

    def _tell(self, imported: ImportedColumn, *, as_json: bool, dry_run: bool) -> None:
        sensor, read, stored = imported.sensor, imported.read, imported.stored
        if as_json:  # a line for each column
            told = {
                "sensor": sensor.pk,
                "rows": read.n_rows,
                "duplicates": read.n_duplicates,
                "resets": read.n_resets,
                "problems": [asdict(each) for each in read.problems],
            }
            document = told | asdict(stored) | {"dry_run": dry_run}
            self.stdout.write(json.dumps(document, default=datetime.isoformat))
            return
        done = "would store" if dry_run else f"{stored.changed} new of"
        self.stdout.write(
            f"{sensor}: {done} {stored.n_values} values from {stored.start:%Y-%m-%d %H:%MZ} "
            f"to {stored.end:%Y-%m-%d %H:%MZ}, {stored.n_missing} steps without a value, "
            f"{read.n_duplicates} duplicates, {read.n_resets} falls of the register, "
            f"{len(read.problems)} lines left out; {stored.least:.6g} to {stored.most:.6g}, "
            f"mean {stored.mean:.6g}"
        )


def _kept(options: dict[str, Any]) -> FileMapping:
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


def _mapping(options: dict[str, Any]) -> FileMapping:
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


def _said(path: str) -> str:
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


def _content(file: Path) -> bytes:
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
