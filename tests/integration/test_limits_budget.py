"""Buckets in Redis: exact, fair, and there when Redis is not."""

import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
import redis as redis_client
from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tenants.graphql.budget import LEAVE_ALONE_SECONDS, Bucket, Buckets, Budget


@pytest.fixture
def redis() -> Iterator[Redis]:
    """Redis, which other tests use at the same time: each tenant has a name of its own."""
    client = Redis.from_url(settings.REDIS_URL)
    yield client
    client.close()


def a_budget(own: int, shared: int, *, actor: str = "", tenant: str = "") -> Budget:
    actor = actor or f"token:{uuid4()}"
    return Budget.of(tenant or str(uuid4()), actor, own=own, shared=shared)


def n_granted(buckets: Buckets, budget: Budget, times: int, cost: float = 1.0) -> int:
    return sum(not buckets.spend(budget, cost).wait_seconds for _ in range(times))


def test_a_flood_gets_its_bucket_and_what_refills(redis: Redis) -> None:
    buckets, budget = Buckets(redis), a_budget(600, 10_000)
    began = time.monotonic()

    granted = n_granted(buckets, budget, 800)

    refilled = (time.monotonic() - began) * budget.restored_per_second
    assert 600 <= granted <= 601 + refilled


def test_what_is_refused_costs_nothing_and_says_how_long_to_wait(redis: Redis) -> None:
    buckets, budget = Buckets(redis), a_budget(60, 10_000)
    buckets.spend(budget, 50)

    refused = [buckets.spend(budget, 20) for _ in range(3)]

    # A point comes back each second, and a test may take some.
    assert all(1 <= each.wait_seconds <= 10 for each in refused)
    assert all(10 <= each.available < 20 for each in refused)
    assert refused[0].available <= refused[-1].available


def test_many_tokens_of_one_tenant_share_a_bucket(redis: Redis) -> None:
    buckets, tenant = Buckets(redis), str(uuid4())
    tokens = [a_budget(100, 250, actor=f"token:{i}", tenant=tenant) for i in range(10)]

    began = time.monotonic()

    granted = [n_granted(buckets, token, 100) for token in tokens]

    assert granted[:2] == [100, 100]
    refilled = (time.monotonic() - began) * 250 / 60
    assert 50 <= sum(granted[2:]) <= 51 + refilled


def test_what_the_tenant_lacks_is_not_taken_from_the_token(redis: Redis) -> None:
    buckets, tenant = Buckets(redis), str(uuid4())
    first, second = (a_budget(100, 120, actor=name, tenant=tenant) for name in "ab")
    n_granted(buckets, first, 100)

    refused = buckets.spend(second, 50)

    assert 10 <= refused.wait_seconds <= 15  # for 30 of the tenant's 120 a minute
    assert float(redis.hget(second.own.name, "left") or 0) == 100


def test_another_tenants_flood_harms_nobody(redis: Redis) -> None:
    buckets = Buckets(redis)
    flooder = a_budget(50, 60, tenant=str(uuid4()))
    others = [a_budget(50, 60) for _ in range(9)]

    n_granted(buckets, flooder, 200)

    assert [n_granted(buckets, other, 40) for other in others] == [40] * 9


class Broken:
    """A Redis that is away, and counts who asks."""

    def __init__(self, real: Redis) -> None:
        self.real = real
        self.asked = 0
        self.away = True

    def register_script(self, script: str) -> "Broken":
        self.script = self.real.register_script(script)
        return self

    def __call__(self, **options: object) -> object:
        self.asked += 1
        if self.away:
            raise redis_client.ConnectionError
        return self.script(**options)  # type: ignore[arg-type]


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_without_redis_the_process_counts_and_asks_only_now_and_then(redis: Redis) -> None:
    away, clock = Broken(redis), Clock()
    buckets, budget = Buckets(away, clock), a_budget(60, 100)  # type: ignore[arg-type]

    assert n_granted(buckets, budget, 100) == 60
    assert away.asked == 1
    clock.now += LEAVE_ALONE_SECONDS
    assert n_granted(buckets, budget, 100) == LEAVE_ALONE_SECONDS  # a point a second came back
    assert away.asked == 2


def test_many_tokens_share_a_bucket_also_without_redis(redis: Redis) -> None:
    buckets = Buckets(Broken(redis), Clock())  # type: ignore[arg-type]
    tokens = [a_budget(100, 250, actor=f"token:{i}", tenant="one") for i in range(10)]

    assert [n_granted(buckets, token, 100) for token in tokens] == [100, 100, 50] + [0] * 7


def test_redis_is_used_again_when_it_is_back(redis: Redis) -> None:
    away, clock = Broken(redis), Clock()
    buckets, budget = Buckets(away, clock), a_budget(60, 100)  # type: ignore[arg-type]
    n_granted(buckets, budget, 100)

    away.away = False
    clock.now += LEAVE_ALONE_SECONDS

    assert n_granted(buckets, budget, 60) == 60  # the shared bucket is full
    assert away.asked == 61
    assert redis.exists(budget.own.name)


def test_a_redis_that_was_restarted_forgot_the_script_and_is_told_again(redis: Redis) -> None:
    buckets, budget = Buckets(redis), a_budget(60, 100)
    began = time.monotonic()
    n_granted(buckets, budget, 60)

    redis.script_flush()

    # What was spent before is still spent; a point a second came back.
    assert n_granted(buckets, budget, 60) <= 1 + time.monotonic() - began


def test_a_dead_address_costs_one_short_wait() -> None:
    nobody = Redis(
        host="127.0.0.1", port=1, socket_connect_timeout=0.25, retry=Retry(NoBackoff(), 0)
    )
    buckets, budget = Buckets(nobody), a_budget(60, 100)
    began = time.monotonic()

    assert n_granted(buckets, budget, 1_000) == 60

    assert time.monotonic() - began < LEAVE_ALONE_SECONDS
    nobody.close()


def test_names_keep_tenants_and_actors_apart() -> None:
    one, two = (Budget.of(schema, "token:x", own=1, shared=1) for schema in ("first", "second"))

    assert one.own == Bucket("budget:{first}:token:x", 1)
    assert {one.own, one.shared}.isdisjoint({two.own, two.shared})
