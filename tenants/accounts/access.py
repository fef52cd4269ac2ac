"""Who asks: by a token's key, or by the session of who signed in."""

from datetime import datetime

from django.contrib.auth import get_user
from django.http import HttpRequest

from tenants.accounts.actors import actor_of, actor_of_token
from tenants.accounts.tokens import find_bearer
from tenants.database import connection
from tenants.models import Tenant
from tenants.permissions import ANONYMOUS, Access


def access_of(request: HttpRequest, authorization: str, *, now: datetime) -> Access | None:
    """Return who asks of the present schema's tenant; None for nobody that we know.

    Args:
        authorization: "Bearer <key>"; empty for who signed in.
    """
    if authorization:
        # The token's row is in the schema of the host: elsewhere it is unknown.
        token = find_bearer(authorization, now=now)
        if token is None:
            return None
        actor = actor_of_token(token)
        return Access(actor, token.name, token.expires_at, token.points_per_minute)
    user = get_user(request)
    actor = actor_of(user)
    return None if actor == ANONYMOUS else Access(actor, str(user))


def access_still(request: HttpRequest, authorization: str, *, now: datetime) -> Access | None:
    """Return the same anew, for who was let in a while ago.

    Also None once the tenant is suspended or gone, or the person signed out elsewhere.
    """
    served = Tenant.objects.active().filter(schema_name=connection.schema_name)
    if not served.exists():
        return None
    if not authorization:
        request.session = type(request.session)(request.session.session_key)
    return access_of(request, authorization, now=now)
