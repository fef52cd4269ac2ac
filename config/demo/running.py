"""The demo from its first line on the screen to its last."""

import json
import sys
from pathlib import Path

from django.utils import timezone
from rich.console import Console

from config.demo import display
from config.demo.generator import DEFAULT_SEED
from config.demo.keys import renew_keys
from config.demo.performance import Performance, perform, summary
from config.demo.serving import is_free, port_of, programmes, serve, start_worker
from config.demo.window import DEMO_NOW, DemoWindow
from config.embedded.processes import locked


class PortTaken(Exception):
    """Another programme listens where the demo is to be served."""


def run(
    console: Console, *, once: bool, as_json: bool, seed: int | None, wanted_port: int, folder: Path
) -> None:
    """Fill what is not yet filled, show it, and serve it unless ``once``.

    Args:
        console: where people read; with ``as_json`` not the standard output.
        seed: of the made-up series; None for the one that was chosen with care.
        folder: where the services and their programmes keep what they need.

    Raises:
        PortTaken: see there; and what ``perform`` and ``serve`` raise.
    """
    web = programmes(folder)["web"]
    served_at = port_of(web)
    port = served_at or wanted_port
    if not once and served_at is None and not is_free(port):
        raise PortTaken(f"port {port} is taken: choose another with --port")
    # One demo at a time prepares; a second one finds everything done.
    with locked(folder / ".demo.lock"):
        chosen = DEFAULT_SEED if seed is None else seed
        done = _prepare(console, chosen, folder, keep_worker=not once)
        # Another may have begun to serve while we waited.
        port = port_of(web) or port
        keys = {} if port_of(web) else renew_keys(now=timezone.now())
    display.show_savings(console, done.savings)
    display.show_day(console, done.savings[0])
    if as_json:
        answer = {**summary(done), **display.addresses(port), "keys": keys}
        sys.stdout.write(json.dumps(answer, indent=2) + "\n")
        sys.stdout.flush()
    if once:
        return
    if port_of(web) is not None:
        display.show_addresses(console, port, keys)
        console.print("it is served already, by another demo")
        return

    def on_ready() -> None:
        display.show_addresses(console, port, keys)
        console.print("\nCtrl-C ends it")

    serve(folder, port, on_ready=on_ready)


def _prepare(console: Console, seed: int, folder: Path, *, keep_worker: bool) -> Performance:
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
