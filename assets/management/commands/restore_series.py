"""``restore_series TENANT FOLDER``: what ``export_series`` wrote, back into a tenant."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assets.management.told import Told
from tenants.management.entering import enter


class Command(BaseCommand):
    help = (
        "Store the beliefs that export_series wrote. Checked as a whole first; what stands already "
        "is no news, so that it may be broken off and begun again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="schema name of the tenant that gets them")
        parser.add_argument("folder", type=Path, help="what export_series wrote")
        parser.add_argument(
            "--exported-from",
            metavar="TENANT",
            help="schema name of the tenant whose export it is, if that is another",
        )
        parser.add_argument(
            "--add-missing", action="store_true", help="add assets and sensors that there are not"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        from assets.services import parquet  # noqa: PLC0415  # pyarrow takes its time

        schema = options["tenant"]
        enter(schema)
        try:
            told, changed = parquet.restore_series(
                options["folder"],
                tenant=options["exported_from"] or schema,
                add=options["add_missing"],
                progress=Told(self.stdout.write),
            )
        except (parquet.WrongExport, OSError) as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(f"{told.beliefs} beliefs read, {changed} of them new or changed")
