"""Tenants made for one test, outside its transaction, and what is left of them."""

from django_tenants.utils import schema_exists

from tenants.database import connection
from tenants.models import Brand, Domain, Tenant

REPLAYED = "made_by_replay"


def nothing_left_of(schema_name: str) -> bool:
    connection.set_schema_to_public()
    return not (
        schema_exists(schema_name)
        or Tenant.objects.filter(schema_name=schema_name).exists()
        or Domain.objects.filter(domain=f"{schema_name.replace('_', '-')}.localhost").exists()
        or Brand.objects.filter(tenant__schema_name=schema_name).exists()
    )
