"""Asking for work: a row in the caller's transaction, and a bell once it commits."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import transaction

from tenants.jobs.bell import ring
from tenants.jobs.registry import JobKind, kind_of
from tenants.jobs.schema import NoTenant, schema_of_tenant
from tenants.models import Job, Tenant

_TRIES: Final = 5


def enqueue(
    kind: str,
    *,
    payload: Mapping[str, str | int],
    dedupe_key: str,
    now: datetime,
    not_before: datetime | None = None,
) -> Job:
    """Ask for a job of the present tenant; it runs after the caller's transaction commits.

    While a job of this kind and key is unfinished, that job is the answer, also when it runs
    already. So the key names what must be done (a run, a slot of the timetable), not only
    where.

    Args:
        payload: identifiers, which the handler gets as keyword arguments.
        not_before: earliest start; ``now`` if not given.

    Raises:
        NoTenant: the connection is in no tenant's schema.
        UnknownKind: no handler is declared for ``kind``.
        TypeError: the payload holds more than identifiers.
    """
    declared = kind_of(kind)
    _check_identifiers(payload)
    row = Job(
        tenant=_present_tenant(),
        kind=kind,
        queue=declared.queue,
        dedupe_key=dedupe_key,
        payload=dict(payload),
        not_before=not_before or now,
        created_at=now,
    )
    return _insert_or_find(row, declared)


def _insert_or_find(row: Job, kind: JobKind) -> Job:
    for _ in range(_TRIES):
        # Not get_or_create: its failed insert costs a savepoint and an error in the server's log.
        Job.objects.bulk_create([row], ignore_conflicts=True)
        same = Job.objects.unfinished().filter(
            tenant=row.tenant, kind=row.kind, dedupe_key=row.dedupe_key
        )
        found = same.first()
        if found is not None:
            # robust: the row is what counts; a bell that fails must not fail its caller.
            transaction.on_commit(partial(ring, kind.queue), robust=True)
            return found
        # The job that stood in the way has just ended: ours may be inserted now.
    raise RuntimeError(f"jobs of kind {row.kind} end as fast as they are asked for")


def _present_tenant() -> Tenant:
    name = schema_of_tenant()
    tenant = Tenant.objects.customers().filter(schema_name=name).first()
    if tenant is None:
        raise NoTenant(f"no tenant has the schema {name!r}")
    return tenant


def _check_identifiers(payload: Mapping[str, Any]) -> None:
    for name, value in payload.items():
        if not isinstance(value, str | int):
            raise TypeError(f"payload {name!r}: jobs carry identifiers, not {type(value).__name__}")
