"""Reads of the present tenant."""

from typing import TypeVar

from tenants.database import connection
from tenants.models import Tenant
from tenants.plugins import PluginGroup

P = TypeVar("P")


def usable(group: PluginGroup[P]) -> tuple[str, ...]:
    """Return the plug-ins of ``group`` that the present tenant may ask for, in order.

    All of ours; those of other packages that its plan lists.
    """
    guests = group.guests()
    if not guests:
        return group.names()
    tenants = Tenant.objects.select_related("plan")
    listed = tenants.get(schema_name=connection.schema_name).plan.guest_plugins
    return tuple(name for name in group.names() if name not in guests or name in listed)
