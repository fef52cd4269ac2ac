"""The thirteen checks of graphql-cop, as a stranger and as a partner with a token."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import host_of

MUTATION = "mutation cop { __typename }"
CIRCULAR = (
    "query cop { __schema { types { fields { type { fields { type { fields { type { fields "
    "{ type { name } } } } } } } } } }"
)


@pytest.fixture(params=["a stranger", "a partner"])
def headers(request: pytest.FixtureRequest, tenant: Tenant, now: datetime) -> dict[str, str]:
    stranger = {"Host": host_of(tenant)}
    if request.param == "a stranger":
        return stranger
    issued = issue_token(actor=PLATFORM, name="t", role=Role.MANAGER, customer=None, now=now)
    return {**stranger, "Authorization": f"Bearer {issued.key}"}


def ask(headers: dict[str, str], body: object) -> Any:
    answer = Client().post(
        "/graphql/", json.dumps(body), content_type="application/json", headers=headers
    )
    return answer.json()


def query(headers: dict[str, str], text: str) -> Any:
    return ask(headers, {"query": text, "operationName": "cop"})


def test_alias_overloading(headers: dict[str, str]) -> None:
    aliases = " ".join(f"alias{i}: __typename" for i in range(101))

    assert "data" not in query(headers, f"query cop {{ {aliases} }}")


def test_array_based_query_batching(headers: dict[str, str]) -> None:
    answer = ask(headers, [{"query": "query cop { __typename }", "operationName": "cop"}] * 10)

    assert isinstance(answer, dict)
    assert "data" not in answer


def test_directive_overloading(headers: dict[str, str]) -> None:
    answer = query(headers, f"query cop {{ __typename {'@aa' * 10} }}")

    assert len(answer["errors"]) == 1


def test_circular_query_via_introspection(headers: dict[str, str]) -> None:
    assert "data" not in query(headers, CIRCULAR)


def test_field_duplication(headers: dict[str, str]) -> None:
    assert "data" not in query(headers, f"query cop {{ {'__typename ' * 500} }}")


@pytest.mark.parametrize(
    "text",
    [
        "query cop { __schema { directive } }",
        "query cop { viewr { name } }",
        "query cop { assets(first: 1, ordering: [{name: ASK}]) { totalCount } }",
        "query cop { assets(first: 1, filter: {}) { totalCount } }",
        "query cop { assets(first: 1, filters: {nam: {}}) { totalCount } }",
        "query cop($f: AssetFiltr) { assets(first: 1, filters: $f) { totalCount } }",
    ],
)
def test_field_suggestions(headers: dict[str, str], text: str) -> None:
    assert "Did you mean" not in str(query(headers, text))


def test_get_based_mutation(headers: dict[str, str]) -> None:
    answer = Client().get("/graphql/", {"query": MUTATION}, headers=headers)

    assert "data" not in answer.json()


def test_get_method_query_support(headers: dict[str, str]) -> None:
    answer = Client().get("/graphql/", {"query": "query cop { __typename }"}, headers=headers)

    assert "data" not in answer.json()


@pytest.mark.parametrize("path", ["/graphql/", "/graphiql/", "/playground/", "/console/"])
def test_no_ide_is_shown_to_who_is_not_signed_in(headers: dict[str, str], path: str) -> None:
    answer = Client().get(path, headers={**headers, "Accept": "text/html"})

    assert answer.status_code != 200
    assert b"graphiql" not in answer.content.lower().replace(b"next=/graphiql/", b"")


def test_introspection(tenant: Tenant) -> None:
    introspection = "query cop { __schema { types { name fields { name } } } }"

    assert "data" not in query({"Host": host_of(tenant)}, introspection)


def test_post_based_url_encoded_query(headers: dict[str, str]) -> None:
    answer = Client().post("/graphql/", {"query": "query cop { __typename }"}, headers=headers)
    encoded = Client().post(
        "/graphql/",
        "query=query%20cop%20%7B%20__typename%20%7D",
        content_type="application/x-www-form-urlencoded",
        headers=headers,
    )

    assert "data" not in answer.json()
    assert "data" not in encoded.json()


def test_trace_mode(headers: dict[str, str]) -> None:
    answer = query(headers, "query cop { __typename }")

    assert "tracing" not in answer.get("extensions", {})


@pytest.mark.parametrize("text", ["qwerty cop { abc }", "query cop { abc }", "}"])
def test_unhandled_errors(headers: dict[str, str], text: str) -> None:
    answer = query(headers, text)

    assert "exception" not in str(answer).lower()
    assert "INTERNAL" not in str(answer)
