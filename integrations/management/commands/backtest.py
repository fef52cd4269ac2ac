"""``manage.py backtest FILE.csv``: how good forecasts of a column would have been."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Translates arguments and files; the work is ``forecasting.evaluation``."""

    help = (
        "Forecast a column of FILE.csv from every day of its last quarter, each time from what "
        "came before alone, and score what was foretold (see docs/forecasting.md). "
        "Needs no database. Exit status: 0 scores, 2 bad input."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("file", metavar="FILE", help="CSV file with a head; - for standard input")
        add("--column", required=True, help="head of the values' column")
        add("--resolution", required=True, help="length of a step: 15min, 1h, PT15M or minutes")
        add("--timezone", required=True, help="IANA name; of the place, and of bare labels")
        add("--horizon", required=True, help="how far ahead: 36h, 2d, PT36H or hours")
        add("--models", required=True, help="names with commas between: auto,seasonal_naive")
        add("--covariates", default="", help="columns known ahead, such as weather forecasts")
        add("--issue-time", metavar="HH:MM", help="local start of windows (so they end at 00:00)")
        add("--test-share", type=float, default=0.25, help="last part that is scored (0.25)")
        add("--origins", type=int, metavar="N", help="score at most N days, evenly spread")
        add("--refit-days", type=int, default=28, help="days between learning anew (28)")
        add("--time-column", help="head of the labels' column (default: the first)")
        add("--time-format", help="of strptime (default: recognised)")
        add("--label", choices=["start", "end"], default="start", help="what labels mark")
        add("--midnight-ends-day", action="store_true", help="00:00 is the end of its own date")
        add("--duplicates", choices=["refuse", "first", "last", "mean"], default="mean")
        add("--decimal-comma", action="store_true", help="1.234,5 is a thousand and more")
        add("--latitude", type=float, help="degrees north; with --longitude for panels")
        add("--longitude", type=float, help="degrees east")
        add(
            "--region",
            default="",
            help="whose holidays: NL-Noord, DE-BY (default: the zone's country)",
        )
        add("--json", metavar="PATH", help="write scores as JSON; - prints them alone")

    def handle(self, *args: Any, **options: Any) -> None:
        # Forecasters and numpy: half a second that --help need not pay.
        from integrations.management.backtesting import backtest  # noqa: PLC0415

        backtest(options, self.stdout)
