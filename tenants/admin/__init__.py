"""The platform's own admin, for its operators: tenants, hosts, plans, brands, jobs, people.

It is served on the platform's host alone and works in the public schema; a tenant's admin is
Django's default site, on the tenant's host.
"""

from tenants.admin import audit, jobs, people, tenants  # noqa: F401  # they register themselves
from tenants.admin.site import public_site

__all__ = ["public_site"]
