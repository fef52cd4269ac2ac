"""``keep_flexibility TENANT ASSET FILE``: keep at an asset what it can do, or what it faces."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Translates arguments and the file; the work is ``services.flex``."""

    help = (
        "Keep at an asset what FILE states (see docs/flexibility.md): a device document, which has "
        "a kind, or the context of a site, feeder, station or area, which has none."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="schema name of the tenant")
        parser.add_argument("asset", type=int, help="number of the asset")
        parser.add_argument("file", metavar="FILE", help="JSON; - for standard input")
        add = parser.add_argument
        add("--power-sensor", type=int, help="number of the sensor of a device's planned power")
        add("--stock-sensor", type=int, help="number of the sensor of a store's stock")
        add("--from", dest="valid_from", help="ISO 8601 with offset (default: now)")
        add("--to", dest="valid_to", help="ISO 8601 with offset (default: until something newer)")

    def handle(self, *args: Any, **options: Any) -> None:
        # Documents and what checks them: half a second that --help need not pay.
        from scheduling.management.keeping import keep  # noqa: PLC0415

        self.stdout.write(keep(options))
