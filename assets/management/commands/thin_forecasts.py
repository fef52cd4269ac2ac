"""``thin_forecasts TENANT``: forget superseded forecasts but for a few horizons."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assets.models import Sensor
from assets.services import HORIZONS, thin_forecasts
from tenants.management.entering import enter
from tenants.permissions import PLATFORM


class Command(BaseCommand):
    help = (
        "Forget superseded forecasts of a tenant, but for what was foretold some horizons ahead "
        "of each event. May be broken off and begun again: each sensor is done at once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="schema name of the tenant")
        parser.add_argument(
            "--days", type=int, default=7, help="of events so many days ago and earlier (7)"
        )
        hours = ",".join(str(each // timedelta(hours=1)) for each in HORIZONS)
        parser.add_argument(
            "--horizons", default=hours, metavar="HOURS", help=f"that are kept, in hours ({hours})"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        enter(options["tenant"])
        horizons = _horizons(options["horizons"])
        if options["days"] < 0:
            raise CommandError("--days: 0 or more is right", returncode=2)
        before = timezone.now() - timedelta(days=options["days"])
        sensors = list(Sensor.objects.select_related("asset").order_by("pk"))
        forgotten = 0
        for number, sensor in enumerate(sensors, start=1):
            gone = thin_forecasts(actor=PLATFORM, sensor=sensor, before=before, horizons=horizons)
            forgotten += gone
            if gone:
                self.stdout.write(f"{number} of {len(sensors)}: {sensor}: {gone}")
        self.stdout.write(f"{forgotten} superseded forecasts forgotten")


def _horizons(text: str) -> list[timedelta]:
    try:
        horizons = [timedelta(hours=float(each)) for each in text.split(",") if each.strip()]
    except (ValueError, OverflowError):
        horizons = []
    if not horizons or min(horizons) < timedelta(0):
        raise CommandError(f"--horizons {text!r}: hours such as 1,6,24 are right", returncode=2)
    return horizons
