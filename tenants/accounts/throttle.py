"""Slows down who guesses passwords or keys: failures are counted per address and per sender.

Counts live in the tenant's part of the cache. While that is away nothing is counted: to lock
everybody out would be the greater harm.
"""

import hashlib
from typing import Final

from django.core.cache import cache
from redis import RedisError

#: Failures until an address, or a sender, has to wait.
MAX_FAILURES_OF_ADDRESS: Final = 10
MAX_FAILURES_OF_SENDER: Final = 50
#: Different wrong keys until a sender of requests has to wait.
MAX_WRONG_KEYS_OF_SENDER: Final = 50
WINDOW_SECONDS: Final = 900


def must_wait(email: str, sender: str) -> bool:
    """Say whether signing in as ``email`` from the network address ``sender`` has to wait."""
    limits = _limits(email, sender)
    try:
        counts = cache.get_many(limits)
    except RedisError:
        return False
    return any(counts.get(key, 0) >= limit for key, limit in limits.items())


def note_failure(email: str, sender: str) -> None:
    """Count one failure."""
    try:
        for key in _limits(email, sender):
            cache.add(key, 0, WINDOW_SECONDS)
            cache.incr(key)
    except (RedisError, ValueError):
        return  # away, or forgotten between the two calls


def forget_failures(email: str) -> None:
    """Forget the failures of who has signed in."""
    try:
        cache.delete(_of_address(email))
    except RedisError:
        return


def keys_must_wait(sender: str) -> bool:
    """Say whether requests with a key from the network address ``sender`` have to wait."""
    try:
        return int(cache.get(_of_keys(sender), 0)) >= MAX_WRONG_KEYS_OF_SENDER
    except RedisError:
        return False


def note_wrong_key(authorization: str, sender: str) -> None:
    """Count a wrong key, each one once: who repeats one that has ended guesses nothing."""
    digest = hashlib.sha256(authorization.encode()).hexdigest()[:32]
    try:
        if cache.add(f"{_of_keys(sender)}:{digest}", 1, WINDOW_SECONDS):
            cache.add(_of_keys(sender), 0, WINDOW_SECONDS)
            cache.incr(_of_keys(sender))
    except (RedisError, ValueError):
        return  # away, or forgotten between the two calls


def _of_keys(sender: str) -> str:
    return f"keys:sender:{sender}"


def _limits(email: str, sender: str) -> dict[str, int]:
    return {
        _of_address(email): MAX_FAILURES_OF_ADDRESS,
        f"sign-in:sender:{sender}": MAX_FAILURES_OF_SENDER,
    }


def _of_address(email: str) -> str:
    return f"sign-in:address:{email.strip().casefold()[:254]!r}".replace(" ", "_")
