"""What a request costs, told with every answer, and refused when the budget is spent."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tenants.accounts.tokens import issue_token
from tenants.graphql import admission, budget
from tenants.graphql.budget import Buckets
from tenants.models import Plan, Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of
from tests.factories import a_customer, a_site

RATE = "{ rateLimit { requested available capacity restoredPerSecond } }"
LIST = "query ($n: Int!) { assets(first: $n) { edges { node { name } } } }"


@pytest.fixture(autouse=True)
def fresh_buckets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let each test count from full, in this process alone."""
    nobody = Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0))
    alone = Buckets(nobody, clock=lambda: 0.0)
    for module in (budget, admission, __import__("config.graphql_views", fromlist=["x"])):
        monkeypatch.setattr(module, "buckets", lambda: alone)
    yield
    nobody.close()


def a_client(tenant: Tenant, now: datetime, points: int | None = None) -> GraphQLClient:
    issued = issue_token(
        actor=PLATFORM,
        name="t",
        role=Role.MANAGER,
        customer=None,
        now=now,
        points_per_minute=points,
    )
    return GraphQLClient(host_of(tenant), issued.key)


def cost(answer: Any) -> dict[str, float]:
    return dict(answer.json()["extensions"]["cost"])


def test_a_tokens_own_limit_is_honoured(tenant: Tenant, now: datetime) -> None:
    client = a_client(tenant, now, points=120)

    told = client.execute(RATE)["rateLimit"]

    assert told == {
        "requested": 2.0, "available": 118.0, "capacity": 120, "restoredPerSecond": 2.0
    }  # fmt: skip


def test_the_plans_limit_is_everybody_elses(tenant: Tenant, now: datetime) -> None:
    Plan.objects.filter(pk=tenant.plan_id).update(points_per_minute=600)

    assert a_client(tenant, now).execute(RATE)["rateLimit"]["capacity"] == 600


def test_a_spent_budget_is_429_with_the_wait(tenant: Tenant, now: datetime) -> None:
    client = a_client(tenant, now, points=60)
    a_site(a_customer())
    while not (answer := client.post(LIST, n=10)).json().get("errors"):
        assert answer.status_code == 200

    assert answer.status_code == 429
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert int(answer["Retry-After"]) == error["extensions"]["retryAfterSeconds"] > 0
    assert "data" not in answer.json()
    assert cost(answer)["requested"] > cost(answer)["available"]


def test_who_has_no_point_left_is_not_even_read(tenant: Tenant, now: datetime) -> None:
    client = a_client(tenant, now, points=3)
    for _ in range(3):
        client.post("not even GraphQL")

    answer = client.post("not even GraphQL")

    assert answer.status_code == 429
    assert answer["Retry-After"] == "20"
    assert cost(answer)["available"] == 0


def test_what_no_budget_can_hold_is_refused_for_good(tenant: Tenant, now: datetime) -> None:
    answer = a_client(tenant, now, points=100).post(LIST, n=200)

    assert answer.status_code == 200
    assert answer.json()["errors"][0]["extensions"]["code"] == "TOO_LONG"
    assert cost(answer) == {
        "requested": 1.0, "available": 99.0, "capacity": 100, "restoredPerSecond": 100 / 60
    }  # fmt: skip


def test_all_tokens_of_a_tenant_share_its_total(
    tenant: Tenant, other_tenant: Tenant, now: datetime
) -> None:
    Plan.objects.filter(pk=tenant.plan_id).update(total_points_per_minute=20)
    other_plan = Plan.objects.create(name=str(uuid4()))
    Tenant.objects.filter(pk=other_tenant.pk).update(plan=other_plan)
    clients = [a_client(tenant, now) for _ in range(4)]

    statuses = [client.post("{ __typename }").status_code for client in clients for _ in range(8)]

    assert statuses == [200] * 20 + [429] * 12
    assert cost(clients[0].post("{ __typename }"))["capacity"] == 20


RECORD = "mutation ($i: RecordReadingsInput!) { recordReadings(input: $i) { errors { code } } }"


@pytest.mark.parametrize(
    ("query", "variables", "points"),
    [
        ("{ __typename }", {}, 1),
        (LIST, {"n": 10}, 1 + 1 + 10 * 2),
        (LIST, {"n": 0}, 1),
        (RECORD, {"i": {"series": []}}, 12),
        (RECORD, {"i": {"series": 5}}, 12),
        ("{ nonsense }", {}, 1),
        ("{ viewer { name", {}, 1),
        ("", {}, 1),
        ("{ __schema { queryType { name } } }", {}, 101),
        ("subscription { scheduleRunChanged(id: 1) { id } }", {}, 1),
    ],
)
def test_every_answer_tells_its_cost(
    tenant: Tenant, now: datetime, query: str, variables: dict[str, Any], points: float
) -> None:
    answer = a_client(tenant, now, points=6_000).post(query, **variables)

    assert cost(answer) == {
        "requested": points, "available": 6_000 - points, "capacity": 6_000,
        "restoredPerSecond": 100.0,
    }  # fmt: skip
