"""What a web server runs: ``uvicorn config.asgi:application``."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

from django.conf import settings
from django.core.asgi import get_asgi_application

from config import env, pooling

env.start_services()
# Under ASGI each request has a thread of its own, so connections are kept in a pool. Only
# here: a pool does not survive a fork, which commands and workers do.
settings.DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
    "min_size": 1,
    "max_size": 16,
    "timeout": 10,
}
pooling.refuse_transaction_pooling(env.connect)

application = get_asgi_application()
