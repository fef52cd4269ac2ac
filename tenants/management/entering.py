"""Entering the tenant that a command line names."""

from django.core.management.base import CommandError

from tenants.database import connection
from tenants.management.conventions import BAD_INPUT
from tenants.management.release import on_this_release
from tenants.models import Tenant


def enter(schema_name: str) -> Tenant:
    """Go into the schema of the tenant that ``schema_name`` names; return it, with its plan.

    Raises:
        CommandError: there is none, or the tables of this release are not there.
    """
    customers = Tenant.objects.customers()
    with on_this_release():
        tenant = customers.select_related("plan").filter(schema_name=schema_name).first()
    if tenant is None:
        known = ", ".join(customers.values_list("schema_name", flat=True))
        raise CommandError(
            f"no tenant has the schema {schema_name!r} (there are: {known or 'none'})",
            returncode=BAD_INPUT,
        )
    connection.set_tenant(tenant)
    return tenant
