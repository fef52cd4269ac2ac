"""``create_tenant SCHEMA NAME DOMAIN``: a new tenant with its schema, host name and brand."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from tenants.models import Plan
from tenants.services import NewBrand, create_tenant


class Command(BaseCommand):
    help = "Create a tenant: its schema, host name and brand."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("schema_name", help="for example north_grid")
        parser.add_argument("name", help='for example "North Grid Metering"')
        parser.add_argument("domain", help="host name, for example north.localhost")
        parser.add_argument("--plan", default="Standard", help="name of an existing plan")
        parser.add_argument("--currency", default="EUR", help="ISO 4217 code")
        parser.add_argument("--time-zone", default="Europe/Amsterdam", help="IANA name")
        look = NewBrand()
        parser.add_argument("--primary-colour", default=look.primary_colour, help="#rrggbb")
        parser.add_argument("--accent-colour", default=look.accent_colour, help="#rrggbb")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = Plan.objects.filter(name=options["plan"]).first()
        if plan is None and options["plan"] != "Standard":
            known = ", ".join(Plan.objects.order_by("name").values_list("name", flat=True))
            raise CommandError(f"--plan: there is no {options['plan']!r} (known: {known})")
        try:
            tenant = create_tenant(
                operator=f"command:{getpass.getuser()}",
                schema_name=options["schema_name"],
                name=options["name"],
                domain=options["domain"],
                plan=plan,
                currency=options["currency"],
                time_zone=options["time_zone"],
                brand=NewBrand(
                    primary_colour=options["primary_colour"],
                    accent_colour=options["accent_colour"],
                ),
                now=timezone.now(),
            )
        except ValidationError as error:
            lines = [f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items()]
            raise CommandError("\n".join(lines)) from None
        self.stdout.write(f"{tenant.schema_name} is served at {options['domain']}")
