"""The cache, with the connections to Redis that all threads of a process share."""

from functools import cache
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import Redis


class SharedRedisCache(RedisCache):
    """Django's; which makes a client, and so a new connection, for every request under ASGI."""

    @property
    def _cache(self) -> RedisCacheClient:
        made: Any = self  # its stubs know neither
        return _client(tuple(made._servers), tuple(made._options.items()))


class _Client(RedisCacheClient):
    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        made: Any = self
        return _redis(made._get_connection_pool(write))


@cache
def _redis(pool: Any) -> Redis:
    return Redis(connection_pool=pool)


@cache
def _client(servers: tuple[str, ...], options: tuple[tuple[str, Any], ...]) -> RedisCacheClient:
    # Its pools of connections serve many threads, and start anew in a process that forks.
    return _Client(list(servers), **dict(options))
