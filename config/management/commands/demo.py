"""``manage.py demo``: two metering companies with data, forecasts and schedules, then served."""

import logging
import signal
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

_DEFAULT_PORT: Final = 8000


class Command(BaseCommand):
    """See the module."""

    help = "Fill two metering companies with 60 days of data, forecast, plan, and serve."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="End after the schedules.")
        parser.add_argument("--json", action="store_true", help="A summary as JSON on stdout.")
        parser.add_argument("--seed", type=int, help="Of the made-up series.")
        parser.add_argument("--port", type=int, default=_DEFAULT_PORT, help="Of the web server.")

    def handle(self, *args: Any, **options: Any) -> None:
        # Planning and all that shows it: a second that --help need not pay.
        from rich.console import Console  # noqa: PLC0415

        from config.demo.founding import OtherSeed  # noqa: PLC0415
        from config.demo.planning import DemoFailed  # noqa: PLC0415
        from config.demo.processes import DidNotStart  # noqa: PLC0415
        from config.demo.running import PortTaken, run  # noqa: PLC0415

        logging.getLogger().setLevel(logging.WARNING)
        # What ends us ends our programmes too; also where a shell has told us not to listen.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        console = Console(stderr=options["json"], soft_wrap=False)
        try:
            run(
                console,
                once=options["once"],
                as_json=options["json"],
                seed=options["seed"],
                wanted_port=options["port"],
                folder=Path(settings.RUN_DIR),
            )
        except (OtherSeed, DemoFailed, DidNotStart, PortTaken) as failure:
            raise CommandError(str(failure)) from None
        except KeyboardInterrupt:
            console.print("stopped; the data stays, and the next start takes seconds")
