"""``manage.py print_schema``: the public GraphQL schema in the schema definition language."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Print the public GraphQL schema; --output writes it to a file."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--output", type=Path, help="file to write, for example schema.graphql")

    def handle(self, *args: Any, output: Path | None = None, **options: Any) -> None:
        # Building the schema takes most of a second, which --help need not pay.
        from config.schema import as_sdl  # noqa: PLC0415

        if output is None:
            self.stdout.write(as_sdl(), ending="")
        else:
            output.write_text(as_sdl(), encoding="utf-8")
