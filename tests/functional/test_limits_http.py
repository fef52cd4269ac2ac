"""Requests as HTTP knows them: what is no request of GraphQL has one clear answer, never 500."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of
from tests.factories import a_user

VIEWER = "{ viewer { name } }"
COST = {"requested", "available", "capacity", "restoredPerSecond"}


@pytest.fixture
def client(tenant: Tenant, now: datetime) -> GraphQLClient:
    issued = issue_token(actor=PLATFORM, name="t", role=Role.MANAGER, customer=None, now=now)
    return GraphQLClient(host_of(tenant), issued.key)


def send(client: GraphQLClient, body: Any, method: str = "post", **headers: str) -> Any:
    """Send ``body``, bytes or what is JSON; return the answer, which is checked to be one."""
    content_type = headers.pop("content_type", "application/json")
    data = body if isinstance(body, bytes) else json.dumps(body)
    answer = Client(raise_request_exception=False).generic(
        method.upper(),
        "/graphql/",
        data,
        content_type=content_type,
        headers={"Host": client.host, "Authorization": f"Bearer {client.key}", **headers},
    )
    told: Any = answer.json()
    assert answer["Content-Type"] in ("application/json", "application/graphql-response+json")
    assert set(told["extensions"]["cost"]) == COST
    assert "Traceback" not in answer.content.decode()
    return answer


MALFORMED = {
    "no JSON": b"query",
    "half JSON": b'{"query": "{ viewer',
    "not UTF-8": b'{"query": "\xff\xfe"}',
    "UTF-16": '{"query": "{ viewer { name } }"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"query": "{ viewer { name } }"}',
    "a text": b'"{ viewer { name } }"',
    "a number": b"5",
    "null": b"null",
    "a batch": json.dumps([{"query": VIEWER}] * 10).encode(),
    "an empty batch": b"[]",
    "no query": b"{}",
    "an empty query": b'{"query": " "}',
    "a query that is null": b'{"query": null}',
    "a query that is a list": b'{"query": ["{ viewer { name } }"]}',
    "variables as a list": json.dumps({"query": VIEWER, "variables": []}).encode(),
    "variables as a text": json.dumps({"query": VIEWER, "variables": "{}"}).encode(),
    "a name that is a number": json.dumps({"query": VIEWER, "operationName": 5}).encode(),
    "a name of no operation": json.dumps({"query": VIEWER, "operationName": "x"}).encode(),
    "extensions as a text": json.dumps({"query": VIEWER, "extensions": "x"}).encode(),
    "a doubled member": b'{"query": "{ viewer { name } }", "query": "{ __typename }"}',
    "a doubled variable": b'{"query": "{ viewer { name } }", "variables": {"a": 1, "a": 2}}',
    "NaN": b'{"query": "{ viewer { name } }", "variables": {"a": NaN}}',
    "Infinity": b'{"query": "{ viewer { name } }", "variables": {"a": -Infinity}}',
    "a list 100,000 deep": b'{"query": "{ viewer { name } }", "variables": {"a":'
    + b"[" * 100_000
    + b"]" * 100_000
    + b"}}",
    "an object 100,000 deep": b'{"query": "x", "variables": ' + b'{"a":' * 100_000 + b"1",
    "a number of 5,000 digits": b'{"query": "x", "variables": {"a": ' + b"9" * 5_000 + b"}}",
    "30,000 objects": json.dumps({"query": "x", "variables": {"a": [{}] * 30_000}}).encode(),
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_malformed_is_told_in_one_sentence(client: GraphQLClient, body: bytes) -> None:
    answer = send(client, body)

    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert len(error["message"]) < 200
    assert error["extensions"]["code"] in ("MALFORMED", "TOO_LONG")
    assert "data" not in answer.json()


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch", "options", "trace"])
def test_only_post_is_answered(client: GraphQLClient, method: str) -> None:
    answer = send(client, {"query": VIEWER}, method)

    assert (answer.status_code, answer["Allow"]) == (405, "POST")


@pytest.mark.parametrize("query", [VIEWER, "mutation { x }", "{ __schema { types { name } } }"])
def test_nothing_is_asked_in_an_address(client: GraphQLClient, query: str) -> None:
    headers = {"Host": client.host, "Authorization": f"Bearer {client.key}"}

    answer = Client().get("/graphql/", {"query": query}, headers=headers)

    assert answer.status_code == 405
    assert "data" not in answer.json()


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/graphql",
        "application/json-patch+json",
        "application/json; charset=latin-1",
        "text/plain; application/json",
    ],
)
def test_only_json_is_taken(client: GraphQLClient, content_type: str) -> None:
    assert send(client, {"query": VIEWER}, content_type=content_type).status_code == 415


def test_a_compressed_body_is_not_unpacked(client: GraphQLClient) -> None:
    answer = send(client, b"\x1f\x8b\x08\x00", **{"Content-Encoding": "gzip"})

    assert answer.status_code == 415
    assert "Content-Encoding" in answer.json()["errors"][0]["message"]


def test_a_stated_charset_is_fine(client: GraphQLClient) -> None:
    answer = send(client, {"query": VIEWER}, content_type="application/json; charset=UTF-8")

    assert answer.status_code == 200


def test_a_body_that_is_too_long(client: GraphQLClient, settings: Settings) -> None:
    settings.GRAPHQL_MAX_BODY_BYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    padding = " " * 1_000

    assert send(client, {"query": VIEWER}).status_code == 200
    assert send(client, {"query": VIEWER + padding}).status_code == 413


def test_the_limit_is_that_of_the_settings(client: GraphQLClient, settings: Settings) -> None:
    longest = settings.GRAPHQL_MAX_BODY_BYTES
    body = json.dumps({"query": VIEWER}).encode()

    assert send(client, body.ljust(longest)).status_code == 200
    assert send(client, body.ljust(longest + 1)).status_code == 413


@pytest.mark.parametrize("length", ["many", "-1", "1e9", "9" * 30, "٣"])
def test_a_length_that_is_none(client: GraphQLClient, length: str) -> None:
    answer = Client(raise_request_exception=False).post(
        "/graphql/",
        json.dumps({"query": VIEWER}),
        content_type="application/json",
        headers={"Host": client.host, "Authorization": f"Bearer {client.key}"},
        CONTENT_LENGTH=length,
    )

    assert answer.status_code in (400, 413)
    assert answer.json()["errors"][0]["message"]


def test_a_subscription_is_not_answered_in_one_piece(client: GraphQLClient) -> None:
    answer = send(client, {"query": "subscription { scheduleRunChanged(id: 1) { id } }"})

    assert answer.status_code == 400
    assert "text/event-stream" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("query", ["{ nonsense }", "{ viewer }", "{ viewer { name"])
def test_statuses_follow_what_the_client_accepts(client: GraphQLClient, query: str) -> None:
    strict = "application/graphql-response+json"

    plain = send(client, {"query": query})
    typed = send(client, {"query": query}, Accept=strict)

    assert (plain.status_code, plain["Content-Type"]) == (200, "application/json")
    assert (typed.status_code, typed["Content-Type"]) == (400, strict)
    assert "data" not in typed.json()


def test_an_answer_with_data_is_200_whatever_is_accepted(client: GraphQLClient) -> None:
    strict = "application/graphql-response+json"

    assert send(client, {"query": VIEWER}, Accept=strict).status_code == 200


def test_who_is_unknown_is_told_nothing_of_any_budget(tenant: Tenant) -> None:
    answer = Client().post("/graphql/", headers={"Host": host_of(tenant)})

    assert answer.status_code == 401
    assert set(answer.json()) == {"errors"}


def test_another_page_cannot_ask_with_a_persons_cookie(tenant: Tenant) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(a_user("ann@example.com", None, Role.MANAGER))
    sent = {
        "path": "/graphql/",
        "data": json.dumps({"query": VIEWER}),
        "content_type": "application/json",
    }

    def ask(**headers: str) -> Any:
        return browser.post(**sent, headers={"Host": host_of(tenant), **headers})  # type: ignore[arg-type]

    browser.cookies["csrftoken"] = "x" * 32

    assert ask().status_code == 403
    assert ask(Accept="text/event-stream").status_code == 403
    assert ask().json()["errors"][0]["extensions"]["code"] == "CSRF"
    own = ask(**{"X-CSRFToken": "x" * 32})
    assert own.status_code == 200, own.content
    assert own.json()["data"]["viewer"]["name"].startswith("user:")
