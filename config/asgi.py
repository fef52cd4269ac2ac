"""What a web server runs: ``uvicorn config.asgi:application``."""

import gc
import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

import django
from django.conf import settings

from config import env, pooling
from config.body_limit import with_body_limit
from config.pages import PAGES_AT_ONCE, Pages

env.start_services()
# Each stream has a thread of its own, which holds no connection while it waits: they are kept in
# a pool. Only here: a pool does not survive a fork, which commands and workers do.
settings.DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
    "min_size": 1,
    "max_size": PAGES_AT_ONCE + 8,
    "timeout": 10,
}
pooling.refuse_transaction_pooling(env.connect)

_LONGEST = {
    "/graphql/": settings.GRAPHQL_MAX_BODY_BYTES,
    "/readings/": settings.BULK_MAX_BODY_BYTES,
}
django.setup(set_prefix=False)

import redis.asyncio  # noqa: E402, F401  # now, while nobody waits: streams need it

from config.graphql_socket import graphql_socket  # noqa: E402  # needs the apps

_http = with_body_limit(Pages(), lambda path: _LONGEST.get(path, settings.MAX_BODY_BYTES))

# What is loaded by now stays: looking through it for garbage, again and again while a list of
# hundreds is made, took a tenth of the list's time.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 10, 10)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer HTTP by Django, websockets by the public interface."""
    if scope["type"] == "websocket":
        await graphql_socket(scope, receive, send)
    else:
        await _http(scope, receive, send)
