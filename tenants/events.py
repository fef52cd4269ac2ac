"""Events: facts that upper floors may react to, told once the transaction commits.

An event hastens, state decides: it is told in this process and may be lost with it, so each
subscriber has a periodic twin that finds by state what no event told.
"""

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.db import transaction

E = TypeVar("E")

_subscribers: dict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(event_type: type[E], subscriber: Callable[[E], None]) -> None:
    """Call ``subscriber`` with each ``event_type`` emitted. Called from ``AppConfig.ready``."""
    if subscriber not in _subscribers[event_type]:
        _subscribers[event_type].append(subscriber)


def emit(event: object) -> None:
    """Tell subscribers about ``event`` when the current transaction commits."""
    for subscriber in _subscribers[type(event)]:
        # robust: one failing subscriber must not silence the others.
        transaction.on_commit(partial(subscriber, event), robust=True)
