"""The bell: "this queue has work". It may be lost, doubled or late; the rows are the truth."""

import logging
import time
from functools import cache
from typing import TYPE_CHECKING, Final

from django.conf import settings

if TYPE_CHECKING:
    from celery import Celery

logger = logging.getLogger(__name__)

#: The Celery task that a bell starts (``tenants.tasks``).
WORK: Final = "tenants.work"

#: A broker that is away may slow its caller by this much [s], and then for a while not at all.
_TIMEOUT_SECONDS: Final = 0.3
_REST_SECONDS: Final = 5.0

_silent_until = 0.0  # on the monotonic clock of this process


def ring(queue: str) -> None:
    """Tell workers that ``queue`` may have work. Never fails: the sweeper rings again."""
    global _silent_until  # noqa: PLW0603  # one broker, hence one state a process
    if time.monotonic() < _silent_until:
        return
    try:
        _bell().send_task(WORK, kwargs={"queue": queue}, queue=queue, retry=False)
    except Exception as error:  # noqa: BLE001  # of kombu, redis or sockets: no caller's matter
        _silent_until = time.monotonic() + _REST_SECONDS
        # The class alone: the message may hold the broker's address with its password.
        logger.warning("the bell of queue %s failed: %s", queue, type(error).__name__)


@cache
def _bell() -> "Celery":
    """Return a sender of its own: the workers' one may wait longer for the broker."""
    from celery import Celery  # noqa: PLC0415  # 0.2 s that commands without jobs need not wait

    bell = Celery("loadstar.bell", broker=settings.CELERY_BROKER_URL, set_as_current=False)
    bell.conf.update(
        task_ignore_result=True,
        broker_connection_timeout=_TIMEOUT_SECONDS,
        broker_transport_options={
            "socket_timeout": _TIMEOUT_SECONDS,
            "socket_connect_timeout": _TIMEOUT_SECONDS,
            "retry_on_timeout": False,
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0,
            "interval_max": 0,
        },
    )
    return bell
