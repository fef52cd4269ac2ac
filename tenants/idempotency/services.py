"""Run an effect once per key, however often and however concurrently it is asked for."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from tenants.database import connection
from tenants.errors import wrong
from tenants.idempotency.models import RememberedRequest
from tenants.permissions import Actor

KEEP: Final = timedelta(days=30)
_MAX_LENGTH: Final = 200
_CLAIM: Final = """
    INSERT INTO idempotency_rememberedrequest (actor, key, digest, created_at)
    VALUES (%(actor)s, %(key)s, %(digest)s, %(now)s)
    ON CONFLICT (actor, key) DO NOTHING RETURNING id
"""


def once(
    *, actor: Actor, key: str, digest: str, act: Callable[[], Any], now: datetime
) -> tuple[Any, bool]:
    """Return the answer of ``act``, which is JSON, and whether an earlier request had it.

    Who comes second while the first still runs waits for the first's transaction: the unique
    index makes it. An ``act`` that raises keeps nothing, so the request can be mended and sent
    again under the same key.

    Raises:
        ValidationError: the key is empty or too long, or was used with another digest.
    """
    if not 1 <= len(key) <= _MAX_LENGTH:
        raise wrong(
            "idempotency_key",
            f"{len(key)} characters; 1 to {_MAX_LENGTH} are right",
            code="length",
            minimum=1,
            maximum=_MAX_LENGTH,
        )
    with transaction.atomic():
        mine = _claim(actor.name, key, digest, now)
        if mine:
            answer = act()
            _rows(actor.name, key).update(answer=answer)
            return answer, False
    known = _rows(actor.name, key).get()
    if known.digest != digest:
        raise wrong(
            "idempotency_key",
            "this key was used for another request; take a new one",
            code="key_reused",
        )
    return known.answer, True


def forget_requests(*, now: datetime) -> int:
    """Delete what is older than ``KEEP``; return how many."""
    deleted, _ = RememberedRequest.objects.filter(created_at__lt=now - KEEP).delete()
    return deleted


def _rows(actor: str, key: str) -> Any:
    return RememberedRequest.objects.filter(actor=actor, key=key)


def _claim(actor: str, key: str, digest: str, now: datetime) -> bool:
    """Write the row and say whether it is ours; wait for whoever is writing the same."""
    # An old key is as good as new, even before it was swept.
    _rows(actor, key).filter(created_at__lt=now - KEEP).delete()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"actor": actor, "key": key, "digest": digest, "now": now})
        return cursor.fetchone() is not None
