"""How many may follow at the same time: places, counted in each process, whose memory they take."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings


class NoPlace(Exception):
    """All places are taken. Words for the user."""


_taken: Counter[tuple[str, str]] = Counter()


@contextmanager
def place(schema_name: str, actor_name: str) -> Iterator[None]:
    """Hold a place among those of the actor, and of the tenant.

    Raises:
        NoPlace: the actor or the tenant has as many as it may in this process.
    """
    limits = {
        (schema_name, actor_name): settings.LIVE_MAX_PLACES_OF_ACTOR,
        (schema_name, ""): settings.LIVE_MAX_PLACES_OF_TENANT,
    }
    for key, limit in limits.items():
        if _taken[key] >= limit:
            whose = "token or person" if key[1] else "company"
            raise NoPlace(f"{limit} streams are open, which is all that one {whose} may have")
    _taken.update(limits.keys())
    try:
        yield
    finally:
        _taken.subtract(limits.keys())
        for key in limits:
            if not _taken[key]:
                del _taken[key]
