"""Tests: the same services as in development, other database and cache numbers."""

from config.settings.base import *  # noqa: F403
from config.settings.base import CACHES, REDIS_URL

# Hashing that is slow by design would be most of the run.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
CACHES["default"]["KEY_PREFIX"] = "test"
CELERY_BROKER_URL = REDIS_URL.rsplit("/", 1)[0] + "/1"
# What a test writes is never committed, so no bell rings: streams look for themselves, soon.
LIVE_HEARTBEAT_SECONDS = 0.1
