"""``list_tenants``: schema, name, plan, state and host names of all tenants."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from tenants.models import Tenant


class Command(BaseCommand):
    help = "List tenants, one a line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="as a JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        tenants = Tenant.objects.customers().select_related("plan").prefetch_related("domains")
        rows = [
            {
                "schema": tenant.schema_name,
                "name": tenant.name,
                "plan": tenant.plan.name,
                "state": "suspended" if tenant.suspended_at else "active",
                "domains": sorted(host.domain for host in tenant.domains.all()),
            }
            for tenant in tenants.order_by("schema_name")
        ]
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=2))
            return
        for row in rows:
            self.stdout.write("\t".join([*list(row.values())[:4], " ".join(row["domains"])]))
