"""API tokens: issued once in clear, kept as a digest, found by their visible prefix."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction

from tenants.accounts.models import ApiToken, Customer
from tenants.audit.services import record, values_of
from tenants.errors import wrong
from tenants.lookup import Lookup
from tenants.permissions import ROLE_PERMISSIONS, Actor, Permission, Role, authorise

_SCHEME: Final = "lst"
_PREFIX_BYTES: Final = 4
_KEY_BYTES: Final = 32
#: Writing "last used" at each request would make each read a write.
_LAST_USED_PRECISION: Final = timedelta(minutes=1)
#: How long a token lives at most.
MAX_LIFE: Final = timedelta(days=365)
#: How long a rotated token may still be used.
MAX_OVERLAP_HOURS: Final = 31 * 24
_KEY: Final = re.compile(rf"({_SCHEME}_[0-9a-f]{{{2 * _PREFIX_BYTES}}})_[A-Za-z0-9_-]{{43}}")
#: What the audit trail keeps of a new token.
_TOLD: Final = (
    "name",
    "customer_id",
    "role",
    "scopes",
    "subtree",
    "points_per_minute",
    "expires_at",
    "predecessor_id",
)

_BY_PREFIX: Final = Lookup(lambda: ApiToken.objects.select_related("customer"), "prefix")


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token with its key, which nobody can read again. Keys stay out of ``repr``."""

    token: ApiToken
    key: str

    def __repr__(self) -> str:
        return f"IssuedToken({self.token.prefix})"


@transaction.atomic
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
        customer: left out with a ``subtree``, the customer whose that is.
        expires_at: at most a year from ``now``; None for a year.
        scopes: rights to which the role is narrowed; empty for all of the role's.
        subtree: path of an asset of the customer's beneath which alone it is good.
        points_per_minute: what it may spend; None for the plan's.

    Raises:
        PermissionDenied: ``actor`` may not manage accounts anywhere.
        ValidationError: a value is wrong, or the token could do more than ``actor``.
    """
    authorise(actor, Permission.ACCOUNT_MANAGE)
    token, key = _new(name, now, _expiry(expires_at, now))
    token.role, token.subtree, token.points_per_minute = role, subtree, points_per_minute
    token.customer = _owner(subtree) if subtree and customer is None else customer
    token.scopes = sorted(scope.value for scope in scopes)
    _check_reach(actor, token)
    beyond = set(scopes) - ROLE_PERMISSIONS[role]
    if beyond:
        allowed = sorted(each.value for each in ROLE_PERMISSIONS[role])
        words = f"{', '.join(sorted(beyond))}: a {role} has no such right"
        raise wrong("scopes", words, code="choice", allowed=allowed)
    for permission in _beyond(actor, token):
        raise wrong("role", f"{actor.name} may not {permission.label} there", code="choice")
    if points_per_minute is not None and points_per_minute < 1:
        words = f"{points_per_minute} is not positive"
        raise wrong("points_per_minute", words, code="range", minimum=1)
    token.full_clean(exclude=["digest"])
    token.save()
    record(actor=actor, verb="issue_token", subject=token, after=values_of(token, *_TOLD))
    return IssuedToken(token, key)


@transaction.atomic
def rotate_token(
    *, actor: Actor, token: ApiToken, now: datetime, overlap_hours: float = 0.0
) -> IssuedToken:
    """Issue a successor with the same rights; ``token`` ends after ``overlap_hours``.

    Raises:
        PermissionDenied: ``actor`` may not manage accounts there, or may do less than ``token``.
        ValidationError: the token has ended already, or the overlap is negative or above a month.
    """
    token = _locked(actor, token)
    for permission in _beyond(actor, token):
        raise PermissionDenied(f"{actor.name} may not {permission.label} where the token may")
    if token.revoked_at is not None or (token.expires_at and token.expires_at <= now):
        raise wrong("token", "it has ended: issue a new one", code="state")
    if not 0 <= overlap_hours <= MAX_OVERLAP_HOURS:
        words = f"{overlap_hours} is outside 0 to {MAX_OVERLAP_HOURS} hours"
        raise wrong("overlap_hours", words, code="range", minimum=0, maximum=MAX_OVERLAP_HOURS)
    successor, key = _new(token.name, now, now + MAX_LIFE)
    for field in ("customer", "role", "scopes", "subtree", "points_per_minute"):
        setattr(successor, field, getattr(token, field))
    successor.predecessor = token
    successor.save()
    ends_at = now + timedelta(hours=overlap_hours)
    before = values_of(token, "expires_at")
    token.expires_at = min(token.expires_at or ends_at, ends_at)
    token.save(update_fields=["expires_at", "updated_at"])
    ends = values_of(token, "expires_at")
    record(actor=actor, verb="rotate_token", subject=token, before=before, after=ends)
    made = values_of(successor, *_TOLD)
    record(actor=actor, verb="issue_token", subject=successor, after=made)
    return IssuedToken(successor, key)


@transaction.atomic
def revoke_token(*, actor: Actor, token: ApiToken, now: datetime) -> ApiToken:
    """End ``token`` at once and return it; one that was revoked stays as it was.

    Raises:
        PermissionDenied: ``actor`` may not manage accounts there.
    """
    token = _locked(actor, token)
    before = values_of(token, "revoked_at")
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at", "updated_at"])
    after = values_of(token, "revoked_at")
    record(actor=actor, verb="revoke_token", subject=token, before=before, after=after)
    return token


def find_token(key: str, *, now: datetime) -> ApiToken | None:
    """Return the usable token whose key is ``key``, and note its use; None for any other.

    All others take the same one statement and the same comparison, whatever is wrong.
    """
    shape = _KEY.fullmatch(key)
    token = _BY_PREFIX.find(shape[1] if shape else "")
    # Compare in constant time, and also when there is no such prefix.
    matches = hmac.compare_digest(token.digest if token else "0" * 64, _digest(key))
    if token is None or not matches or token.state_at(now) != "usable":
        return None
    if token.last_used_at is None or now - token.last_used_at >= _LAST_USED_PRECISION:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def find_bearer(authorization: str, *, now: datetime) -> ApiToken | None:
    """Return the token that a request's Authorization header names: "Bearer KEY", no other form."""
    scheme, _, key = authorization.partition(" ")
    return find_token(key if scheme.lower() == "bearer" else "", now=now)


