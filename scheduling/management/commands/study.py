"""``manage.py study FILE.json``: what a year says of battery sizes and fleets, without services."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.management.conventions import BAD_INPUT


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
        # Planning and all that shows it: a second that --help need not pay.
        from scheduling.flex.references import references  # noqa: PLC0415
        from scheduling.flex.study import STUDY, BatteryStudy  # noqa: PLC0415
        from scheduling.management.documents import read_document  # noqa: PLC0415
        from scheduling.planning import tables  # noqa: PLC0415
        from scheduling.planning.hosting import study_hosting  # noqa: PLC0415
        from scheduling.planning.sizing import StudyRefused, study_sizes  # noqa: PLC0415

        study = read_document(options["file"], STUDY)
        for each in references(study):
            message = f"$.{each.path}: a sensor; a file for study holds the numbers themselves"
            raise CommandError(message, returncode=BAD_INPUT)
        try:
            if isinstance(study, BatteryStudy):
                sizes = study_sizes(study)
                answer = tables.sizes_json(sizes)
                if not options["json"]:
                    tables.print_sizes(sizes, study.currency)
            else:
                hosting = study_hosting(study)
                answer = tables.hosting_json(hosting)
                if not options["json"]:
                    tables.print_hosting(hosting)
        except StudyRefused as error:
            raise CommandError(f"$.{error}", returncode=BAD_INPUT) from None
        if options["json"]:
            self.stdout.write(json.dumps(answer, indent=2, allow_nan=False))
