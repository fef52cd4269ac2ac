"""``manage.py wear FILE.json``: what a real battery went through, in life and money."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Translates arguments and the file; the work is ``interpret.rainflow``'s."""

    help = (
        "Tell what the battery whose measured stock FILE.json holds went through: cycles by depth, "
        "and what they took of its life (see docs/flexibility.md). Exit status: 0 told, 2 bad "
        "input."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the stock; - for standard input")
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        # Pydantic and numpy, that --help need not pay.
        import numpy as np  # noqa: PLC0415
        from pydantic import TypeAdapter  # noqa: PLC0415

        from scheduling.flex.measured import MeasuredStock  # noqa: PLC0415
        from scheduling.interpret.rainflow import meter  # noqa: PLC0415
        from scheduling.management.documents import read_document  # noqa: PLC0415
        from scheduling.planning.explanation import wear_json  # noqa: PLC0415

        measured = read_document(options["file"], TypeAdapter(MeasuredStock))
        stock = np.array(measured.stock_kwh, dtype=np.float64)
        wear = meter(stock, measured.capacity_kwh, measured.life)
        if options["json"]:
            self.stdout.write(json.dumps(wear_json(wear), indent=2))
            return
        self.stdout.write(f"full cycles   {wear.full_cycles:12.2f}")
        self.stdout.write(f"deepest cycle {wear.deepest:12.0%}")
        for tenth, count in enumerate(wear.by_depth.tolist()):
            if count:
                self.stdout.write(f"  up to {10 * (tenth + 1):3} %   {count:11.1f}")
        self.stdout.write(f"life          {wear.life:12.4%}")
        self.stdout.write(f"cost          {wear.cost:12.2f} {measured.currency}")
