"""Use cases of tenants: creation, suspension, deletion. Run by operators, in the public schema."""

from tenants.services.creation import NewBrand, create_tenant, ensure_platform
from tenants.services.lifecycle import activate_tenant, delete_tenant, suspend_tenant
from tenants.services.template import ensure_template

__all__ = [
    "NewBrand",
    "activate_tenant",
    "create_tenant",
    "delete_tenant",
    "ensure_platform",
    "ensure_template",
    "suspend_tenant",
]
