"""Tokens from the command line: the key goes to stdout, once, and nowhere else."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assets.models import Asset
from tenants.accounts.models import ApiToken, Customer
from tenants.audit.models import AuditEntry
from tenants.models import Tenant
from tests.client import GraphQLClient, host_of
from tests.conftest import OTHER_SCHEMA, TENANT_SCHEMA

WHO = "{ viewer { displayName prefix } }"


def run(name: str, *arguments: Any, schema: str = TENANT_SCHEMA, **options: Any) -> tuple[str, str]:
    """Return what the command wrote to stdout and stderr."""
    out, err = StringIO(), StringIO()
    call_command(name, schema, *map(str, arguments), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_a_token_is_issued_rotated_listed_and_revoked(
    tenant: Tenant, customer: Customer, site: Asset
) -> None:
    out, err = run(
        *("issue_token", "box", "--customer", customer.name, "--role", "PLANNER"),
        *("--scope", "ASSET_READ", "--subtree", site.pk, "--points-per-minute", 500),
    )
    key = out.strip()
    box = GraphQLClient(host_of(tenant), key)
    row = ApiToken.objects.get()
    assert box.execute(WHO)["viewer"] == {"displayName": "box", "prefix": row.prefix}
    assert (row.customer, row.subtree, row.scopes) == (customer, site.path, ["ASSET_READ"])
    assert key[12:] not in err

    rotated = json.loads(run("rotate_token", row.prefix, "--overlap-hours", 2, "--json")[0])
    assert rotated["predecessor"] == row.prefix
    assert GraphQLClient(box.host, rotated["key"]).post(WHO).status_code == 200
    assert box.post(WHO).status_code == 200

    run("revoke_token", rotated["prefix"])
    assert GraphQLClient(box.host, rotated["key"]).post(WHO).status_code == 401

    listed, _ = run("list_tokens")
    assert [line.split("\t")[:4] for line in listed.splitlines()] == [
        [rotated["prefix"], "revoked", "PLANNER", customer.name],
        [row.prefix, "usable", "PLANNER", customer.name],
    ]
    as_json, _ = run("list_tokens", "--json")
    assert [each["state"] for each in json.loads(as_json)] == ["revoked", "usable"]
    for text in (listed, as_json):
        assert key not in text
        assert rotated["key"] not in text
    trail = AuditEntry.objects.filter(subject_type="ApiToken").order_by("pk")
    assert [each.verb for each in trail] == [
        "issue_token",
        "rotate_token",
        "issue_token",
        "revoke_token",
    ]
    assert all(each.actor.startswith("command:") for each in trail)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["issue_token", "box", "--customer", "Nobody"], "--customer: there is no 'Nobody'"),
        (["issue_token", "box", "--subtree", "999999"], "--subtree: there is no asset 999999"),
        (["issue_token", "box", "--expires-at", "soon"], "expires_at: 'soon' is no time"),
        (["issue_token", "box", "--expires-at", "2026-12-31T00:00"], "is no time with an offset"),
        (["issue_token", "box", "--expires-at", "2020-01-01T00:00Z"], "lies in the past"),
        (
            ["issue_token", "box", "--points-per-minute", "0"],
            "points_per_minute: 0 is not positive",
        ),
        (["issue_token", "box", "--role", "VIEWER", "--scope", "ACCOUNT_MANAGE"], "no such right"),
        (["rotate_token", "lst_00000000"], "token: there is no 'lst_00000000'"),
        (["revoke_token", "lst_00000000"], "token: there is no 'lst_00000000'"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_issued(
    customer: Customer, arguments: list[str], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        run(*arguments)

    assert not ApiToken.objects.exists()


def test_an_unknown_tenant_is_named(tenant: Tenant) -> None:
    with pytest.raises(CommandError, match="tenant: there is no 'atlantis'"):
        run("list_tokens", schema="atlantis")


def test_tokens_of_another_tenant_are_not_reached(tenant: Tenant) -> None:
    run("issue_token", "box")
    prefix = ApiToken.objects.get().prefix

    assert prefix not in run("list_tokens", schema=OTHER_SCHEMA)[0]
    with pytest.raises(CommandError, match="there is no"):
        run("revoke_token", prefix, schema=OTHER_SCHEMA)
    assert ApiToken.objects.get().revoked_at is None
