"""How often a principal may ask: a count for each window, told in every answer's headers."""

import logging
import math
import time
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from carmsvc.platform.authentication import principal_of

logger = logging.getLogger(__name__)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True)
class Allowance:
    """What is left of a principal's window."""

    limit: int
    remaining: int
    resets_in: int

    @property
    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.resets_in),
        }


class PrincipalThrottle(BaseThrottle):
    """Counts each key's and each person's requests; without a cache nobody is held up."""

    allowance: Allowance

    def allow_request(self, request: Request, view: Any) -> bool:
        limit, seconds = _rate()
        now = time.time()
        window, resets_in = int(now // seconds), math.ceil(seconds - now % seconds)
        used = _count(f"api-rate:{principal_of(request)}:{window}", seconds)
        self.allowance = Allowance(limit, max(limit - used, 0), resets_in)
        request._request.allowance = self.allowance  # type: ignore[attr-defined]
        return used <= limit

    def wait(self) -> float:
        return self.allowance.resets_in


def _rate() -> tuple[int, int]:
    """(requests, seconds) from the settings: `600/minute`."""
    count, _, period = str(api_settings.DEFAULT_THROTTLE_RATES["principal"]).partition("/")
    return int(count), _SECONDS[period[0]]


def _count(key: str, seconds: int) -> int:
    try:
        cache.add(key, 0, timeout=2 * seconds)
        return cache.incr(key)
    except (OSError, RedisError, ValueError):  # ValueError: it was evicted in between
        logger.warning("requests are not counted: no cache")
        return 1


class RateHeaders:
    """Mixin for views: every answer says what is left of the window."""

    def finalize_response(self, request: Request, response: Response, *a: Any, **k: Any) -> Any:
        answer = super().finalize_response(request, response, *a, **k)  # type: ignore[misc]
        allowance: Allowance | None = getattr(request._request, "allowance", None)
        for name, value in (allowance.headers if allowance else {}).items():
            answer.headers[name] = value
        return answer
