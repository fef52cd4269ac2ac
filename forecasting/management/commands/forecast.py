"""``manage.py forecast TENANT SENSOR``: ask for a forecast of a sensor."""

import json
from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any, Final, NoReturn

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assets.models import Sensor
from assets.timegrid import TimeGrid
from forecasting.models import ForecastRun
from forecasting.services import MAX_HORIZON, next_start, request_forecast
from tenants.management.entering import enter
from tenants.permissions import PLATFORM

_BAD_INPUT: Final = 2


class Command(BaseCommand):
    help = (
        "Ask for a forecast of a sensor of a tenant; a worker makes it. Exit status: 0 asked for, "
        "2 bad input."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="schema name of the tenant")
        parser.add_argument("sensor", help='identifier, or "asset/sensor" by their names')
        parser.add_argument("--model", help="name of a forecaster (default: of the sensor's plan)")
        parser.add_argument("--hours", type=int, help="how far ahead (default: the plan's)")
        parser.add_argument("--json", action="store_true", help="print the run for programmes")

    def handle(self, *args: Any, **options: Any) -> None:
        enter(options["tenant"])
        sensor = _sensor(options["sensor"])
        now = timezone.now()
        try:
            run = request_forecast(
                actor=PLATFORM,
                sensor=sensor,
                now=now,
                grid=_window(sensor, options["hours"], now),
                forecaster=options["model"],
            )
        except ValidationError as error:
            _refuse("; ".join(f"{name}: {' '.join(m)}" for name, m in error.message_dict.items()))
        self.stdout.write(_told(run, as_json=options["json"]))


def _told(run: ForecastRun, *, as_json: bool) -> str:
    if not as_json:
        return f"{run}: asked {run.forecaster}, run {run.pk}"
    document = {
        "run": str(run.pk),
        "sensor": run.sensor_id,
        "forecaster": run.forecaster,
        "start": run.start.isoformat(),
        "end": run.end.isoformat(),
    }
    return json.dumps(document)


def _window(sensor: Sensor, hours: int | None, now: datetime) -> TimeGrid | None:
    if hours is None:
        return None
    most = MAX_HORIZON // timedelta(hours=1)
    if not 1 <= hours <= most:
        _refuse(f"--hours {hours}: between 1 and {most} is right")
    start = next_start(sensor, now)
    return TimeGrid(start, sensor.resolution, timedelta(hours=hours) // sensor.resolution)


def _sensor(wanted: str) -> Sensor:
    sensors = Sensor.objects.select_related("asset")
    if wanted.isdecimal():
        found = list(sensors.filter(pk=min(int(wanted), 2**62)))
    else:
        asset, _, name = wanted.rpartition("/")
        found = list(sensors.filter(name=name, asset__name=asset)[:5])
    if len(found) != 1:
        which = "; ".join(f"{each.pk}: {each}" for each in found) or "none"
        _refuse(f"{wanted!r} names not one sensor (found: {which})")
    return found[0]


def _refuse(words: str) -> NoReturn:
    raise CommandError(words, returncode=_BAD_INPUT)
