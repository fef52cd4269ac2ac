"""``manage.py deprecated_uses``: who still uses what will go, per tenant and month."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from redis import RedisError

from tenants.models import Tenant


class Command(BaseCommand):
    help = "Print how often deprecated parts of the interface were used, by tenant and caller."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--month", help="for example 2026-11; this month without it")

    def handle(self, *args: Any, month: str | None = None, **options: Any) -> None:
        from tenants.graphql.deprecations import uses  # noqa: PLC0415  # not for --help

        month = month or f"{timezone.now():%Y-%m}"
        for tenant in Tenant.objects.order_by("schema_name"):
            try:
                counted = uses(tenant.schema_name, month)
            except RedisError:
                raise CommandError("the counts are in Redis, which does not answer") from None
            for (place, caller), number in sorted(counted.items()):
                self.stdout.write(f"{tenant.schema_name}\t{place}\t{caller}\t{number}")
