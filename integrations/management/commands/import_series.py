"""``manage.py import_series TENANT FILE``: a column of a CSV file into a sensor."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from assets.models import Sensor
from integrations.ingest.series_file import (
    Register,
    SeriesFile,
    SeriesRead,
    WrongFile,
    read_series_file,
)
from integrations.ingest.stamps import StampRules
from integrations.services import ImportedSeries, import_series
from tenants.database import connection
from tenants.models import Tenant
from tenants.permissions import PLATFORM

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
        add(
            "--sensor", required=True, help='identifier, or names from the tree: "Depot/Grid/power"'
        )
        add("--column", required=True, help="head of the values' column; A + B for a sum")
        add("--unit", required=True, help='unit of the values: "kWh", "EUR/MWh", "W", ...')
        add("--time-column", help="head of the labels' column (default: the first)")
        add("--timezone", help="of labels without an offset (default: the asset's)")
        add("--clock-column", help="head of the times' column, where dates and times are apart")
        add("--only", metavar="COLUMN=TEXT", help="rows with this text alone: EAN=8716...")
        add("--register", action="store_true", help="the column counts up; labels say when")
        add("--rolls-over-at", type=float, help="0 follows on this reading of a register: 100000")
        add("--ignore-offsets", action="store_true", help="offsets in the file are wrong")
        add("--skip-wrong-rows", action="store_true", help="leave out what cannot be read")
        add("--label", choices=["start", "end"], default="start", help="what labels mark")
        add("--midnight-ends-day", action="store_true", help="00:00 is the end of its own date")
        add("--time-format", help="of strptime, such as %%d/%%m/%%Y %%H:%%M (default: ISO 8601)")
        add("--step", type=int, metavar="MINUTES", help="of the file (default: the sensor's)")
        add("--duplicates", choices=["refuse", "first", "last", "mean", "sum"], default="refuse")
        add("--any-order", action="store_true", help="rows are in no order")
        add("--cut-to-steps", action="store_true", help="labels lie within steps, as of sessions")
        add("--decimal-comma", action="store_true", help="1.234,5 is a thousand and more")
        add("--generation", action="store_true", help="the file counts generation as positive")
        add("--day-ahead", metavar="HH:MM", help="told at this local time of the day before")
        add("--source", help="who says so (default: the file's name)")
        add("--dry-run", action="store_true", help="check everything, store nothing")
        add("--json", action="store_true", help="print what happened for programmes")

    def handle(self, *args: Any, **options: Any) -> None:
        self._enter(options["tenant"])
        try:
            sensor = _sensor(options["sensor"])
            zone = _zone(options["timezone"] or sensor.asset.time_zone)
            read = _read(options, sensor, zone)
            imported = import_series(
                actor=PLATFORM,
                sensor=sensor,
                read=read,
                unit=options["unit"],
                source_name=(options["source"] or options["file"].stem)[:100],
                day_ahead=_clock_time(options["day_ahead"]),
                zone=zone,
                generation=options["generation"],
                dry_run=options["dry_run"],
            )
        except WrongFile as error:
            for problem in error.problems[:_MAX_TOLD]:
                self.stderr.write(f"line {problem.line}: {problem.words}")
            raise CommandError(f"{options['file'].name}: {error}", returncode=_BAD_INPUT) from None
        except ValidationError as error:
            told = "; ".join(f"{name}: {' '.join(m)}" for name, m in error.message_dict.items())
            raise CommandError(told, returncode=_BAD_INPUT) from None
        self._tell(sensor, read, imported, as_json=options["json"], dry_run=options["dry_run"])

    def _enter(self, schema_name: str) -> None:
        tenant = Tenant.objects.customers().filter(schema_name=schema_name).first()
        if tenant is None:
            known = ", ".join(Tenant.objects.customers().values_list("schema_name", flat=True))
            raise CommandError(
                f"no tenant has the schema {schema_name!r} (there are: {known or 'none'})",
                returncode=_BAD_INPUT,
            )
        connection.set_tenant(tenant)

    def _tell(
        self,
        sensor: Sensor,
        read: SeriesRead,
        imported: ImportedSeries,
        *,
        as_json: bool,
        dry_run: bool,
    ) -> None:
        if as_json:
            told = {
                "sensor": sensor.pk,
                "rows": read.n_rows,
                "duplicates": read.n_duplicates,
                "resets": read.n_resets,
                "problems": [asdict(each) for each in read.problems],
            }
            document = told | asdict(imported) | {"dry_run": dry_run}
            self.stdout.write(json.dumps(document, default=datetime.isoformat))
            return
        done = "would store" if dry_run else f"{imported.changed} new of"
        self.stdout.write(
            f"{sensor}: {done} {imported.n_values} values from {imported.start:%Y-%m-%d %H:%MZ} "
            f"to {imported.end:%Y-%m-%d %H:%MZ}, {imported.n_missing} steps without a value, "
            f"{read.n_duplicates} duplicates, {read.n_resets} falls of the register, "
            f"{len(read.problems)} lines left out; {imported.least:.6g} to {imported.most:.6g}, "
            f"mean {imported.mean:.6g}"
        )


def _read(options: dict[str, Any], sensor: Sensor, zone: ZoneInfo) -> SeriesRead:
    step = timedelta(minutes=options["step"]) if options["step"] is not None else sensor.resolution
    if step <= timedelta(0):
        raise WrongFile("--step: a positive number of minutes is right")
    wanted = SeriesFile(
        column=options["column"],
        stamps=StampRules(
            zone,
            label=options["label"],
            time_format=options["time_format"],
            midnight_ends_day=options["midnight_ends_day"],
            ignore_offsets=options["ignore_offsets"],
            any_order=options["any_order"],
        ),
        step=step,
        time_column=options["time_column"],
        duplicates=options["duplicates"],
        decimal_comma=options["decimal_comma"],
        skip_wrong_rows=options["skip_wrong_rows"],
        cut_to_steps=options["cut_to_steps"],
        clock_column=options["clock_column"],
        only=_only(options["only"]),
        register=Register(options["rolls_over_at"]) if options["register"] else None,
    )
    return read_series_file(_content(options["file"]), wanted)


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


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongFile(f"--timezone {name!r}: an IANA name such as Europe/Amsterdam") from None


def _clock_time(text: str | None) -> time | None:
    if text is None:
        return None
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise WrongFile(f"--day-ahead {text!r}: a time such as 13:00 is right") from None
