"""``manage.py new_forecaster NAME``: an example package with a forecaster of one's own."""

import keyword
from argparse import ArgumentParser
from pathlib import Path
from string import Template
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from forecasting.forecasters.base import FORECASTERS
from forecasting.models import SUM

_TEMPLATE: Final = Path(__file__).parents[1] / "template"
_BAD_INPUT: Final = 2


class Command(BaseCommand):
    help = (
        "Write an example package with a forecaster of one's own, to be changed and installed. "
        "Exit status: 0 written, 2 bad input."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="of the forecaster and its package, such as my_model")
        parser.add_argument("--into", type=Path, default=Path(), help="folder for the package")

    def handle(self, *args: Any, **options: Any) -> None:
        name: str = options["name"]
        if not name.isascii() or not name.isidentifier() or keyword.iskeyword(name):
            raise CommandError(f"{name!r} is no name of a package: my_model is one", returncode=2)
        if name in (*FORECASTERS.names(), SUM):
            raise CommandError(f"there is a forecaster {name!r} already", returncode=_BAD_INPUT)
        folder: Path = options["into"] / name
        if folder.exists():
            raise CommandError(f"{folder} is there already", returncode=_BAD_INPUT)
        words = {"name": name, "class_name": name.title().replace("_", "")}
        for source in sorted(_TEMPLATE.glob("*.txt")):
            target = folder / source.name.removesuffix(".txt")
            if target.suffix == ".py":
                target = folder / name / target.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(Template(source.read_text()).substitute(words))
        self.stdout.write(f"{folder}: see README.md there")
