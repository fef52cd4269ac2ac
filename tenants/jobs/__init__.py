"""Jobs whose truth is in PostgreSQL (``docs/adr/0003-jobs-in-postgresql.md``).

``enqueue`` writes a row in the caller's transaction. A bell tells a worker that a queue has
work; ``run_next`` claims the fairest job and runs its handler in the tenant's schema;
``sweep`` finds what a dead worker or a lost bell left behind.
"""

from tenants.jobs.bell import ring
from tenants.jobs.claiming import Claim, StaleClaim
from tenants.jobs.enqueueing import enqueue
from tenants.jobs.failing import JobFailed
from tenants.jobs.registry import JobKind, UnknownKind, job, kinds
from tenants.jobs.rounds import in_each_tenant
from tenants.jobs.running import run_next
from tenants.jobs.schema import NoTenant, poison
from tenants.jobs.sweeping import forget_done, sweep, waiting_queues

__all__ = [
    "Claim",
    "JobFailed",
    "JobKind",
    "NoTenant",
    "StaleClaim",
    "UnknownKind",
    "enqueue",
    "forget_done",
    "in_each_tenant",
    "job",
    "kinds",
    "poison",
    "ring",
    "run_next",
    "sweep",
    "waiting_queues",
]
