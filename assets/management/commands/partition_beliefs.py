"""``partition_beliefs TENANT``: keep a tenant's beliefs by month, or in plain tables again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone

from assets.services import partition_beliefs, unite_beliefs
from tenants.management.entering import enter
from tenants.permissions import PLATFORM


class Command(BaseCommand):
    help = (
        "Keep a tenant's beliefs in a partition for each month, so that old months are forgotten "
        "at once; reads and writes get no faster by it. May be broken off and begun again: a month "
        "is moved at once, for which who reads or writes has to wait."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="schema name of the tenant")
        parser.add_argument("--back", action="store_true", help="into plain tables again")

    def handle(self, *args: Any, **options: Any) -> None:
        enter(options["tenant"])
        now = timezone.now()
        months = (
            unite_beliefs(actor=PLATFORM)
            if options["back"]
            else partition_beliefs(actor=PLATFORM, now=now)
        )
        total = 0
        try:
            for month in months:
                total += month.beliefs
                self.stdout.write(f"{month.table} {month.start:%Y-%m}: {month.beliefs} beliefs")
        except OperationalError as error:
            words = f"the tables are in use ({error}): what was moved stays so; begin again"
            raise CommandError(words, returncode=3) from error
        where = "in plain tables" if options["back"] else "by month"
        self.stdout.write(f"{total} beliefs were moved; they are kept {where}")
