"""``manage.py import_series TENANT FILE``: columns of a file into sensors."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand


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
        # Readers of files and numpy: half a second that --help need not pay.
        from integrations.management.importing import Importing  # noqa: PLC0415

        Importing(self.stdout, self.stderr).run(options)
