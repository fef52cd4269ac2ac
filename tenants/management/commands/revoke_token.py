"""``revoke_token TENANT PREFIX``: end a token at once."""

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from tenants.accounts.tokens import revoke_token
from tenants.management.tokens import TokenCommand, as_json, token_of
from tenants.permissions import Actor


class Command(TokenCommand):
    help = "End a token at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("token", help="its prefix, for example lst_1a2b3c4d; see list_tokens")

    def act(self, actor: Actor, now: datetime, options: dict[str, Any]) -> None:
        token = revoke_token(actor=actor, token=token_of(options["token"]), now=now)
        if options["json"]:
            self.stdout.write(json.dumps(as_json(token, now), indent=2))
            return
        self.stdout.write(f"{token} ended at {token.revoked_at:%Y-%m-%d %H:%M} UTC")
