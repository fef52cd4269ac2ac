"""``list_tokens TENANT``: all tokens of a tenant, the newest first; never a key."""

import json
from datetime import datetime
from typing import Any

from tenants.accounts.models import ApiToken
from tenants.management.tokens import TokenCommand, as_json
from tenants.permissions import Actor


class Command(TokenCommand):
    help = (
        "List the tokens of a tenant, one a line: prefix, state, role, customer, name, last used."
    )

    def act(self, actor: Actor, now: datetime, options: dict[str, Any]) -> None:
        tokens = ApiToken.objects.visible_to(actor).select_related("customer", "predecessor")
        rows = [as_json(token, now) for token in tokens.order_by("-created_at", "-pk")]
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=2))
            return
        for row in rows:
            words = [row["prefix"], row["state"], row["role"], row["customer"] or "(all)"]
            self.stdout.write("\t".join([*words, row["name"], row["lastUsedAt"] or "never used"]))
