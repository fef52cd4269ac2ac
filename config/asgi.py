"""What a web server runs: ``uvicorn config.asgi:application``."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

from django.conf import settings
from django.core.asgi import get_asgi_application

from config import env, pooling
from config.body_limit import with_body_limit

env.start_services()
# Under ASGI each request has a thread of its own, so connections are kept in a pool. Only
# here: a pool does not survive a fork, which commands and workers do.
settings.DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
    "min_size": 1,
    "max_size": 16,
    "timeout": 10,
}
pooling.refuse_transaction_pooling(env.connect)

application = with_body_limit(
    get_asgi_application(),
    lambda path: (
        settings.GRAPHQL_MAX_BODY_BYTES if path == "/graphql/" else settings.MAX_BODY_BYTES
    ),
)
