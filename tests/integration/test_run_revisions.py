"""Revisions of runs become visible in their order: who has seen one has missed none below it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction
from django_tenants.utils import schema_context

from scheduling.models import ScheduleRun
from tests.conftest import OTHER_SCHEMA, TENANT_SCHEMA
from tests.workers import in_own_connection


@pytest.mark.django_db(transaction=False)
def test_the_next_change_waits_for_the_commit_of_the_one_before(django_db_blocker: object) -> None:
    holding, may_end = threading.Event(), threading.Event()
    order: list[str] = []

    def first() -> None:
        with schema_context(TENANT_SCHEMA), transaction.atomic():
            ScheduleRun.objects.next_revision()
            holding.set()
            may_end.wait(10)
            order.append("first")

    def change(schema_name: str, name: str) -> None:
        with schema_context(schema_name), transaction.atomic():
            ScheduleRun.objects.next_revision()
            order.append(name)

    with ThreadPoolExecutor(3) as pool:
        done = [pool.submit(in_own_connection(first))]
        assert holding.wait(10)
        pool.submit(in_own_connection(lambda: change(OTHER_SCHEMA, "another tenant"))).result(10)
        done.append(pool.submit(in_own_connection(lambda: change(TENANT_SCHEMA, "second"))))
        assert not done[1].done()
        may_end.set()
        for each in done:
            each.result(10)

    assert order == ["another tenant", "first", "second"]
