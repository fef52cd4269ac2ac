"""``issue_token TENANT NAME``: a new token for the interface; prints its key once."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management import CommandError
from django.utils.dateparse import parse_datetime

from assets.models import Asset
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.errors import wrong
from tenants.management.tokens import TokenCommand
from tenants.permissions import Actor, Permission, Role


class Command(TokenCommand):
    help = "Issue a token for the interface. Its key is printed once, alone on stdout."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name", help='what it is for, for example "box at the gate"')
        parser.add_argument("--role", choices=Role.values, default=Role.PLANNER)
        parser.add_argument(
            "--customer", help="whose it is, by name; the whole tenant's without it"
        )
        parser.add_argument(
            "--scope",
            action="append",
            choices=Permission.values,
            default=[],
            dest="scopes",
            help="narrow the role to this right; may be given several times",
        )
        parser.add_argument(
            "--subtree", type=int, help="number of the asset beneath which alone it is good"
        )
        parser.add_argument("--expires-at", help="ISO 8601 with offset; in a year without it")
        parser.add_argument("--points-per-minute", type=int, help="what it may spend")

    def act(self, actor: Actor, now: datetime, options: dict[str, Any]) -> None:
        subtree = options["subtree"]
        issued = issue_token(
            actor=actor,
            name=options["name"],
            role=Role(options["role"]),
            customer=_customer(options["customer"]),
            now=now,
            expires_at=_moment(options["expires_at"]),
            scopes=[Permission(each) for each in options["scopes"]],
            subtree="" if subtree is None else _asset(subtree).path,
            points_per_minute=options["points_per_minute"],
        )
        self.tell_key(issued, options, now)


def _customer(name: str | None) -> Customer | None:
    if name is None:
        return None
    customer = Customer.objects.filter(name=name).first()
    if customer is None:
        raise CommandError(f"--customer: there is no {name!r}")
    return customer


def _asset(number: int) -> Asset:
    asset = Asset.objects.filter(pk=number).first()
    if asset is None:
        raise CommandError(f"--subtree: there is no asset {number}")
    return asset


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        words = f"{text!r} is no time with an offset, such as 2026-12-31T00:00+01:00"
        raise wrong("expires_at", words, code="time_zone")
    return moment
