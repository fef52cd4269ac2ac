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
from tenants.models import Tenant
from tenants.permissions import PLATFORM
from tests.client import host_of, node_id
from tests.factories import HOUR, a_customer, a_site_with_battery
from tests.live import STATE, a_key, cookies, signed_in
from tests.streams import Closed, Socket, entered, in_thread, in_time


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
            heard = await socket.hear()
        # What is left of the budget grows with the clock, whatever is asked.
        del heard["payload"]["extensions"]["cost"]["available"]
        return heard

    of_a_run = in_time(follow(run))
    assert of_a_run == in_time(follow(ScheduleRun()))
    assert of_a_run["payload"]["errors"][0]["message"] == "no such ScheduleRun"
