"""In whose schema a worker is: a tenant's, or none at all."""

from tenants.database import connection
from tenants.models.tenant import POISONED_SCHEMA, PUBLIC_SCHEMA, TEMPLATE_SCHEMA

_NOBODYS = frozenset({PUBLIC_SCHEMA, TEMPLATE_SCHEMA, POISONED_SCHEMA})


class NoTenant(RuntimeError):
    """Work was asked for, or done, outside a tenant's schema."""


def poison() -> None:
    """Point the connection at a schema that does not exist, and not at the public one.

    Who forgets the tenant then fails at the first query. The schema of the job before would
    answer instead, with somebody else's rows.
    """
    connection.set_schema(POISONED_SCHEMA, include_public=False)


def schema_of_tenant() -> str:
    """Return the schema of the present tenant.

    Raises:
        NoTenant: the connection is in no tenant's schema.
    """
    name: str = connection.schema_name
    if name in _NOBODYS:
        raise NoTenant(f"this needs a tenant's schema, not {name!r}")
    return name
