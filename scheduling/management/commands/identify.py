"""``manage.py identify FILE.json``: parameters of a building or a battery from measurements."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.management.conventions import BAD_INPUT


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
        # The compiler of loops among them: seconds that --help need not pay.
        from pydantic import TypeAdapter  # noqa: PLC0415

        from scheduling.flex.measured import Measured  # noqa: PLC0415
        from scheduling.management.documents import read_document  # noqa: PLC0415
        from scheduling.planning.identifying import NotIdentifiable, identify  # noqa: PLC0415

        kind: TypeAdapter[Measured] = TypeAdapter(Measured)
        measured = read_document(options["file"], kind)
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
