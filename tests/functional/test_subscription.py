"""Being told of a run, over server-sent events."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.test import AsyncClient
from django_tenants.utils import schema_context

from assets.timegrid import TimeGrid
from scheduling.models import ScheduleRun
from scheduling.services import request_schedule
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.models import Domain, Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import node_id
from tests.factories import HOUR, a_customer, a_site_with_battery

SUBSCRIBE = """subscription ($id: ID!) {
    scheduleRunChanged(id: $id) { state cost { amount currency } asset { name } }
}"""
PATIENCE_SECONDS = 10


def a_key(customer: Customer | None, now: datetime) -> str:
    return issue_token(actor=PLATFORM, name="t", role=Role.VIEWER, customer=customer, now=now).key


@pytest.fixture
def run(customer: Customer, now: datetime) -> ScheduleRun:
    site = a_site_with_battery(customer, now, [0.1, 0.5], known_at=now - HOUR)
    return request_schedule(actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, 2), now=now)


def listen(
    tenant: Tenant, key: str, run: ScheduleRun, *, after_first: Callable[[], Any] | None = None
) -> list[dict[str, Any]]:
    """Return the events up to the end of the stream; act once the first has come."""

    # The asynchronous test client cannot be talked out of its host name.
    Domain.objects.update_or_create(domain="testserver", defaults={"tenant": tenant})

    async def consume() -> list[dict[str, Any]]:
        answer: Any = await AsyncClient().post(
            "/graphql/",
            json.dumps({"query": SUBSCRIBE, "variables": {"id": node_id(run)}}),
            content_type="application/json",
            headers={
                "Authorization": f"Bearer {key}",
                "Accept": "text/event-stream",
            },
        )
        assert answer.status_code == 200
        events: list[dict[str, Any]] = []
        async for chunk in answer.streaming_content:
            for line in chunk.decode().splitlines():
                if not line.startswith("data:") or len(line) < 10:
                    continue
                events.append(json.loads(line.removeprefix("data:")))
                if len(events) == 1 and after_first:
                    await sync_to_async(after_first)()
        return events

    async def with_patience() -> list[dict[str, Any]]:
        return await asyncio.wait_for(consume(), PATIENCE_SECONDS)

    return async_to_sync(with_patience)()


def test_a_run_is_followed_to_its_end(
    tenant: Tenant,
    customer: Customer,
    run: ScheduleRun,
    now: datetime,
    run_jobs: Callable[..., int],
) -> None:
    events = listen(tenant, a_key(customer, now), run, after_first=run_jobs)

    told = [event["data"]["scheduleRunChanged"] for event in events]
    assert [each["state"] for each in told] == ["QUEUED", "READY"]
    assert told[-1] == {
        "state": "READY",
        "cost": {"amount": "-2.000000", "currency": "EUR"},
        "asset": {"name": "Depot"},
    }


def test_a_stranger_hears_what_one_hears_of_no_run(
    tenant: Tenant, run: ScheduleRun, now: datetime
) -> None:
    stranger = a_key(a_customer("Neighbour"), now)

    of_a_run = listen(tenant, stranger, run)
    of_none = listen(tenant, stranger, ScheduleRun())

    assert of_a_run == of_none
    [event] = of_a_run
    assert event["errors"][0]["message"] == "no such ScheduleRun"


def test_another_tenant_hears_nothing_of_it(
    other_tenant: Tenant, run: ScheduleRun, now: datetime
) -> None:
    with schema_context(other_tenant.schema_name):
        key = a_key(None, now)

    [event] = listen(other_tenant, key, run)

    assert event["errors"][0]["message"] == "no such ScheduleRun"


def test_who_loses_the_right_hears_no_more(
    tenant: Tenant, customer: Customer, run: ScheduleRun, now: datetime
) -> None:
    elsewhere = a_customer("Elsewhere")

    def move_away() -> None:
        asset = run.asset
        asset.path = f"{elsewhere.root_path}{asset.pk}."
        asset.save(update_fields=["path"])

    events = listen(tenant, a_key(customer, now), run, after_first=move_away)

    assert events[0]["data"]["scheduleRunChanged"]["state"] == "QUEUED"
    assert events[-1]["errors"][0]["message"] == "no such ScheduleRun"
