"""A partner's own client against a served socket: gql, over graphql-transport-ws."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import uvicorn
from django.db import transaction
from django_tenants.utils import tenant_context
from gql import Client, gql
from gql.transport.exceptions import TransportConnectionFailed
from gql.transport.websockets import WebsocketsTransport
from pytest_django import DjangoDbBlocker

from assets.models import Asset
from assets.timegrid import TimeGrid
from config.graphql_socket import graphql_socket
from scheduling.services import request_schedule
from tenants.accounts.tokens import issue_token
from tenants.database import connection
from tenants.models import Job, Tenant
from tenants.permissions import PLATFORM, Role
from tenants.services import create_tenant, delete_tenant
from tests.client import node_id
from tests.factories import HOUR, a_customer, a_site_with_battery
from tests.streams import in_time
from tests.workers import in_own_connection

FOLLOW = """subscription ($asset: ID!) {
    scheduleRunsChanged(asset: $asset) { id state asset { name } }
}"""


@pytest.fixture
def partner(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, now: datetime
) -> Iterator[tuple[Tenant, Asset, str]]:
    """A tenant at localhost whose rows other connections see, a site of it, and a key."""
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        tenant = create_tenant(
            schema_name="served_tenant", name="Served", domain="localhost", now=now, operator="test"
        )
        with tenant_context(tenant):
            customer = a_customer()
            site = a_site_with_battery(customer, now, [0.1, 0.5], known_at=now - HOUR)
            issued = issue_token(
                actor=PLATFORM, name="t", role=Role.VIEWER, customer=customer, now=now
            )
        yield tenant, site, issued.key
        connection.set_schema_to_public()
        Job.objects.filter(tenant=tenant).delete()
        delete_tenant(operator="test", tenant=tenant)
        connection.close()


@pytest.fixture
def port() -> Iterator[int]:
    """The port at which the public interface's websocket is served, by a thread."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(graphql_socket, lifespan="off", log_level="error")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield int(listening.getsockname()[1])
        server.should_exit = True
        thread.join(10)


def test_gql_follows_the_runs_of_a_site(
    partner: tuple[Tenant, Asset, str], port: int, now: datetime
) -> None:
    tenant, site, key = partner

    def ask() -> str:
        with tenant_context(tenant), transaction.atomic():
            grid = TimeGrid(now, HOUR, 2)
            return node_id(request_schedule(actor=PLATFORM, asset=site, grid=grid, now=now))

    async def follow() -> tuple[list[str], list[dict[str, Any]]]:
        asked, told = [], []
        transport = WebsocketsTransport(
            url=f"ws://localhost:{port}/graphql/",
            init_payload={"Authorization": f"Bearer {key}"},
            subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
        )
        async with Client(transport=transport) as session:
            asked.append(await asyncio.to_thread(in_own_connection(ask)))
            request = gql(FOLLOW)
            request.variable_values = {"asset": node_id(site)}
            async for event in session.subscribe(request):
                told.append(event["scheduleRunsChanged"])
                if len(told) == 2:
                    break
                asked.append(await asyncio.to_thread(in_own_connection(ask)))
        return asked, told

    asked, told = in_time(follow())

    assert told == [{"id": each, "state": "QUEUED", "asset": {"name": "Depot"}} for each in asked]


@pytest.mark.usefixtures("partner")
def test_gql_is_told_that_it_may_not(port: int) -> None:
    async def enter() -> None:
        transport = WebsocketsTransport(
            url=f"ws://localhost:{port}/graphql/",
            init_payload={"Authorization": "Bearer lst_unknown_key"},
            subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
        )
        async with Client(transport=transport):
            pass

    with pytest.raises(TransportConnectionFailed) as refused:
        in_time(enter())
    assert "4403" in str(refused.value.__cause__)
