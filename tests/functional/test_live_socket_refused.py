"""Subscriptions over a websocket: what is refused, and how."""

from datetime import datetime
from typing import Any

import pytest

from assets.timegrid import TimeGrid
from scheduling.models import ScheduleRun
from scheduling.services import request_schedule
from tenants.accounts.models import Customer
from tenants.models import Tenant
from tenants.permissions import PLATFORM
from tests.client import host_of, node_id
from tests.factories import HOUR, a_site_with_battery
from tests.live import FOLLOW, STATE, a_key, cookies, signed_in
from tests.streams import Closed, Socket, entered, in_time


@pytest.fixture
def run(customer: Customer, now: datetime) -> ScheduleRun:
    site = a_site_with_battery(customer, now, [0.1, 0.5], known_at=now - HOUR)
    return request_schedule(actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, 2), now=now)


@pytest.fixture
def key(customer: Customer, now: datetime) -> str:
    return a_key(customer, now)


@pytest.mark.parametrize(
    "payload", ["x", {"query": ""}, {"query": "{", "variables": 1}, {"query": "{" * 100}]
)
def test_what_is_no_document_is_refused(tenant: Tenant, key: str, payload: Any) -> None:
    async def ask() -> dict[str, Any]:
        async with entered(tenant, key) as socket:
            await socket.send(type="subscribe", id="1", payload=payload)
            return await socket.hear()

    refused = in_time(ask())
    assert (refused["type"], refused["id"]) == ("error", "1")
    assert refused["payload"][0]["extensions"]["code"] in ("MALFORMED", "TOO_LONG")


@pytest.mark.parametrize(
    "document", ["{ viewer { name } }", "mutation { revokeToken(input: {}) { replayed } }"]
)
def test_queries_and_mutations_are_refused(tenant: Tenant, key: str, document: str) -> None:
    async def ask() -> dict[str, Any]:
        async with entered(tenant, key) as socket:
            await socket.subscribe(document)
            return await socket.hear()

    refused = in_time(ask())
    assert refused["type"] == "error"
    assert "send queries and mutations by POST" in refused["payload"][0]["message"]


def test_a_subscription_is_admitted_and_paid_like_a_query(
    tenant: Tenant, run: ScheduleRun, key: str
) -> None:
    async def ask(document: str) -> dict[str, Any]:
        async with entered(tenant, key) as socket:
            await socket.subscribe(document, id=node_id(run))
            return await socket.hear()

    deep = FOLLOW % ("asset { " * 30 + "name" + " }" * 30)
    assert in_time(ask(deep))["type"] == "error"
    assert in_time(ask(FOLLOW % "nothing"))["type"] == "error"
    paid = in_time(ask(STATE))
    assert paid["payload"]["extensions"]["cost"]["requested"] > 1


def test_the_old_protocol_is_refused(tenant: Tenant) -> None:
    async def ask() -> Closed:
        async with Socket(host, protocol="graphql-ws") as socket:
            return await socket.closing()

    host = host_of(tenant)
    assert in_time(ask()).code == 4406


def test_a_page_of_another_site_is_refused_before_it_is_let_in(
    tenant: Tenant, customer: Customer
) -> None:
    browser = signed_in(tenant, customer)

    async def ask() -> Closed:
        async with Socket(host, cookie=cookies(browser), origin="https://evil.example") as socket:
            message = await socket._from_server.get()
            socket._to_server.put_nowait({"type": "websocket.disconnect", "code": 1000})
            return Closed(message)

    host = host_of(tenant)
    assert in_time(ask()).code == 1008


def test_who_does_not_say_who_they_are_is_sent_away(tenant: Tenant, settings: Any) -> None:
    settings.LIVE_INIT_SECONDS = 0.05

    async def wait() -> Closed:
        async with Socket(host) as socket:
            return await socket.closing()

    host = host_of(tenant)
    assert in_time(wait()).code == 4408


def test_subscribing_before_saying_who_one_is_ends_the_socket(tenant: Tenant) -> None:
    async def ask() -> Closed:
        async with Socket(host) as socket:
            await socket.subscribe(STATE, id="x")
            return await socket.closing()

    host = host_of(tenant)
    assert in_time(ask()).code == 4401


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x" * 100_001, 1009),
        ("{", 4400),
        ("[]", 4400),
        ('{"type": "subscribe", "id": ["1"], "payload": {"query": ""}}', 4400),
        ('{"type": "subscribe", "id": "1"}', 4400),
        ('{"type": "nonsense"}', 4400),
    ],
)
def test_messages_that_are_none_end_the_socket(
    tenant: Tenant, key: str, text: str, code: int
) -> None:
    async def ask() -> Closed:
        async with entered(tenant, key) as socket:
            await socket.send_text(text)
            return await socket.closing()

    assert in_time(ask()).code == code


def test_there_are_only_so_many_streams_for_one(
    tenant: Tenant, run: ScheduleRun, key: str, settings: Any
) -> None:
    settings.LIVE_MAX_PLACES_OF_ACTOR = 2  # the socket is one of them

    async def ask(opened: int) -> list[str]:
        """Return what each of so many subscriptions hears first."""
        async with entered(tenant, key) as socket:
            for index in range(opened):
                await socket.subscribe(STATE, name=str(index), id=node_id(run))
            heard: list[str] = []
            while len(heard) < opened:
                message = await socket.hear()
                if message["type"] == "next":
                    errors = message["payload"].get("errors")
                    heard.append(errors[0]["extensions"]["code"] if errors else "told")
                elif message["type"] == "error":
                    heard.append(message["payload"][0]["message"])
            return sorted(heard)

    assert in_time(ask(2)) == ["RATE_LIMITED", "told"]
    assert in_time(ask(1)) == ["told"], "places are given back"
    settings.LIVE_MAX_OF_CONNECTION = 1
    settings.LIVE_MAX_PLACES_OF_ACTOR = 9
    assert in_time(ask(2)) == ["Subscription limit reached", "told"]
