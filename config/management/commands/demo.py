"""``manage.py demo``: two metering companies with data, forecasts and schedules, then served."""

import json
import logging
import signal
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console

from config.demo import display
from config.demo.founding import OtherSeed
from config.demo.generator import DEFAULT_SEED
from config.demo.keys import renew_keys
from config.demo.performance import Performance, perform, summary
from config.demo.planning import DemoFailed
from config.demo.processes import DidNotStart
from config.demo.serving import is_free, port_of, programmes, serve, start_worker
from config.demo.window import DEMO_NOW, DemoWindow
from config.embedded.processes import locked

_DEFAULT_PORT: Final = 8000


class Command(BaseCommand):
    """See the module."""

    help = "Fill two metering companies with 60 days of data, forecast, plan, and serve."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="End after the schedules.")
        parser.add_argument("--json", action="store_true", help="A summary as JSON on stdout.")
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="Of the made-up series.")
        parser.add_argument("--port", type=int, default=_DEFAULT_PORT, help="Of the web server.")

    def handle(self, *args: Any, **options: Any) -> None:
        logging.getLogger().setLevel(logging.WARNING)
        # What ends us ends our programmes too; also where a shell has told us not to listen.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        console = Console(stderr=options["json"], soft_wrap=False)
        try:
            self._show(console, options)
        except (OtherSeed, DemoFailed, DidNotStart) as failure:
            raise CommandError(str(failure)) from None
        except KeyboardInterrupt:
            console.print("stopped; the data stays, and the next start takes seconds")

    def _show(self, console: Console, options: dict[str, Any]) -> None:
        folder = Path(settings.RUN_DIR)
        web = programmes(folder)["web"]
        served_at = port_of(web)
        port = served_at or options["port"]
        if not options["once"] and served_at is None and not is_free(port):
            raise CommandError(f"port {port} is taken: choose another with --port")
        # One demo at a time prepares; a second one finds everything done.
        with locked(folder / ".demo.lock"):
            done = self._prepare(console, options["seed"], folder, keep_worker=not options["once"])
            # Another may have begun to serve while we waited.
            port = port_of(web) or port
            keys = {} if port_of(web) else renew_keys(now=timezone.now())
        display.show_savings(console, done.savings)
        display.show_day(console, done.savings[0])
        if options["json"]:
            answer = {**summary(done), **display.addresses(port), "keys": keys}
            sys.stdout.write(json.dumps(answer, indent=2) + "\n")
            sys.stdout.flush()
        if options["once"]:
            return
        if port_of(web) is not None:
            display.show_addresses(console, port, keys)
            console.print("it is served already, by another demo")
            return

        def on_ready() -> None:
            display.show_addresses(console, port, keys)
            console.print("\nCtrl-C ends it")

        serve(folder, port, on_ready=on_ready)

    def _prepare(
        self, console: Console, seed: int, folder: Path, *, keep_worker: bool
    ) -> Performance:
        worker = programmes(folder)["worker"]
        started = False

        def start() -> None:
            nonlocal started
            if not started and not worker.is_running():
                started = start_worker(worker)

        done = False
        try:
            with display.progress_on(console) as progress:
                performance = perform(
                    DemoWindow.at(DEMO_NOW),
                    seed=seed,
                    now=timezone.now(),
                    worker=worker,
                    start_worker=start,
                    progress=progress,
                )
            done = True
        finally:
            if started and not (done and keep_worker):
                worker.stop()
        return performance
