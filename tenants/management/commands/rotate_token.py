"""``rotate_token TENANT PREFIX``: a successor with the same rights; prints its key once."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from tenants.accounts.tokens import rotate_token
from tenants.management.tokens import TokenCommand, token_of
from tenants.permissions import Actor


class Command(TokenCommand):
    help = "Issue a successor of a token and end the old one after an overlap."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("token", help="its prefix, for example lst_1a2b3c4d; see list_tokens")
        parser.add_argument(
            "--overlap-hours", type=float, default=0.0, help="how long the old key still works"
        )

    def act(self, actor: Actor, now: datetime, options: dict[str, Any]) -> None:
        issued = rotate_token(
            actor=actor,
            token=token_of(options["token"]),
            now=now,
            overlap_hours=options["overlap_hours"],
        )
        self.tell_key(issued, options, now)
