"""From a signed-in user or a token to an actor."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from tenants.accounts.models import ApiToken, Customer, User
from tenants.permissions import ANONYMOUS, ROLE_PERMISSIONS, Actor, Grant, Role


def actor_of(user: AbstractBaseUser | AnonymousUser) -> Actor:
    """Return what ``user`` may do, by their memberships; nothing for who is not signed in."""
    if not isinstance(user, User) or not user.is_active:
        return ANONYMOUS
    memberships = user.memberships.select_related("customer")
    grants = [_grant(Role(each.role), each.customer) for each in memberships]
    return Actor(f"user:{user.pk}", tuple(grant for grant in grants if grant))


def actor_of_token(token: ApiToken) -> Actor:
    """Return what a programme with ``token`` may do."""
    name = f"token:{token.prefix}"
    # A customer without a portfolio has nothing yet. An empty path would mean everything.
    return Actor(name) if token.reach is None else Actor(name, (Grant(token.reach, token.rights),))


def _grant(role: Role, customer: Customer | None) -> Grant | None:
    if customer is None:
        return Grant("", ROLE_PERMISSIONS[role])
    # A customer without a portfolio has nothing yet. An empty path would mean everything.
    return Grant(customer.root_path, ROLE_PERMISSIONS[role]) if customer.root_path else None
