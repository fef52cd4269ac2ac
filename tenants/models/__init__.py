"""Tables of the public schema: tenants, their domains, plans and brands, and all tenants' jobs."""

from tenants.models.job import Job, JobQuerySet, JobState
from tenants.models.tenant import Brand, Domain, Plan, Tenant, TenantQuerySet

__all__ = [
    "Brand",
    "Domain",
    "Job",
    "JobQuerySet",
    "JobState",
    "Plan",
    "Tenant",
    "TenantQuerySet",
]
