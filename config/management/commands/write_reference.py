"""``manage.py write_reference``: the reference pages, made from the schema."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand

_FOLDER: Final = Path(__file__).resolve().parents[3] / "docs" / "api" / "reference"


class Command(BaseCommand):
    help = "Write the reference of the public interface as Markdown pages."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=_FOLDER, help="docs/api/reference")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        from config.reference import pages  # noqa: PLC0415  # not for --help
        from config.schema import as_sdl  # noqa: PLC0415

        folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages(as_sdl()).items():
            (folder / name).write_text(text, encoding="utf-8")
