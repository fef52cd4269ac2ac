"""Keeping an inquiry with the job that answers it; called where rights are checked."""

from typing import TypeVar

from scheduling.models.inquiry import Inquiry
from tenants.audit.services import record, values_of
from tenants.jobs import enqueue
from tenants.permissions import Actor

Kind = TypeVar("Kind", bound=Inquiry)


def enqueue_inquiry(actor: Actor, verb: str, row: Kind, *, job: str) -> Kind:
    """Store ``row`` with the ``job`` that answers it, which is told its key by its kind."""
    row.requested_by = actor.name
    row.save()
    key = str(row.pk)
    payload = {f"{row._meta.model_name}_id": key}
    enqueue(job, payload=payload, dedupe_key=key, now=row.requested_at)
    asked = values_of(row, "asset_id", "start", "end", "step")
    record(actor=actor, verb=verb, subject=row, after=asked)
    return row
