"""Who may not ask: one answer, to the byte, whatever is wrong with a token."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tenants.utils import schema_context
from redis.exceptions import ConnectionError as RedisIsAway

from tenants import services
from tenants.accounts.models import ApiToken
from tenants.accounts.throttle import MAX_WRONG_KEYS_OF_SENDER
from tenants.accounts.tokens import issue_token, revoke_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.access_documents import everything_of, required, roots
from tests.client import host_of

_SENDER: dict[str, str] = {}
UNKNOWN = "lst_00000000_" + "x" * 43


#: The network address of who asks: another in each test, so that guesses are counted anew.
_addresses = (f"198.51.100.{number}" for number in itertools.count(1))


@pytest.fixture(autouse=True)
def _asks_from_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_SENDER, "REMOTE_ADDR", next(_addresses))


@pytest.fixture
def key(tenant: Tenant) -> str:
    return a_key()


def a_key() -> str:
    now = timezone.now()
    return issue_token(actor=PLATFORM, name="t", role=Role.VIEWER, customer=None, now=now).key


def ask(
    host: str, authorization: str | None, document: str = "{ viewer { name } }", **how: Any
) -> Any:
    headers = {"Host": host}
    if authorization is not None:
        headers["Authorization"] = authorization
    return Client().post(
        "/graphql/",
        {"query": document},
        content_type="application/json",
        headers=headers,
        **{**_SENDER, **how},
    )


def told(answer: Any) -> tuple[int, bytes, dict[str, str]]:
    return answer.status_code, answer.content, dict(answer.headers)


def of_another_tenant(key: str, other: Tenant) -> str:
    with schema_context(other.schema_name):
        return f"Bearer {a_key()}"


def revoked(key: str, other: Tenant) -> str:
    revoke_token(actor=PLATFORM, token=row(key), now=timezone.now())
    return f"Bearer {key}"


def expired(key: str, other: Tenant) -> str:
    ApiToken.objects.filter(pk=row(key).pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    return f"Bearer {key}"


def row(key: str) -> ApiToken:
    return ApiToken.objects.get(prefix=key[:12])


#: What is wrong, from a good key.
WRONG: dict[str, Callable[[str, Tenant], str]] = {
    "of another tenant": of_another_tenant,
    "revoked": revoked,
    "expired": expired,
    "right prefix, wrong rest": lambda key, _: f"Bearer {key[:-1]}{'A' if key[-1] != 'A' else 'B'}",
    "right rest, wrong prefix": lambda key, _: f"Bearer lst_00000000{key[12:]}",
    "prefix alone": lambda key, _: f"Bearer {key[:12]}",
    "too long": lambda key, _: f"Bearer {key}x",
    "of capitals": lambda key, _: f"Bearer {key.upper()}",
    "without scheme": lambda key, _: key,
    "of another scheme": lambda key, _: f"Basic {key}",
    "two spaces": lambda key, _: f"Bearer  {key}",
    "two keys": lambda key, _: f"Bearer {key} {key}",
    "scheme alone": lambda key, _: "Bearer",
    "nothing but a space": lambda key, _: " ",
    "a quote": lambda key, _: "Bearer lst_'; SELECT 1; --",
    "a letter beyond ASCII": lambda key, _: f"Bearer {key[:-1]}é",
    "a zero byte": lambda key, _: f"Bearer {key}\x00",
    "very long": lambda key, _: "Bearer " + "x" * 8_000,
}


@pytest.mark.parametrize("wrong", WRONG)
def test_whatever_is_wrong_the_answer_is_that_to_an_unknown_token(
    tenant: Tenant, other_tenant: Tenant, key: str, wrong: str
) -> None:
    host = host_of(tenant)
    header = WRONG[wrong](key, other_tenant)
    told(ask(host, f"Bearer {UNKNOWN}"))

    with CaptureQueriesContext(connection) as of_unknown:
        unknown = told(ask(host, f"Bearer {UNKNOWN}"))
    with CaptureQueriesContext(connection) as of_wrong:
        answer = told(ask(host, header))

    assert unknown[0] == 401
    assert unknown[2]["WWW-Authenticate"] == "Bearer"
    assert answer == unknown
    assert len(of_wrong) == len(of_unknown), "the time it takes would tell"


def test_a_good_key_is_let_in_whatever_the_scheme_is_spelt_like(tenant: Tenant, key: str) -> None:
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert ask(host_of(tenant), f"{scheme} {key}").status_code == 200


@pytest.mark.parametrize("kind", ["Query", "Mutation", "Subscription"])
def test_no_field_answers_who_is_not_signed_in(tenant: Tenant, kind: str) -> None:
    host = host_of(tenant)
    nobody = told(ask(host, None))
    assert nobody[0] == 401

    for name, field in roots(kind).items():
        given = {"input": "{}"} if "input" in field.args else {}
        arguments = required(field, name, **given)
        document = f"{kind.lower()} {{ {everything_of(field, name, arguments)} }}"
        for how in ({}, {"HTTP_ACCEPT": "text/event-stream"}):
            assert told(ask(host, None, document, **how)) == nobody, name


def test_a_suspended_tenant_answers_like_no_host_at_all(tenant: Tenant, key: str) -> None:
    host = host_of(tenant)
    assert ask(host, f"Bearer {key}").status_code == 200
    services.suspend_tenant(operator="tests", tenant=tenant, now=timezone.now())

    suspended = [told(ask(host, f"Bearer {each}")) for each in (key, UNKNOWN)]
    no_host = told(ask("nobody.localhost", f"Bearer {key}"))

    assert suspended == [no_host, no_host]
    assert no_host[0] == 404


def test_who_guesses_keys_has_to_wait_and_others_do_not(
    tenant: Tenant, other_tenant: Tenant, key: str
) -> None:
    host = host_of(tenant)
    for number in range(MAX_WRONG_KEYS_OF_SENDER):
        assert ask(host, f"Bearer {number}").status_code == 401

    # A right key has to wait as well: else the throttle itself would tell which one is right.
    guess, right = told(ask(host, "Bearer 51")), told(ask(host, f"Bearer {key}"))

    assert guess == right
    assert guess[0] == 429
    assert guess[2]["Retry-After"] == "900"
    assert ask(host, f"Bearer {key}", REMOTE_ADDR="192.0.2.7").status_code == 200
    with schema_context(other_tenant.schema_name):
        theirs = a_key()
    assert ask(host_of(other_tenant), f"Bearer {theirs}").status_code == 200


def test_who_repeats_one_wrong_key_guesses_nothing(tenant: Tenant, key: str) -> None:
    host = host_of(tenant)
    for _ in range(MAX_WRONG_KEYS_OF_SENDER + 5):
        assert ask(host, f"Bearer {UNKNOWN}").status_code == 401

    assert ask(host, f"Bearer {key}").status_code == 200


def test_while_redis_is_away_nobody_is_locked_out(
    tenant: Tenant, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **options: Any) -> None:
        raise RedisIsAway("refused")

    for name in ("get", "add", "incr"):
        monkeypatch.setattr(cache, name, away)

    assert ask(host_of(tenant), f"Bearer {key}").status_code == 200
    assert ask(host_of(tenant), f"Bearer {UNKNOWN}").status_code == 401
