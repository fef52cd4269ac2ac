"""Entering the tenant that a command line names."""

from django.core.management.base import CommandError
from django.db import ProgrammingError

from tenants.database import connection
from tenants.management.conventions import BAD_INPUT
from tenants.models import Tenant


def enter(schema_name: str) -> Tenant:
    """Go into the schema of the tenant that ``schema_name`` names; return it, with its plan.

    Raises:
        CommandError: there is none, or the tables of this release are not there.
    """
    customers = Tenant.objects.customers()
    try:
        tenant = customers.select_related("plan").filter(schema_name=schema_name).first()
    except ProgrammingError:
        words = "the database has not the tables of this release: run manage.py migrate_schemas"
        raise CommandError(words, returncode=BAD_INPUT) from None
    if tenant is None:
        known = ", ".join(customers.values_list("schema_name", flat=True))
        raise CommandError(
            f"no tenant has the schema {schema_name!r} (there are: {known or 'none'})",
            returncode=BAD_INPUT,
        )
    connection.set_tenant(tenant)
    return tenant
