"""Points that may be spent on requests: buckets that refill, kept in Redis.

A token, or a person, has a bucket of one minute's points, so that a burst is served and a flood
is not. All of a tenant's share a second one, so that many tokens are no way around the first.
A request is paid from both or from neither.

While Redis is away every process counts by itself with the same figures: a client then has as
many buckets as there are processes, and nobody is locked out. Only one request in a few
seconds tries whether Redis is back, so that not each waits for it.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from threading import Lock
from typing import Any, Final

from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError
from redis.retry import Retry

_TIMEOUT_SECONDS: Final = 0.25
#: How long Redis is left alone once it did not answer [s].
LEAVE_ALONE_SECONDS: Final = 5.0
# Both buckets of a request are keys of one tenant: {...} keeps them on one node of a cluster.
_SCRIPT: Final = """
local cost = tonumber(ARGV[1])
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local left, enough = {}, 1
for i, key in ipairs(KEYS) do
  local capacity = tonumber(ARGV[i + 1])
  local kept = redis.call('HMGET', key, 'left', 'at')
  local before, at = tonumber(kept[1]) or capacity, tonumber(kept[2]) or now
  left[i] = math.min(capacity, before + (now - at) * capacity / 60)
  if left[i] < cost then enough = 0 end
end
for i, key in ipairs(KEYS) do
  left[i] = left[i] - cost * enough
  redis.call('HSET', key, 'left', left[i], 'at', now)
  redis.call('EXPIRE', key, 120)
  left[i] = tostring(left[i])
end
return {enough, unpack(left)}
"""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A name, and how many points a minute it gets and at most holds."""

    name: str
    points_per_minute: int


@dataclass(frozen=True, slots=True)
class Budget:
    """What a request is paid from: the bucket of who asks, and that of the whole tenant."""

    own: Bucket
    shared: Bucket

    @classmethod
    def of(cls, schema_name: str, actor_name: str, *, own: int, shared: int) -> "Budget":
        """Return the budget of an actor of a tenant; the figures are points a minute."""
        tenant = f"budget:{{{schema_name}}}"
        return cls(Bucket(f"{tenant}:{actor_name}", own), Bucket(tenant, shared))

    @property
    def points_per_minute(self) -> int:
        """What can be spent in a minute if nobody else of the tenant spends anything."""
        return min(self.own.points_per_minute, self.shared.points_per_minute)

    @property
    def restored_per_second(self) -> float:
        return self.points_per_minute / 60


@dataclass(frozen=True, slots=True)
class Spent:
    """What a request cost, and what is left.

    Attributes:
        requested: points of this request.
        available: points left after it, or before it if it was refused.
        wait_seconds: until it can be asked again; 0 if it was granted.
    """

    requested: float
    available: float
    wait_seconds: int = 0

    def of(self, requested: float) -> "Spent":
        """Return the same for a request that was paid in parts."""
        return replace(self, requested=requested)


def as_extension(budget: Budget, spent: Spent) -> dict[str, Any]:
    """Return ``extensions`` of an answer, which tell what it cost."""
    return {
        "cost": {
            "requested": spent.requested,
            "available": round(spent.available, 3),
            "capacity": budget.points_per_minute,
            "restoredPerSecond": budget.restored_per_second,
        }
    }


class Buckets:
    """All buckets, shared between processes over Redis."""

    def __init__(self, redis: Redis, clock: Callable[[], float] = time.monotonic) -> None:
        self._redis = redis
        self._script: Any = redis.register_script(_SCRIPT)
        self._clock = clock
        self._ask_again_at = -math.inf
        self._alone: dict[str, tuple[float, float]] = {}
        self._lock = Lock()

    def spend(self, budget: Budget, cost: float) -> Spent:
        """Take ``cost`` points from both buckets, or from neither and say how long to wait."""
        buckets = (budget.own, budget.shared)
        taken, left = self._take_shared(buckets, cost) or self._take_alone(buckets, cost)
        available = max(min(left), 0.0)
        if taken:
            return Spent(cost, available)
        missing = zip(buckets, left, strict=True)
        wait = max((cost - has) * 60 / bucket.points_per_minute for bucket, has in missing)
        return Spent(cost, available, max(math.ceil(wait), 1))

    def _take_shared(
        self, buckets: Sequence[Bucket], cost: float
    ) -> tuple[bool, list[float]] | None:
        """Take from Redis; return None while it is away."""
        with self._lock:
            if self._clock() < self._ask_again_at:
                return None
            if self._ask_again_at > -math.inf:  # one asks whether it is back, others go on alone
                self._ask_again_at = self._clock() + LEAVE_ALONE_SECONDS
        keys = [bucket.name for bucket in buckets]
        arguments = [cost, *(bucket.points_per_minute for bucket in buckets)]
        try:
            try:
                taken, *left = self._script(keys=keys, args=arguments)
            except NoScriptError:  # it was restarted between the two calls
                taken, *left = self._redis.eval(_SCRIPT, len(keys), *keys, *arguments)
        except RedisError:
            with self._lock:
                self._ask_again_at = self._clock() + LEAVE_ALONE_SECONDS
            return None
        if self._alone:
            with self._lock:
                self._alone.clear()
        self._ask_again_at = -math.inf
        return bool(taken), [float(each) for each in left]

    def _take_alone(self, buckets: Sequence[Bucket], cost: float) -> tuple[bool, list[float]]:
        now = self._clock()
        with self._lock:
            left = [self._left_alone(bucket, now) for bucket in buckets]
            taken = min(left) >= cost
            if taken:
                left = [each - cost for each in left]
            self._alone.update(
                (bucket.name, (each, now)) for bucket, each in zip(buckets, left, strict=True)
            )
        return taken, left

    def _left_alone(self, bucket: Bucket, now: float) -> float:
        capacity = float(bucket.points_per_minute)
        left, at = self._alone.get(bucket.name, (capacity, now))
        return min(capacity, left + (now - at) * capacity / 60)


@cache
def buckets() -> Buckets:
    """Return the buckets of this process."""
    return Buckets(
        Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=_TIMEOUT_SECONDS,
            socket_connect_timeout=_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
    )
