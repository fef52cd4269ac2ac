"""``manage.py import_series TENANT FILE``: a column of a CSV file into a sensor."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from integrations.ingest.preview import preview
from integrations.ingest.wording import doubt_words
from integrations.ingest.wrong_file import WrongFile
from integrations.management.series_options import content_of, kept_mapping, mapping_of, option_of
from integrations.services import (
    ImportedColumn,
    import_columns,
    keep_mapping,
    sensors_of,
)
from tenants.database import connection
from tenants.models import Tenant
from tenants.permissions import PLATFORM

_BAD_INPUT: Final = 2
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
            content = content_of(options["file"])
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
                f"{option_of(name)}: {' '.join(m)}" for name, m in error.message_dict.items()
            )
            raise CommandError(told, returncode=_BAD_INPUT) from None
        for each in imported:
            self._tell(each, as_json=options["json"], dry_run=options["dry_run"])

    def _import(self, content: bytes, options: dict[str, Any]) -> list[ImportedColumn]:
        mapping = kept_mapping(options) if options["mapping"] else mapping_of(options)
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
