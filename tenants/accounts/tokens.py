"""API tokens: issued once in clear, kept as a digest, found by their visible prefix."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tenants.accounts.models import ApiToken, Customer
from tenants.errors import wrong
from tenants.permissions import Actor, Permission, Role, authorise

_SCHEME: Final = "lst"
_PREFIX_BYTES: Final = 4
_KEY_BYTES: Final = 32
#: Writing "last used" at each request would make each read a write.
_LAST_USED_PRECISION: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token with its key, which nobody can read again. Keys stay out of ``repr``."""

    token: ApiToken
    key: str

    def __repr__(self) -> str:
        return f"IssuedToken({self.token.prefix})"


def issue_token(
    *,
    actor: Actor,
    name: str,
    role: Role,
    customer: Customer | None,
    now: datetime,
    expires_at: datetime | None = None,
) -> IssuedToken:
    """Issue a token for ``customer``, or for the whole tenant when that is None.

    Raises:
        PermissionDenied: ``actor`` may not manage accounts there.
        ValidationError: ``expires_at`` is not after ``now``.
    """
    authorise(actor, Permission.ACCOUNT_MANAGE)
    path = customer.root_path if customer else ""
    # A customer without a portfolio has no path: only who manages everything may equip it.
    on_customer = path is not None and actor.may_on(Permission.ACCOUNT_MANAGE, path)
    if not on_customer and not actor.may_everywhere(Permission.ACCOUNT_MANAGE):
        raise wrong("customer", "no such customer", code="unknown")
    if expires_at is not None and expires_at <= now:
        raise wrong("expires_at", "the expiry lies in the past", code="past")
    prefix = f"{_SCHEME}_{secrets.token_hex(_PREFIX_BYTES)}"
    key = f"{prefix}_{secrets.token_urlsafe(_KEY_BYTES)}"
    token = ApiToken.objects.create(
        name=name,
        prefix=prefix,
        digest=_digest(key),
        customer=customer,
        role=role,
        created_at=now,
        expires_at=expires_at,
    )
    return IssuedToken(token, key)


def find_token(key: str, *, now: datetime) -> ApiToken | None:
    """Return the usable token whose key is ``key``, and note its use; None for any other."""
    prefix = "_".join(key.split("_", 2)[:2])
    token = ApiToken.objects.usable_at(now).select_related("customer").filter(prefix=prefix).first()
    # Compare in constant time, and also when there is no such prefix.
    matches = hmac.compare_digest(token.digest if token else "0" * 64, _digest(key))
    if token is None or not matches:
        return None
    if token.last_used_at is None or now - token.last_used_at >= _LAST_USED_PRECISION:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def revoke_token(*, actor: Actor, token: ApiToken, now: datetime) -> None:
    """End ``token`` at once.

    Raises:
        PermissionDenied: ``actor`` may not manage accounts.
    """
    authorise(actor, Permission.ACCOUNT_MANAGE)
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)


def _digest(key: str) -> str:
    # SHA-256 is right for random 256-bit keys: there is nothing to guess.
    return hashlib.sha256(key.encode()).hexdigest()