def follow_moved_subtree(old_path: str, new_path: str) -> None:
    """Let tokens narrowed to the subtree at ``old_path`` be good at ``new_path`` instead.

    Not those of a customer whose it is no longer: they are then good for nothing.
    """
    tokens = ApiToken.objects.filter(subtree__startswith=old_path).select_related("customer")
    for token in tokens.select_for_update(of=("self",)):
        if new_path.startswith((token.customer and token.customer.root_path) or ""):
            token.subtree = f"{new_path}{token.subtree.removeprefix(old_path)}"
            token.save(update_fields=["subtree", "updated_at"])


def _locked(actor: Actor, token: ApiToken) -> ApiToken:
    """Return ``token`` as it stands, held until the end of the transaction."""
    authorise(actor, Permission.ACCOUNT_MANAGE)
    rows = ApiToken.objects.visible_to(actor).select_related("customer")
    row = rows.filter(pk=token.pk).select_for_update(of=("self",)).first()
    if row is None:
        raise PermissionDenied("no such ApiToken")
    return row


def _owner(subtree: str) -> Customer | None:
    root = f"{subtree.partition('.')[0]}."
    return Customer.objects.filter(root_path=root).first()


def _check_reach(actor: Actor, token: ApiToken) -> None:
    """Refuse a customer or subtree that ``actor`` does not manage, in the words for none."""
    root = token.customer.root_path if token.customer else ""
    if token.subtree and (root is None or not token.subtree.startswith(root)):
        raise wrong("subtree", "no such asset", code="unknown")
    # A customer without a portfolio has no path: only who manages everything may equip it.
    on_reach = token.reach is not None and actor.may_on(Permission.ACCOUNT_MANAGE, token.reach)
    if not on_reach and not actor.may_everywhere(Permission.ACCOUNT_MANAGE):
        field, what = ("subtree", "asset") if token.subtree else ("customer", "customer")
        raise wrong(field, f"no such {what}", code="unknown")


def _beyond(actor: Actor, token: ApiToken) -> list[Permission]:
    """Return what ``token`` may do and ``actor`` may not, in the order of the rights."""
    reach = token.reach or ""
    return [each for each in Permission if each in token.rights and not actor.may_on(each, reach)]


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
