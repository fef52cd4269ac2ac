"""What an actor may do. The only module that turns a role into a right."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import models


class Permission(models.TextChoices):
    ASSET_READ = "ASSET_READ", "read assets, sensors and their series"
    ASSET_MANAGE = "ASSET_MANAGE", "create, change and remove assets and sensors"
    BELIEF_RECORD = "BELIEF_RECORD", "record readings"
    SCHEDULE_REQUEST = "SCHEDULE_REQUEST", "ask for a schedule"
    FORECAST_REQUEST = "FORECAST_REQUEST", "ask for a forecast"
    CONNECTION_MANAGE = "CONNECTION_MANAGE", "manage connections to other systems"
    ACCOUNT_MANAGE = "ACCOUNT_MANAGE", "manage customers, people and tokens"


class Role(models.TextChoices):
    """What a person or token is to a customer, or to the whole tenant."""

    VIEWER = "VIEWER", "viewer"
    PLANNER = "PLANNER", "planner"
    MANAGER = "MANAGER", "manager"


_VIEWER: Final = frozenset({Permission.ASSET_READ})
_PLANNER: Final = _VIEWER | {
    Permission.BELIEF_RECORD,
    Permission.SCHEDULE_REQUEST,
    Permission.FORECAST_REQUEST,
}

ROLE_PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.VIEWER: _VIEWER,
        Role.PLANNER: _PLANNER,
        Role.MANAGER: frozenset(Permission),
    }
)


@dataclass(frozen=True, slots=True)
class Grant:
    """What may be done on one subtree of assets.

    Attributes:
        root_path: path of the subtree's root (``"3.17."``); empty for the whole tenant.
        permissions: what may be done there.
    """

    root_path: str
    permissions: frozenset[Permission]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts within one tenant: a person, a token, or the platform itself.

    A right belongs to a subtree: who is a viewer of one customer and a manager of another
    is not a manager of both.

    Attributes:
        name: how the audit trail calls the actor, for example ``"user:17"``.
        grants: what the actor may do, and where.
    """

    name: str
    grants: tuple[Grant, ...] = ()

    def may(self, permission: Permission) -> bool:
        """Say whether the actor holds ``permission`` anywhere."""
        return any(permission in grant.permissions for grant in self.grants)

    def may_everywhere(self, permission: Permission) -> bool:
        """Say whether the actor holds ``permission`` on the whole tenant."""
        return "" in self.root_paths(permission)

    def may_on(self, permission: Permission, path: str) -> bool:
        """Say whether the actor holds ``permission`` on the asset at ``path``."""
        return path.startswith(self.root_paths(permission) or ("no path",))

    def root_paths(self, permission: Permission) -> tuple[str, ...]:
        """Return the roots of the subtrees where the actor holds ``permission``."""
        return tuple(grant.root_path for grant in self.grants if permission in grant.permissions)


@dataclass(frozen=True, slots=True)
class Access:
    """Who asks, by which right to ask at all.

    Attributes:
        name: of the token or person, as people call them.
        ends_at: when the token or session ends by itself; None if it does not.
        points_per_minute: what the token may spend; None for what the tenant's plan says.
    """

    actor: Actor
    name: str
    ends_at: datetime | None = None
    points_per_minute: int | None = None


def actor_in_role(name: str, role: Role, root_path: str = "") -> Actor:
    """Return an actor with one role on the subtree at ``root_path`` (the whole tenant if empty)."""
    return Actor(name, (Grant(root_path, ROLE_PERMISSIONS[role]),))


#: Acts for the platform in workers and commands. Never handed to a request.
PLATFORM: Final = actor_in_role("platform", Role.MANAGER)

#: Nobody in particular: may do and see nothing.
ANONYMOUS: Final = Actor("anonymous")


def authorise(actor: Actor, permission: Permission) -> None:
    """Raise ``PermissionDenied`` unless ``actor`` holds ``permission`` somewhere."""
    if not actor.may(permission):
        raise PermissionDenied(f"{actor.name} may not {permission.label}")
