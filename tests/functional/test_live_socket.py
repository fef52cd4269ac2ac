"""Subscriptions over a websocket: who is let in, what is told, and when it ends."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_tenants.utils import schema_context

from assets.timegrid import TimeGrid
from scheduling.models import ScheduleRun
from scheduling.services import request_schedule
from tenants.accounts.models import ApiToken, Customer, Membership, User
from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import host_of, node_id
from tests.factories import HOUR, a_customer, a_site_with_battery, a_user
from tests.portal import Browser
from tests.streams import Closed, Socket, entered, in_thread, in_time

FOLLOW = (
    "subscription ($id: ID!, $after: String) { scheduleRunChanged(id: $id, after: $after) {%s} }"
)
STATE = FOLLOW % " state asset { name } "


def a_key(customer: Customer | None, now: datetime, **options: Any) -> str:
    return issue_token(
        actor=PLATFORM, name="t", role=Role.VIEWER, customer=customer, now=now, **options
    ).key


@pytest.fixture
def customer(tenant: Tenant) -> Customer:
    return a_customer()


@pytest.fixture
def run(customer: Customer, now: datetime) -> ScheduleRun:
    site = a_site_with_battery(customer, now, [0.1, 0.5], known_at=now - HOUR)
    return request_schedule(actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, 2), now=now)


@pytest.fixture
def key(customer: Customer, now: datetime) -> str:
    return a_key(customer, now)


def test_a_run_is_followed_to_its_end(
    tenant: Tenant, run: ScheduleRun, key: str, run_jobs: Callable[..., int]
) -> None:
    async def follow() -> list[dict[str, Any]]:
        async with entered(tenant, key) as socket:
            await socket.subscribe(STATE, id=node_id(run))
            heard = [await socket.hear()]
            await in_thread(run_jobs)
            while heard[-1]["type"] != "complete":
                heard.append(await socket.hear())
            return heard

    first, *others, complete = in_time(follow())

    told = [each["payload"]["data"]["scheduleRunChanged"] for each in (first, *others)]
    assert told == [
        {"state": "QUEUED", "asset": {"name": "Depot"}},
        {"state": "READY", "asset": {"name": "Depot"}},
    ]
    assert complete == {"type": "complete", "id": "1"}


def test_a_token_is_also_taken_from_the_handshake(
    tenant: Tenant, run: ScheduleRun, key: str
) -> None:
    async def follow() -> dict[str, Any]:
        async with Socket(host, authorization=f"Bearer {key}") as socket:
            await socket.enter(None)
            await socket.subscribe(STATE, id=node_id(run))
            return await socket.hear()

    host = host_of(tenant)
    assert in_time(follow())["type"] == "next"


def test_a_person_who_signed_in_needs_no_token(
    tenant: Tenant, customer: Customer, run: ScheduleRun
) -> None:
    browser = signed_in(tenant, customer)

    async def follow() -> dict[str, Any]:
        async with Socket(host, cookie=cookies(browser), origin=f"https://{host}") as socket:
            await socket.enter(None)
            await socket.subscribe(STATE, id=node_id(run))
            return await socket.hear()

    host = host_of(tenant)
    assert in_time(follow())["type"] == "next"


def test_unknown_hosts_and_unknown_foreign_and_missing_tokens_are_refused_alike(
    tenant: Tenant, other_tenant: Tenant, key: str, now: datetime
) -> None:
    with schema_context(other_tenant.schema_name):
        foreign = a_key(None, now)

    async def refusal(host: str, shown: str | None) -> tuple[Any, str]:
        async with Socket(host) as socket:
            with pytest.raises(Closed) as closed:
                await socket.enter(shown)
        return closed.value.code, closed.value.reason

    host = host_of(tenant)
    refusals = [
        in_time(refusal(*each))
        for each in [(host, "lst_x_y"), (host, foreign), (host, None), ("nobody.example", key)]
    ]

    assert refusals == [(4403, "Forbidden")] * 4


@pytest.mark.parametrize("end", ["revoked", "expired", "suspended"])
def test_a_stream_ends_with_its_token(
    tenant: Tenant, customer: Customer, run: ScheduleRun, end: str
) -> None:
    soon = timezone.now() + timedelta(seconds=0.5)
    key = a_key(customer, timezone.now(), expires_at=soon if end == "expired" else None)

    def bring_about() -> None:
        if end == "revoked":
            ApiToken.objects.update(revoked_at=timezone.now())
        if end == "suspended":
            Tenant.objects.filter(pk=tenant.pk).update(suspended_at=timezone.now())

    async def follow() -> tuple[list[dict[str, Any]], Closed]:
        heard = []
        async with entered(tenant, key) as socket:
            await socket.subscribe(STATE, id=node_id(run))
            heard.append(await socket.hear())
            await in_thread(bring_about)
            try:
                while True:
                    heard.append(await socket.hear())
            except Closed as closed:
                return heard, closed

    heard, closed = in_time(follow())

    assert heard[0]["payload"]["data"]["scheduleRunChanged"]["state"] == "QUEUED"
    assert all(each["payload"]["data"] is None for each in heard[1:] if each["type"] == "next")
    assert (closed.code, closed.reason) == (4403, "Forbidden")


def test_an_idle_socket_ends_with_its_token(tenant: Tenant, key: str) -> None:
    async def idle() -> Closed:
        async with entered(tenant, key) as socket:
            assert (await socket.receive())["type"] == "ping"
            await in_thread(lambda: ApiToken.objects.update(revoked_at=timezone.now()))
            return await socket.closing()

    assert in_time(idle()).code == 4403


def test_a_stream_ends_with_the_persons_account(
    tenant: Tenant, customer: Customer, run: ScheduleRun
) -> None:
    browser = signed_in(tenant, customer)

    async def follow() -> Closed:
        async with Socket(host, cookie=cookies(browser)) as socket:
            await socket.enter(None)
            await socket.subscribe(STATE, id=node_id(run))
            assert (await socket.hear())["type"] == "next"
            await in_thread(lambda: User.objects.update(is_active=False))
            return await socket.closing()

    host = host_of(tenant)
    assert in_time(follow()).code == 4403


def test_who_loses_a_membership_hears_what_one_hears_of_no_run(
    tenant: Tenant, customer: Customer, run: ScheduleRun
) -> None:
    browser = signed_in(tenant, customer)

    async def follow() -> dict[str, Any]:
        async with Socket(host, cookie=cookies(browser)) as socket:
            await socket.enter(None)
            await socket.subscribe(STATE, id=node_id(run))
            await socket.hear()
            await in_thread(lambda: Membership.objects.all().delete())
            return await socket.hear()

    host = host_of(tenant)
    [error] = in_time(follow())["payload"]["errors"]
    assert error["message"] == "no such ScheduleRun"


def test_a_stranger_hears_what_one_hears_of_no_run(
    tenant: Tenant, run: ScheduleRun, now: datetime
) -> None:
    stranger = a_key(a_customer("Neighbour"), now)

    async def follow(of: ScheduleRun) -> dict[str, Any]:
        async with entered(tenant, stranger) as socket:
            await socket.subscribe(STATE, id=node_id(of))
            return await socket.hear()

    of_a_run = in_time(follow(run))
    assert of_a_run == in_time(follow(ScheduleRun()))
    assert of_a_run["payload"]["errors"][0]["message"] == "no such ScheduleRun"


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


def signed_in(tenant: Tenant, customer: Customer) -> Browser:
    a_user("person@x.example", customer, Role.VIEWER)
    browser = Browser(tenant)
    browser.sign_in("person@x.example")
    return browser


def cookies(browser: Browser) -> str:
    return "; ".join(f"{name}={each.value}" for name, each in browser.cookies.items())
