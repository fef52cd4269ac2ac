"""``forget_beliefs TENANT``: forget what is believed of events older than the plan keeps."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assets.models import Sensor
from assets.services import count_beliefs, forget_beliefs, forget_months
from tenants.management.entering import enter
from tenants.permissions import PLATFORM


class Command(BaseCommand):
    help = (
        "Forget all that is believed of events older than a tenant's plan keeps. May be broken "
        "off and begun again: a batch of beliefs is forgotten at once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="schema name of the tenant")
        parser.add_argument("--days", type=int, help="older than so many days (that of the plan)")
        parser.add_argument("--dry-run", action="store_true", help="count, and forget nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = enter(options["tenant"])
        days = tenant.plan.retention_days if options["days"] is None else options["days"]
        if days is None:
            self.stdout.write(f"the plan {tenant.plan} keeps all: nothing is forgotten")
            return
        if not 1 <= days <= 36_500:
            raise CommandError("--days: 1 to 36500 is right", returncode=2)
        before = timezone.now() - timedelta(days=days)
        sensors = list(Sensor.objects.select_related("asset").order_by("pk"))
        total = 0
        if not options["dry_run"]:  # of a tenant whose beliefs are kept by month
            for month in forget_months(actor=PLATFORM, before=before):
                total += month.beliefs
                self.stdout.write(f"{month.table} {month.start:%Y-%m}: {month.beliefs}")
        for number, sensor in enumerate(sensors, start=1):
            if options["dry_run"]:
                batches = iter([count_beliefs(sensor=sensor, before=before)])
            else:
                batches = forget_beliefs(actor=PLATFORM, sensor=sensor, before=before)
            for batch in batches:
                total += batch
                if batch:
                    self.stdout.write(f"{number} of {len(sensors)}: {sensor}: {batch}")
        said = "would be forgotten" if options["dry_run"] else "forgotten"
        self.stdout.write(f"{total} beliefs of events before {before:%Y-%m-%d %H:%M} UTC {said}")
