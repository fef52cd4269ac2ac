"""Following runs: of one, of all beneath an asset, and taking up where one left off."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django_tenants.utils import schema_context

from assets.models import Asset
from assets.timegrid import TimeGrid
from scheduling.models import ScheduleRun
from scheduling.queries import changes
from scheduling.services import request_schedule
from tenants import live
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import node_id
from tests.factories import HOUR, a_customer, a_site_with_battery
from tests.streams import entered, in_thread, in_time, server_sent

RUN = """subscription ($id: ID!, $after: String) {
    scheduleRunChanged(id: $id, after: $after) { state }
}"""
RUNS = """subscription ($asset: ID!, $after: String) {
    scheduleRunsChanged(asset: $asset, after: $after) { id state asset { name parent { name } } }
}"""


def a_key(customer: Customer | None, now: datetime) -> str:
    return issue_token(actor=PLATFORM, name="t", role=Role.VIEWER, customer=customer, now=now).key


def a_run(site: Asset, now: datetime) -> ScheduleRun:
    return request_schedule(actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, 2), now=now)


@pytest.fixture
def site(customer: Customer, now: datetime) -> Asset:
    return a_site_with_battery(customer, now, [0.1, 0.5], known_at=now - HOUR)


@pytest.fixture
def portfolio(customer: Customer) -> Asset:
    return Asset.objects.get(path=customer.root_path)


@pytest.fixture
def key(customer: Customer, now: datetime) -> str:
    return a_key(customer, now)


def heard(
    tenant: Tenant,
    key: str,
    query: str,
    *,
    until: int,
    then: Callable[[], Any] = lambda: None,
    cursor: str | None = None,
    **variables: Any,
) -> list[tuple[str | None, dict[str, Any]]]:
    """Return so many server-sent events; act after the first sign of life."""

    async def listen() -> list[tuple[str | None, dict[str, Any]]]:
        events = []
        acted = False
        stream = server_sent(tenant, key, query, cursor=cursor, **variables)
        async for event_id, content in stream:
            if content is not None:
                events.append((event_id, content))
            if len(events) >= until:
                break
            if not acted:
                acted = True
                await in_thread(then)
        await stream.aclose()
        return events

    return in_time(listen())


def states(events: list[tuple[str | None, dict[str, Any]]], field: str) -> list[str]:
    return [content["data"][field]["state"] for _, content in events]


def test_each_event_has_a_cursor_as_its_identifier(
    tenant: Tenant, site: Asset, key: str, now: datetime, run_jobs: Callable[..., int]
) -> None:
    run = a_run(site, now)

    events = heard(tenant, key, RUN, until=2, then=run_jobs, id=node_id(run))

    assert [event_id for event_id, _ in events] == [
        content["extensions"]["cursor"] for _, content in events
    ]


@pytest.mark.parametrize("how", ["header", "argument"])
def test_who_comes_back_is_told_what_changed_and_nothing_twice(
    tenant: Tenant, site: Asset, key: str, now: datetime, run_jobs: Callable[..., int], how: str
) -> None:
    run = a_run(site, now)
    [(first, _)] = heard(tenant, key, RUN, until=1, id=node_id(run))
    run_jobs()

    def back(cursor: str | None) -> list[tuple[str | None, dict[str, Any]]]:
        header, after = (cursor, None) if how == "header" else (None, cursor)
        return heard(  # to the end
            tenant, key, RUN, until=99, cursor=header, after=after, id=node_id(run)
        )

    missed = back(first)
    assert states(missed, "scheduleRunChanged") == ["READY"]
    assert back(missed[-1][0]) == []


def test_the_cursor_of_a_browser_goes_before_the_one_it_began_with(
    tenant: Tenant, site: Asset, key: str, now: datetime, run_jobs: Callable[..., int]
) -> None:
    run = a_run(site, now)
    [(first, _)] = heard(tenant, key, RUN, until=1, id=node_id(run))
    run_jobs()
    [(last, _)] = heard(tenant, key, RUN, until=1, id=node_id(run))

    assert heard(tenant, key, RUN, until=9, id=node_id(run), after=first, cursor=last) == []


@pytest.mark.parametrize("cursor", ["nonsense", "", "Y2hhbmdlOi0x", "Y2hhbmdlOnRydWU="])
def test_what_is_no_cursor_is_named(
    tenant: Tenant, site: Asset, key: str, now: datetime, cursor: str
) -> None:
    run = a_run(site, now)

    [(_, content)] = heard(tenant, key, RUN, until=9, id=node_id(run), after=cursor)

    assert content["errors"][0]["extensions"] == {"code": "INVALID", "field": ["after"]}


def test_all_runs_beneath_an_asset_are_told_of_and_no_others(
    tenant: Tenant,
    site: Asset,
    portfolio: Asset,
    key: str,
    now: datetime,
    run_jobs: Callable[..., int],
) -> None:
    elsewhere = a_site_with_battery(a_customer("Other"), now, [0.1, 0.5], known_at=now - HOUR)

    def ask_here_and_there() -> None:
        a_run(elsewhere, now)
        a_run(site, now)
        run_jobs()

    first = a_run(site, now)
    events = heard(tenant, key, RUNS, until=3, then=ask_here_and_there, asset=node_id(portfolio))

    told = [content["data"]["scheduleRunsChanged"] for _, content in events]
    assert {each["asset"]["name"] for each in told} == {"Depot"}
    assert told[0]["id"] == node_id(first)
    assert [each["state"] for each in told] == ["QUEUED", "READY", "READY"]
    assert len({each["id"] for each in told}) == 2


def test_what_was_missed_is_told_however_much_it_is(
    tenant: Tenant,
    site: Asset,
    portfolio: Asset,
    key: str,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(changes, "_PAGE", 2)
    a_run(site, now)
    [(cursor, _)] = heard(tenant, key, RUNS, until=1, asset=node_id(portfolio))
    missed = [node_id(a_run(site, now)) for _ in range(5)]

    events = heard(tenant, key, RUNS, until=5, asset=node_id(portfolio), cursor=cursor)

    assert [content["data"]["scheduleRunsChanged"]["id"] for _, content in events] == missed


def test_strangers_hear_of_an_asset_what_one_hears_of_none(
    tenant: Tenant, other_tenant: Tenant, site: Asset, now: datetime
) -> None:
    a_run(site, now)
    neighbour = a_key(a_customer("Neighbour"), now)
    with schema_context(other_tenant.schema_name):
        foreign = a_key(None, now)

    def told(tenant: Tenant, key: str, asset: Asset) -> Any:
        return heard(tenant, key, RUNS, until=9, asset=node_id(asset))

    none = Asset(pk=10**9)
    for where, whose in ((tenant, neighbour), (other_tenant, foreign)):
        of_an_asset = told(where, whose, site)
        assert of_an_asset == told(where, whose, none)
        assert of_an_asset[0][1]["errors"][0]["message"] == "no such Asset"


def test_a_bell_is_followed_at_once(
    tenant: Tenant,
    site: Asset,
    portfolio: Asset,
    key: str,
    now: datetime,
    settings: Any,
    after_commit: Callable[[], Any],
) -> None:
    settings.LIVE_HEARTBEAT_SECONDS = 3600  # nobody looks by themselves

    def ask() -> None:
        with after_commit():
            a_run(site, now)

    async def listen() -> list[str]:
        async with entered(tenant, key) as socket:
            await socket.subscribe(RUNS, asset=node_id(portfolio))
            ids = [(await socket.hear())["payload"]["data"]["scheduleRunsChanged"]["id"]]
            await in_thread(ask)
            ids.append((await socket.hear())["payload"]["data"]["scheduleRunsChanged"]["id"])
            return ids

    a_run(site, now)
    first, second = in_time(listen())
    assert first != second


def test_a_stream_gives_signs_of_life(tenant: Tenant, site: Asset, key: str, now: datetime) -> None:
    run = a_run(site, now)

    async def listen() -> int:
        signs = 0
        stream = server_sent(tenant, key, RUN, id=node_id(run))
        async for _, content in stream:
            signs += content is None
            if signs == 2:
                break
        await stream.aclose()
        return signs

    assert in_time(listen()) == 2


def test_two_tenants_at_once_are_each_told_of_their_own(
    tenant: Tenant, other_tenant: Tenant, site: Asset, portfolio: Asset, key: str, now: datetime
) -> None:
    ours = a_run(site, now)
    with schema_context(other_tenant.schema_name):
        customer = a_customer()
        their_site = a_site_with_battery(customer, now, [0.1, 0.5], known_at=now - HOUR)
        theirs, their_key = a_run(their_site, now), a_key(customer, now)
        their_root = node_id(Asset.objects.get(path=customer.root_path))

    async def listen() -> list[str]:
        async with (
            entered(tenant, key) as mine,
            entered(other_tenant, their_key) as their_socket,
        ):
            await mine.subscribe(RUNS, asset=node_id(portfolio))
            await their_socket.subscribe(RUNS, asset=their_root)
            await in_thread(live.ring, changes.asset_topic(portfolio.pk))
            answers = [await mine.hear(), await their_socket.hear()]
            return [each["payload"]["data"]["scheduleRunsChanged"]["id"] for each in answers]

    assert in_time(listen()) == [node_id(ours), node_id(theirs)]
