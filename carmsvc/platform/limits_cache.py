"""The cache, whose limits on guessing hold even while Redis is down.

Sign-in counts wrong passwords and spent codes in the cache. Without Redis those counts go on in
the memory of each process, so that people still get in and nobody guesses freely; everything else
that asks the cache is told that it is down.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
LIMITS = "allauth"  # how the keys of the sign-in's counts begin
SECONDS_TO_NEXT_TRY = 5
ROOM = {"MAX_ENTRIES": 100_000}  # with few, guessing at many accounts would push counts out


class LimitsOutliveRedis(RedisCache):
    """Redis, and this process's memory for limits while Redis does not answer."""

    _down_until = 0.0

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._memory = LocMemCache("limits", params | {"OPTIONS": ROOM})

    def _tried(self, key: str, method: Callable[..., Any], name: str, *a: Any, **k: Any) -> Any:
        if not str(key).startswith(LIMITS):
            return method(key, *a, **k)
        if time.monotonic() >= LimitsOutliveRedis._down_until:
            try:
                return method(key, *a, **k)
            except (OSError, RedisError) as error:
                logger.warning("limits are counted in memory: %s", error)
                LimitsOutliveRedis._down_until = time.monotonic() + SECONDS_TO_NEXT_TRY
        return getattr(self._memory, name)(key, *a, **k)

    def add(self, key: str, *a: Any, **k: Any) -> Any:
        return self._tried(key, super().add, "add", *a, **k)

    def get(self, key: str, *a: Any, **k: Any) -> Any:
        return self._tried(key, super().get, "get", *a, **k)

    def set(self, key: str, *a: Any, **k: Any) -> Any:
        return self._tried(key, super().set, "set", *a, **k)

    def delete(self, key: str, *a: Any, **k: Any) -> Any:
        return self._tried(key, super().delete, "delete", *a, **k)
