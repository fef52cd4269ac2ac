"""What an actor may do. The only module that turns a role into a right."""

from collections.abc import Mapping
from dataclasses import dataclass
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
class Actor:
    """Who acts within one tenant: a person, a token, or the platform itself.

    Attributes:
        name: how the audit trail calls the actor, for example ``"user:17"``.
        permissions: what the actor may do.
        root_paths: paths of the asset subtrees to which the actor is confined
            (``"3.17."``); None for the whole tenant, empty for nothing.
    """

    name: str
    permissions: frozenset[Permission] = frozenset()
    root_paths: tuple[str, ...] | None = ()


#: Acts for the platform in workers and commands. Never handed to a request.
PLATFORM: Final = Actor(name="platform", permissions=frozenset(Permission), root_paths=None)

#: Nobody in particular: may do and see nothing.
ANONYMOUS: Final = Actor(name="anonymous")


def authorise(actor: Actor, permission: Permission) -> None:
    """Raise ``PermissionDenied`` unless ``actor`` holds ``permission``."""
    if permission not in actor.permissions:
        raise PermissionDenied(f"{actor.name} may not {permission.label}")
