"""Errors that nobody expected: the client gets an id and nothing else, the log has the rest."""

import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from config.schema import schema
from tenants.accounts.tokens import issue_token
from tenants.graphql.admission import Admission
from tenants.graphql.plain_fields import LEAF
from tenants.middleware import TenantByHostMiddleware
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of
from tests.factories import a_customer, a_site

SECRET = "hunter2 is the password of 10.1.2.3"
NAMED = 'query Mine { viewer { name } node(id: "very private") { id } }'


@pytest.fixture
def client(tenant: Tenant, now: datetime) -> GraphQLClient:
    issued = issue_token(actor=PLATFORM, name="t", role=Role.MANAGER, customer=None, now=now)
    return GraphQLClient(host_of(tenant), issued.key)


@pytest.fixture
def fail(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let a field's resolver raise, or answer, what it should not."""

    def install(type_name: str, field: str, result: object) -> None:
        core: Any = schema._schema.type_map[type_name]

        def resolve(*_: Any, **__: Any) -> Any:
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.delitem(core.fields[field].extensions, LEAF, raising=False)
        monkeypatch.setattr(core.fields[field], "resolve", resolve)

    return install


def masked(body: dict[str, Any]) -> str:
    """Return the id of the one error, which tells nothing else."""
    [error] = body["errors"]
    assert error["message"] == "internal error"
    assert error["extensions"]["code"] == "INTERNAL"
    assert SECRET not in json.dumps(body)
    return str(error["extensions"]["id"])


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(SECRET),
        KeyError(SECRET),
        ValueError(SECRET),
        TypeError(SECRET),
        OperationalError(SECRET),
        AssertionError(SECRET),
        RecursionError(SECRET),
        MemoryError(SECRET),
        UnicodeDecodeError("utf-8", SECRET.encode(), 0, 1, SECRET),
        OSError(2, SECRET),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_resolver_that_fails(
    client: GraphQLClient,
    fail: Callable[..., None],
    error: Exception,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fail("Query", "viewer", error)

    body = client.post("query Mine { viewer { name } }").json()

    error_id = masked(body)
    [line] = [each for each in caplog.records if error_id in each.getMessage()]
    assert line.exc_info is not None
    assert line.exc_info[1] is error


@pytest.mark.parametrize(
    ("type_name", "field", "wrong", "query"),
    [
        ("Asset", "assetType", SECRET, "{ assets(first: 1) { edges { node { assetType } } } }"),
        ("Asset", "latitude", SECRET, "{ assets(first: 1) { edges { node { latitude } } } }"),
        ("Asset", "updatedAt", SECRET, "{ assets(first: 1) { edges { node { updatedAt } } } }"),
        ("Viewer", "scopes", SECRET, "{ viewer { scopes } }"),
        ("Viewer", "scopes", object(), "{ viewer { scopes } }"),
        ("Viewer", "name", None, "{ viewer { name } }"),
        ("RateLimit", "capacity", 2**40, "{ rateLimit { capacity } }"),
        ("RateLimit", "requested", float("nan"), "{ rateLimit { requested } }"),
    ],
)
def test_an_answer_that_cannot_be_told(
    client: GraphQLClient,
    fail: Callable[..., None],
    type_name: str,
    field: str,
    wrong: object,
    query: str,
) -> None:
    a_site(a_customer())
    fail(type_name, field, wrong)

    masked(client.post(query).json())


@pytest.mark.parametrize("hook", ["on_validate", "get_results"])
def test_an_extension_that_fails(
    client: GraphQLClient,
    monkeypatch: pytest.MonkeyPatch,
    hook: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(self: object) -> Any:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(Admission, hook, broken)

    answer = posted(client, "{ viewer { name } }")

    assert masked(answer.json()) in caplog.text


def posted(client: GraphQLClient, query: str) -> Any:
    return Client(raise_request_exception=False).post(
        "/graphql/",
        json.dumps({"query": query}),
        content_type="application/json",
        headers={"Host": client.host, "Authorization": f"Bearer {client.key}"},
    )


def test_a_failure_before_any_resolver_is_json_too(
    client: GraphQLClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> Any:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(TenantByHostMiddleware, "get_tenant", broken)

    answer = posted(client, "{ viewer { name } }")

    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/json"
    assert masked(answer.json()) in caplog.text


def test_a_database_that_is_away_is_503_and_worth_another_try(
    client: GraphQLClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> Any:
        raise OperationalError(SECRET)

    monkeypatch.setattr(TenantByHostMiddleware, "get_tenant", broken)

    answer = posted(client, "{ viewer { name } }")

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert SECRET not in answer.content.decode()
    assert error["extensions"]["id"] in caplog.text


def test_other_pages_fail_as_pages(client: GraphQLClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Any:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(TenantByHostMiddleware, "get_tenant", broken)

    answer = Client(raise_request_exception=False).get("/", headers={"Host": client.host})

    assert answer.status_code == 500
    assert answer["Content-Type"].startswith("text/plain")
    assert SECRET not in answer.content.decode()


def test_the_log_says_who_asked_what_but_no_value(
    client: GraphQLClient, fail: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    fail("Query", "viewer", RuntimeError("boom"))
    query = """query Mine($secret: String = "a default") {
        viewer { name }
        assets(first: 77, filters: {name: {exact: "a name", iContains: $secret},
               assetType: {inList: [BATTERY]}}) { totalCount }
    }"""

    with caplog.at_level(logging.ERROR):
        body = client.post(query, secret="a variable").json()

    [line] = [each.getMessage() for each in caplog.records if "unexpected" in each.getMessage()]
    prefix = client.key.rsplit("_", 1)[0]
    assert f"id={body['errors'][0]['extensions']['id']}" in line
    assert "tenant=first_tenant" in line
    assert f"actor=token:{prefix[:12]}" in line
    assert "operation='Mine'" in line
    assert "document=query Mine($secret:String=" in line
    for value in ("a default", "a name", "a variable", "BATTERY", client.key):
        assert value not in line
    assert "77" not in line.partition("document=")[2]  # the random id before it may have it


def test_a_long_document_is_cut_in_the_log(
    client: GraphQLClient, fail: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    fail("Query", "viewer", RuntimeError("boom"))
    fields = " ".join(f"{'long' * 20}{i}: name" for i in range(20))

    client.post(f"{{ viewer {{ name }} assets(first: 1) {{ edges {{ node {{ {fields} }} }} }} }}")

    [line] = [each.getMessage() for each in caplog.records if "unexpected" in each.getMessage()]
    assert len(line) < 1_500
