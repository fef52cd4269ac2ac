"""Points that a token or a person may spend: a bucket that refills, kept in Redis.

Each tenant and each of its tokens has a bucket of one minute's points, so that a burst is
served and a flood is not. While Redis is away every process counts by itself with the same
figures: a client then has as many buckets as there are processes, and nobody is locked out.
"""

import math
import time
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from redis import Redis, RedisError
from redis.exceptions import NoScriptError

_SCRIPT: Final = """
local rate, capacity, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'left', 'at')
local before, at = tonumber(kept[1]) or capacity, tonumber(kept[2]) or now
local left = math.min(capacity, before + (now - at) * rate)
local taken = 0
if left >= cost then left = left - cost; taken = 1 end
redis.call('HSET', KEYS[1], 'left', left, 'at', now)
redis.call('EXPIRE', KEYS[1], math.ceil(capacity / rate) + 1)
return {taken, tostring(left)}
"""


@dataclass(frozen=True, slots=True)
class Budget:
    """Whose points, and how many a minute."""

    name: str
    points_per_minute: int

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
    wait_seconds: float = 0.0


class Buckets:
    """All buckets, shared between processes over Redis."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._script: Any = redis.register_script(_SCRIPT)
        self._alone: dict[str, tuple[float, float]] = {}
        self._lock = Lock()

    def spend(self, budget: Budget, cost: float) -> Spent:
        """Take ``cost`` points, or say how long to wait."""
        try:
            taken, left = self._take(budget, cost)
        except RedisError:
            taken, left = self._take_alone(budget, cost)
        wait = 0.0 if taken else (cost - left) / budget.restored_per_second
        return Spent(cost, max(left, 0.0), math.ceil(wait))

    def _take(self, budget: Budget, cost: float) -> tuple[bool, float]:
        arguments = [budget.restored_per_second, budget.points_per_minute, cost]
        keys = [f"budget:{budget.name}"]
        try:
            taken, left = self._script(keys=keys, args=arguments)
        except NoScriptError:  # it was restarted between the two calls
            taken, left = self._redis.eval(_SCRIPT, 1, *keys, *arguments)
        return bool(taken), float(left)

    def _take_alone(self, budget: Budget, cost: float) -> tuple[bool, float]:
        now = time.monotonic()
        capacity = float(budget.points_per_minute)
        with self._lock:
            left, at = self._alone.get(budget.name, (capacity, now))
            left = min(capacity, left + (now - at) * budget.restored_per_second)
            taken = left >= cost
            self._alone[budget.name] = (left - cost if taken else left, now)
        return taken, left - cost if taken else left
