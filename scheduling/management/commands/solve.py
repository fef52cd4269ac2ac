"""``manage.py solve FILE.json``: plan a site on the command line, without a database."""

from argparse import ArgumentParser
from math import isfinite
from typing import Any, Final

from django.core.management.base import BaseCommand

#: As the enumerations of the same names have them, which cost a second to load.
TIES: Final = ("early", "late", "smooth")
ON_INFEASIBLE: Final = ("explain", "nearest")
MOST_RESOLVES: Final = 10
KNOBS: Final = ("battery_kwh", "import_limit_kw", "export_limit_kw", "chargers", "pv_kw")


class Command(BaseCommand):
    """Translates arguments and files; the work is ``planning.plan``."""

    help = (
        "Plan the site that FILE.json states (see docs/solve.md) and print the plan. "
        "Exit status: 0 a plan, 2 bad input, 3 no plan keeps every hard limit, 1 no answer in time."
    )
    # A plan needs neither database nor the rest of the product: start at once.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the problem; - for standard input")
        parser.add_argument(
            "--format",
            choices=["loadstar", "flexmeasures"],
            default="loadstar",
            help="notation of FILE: ours, or the flex-context and flex-models of FlexMeasures",
        )
        parser.add_argument(
            "--json",
            metavar="PATH",
            help="write the plan as JSON to PATH; - prints it instead of the summary",
        )
        parser.add_argument("--engine", default="auto", help="auto (default), highs, dp or gekko")
        parser.add_argument(
            "--ties",
            choices=TIES,
            help="what to prefer among plans of equal cost, instead of what FILE says",
        )
        parser.add_argument(
            "--on-infeasible",
            choices=ON_INFEASIBLE,
            help="explain which limits contradict each other, or also plan with the nearest "
            "limits, instead of what FILE says",
        )
        parser.add_argument(
            "--vary",
            action="append",
            default=[],
            metavar="NAME=VALUE,...",
            help="plan for each value instead, of each combination when given several times; "
            f"NAME is one of {', '.join(KNOBS)}",
        )
        parser.add_argument(
            "--resolves",
            type=_resolves,
            default=0,
            metavar="N",
            help="at the N limits that bind most (at most 10), find what a whole kW or kWh more "
            "is worth by planning anew; default 0",
        )
        parser.add_argument(
            "--time-limit", type=_seconds, default=60.0, metavar="SECONDS", help="default 60"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        from scheduling.management.solving import solve  # noqa: PLC0415  # a second, not for --help

        solve(options, self.stderr)


def _resolves(text: str) -> int:
    number = int(text)
    if not 0 <= number <= MOST_RESOLVES:
        raise ValueError(text)
    return number


def _seconds(text: str) -> float:
    seconds = float(text)
    if not (isfinite(seconds) and 0 < seconds <= 86_400):
        raise ValueError(text)
    return seconds
