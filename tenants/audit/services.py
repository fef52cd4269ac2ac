"""Writing the audit trail. Called by the services that change, in their transaction."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import models

from tenants.audit.models import AuditEntry
from tenants.permissions import Actor

#: Names of fields whose values are nobody's to read, here least of all.
SECRETS: Final = frozenset({"password", "digest", "key", "sealed_settings", "settings", "secret"})
_MAX_NAME: Final = 200


def values_of(row: models.Model, *fields: str) -> dict[str, Any]:
    """Return the values of ``fields`` as the trail keeps them; a relation by its key."""
    return {field: row.serializable_value(field) for field in fields}


def record(
    *,
    actor: Actor | str,
    verb: str,
    subject: models.Model,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Keep that ``actor`` did ``verb`` to ``subject``; of two states what differs.

    Nothing is kept where both states are given and equal: nothing was done.

    Args:
        actor: who; an operator of the platform by name.
        before: what was; None for what is new.
        after: what is; None for what is gone.

    Raises:
        ValueError: a field is one of ``SECRETS``. That is a mistake of ours, not of a user.
    """
    was, now_is = dict(before or {}), dict(after or {})
    leaked = SECRETS & (was.keys() | now_is.keys())
    if leaked:
        raise ValueError(f"{', '.join(sorted(leaked))}: secrets are not kept in the audit trail")
    if before is not None and after is not None:
        changed = {name for name in was | now_is if was.get(name) != now_is.get(name)}
        if not changed:
            return
        was = {name: value for name, value in was.items() if name in changed}
        now_is = {name: value for name, value in now_is.items() if name in changed}
    AuditEntry.objects.create(
        actor=actor if isinstance(actor, str) else actor.name,
        verb=verb,
        subject_type=type(subject).__name__,
        subject_id=str(subject.pk),
        subject_name=str(subject)[:_MAX_NAME],
        before=was,
        after=now_is,
    )
