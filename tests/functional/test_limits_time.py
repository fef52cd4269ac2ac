"""How long a request may keep the database: cancelled by the server, and nothing is left behind."""

import copy
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, connections, transaction
from pytest_django import DjangoDbBlocker, Settings

from config.schema import schema
from tenants.accounts.tokens import issue_token
from tenants.graphql.plain_fields import LEAF
from tenants.graphql.time_limit import OutOfTime, time_limit
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of


@pytest.fixture
def database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database outside of any transaction, as a request finds it. Nothing is written."""
    with django_db_blocker.unblock():
        yield
        connection.close()


def shown(setting: str = "statement_timeout") -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {setting}")
        return str(cursor.fetchone()[0])


def sleep(seconds: float) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


@pytest.mark.usefixtures("database")
def test_a_long_statement_is_cancelled_and_the_connection_stays_good() -> None:
    began = time.monotonic()

    with time_limit(statement_seconds=0.1, total_seconds=60):
        assert shown() == "100ms"
        with pytest.raises(OutOfTime):
            sleep(30)
        assert shown() == "100ms"

    assert time.monotonic() - began < 10
    assert shown() == "0"


@pytest.mark.usefixtures("database")
def test_many_short_statements_end_with_the_total() -> None:
    done: list[int] = []

    def work() -> None:
        with time_limit(statement_seconds=60, total_seconds=0.3):
            for i in range(1_000):
                sleep(0.02)
                done.append(i)

    with pytest.raises(OutOfTime):
        work()

    assert 1 <= len(done) < 20
    assert shown() == "0"


@pytest.mark.usefixtures("database")
def test_the_last_statement_has_no_more_than_what_is_left() -> None:
    began = time.monotonic()

    with pytest.raises(OutOfTime), time_limit(statement_seconds=60, total_seconds=0.2):
        sleep(30)

    assert time.monotonic() - began < 10
    assert shown() == "0"


@pytest.mark.usefixtures("database")
def test_a_new_connection_within_a_request_is_limited_too() -> None:
    with time_limit(statement_seconds=0.1, total_seconds=60):
        connection.close()
        with pytest.raises(OutOfTime):
            sleep(30)

    assert shown() == "0"


@pytest.mark.usefixtures("database")
def test_a_connection_that_broke_is_no_trouble() -> None:
    with time_limit(statement_seconds=1, total_seconds=60):
        sleep(0)
        connection.connection.close()
    connection.close()

    assert shown() == "0"


@pytest.mark.usefixtures("database")
def test_a_connection_goes_back_to_its_pool_as_it_came() -> None:
    pooled = copy.deepcopy(connection.settings_dict)
    pooled["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 1}

    def in_pool(work: Callable[[], Any]) -> Any:
        """Run ``work`` in a thread of its own, with the one connection of the pool."""

        def run() -> Any:
            wrapper: Any = connections.create_connection("default")
            wrapper.settings_dict = pooled
            connections["default"] = wrapper
            try:
                return work()
            finally:
                wrapper.close()

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(run).result()

    def too_long() -> int:
        with time_limit(statement_seconds=0.1, total_seconds=60), pytest.raises(OutOfTime):
            sleep(30)
        return process_id()

    def process_id() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return int(cursor.fetchone()[0])

    def close_pool() -> None:
        wrapper: Any = connections["default"]
        wrapper.close_pool()

    try:
        first = in_pool(too_long)

        assert in_pool(process_id) == first
        assert in_pool(shown) == "0"
    finally:
        in_pool(close_pool)


@pytest.mark.usefixtures("database")
def test_others_are_not_hurried() -> None:
    told: list[str] = []

    def other() -> None:
        told.append(shown())
        connection.close()

    with time_limit(statement_seconds=0.1, total_seconds=60):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()

    assert told == ["0"]


@pytest.fixture
def client(tenant: Tenant, now: datetime) -> GraphQLClient:
    issued = issue_token(actor=PLATFORM, name="t", role=Role.MANAGER, customer=None, now=now)
    return GraphQLClient(host_of(tenant), issued.key)


class Slowness:
    """How long the viewer's name takes the database."""

    seconds = 0.0


@pytest.fixture
def slowness(monkeypatch: pytest.MonkeyPatch) -> Slowness:
    field: Any = schema._schema.type_map["Viewer"].fields["name"]  # type: ignore[attr-defined]
    resolve, slowness = field.resolve, Slowness()

    def slow(source: Any, info: Any, **options: Any) -> Any:
        sleep(slowness.seconds)
        return resolve(source, info, **options)

    monkeypatch.delitem(field.extensions, LEAF)  # it is read no more, but resolved
    monkeypatch.setattr(field, "resolve", slow)
    return slowness


def test_a_request_that_takes_too_long_is_told_so(
    client: GraphQLClient, slowness: Slowness, settings: Settings
) -> None:
    settings.GRAPHQL_STATEMENT_SECONDS = 0.1
    slowness.seconds = 30

    answer = client.post("{ viewer { name } }")

    [error] = answer.json()["errors"]
    assert error["extensions"] == {"code": "OUT_OF_TIME"}
    assert error["path"] == ["viewer", "name"]
    assert shown() == "0"
    slowness.seconds = 0
    assert client.execute("{ viewer { name } }")["viewer"]["name"].startswith("token:")
