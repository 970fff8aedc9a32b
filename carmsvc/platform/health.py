"""Is it alive, is it ready: answered before sessions, scopes and host checks.

`/healthz`: the process answers. `/readyz`: database, cache and a worker that takes messages off
the queue; a worker's heartbeat is a task, so one that stopped consuming counts as dead.
"""

import logging
import time
from collections.abc import Callable

from django.core.cache import cache
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
HEARTBEAT_KEY = "worker-heartbeat"
HEARTBEAT_SECONDS = 15
OLDEST_HEARTBEAT = 6 * HEARTBEAT_SECONDS


class HealthDoors:
    """Middleware, the first one: `/healthz` and `/readyz` need nothing that may be down."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return JsonResponse({"status": "ok"})
        if request.path == "/readyz":
            return readiness()
        return self.get_response(request)


def readiness() -> JsonResponse:
    """200 when everything works, else 503; which part does not is named, why is logged."""
    checks = {"database": _database(), "cache": _cache(), "worker": _worker()}
    is_ready = all(found == "ok" for found in checks.values())
    document = {"status": "ok" if is_ready else "unavailable", "checks": checks}
    return JsonResponse(document, status=200 if is_ready else 503)


def beat() -> None:
    """A worker says, from inside a task, that it consumes."""
    cache.set(HEARTBEAT_KEY, time.time(), timeout=24 * 3600)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        connection.close()  # the next request opens a new one
        logger.warning("not ready: %s", error)
        return "unavailable"
    return "ok"


def _cache() -> str:
    try:
        cache.get(HEARTBEAT_KEY)
    except (OSError, RedisError) as error:
        logger.warning("not ready: %s", error)
        return "unavailable"
    return "ok"


def _worker() -> str:
    try:
        last = cache.get(HEARTBEAT_KEY)
    except (OSError, RedisError):
        return "unknown"
    if last is None:
        return "not heard of"
    return "ok" if time.time() - last < OLDEST_HEARTBEAT else "silent"
