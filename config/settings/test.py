"""Tests: the same services as in development, other database and cache numbers."""

import os

from config.settings.base import *  # noqa: F403
from config.settings.base import CACHES, REDIS_URL

# Hashing that is slow by design would be most of the run.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
# Runs and their workers share a server, and must not find each other's counts.
CACHES["default"]["KEY_PREFIX"] = f"test-{os.getpid()}"
CELERY_BROKER_URL = REDIS_URL.rsplit("/", 1)[0] + "/1"
# What a test writes is never committed, so no bell rings: streams look for themselves, soon.
LIVE_HEARTBEAT_SECONDS = 0.1
