"""``manage.py identify FILE.json``: parameters of a building or a battery from measurements."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from pydantic import TypeAdapter, ValidationError

from scheduling.flex.measured import Measured
from scheduling.flex.parsing import DocumentError, error_lines, object_from_json
from scheduling.planning.identifying import NotIdentifiable, identify

BAD_INPUT: Final = 2
STANDARD: Final = "-"
_MEASURED: Final[TypeAdapter[Measured]] = TypeAdapter(Measured)


class Command(BaseCommand):
    """Translates arguments and the file; the work is ``planning.identifying``'s."""

    help = (
        "Identify the parameters of the building or the battery whose measurements FILE.json holds "
        "(see docs/identify.md). Exit status: 0 parameters, 2 bad input or too little in it."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the measurements; - for standard input")
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        measured = _read(options["file"])
        try:
            found = identify(measured)
        except NotIdentifiable as refusal:
            raise CommandError(f"$.{refusal}", returncode=BAD_INPUT) from None
        if options["json"]:
            answer = {
                "parameters": found.parameters,
                "relative_errors": found.errors,
                "rmse": found.rmse,
            }
            self.stdout.write(json.dumps(answer, indent=2))
            return
        for name, value in found.parameters.items():
            self.stdout.write(f"{name:28} {value:12.5g}  ± {found.errors[name]:.1%}")
        self.stdout.write(f"{'left over (rmse)':28} {found.rmse:12.5g}")


def _read(file: str) -> Measured:
    try:
        text = sys.stdin.buffer.read() if file == STANDARD else Path(file).read_bytes()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}", returncode=BAD_INPUT) from None
    try:
        return _MEASURED.validate_python(object_from_json(text))
    except DocumentError as error:
        lines = error.errors
    except ValidationError as error:
        lines = error_lines(error)
    raise CommandError(
        "\n".join(f"{path}: {message}" for path, message in lines), returncode=BAD_INPUT
    )
