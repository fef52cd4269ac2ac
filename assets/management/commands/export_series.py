"""``export_series TENANT FOLDER``: all beliefs of a tenant as Parquet files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assets.management.told import Told
from tenants.management.entering import enter


class Command(BaseCommand):
    help = (
        "Write all assets, sensors and beliefs of a tenant as Parquet files, with a checksum; "
        "docs/series.md tells of their columns. restore_series reads them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="schema name of the tenant")
        parser.add_argument("folder", type=Path, help="a new or empty folder")

    def handle(self, *args: Any, **options: Any) -> None:
        from assets.services import parquet  # noqa: PLC0415  # pyarrow takes its time

        schema = options["tenant"]
        enter(schema)
        try:
            made = parquet.export_series(
                options["folder"],
                tenant=schema,
                now=timezone.now(),
                progress=Told(self.stdout.write),
            )
        except (parquet.WrongExport, OSError) as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(
            f"{made.beliefs} beliefs of {made.sensors} sensors in {options['folder']}, "
            f"sha256 {made.checksum}"
        )
