"""Whether the web process lives, and whether it can serve."""

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse


def live(_: HttpRequest) -> JsonResponse:
    """Answer as long as the process does."""
    return JsonResponse({"status": "ok"})


def ready(_: HttpRequest) -> JsonResponse:
    """Answer 200 if PostgreSQL answers. Redis only hastens: without it we serve, and say so."""
    parts = {"postgresql": _postgresql(), "redis": _redis()}
    status = 200 if parts["postgresql"] == "ok" else 503
    word = "ok" if status == 200 else "unavailable"
    return JsonResponse({"status": word, **parts}, status=status)


def _postgresql() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unavailable"
    return "ok"


def _redis() -> str:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1) as client:
            client.ping()
    except redis.RedisError:
        return "unavailable"
    return "ok"
