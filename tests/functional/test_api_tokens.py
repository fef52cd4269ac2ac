"""Tokens through the interface: issued, listed, rotated, revoked; the key is told once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from assets.models import Asset
from tenants.accounts.models import ApiToken, Customer
from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Permission, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import HOUR, a_site

ISSUE = """mutation ($input: IssueTokenInput!) { issueToken(input: $input) {
    object { key token { id prefix name role scopes subtree pointsPerMinute expiresAt
        customer { name } predecessor { prefix } } }
    replayed errors { code field detail limits { minimum maximum allowed } }
} }"""
ROTATE = """mutation ($input: RotateTokenInput!) { rotateToken(input: $input) {
    object { key token { id prefix role scopes predecessor { id } } }
    replayed errors { code field detail limits { minimum maximum allowed } }
} }"""
REVOKE = """mutation ($input: RevokeTokenInput!) { revokeToken(input: $input) {
    object { revokedAt } errors { code field detail }
} }"""
TOKENS = """query ($filters: ApiTokenFilter) { tokens(first: 50, filters: $filters) {
    edges { node { id prefix name revokedAt lastUsedAt customer { name } } } } }"""
WHO = "{ viewer { name prefix } }"


def a_client(
    tenant: Tenant, customer: Customer | None, now: datetime, role: Role = Role.MANAGER, **how: Any
) -> GraphQLClient:
    issued = issue_token(actor=PLATFORM, name="t", role=role, customer=customer, now=now, **how)
    return GraphQLClient(host_of(tenant), issued.key)


@pytest.fixture
def manager(tenant: Tenant, customer: Customer, now: datetime) -> GraphQLClient:
    return a_client(tenant, customer, now)


def row_of(client: GraphQLClient) -> ApiToken:
    return ApiToken.objects.get(prefix=client.key[:12])


def test_a_token_is_issued_and_its_key_opens_what_it_says(
    manager: GraphQLClient, customer: Customer, site: Asset
) -> None:
    asked = {
        "name": "box at the gate",
        "role": "PLANNER",
        "customer": node_id(customer),
        "subtree": node_id(site),
        "scopes": ["ASSET_READ"],
        "pointsPerMinute": 500,
    }

    answer = manager.execute(ISSUE, input=asked)["issueToken"]

    assert (answer["errors"], answer["replayed"]) == ([], False)
    made = answer["object"]
    box = GraphQLClient(manager.host, made["key"])
    assert made["key"].startswith(made["token"]["prefix"])
    assert made["token"]["subtree"] == node_id(site)
    assert made["token"]["scopes"] == ["ASSET_READ"]
    assert box.execute(WHO)["viewer"]["prefix"] == made["token"]["prefix"]
    seen = box.execute("{ assets(first: 9) { edges { node { name parent { name } } } } }")
    assert seen["assets"]["edges"] == [{"node": {"name": "Depot", "parent": None}}]


def test_a_replay_has_the_same_token_and_no_key(manager: GraphQLClient, customer: Customer) -> None:
    asked = {
        "name": "box",
        "role": "VIEWER",
        "customer": node_id(customer),
        "idempotencyKey": "box-1",
    }

    first = manager.execute(ISSUE, input=asked)["issueToken"]
    again = manager.execute(ISSUE, input=asked)["issueToken"]

    assert first["object"]["key"]
    assert (again["replayed"], again["object"]["key"]) == (True, None)
    assert again["object"]["token"] == first["object"]["token"]
    assert ApiToken.objects.filter(name="box").count() == 1


def test_no_key_is_kept_anywhere(manager: GraphQLClient, customer: Customer) -> None:
    asked = {"name": "box", "role": "VIEWER", "customer": node_id(customer), "idempotencyKey": "k"}
    key = manager.execute(ISSUE, input=asked)["issueToken"]["object"]["key"]
    token = ApiToken.objects.get(name="box")
    rotated = {"token": node_id(token), "idempotencyKey": "r"}
    new_key = manager.execute(ROTATE, input=rotated)["rotateToken"]["object"]["key"]

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname IN (current_schema(), 'public')"
        )
        tables = [name for (name,) in cursor.fetchall()]
        found = 0
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM \"{table}\" t")
            rows = cursor.fetchone()[0]
            found += token.prefix in rows
            for told in (key, new_key):
                assert told not in rows, table
                assert told[13:] not in rows, table
    assert found >= 2, "the search saw too little to mean anything"


def test_a_rotated_token_works_beside_its_successor_for_the_overlap(
    tenant: Tenant, manager: GraphQLClient, customer: Customer
) -> None:
    box = a_client(tenant, customer, datetime.now().astimezone(), Role.PLANNER)
    old = row_of(box)

    asked = {"token": node_id(old), "overlapHours": 2.0}
    made = manager.execute(ROTATE, input=asked)["rotateToken"]["object"]

    new = GraphQLClient(box.host, made["key"])
    assert made["token"]["predecessor"] == {"id": node_id(old)}
    assert box.execute(WHO)["viewer"]["prefix"] == old.prefix
    assert new.execute(WHO)["viewer"]["prefix"] == made["token"]["prefix"]
    old.refresh_from_db()
    assert old.expires_at is not None
    assert timedelta(hours=1.9) < old.expires_at - datetime.now().astimezone() < 2 * HOUR

    asked = {"token": made["token"]["id"]}
    manager.execute(ROTATE, input=asked)
    assert new.post(WHO).status_code == 401


@pytest.mark.parametrize("hours", [-1.0, 745.0, 1e300])
def test_an_impossible_overlap_is_named_with_its_limits(
    tenant: Tenant, manager: GraphQLClient, customer: Customer, now: datetime, hours: float
) -> None:
    box = a_client(tenant, customer, datetime.now().astimezone())
    asked = {"token": node_id(row_of(box)), "overlapHours": hours}

    [error] = manager.execute(ROTATE, input=asked)["rotateToken"]["errors"]

    assert (error["code"], error["field"]) == ("OUT_OF_RANGE", ["overlapHours"])
    assert error["limits"] == {"minimum": 0.0, "maximum": 744.0, "allowed": []}


def test_a_revoked_token_ends_at_once_and_is_listed_as_ended(
    tenant: Tenant, manager: GraphQLClient, customer: Customer, now: datetime
) -> None:
    box = a_client(tenant, customer, now)
    assert box.post(WHO).status_code == 200

    asked = {"token": node_id(row_of(box))}
    first = manager.execute(REVOKE, input=asked)["revokeToken"]["object"]["revokedAt"]
    again = manager.execute(REVOKE, input=asked)["revokeToken"]["object"]["revokedAt"]

    assert first == again
    assert box.post(WHO).status_code == 401
    listed = manager.execute(TOKENS, filters={"isRevoked": True})["tokens"]["edges"]
    assert [each["node"]["prefix"] for each in listed] == [box.key[:12]]
    [error] = manager.execute(ROTATE, input=asked)["rotateToken"]["errors"]
    assert error["code"] == "CONFLICT"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"name": ""}, "REQUIRED", ["name"]),
        ({"name": "x" * 101}, "LENGTH", ["name"]),
        ({"scopes": ["ACCOUNT_MANAGE"]}, "NOT_ALLOWED", ["scopes"]),
        ({"pointsPerMinute": 0}, "OUT_OF_RANGE", ["pointsPerMinute"]),
        ({"expiresAt": "2020-01-01T00:00Z"}, "TIME", ["expiresAt"]),
        ({"expiresAt": "2090-01-01T00:00Z"}, "OUT_OF_RANGE", ["expiresAt"]),
        ({"customer": "Q3VzdG9tZXI6OTk5OTk5"}, "NOT_FOUND", ["customer"]),
        ({"subtree": "QXNzZXQ6OTk5OTk5OTk="}, "NOT_FOUND", ["subtree"]),
        ({"customer": None}, "NOT_FOUND", ["customer"]),
    ],
)
def test_a_wrong_value_of_a_new_token_is_named_and_none_is_issued(
    manager: GraphQLClient, customer: Customer, changes: dict[str, Any], code: str, field: list[str]
) -> None:
    before = ApiToken.objects.count()
    asked = {"name": "box", "role": "PLANNER", "customer": node_id(customer), **changes}

    answer = manager.execute(ISSUE, input=asked)["issueToken"]

    assert answer["object"] is None
    assert [(each["code"], each["field"]) for each in answer["errors"]] == [(code, field)]
    assert ApiToken.objects.count() == before


def test_nobody_issues_or_rotates_what_they_may_not_do_themselves(
    tenant: Tenant, customer: Customer, now: datetime
) -> None:
    clerk = a_client(tenant, customer, now, scopes=[Permission.ACCOUNT_MANAGE])
    box = a_client(tenant, customer, datetime.now().astimezone(), Role.PLANNER)
    asked = {"name": "box", "role": "VIEWER", "customer": node_id(customer)}

    [of_issue] = clerk.execute(ISSUE, input=asked)["issueToken"]["errors"]
    [of_rotate] = clerk.execute(ROTATE, input={"token": node_id(row_of(box))})["rotateToken"][
        "errors"
    ]

    assert (of_issue["code"], of_issue["field"]) == ("NOT_ALLOWED", ["role"])
    assert of_rotate["code"] == "FORBIDDEN"
    assert clerk.execute(REVOKE, input={"token": node_id(row_of(box))})["revokeToken"]["object"]


def test_who_manages_no_accounts_sees_and_ends_no_tokens(
    tenant: Tenant, customer: Customer, manager: GraphQLClient, now: datetime
) -> None:
    planner = a_client(tenant, customer, now, Role.PLANNER)

    assert planner.execute(TOKENS)["tokens"]["edges"] == []
    [error] = planner.execute(REVOKE, input={"token": node_id(row_of(manager))})["revokeToken"][
        "errors"
    ]
    assert error["code"] == "FORBIDDEN"


def test_a_manager_of_a_subtree_manages_the_tokens_beneath_it_alone(
    tenant: Tenant, customer: Customer, site: Asset, manager: GraphQLClient, now: datetime
) -> None:
    of_site = a_client(tenant, customer, now, subtree=site.path)
    yard = a_site(customer, "Yard")
    asked = {"name": "meter", "role": "VIEWER"}

    made = of_site.execute(ISSUE, input={**asked, "subtree": node_id(site)})["issueToken"]
    [beside] = of_site.execute(ISSUE, input={**asked, "subtree": node_id(yard)})["issueToken"][
        "errors"
    ]
    [above] = of_site.execute(ISSUE, input=asked)["issueToken"]["errors"]

    # Its customer is above the subtree, so the manager of a site alone does not see who it is.
    assert made["object"]["token"]["customer"] is None
    assert ApiToken.objects.get(prefix=made["object"]["token"]["prefix"]).customer == customer
    assert beside["code"] == above["code"] == "NOT_FOUND"
    listed = of_site.execute(TOKENS)["tokens"]["edges"]
    assert {each["node"]["name"] for each in listed} == {"t", "meter"}
    assert all(each["node"]["prefix"] != manager.key[:12] for each in listed)
    whole = manager.execute(TOKENS, filters={"customer": node_id(customer)})["tokens"]["edges"]
    assert {each["node"]["customer"]["name"] for each in whole} == {"Depot Ltd"}
