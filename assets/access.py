"""Where in the tree an actor may do what."""

from django.core.exceptions import PermissionDenied

from assets.models import Asset
from tenants.permissions import Actor, Permission


def authorise_on(actor: Actor, permission: Permission, asset: Asset) -> None:
    """Raise ``PermissionDenied`` unless ``actor`` holds ``permission`` on ``asset``.

    An asset that the actor may not read is refused in the same words as one that does not
    exist, so that identifiers cannot be probed.
    """
    if not actor.may_on(Permission.ASSET_READ, asset.path):
        raise PermissionDenied("no such asset")
    if not actor.may_on(permission, asset.path):
        raise PermissionDenied(f"{actor.name} may not {permission.label} here")
