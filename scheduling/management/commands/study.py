"""``manage.py study FILE.json``: what a year says of battery sizes and fleets, without services."""

import json
from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from pydantic import TypeAdapter

from scheduling.flex.study import BatteryStudy, Study
from scheduling.management.documents import BAD_INPUT, read_document
from scheduling.planning.hosting import study_hosting
from scheduling.planning.sizing import StudyRefused, study_sizes
from scheduling.planning.tables import hosting_json, print_hosting, print_sizes, sizes_json

_STUDY: Final[TypeAdapter[Study]] = TypeAdapter(Study)


class Command(BaseCommand):
    """Translates arguments and the file; the work is ``planning``'s."""

    help = (
        "Answer what FILE.json asks (see docs/what_if.md): what batteries of several sizes would "
        "earn, or which fleet fits behind a connection. Exit status: 0 an answer, 2 bad input."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the study; - for standard input")
        parser.add_argument("--json", action="store_true", help="print JSON instead of tables")

    def handle(self, *args: Any, **options: Any) -> None:
        study = read_document(options["file"], _STUDY)
        try:
            if isinstance(study, BatteryStudy):
                sizes = study_sizes(study)
                answer = sizes_json(sizes)
                if not options["json"]:
                    print_sizes(sizes, study.currency)
            else:
                hosting = study_hosting(study)
                answer = hosting_json(hosting)
                if not options["json"]:
                    print_hosting(hosting)
        except StudyRefused as error:
            raise CommandError(f"$.{error}", returncode=BAD_INPUT) from None
        if options["json"]:
            self.stdout.write(json.dumps(answer, indent=2, allow_nan=False))
