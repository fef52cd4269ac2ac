"""What commands about tokens share: the tenant, refusals in words, a key on stdout alone."""

import getpass
import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.utils import timezone
from django_tenants.utils import tenant_context

from tenants.accounts.models import ApiToken
from tenants.accounts.tokens import IssuedToken
from tenants.models import Tenant
from tenants.permissions import Actor, Role, actor_in_role


class TokenCommand(BaseCommand):
    """A command about the tokens of one tenant. Subclasses say what it does in ``act``."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="its schema, for example north_grid; see list_tenants")
        parser.add_argument("--json", action="store_true", help="as a JSON document")

    def handle(self, *args: Any, tenant: str, **options: Any) -> None:
        found = Tenant.objects.customers().filter(schema_name=tenant).first()
        if found is None:
            raise CommandError(
                f"tenant: there is no {tenant!r}; list_tenants shows which there are"
            )
        with tenant_context(found):
            try:
                self.act(operator(), timezone.now(), options)
            except ValidationError as error:
                lines = [
                    f"{field}: {'; '.join(said)}" for field, said in error.message_dict.items()
                ]
                raise CommandError("\n".join(lines)) from None

    def act(self, actor: Actor, now: datetime, options: dict[str, Any]) -> None:
        """Do it, in the tenant's schema."""
        raise NotImplementedError

    def tell_key(self, issued: IssuedToken, options: dict[str, Any], now: datetime) -> None:
        """Print the key, this once: alone on stdout, all else on stderr, or all as JSON."""
        if options["json"]:
            told = {**as_json(issued.token, now), "key": issued.key}
            self.stdout.write(json.dumps(told, indent=2))
            return
        ends = f"{issued.token.expires_at:%Y-%m-%d %H:%M} UTC"
        self.stderr.write(f"{issued.token}, until {ends}. Its key is not shown again:")
        self.stdout.write(issued.key)


def operator() -> Actor:
    """Return who runs the command, as the audit trail calls them."""
    return actor_in_role(f"command:{getpass.getuser()}"[:64], Role.MANAGER)


def token_of(prefix: str) -> ApiToken:
    """Return the token whose key begins with ``prefix``."""
    token = ApiToken.objects.filter(prefix=prefix).first()
    if token is None:
        raise CommandError(f"token: there is no {prefix!r}; list_tokens shows which there are")
    return token


def as_json(token: ApiToken, now: datetime) -> dict[str, Any]:
    """Return what may be seen of ``token``."""

    def moment(time: datetime | None) -> str | None:
        return time.isoformat() if time else None

    return {
        "prefix": token.prefix,
        "name": token.name,
        "customer": token.customer and token.customer.name,
        "role": token.role,
        "scopes": sorted(token.rights),
        "subtree": token.subtree or None,
        "pointsPerMinute": token.points_per_minute,
        "state": token.state_at(now),
        "createdAt": moment(token.created_at),
        "expiresAt": moment(token.expires_at),
        "revokedAt": moment(token.revoked_at),
        "lastUsedAt": moment(token.last_used_at),
        "predecessor": token.predecessor and token.predecessor.prefix,
    }
