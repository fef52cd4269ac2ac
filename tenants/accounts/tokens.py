"""API tokens: issued once in clear, kept as a digest, found by their visible prefix."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction

from tenants.accounts.models import ApiToken, Customer
from tenants.errors import wrong
from tenants.permissions import ROLE_PERMISSIONS, Actor, Permission, Role, authorise

_SCHEME: Final = "lst"
_PREFIX_BYTES: Final = 4
_KEY_BYTES: Final = 32
#: Writing "last used" at each request would make each read a write.
_LAST_USED_PRECISION: Final = timedelta(minutes=1)
#: How long a token lives at most.
MAX_LIFE: Final = timedelta(days=365)
#: How long a rotated token may still be used.
MAX_OVERLAP: Final = timedelta(days=31)


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
    scopes: Collection[Permission] = (),
    subtree: str = "",
    points_per_minute: int | None = None,
) -> IssuedToken:
    """Issue a token for ``customer``, or for the whole tenant when that is None.

    Args:
        expires_at: at most a year from ``now``; None for a year.
        scopes: rights to which the role is narrowed; empty for all of the role's.
        subtree: path of an asset of the customer's beneath which alone it is good.
        points_per_minute: what it may spend; None for the plan's.

    Raises:
        PermissionDenied: ``actor`` may not manage accounts there.
        ValidationError: a value is wrong, or the token could do more than ``actor``.
    """
    authorise(actor, Permission.ACCOUNT_MANAGE)
    root = customer.root_path if customer else ""
    # A customer without a portfolio has no path: only who manages everything may equip it.
    on_customer = root is not None and actor.may_on(Permission.ACCOUNT_MANAGE, root)
    if not on_customer and not actor.may_everywhere(Permission.ACCOUNT_MANAGE):
        raise wrong("customer", "no such customer", code="unknown")
    if subtree and not subtree.startswith(root or "no path"):
        raise wrong("subtree", "no such asset", code="unknown")
    _check_rights(actor, role, scopes, subtree or root or "")
    if points_per_minute is not None and points_per_minute < 1:
        words = f"{points_per_minute} is not positive"
        raise wrong("points_per_minute", words, code="range", minimum=1)
    token, key = _new(name, now, _expiry(expires_at, now))
    token.customer, token.role, token.subtree = customer, role, subtree
    token.scopes = sorted(scope.value for scope in scopes)
    token.points_per_minute = points_per_minute
    token.full_clean(exclude=["digest"])
    token.save()
    return IssuedToken(token, key)


def rotate_token(
    *, actor: Actor, token: ApiToken, now: datetime, overlap: timedelta = timedelta(0)
) -> IssuedToken:
    """Issue a successor with the same rights; ``token`` ends after ``overlap``.

    Raises:
        PermissionDenied: ``actor`` may not manage accounts there.
        ValidationError: the token has ended already, or the overlap is negative or above a month.
    """
    _authorise_on(actor, token)
    if token.revoked_at is not None or (token.expires_at and token.expires_at <= now):
        raise wrong("token", "it has ended: issue a new one", code="state")
    if not timedelta(0) <= overlap <= MAX_OVERLAP:
        words = f"{overlap} is outside 0 to {MAX_OVERLAP.days} days"
        raise wrong("overlap", words, code="range", minimum=0, maximum=MAX_OVERLAP.days)
    successor, key = _new(token.name, now, now + MAX_LIFE)
    for field in ("customer", "role", "scopes", "subtree", "points_per_minute"):
        setattr(successor, field, getattr(token, field))
    ends_at = min(token.expires_at or now + overlap, now + overlap)
    with transaction.atomic():
        successor.save()
        ApiToken.objects.filter(pk=token.pk).update(expires_at=ends_at)
    return IssuedToken(successor, key)


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
        PermissionDenied: ``actor`` may not manage accounts there.
    """
    _authorise_on(actor, token)
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)


def _authorise_on(actor: Actor, token: ApiToken) -> None:
    authorise(actor, Permission.ACCOUNT_MANAGE)
    if not ApiToken.objects.visible_to(actor).filter(pk=token.pk).exists():
        raise PermissionDenied("no such ApiToken")


def _check_rights(actor: Actor, role: Role, scopes: Collection[Permission], root: str) -> None:
    """Refuse scopes outside the role, and rights that ``actor`` does not hold there."""
    beyond = set(scopes) - ROLE_PERMISSIONS[role]
    if beyond:
        allowed = sorted(each.value for each in ROLE_PERMISSIONS[role])
        words = f"{', '.join(sorted(beyond))}: a {role} has no such right"
        raise wrong("scopes", words, code="choice", allowed=allowed)
    for permission in scopes or ROLE_PERMISSIONS[role]:
        if not actor.may_on(permission, root):
            raise wrong("role", f"{actor.name} may not {permission.label}", code="choice")


def _expiry(wanted: datetime | None, now: datetime) -> datetime:
    if wanted is None:
        return now + MAX_LIFE
    if wanted <= now:
        raise wrong("expires_at", "the expiry lies in the past", code="past")
    if wanted > now + MAX_LIFE:
        raise wrong("expires_at", f"more than {MAX_LIFE.days} days from now", code="range")
    return wanted


def _new(name: str, now: datetime, expires_at: datetime) -> tuple[ApiToken, str]:
    prefix = f"{_SCHEME}_{secrets.token_hex(_PREFIX_BYTES)}"
    key = f"{prefix}_{secrets.token_urlsafe(_KEY_BYTES)}"
    row = ApiToken(
        name=name, prefix=prefix, digest=_digest(key), created_at=now, expires_at=expires_at
    )
    return row, key


def _digest(key: str) -> str:
    # SHA-256 is right for random 256-bit keys: there is nothing to guess.
    return hashlib.sha256(key.encode()).hexdigest()
