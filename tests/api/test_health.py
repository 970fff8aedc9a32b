"""Alive and ready: each part that is down is named, and a dead worker is noticed."""

import time
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from redis.exceptions import RedisError

from carmsvc.platform.health import HEARTBEAT_KEY, OLDEST_HEARTBEAT
from carmsvc.platform.tasks import heartbeat


@pytest.fixture(autouse=True)
def _no_heartbeat_of_another_test(private_files: None) -> None:
    cache.clear()


def test_alive_needs_no_database_and_no_known_host() -> None:
    response = Client(headers={"Host": "10.0.0.7"}).get("/healthz")

    assert response.json() == {"status": "ok"}


def test_ready_when_a_worker_has_taken_a_message(db: None) -> None:
    heartbeat()

    response = Client().get("/readyz")

    assert response.status_code == 200
    assert response.json()["checks"] == {"database": "ok", "cache": "ok", "worker": "ok"}


def test_not_ready_before_a_worker_was_heard_or_once_it_is_silent(db: None) -> None:
    before = Client().get("/readyz")
    cache.set(HEARTBEAT_KEY, time.time() - OLDEST_HEARTBEAT - 1)
    after = Client().get("/readyz")

    assert (before.status_code, after.status_code) == (503, 503)
    assert before.json()["checks"]["worker"] == "not heard of"
    assert after.json()["checks"]["worker"] == "silent"


def test_not_ready_without_database_or_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def get(self, *_: Any) -> None:
            raise RedisError("gone")

        def cursor(self) -> None:
            raise OperationalError("gone")

        def close(self) -> None:
            """Nothing is open."""

    monkeypatch.setattr("carmsvc.platform.health.cache", Gone())
    monkeypatch.setattr("carmsvc.platform.health.connection", Gone())

    response = Client().get("/readyz")

    assert response.status_code == 503
    assert response.json()["checks"] == {
        "database": "unavailable",
        "cache": "unavailable",
        "worker": "unknown",
    }
