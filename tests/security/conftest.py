"""The site as in production, and everybody who may come to it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from tests.accounts.conftest import inside
from tests.walls.addresses import Address, operations, pages
from tests.walls.asking import Asker
from tests.walls.cases import cases_of_api, cases_of_pages
from tests.walls.checking import Wall
from tests.walls.conftest import askers, ours, theirs
from tests.walls.world import Tenant

__all__ = ["askers", "inside", "ours", "theirs"]

ROOT = Path(__file__).resolve().parents[2]
LONG_WORD = "0123456789abcdef" * 4
PRODUCTION = {
    "SECRET_KEY": LONG_WORD,
    "DATABASE_URL": "postgres://carm_app:x@db.example/carm",
    "REDIS_URL": "redis://broker.example/0",
    "BASE_URL": "https://carm.example.ca",
    "ALLOWED_HOSTS": "carm.example.ca",
}
# what a deployment on https sets by itself; the rest is the same as in any test
OF_PRODUCTION = ("SECURE_", "SESSION_COOKIE_", "CSRF_COOKIE_", "LANGUAGE_COOKIE_")
TELL = """
import json
from carmsvc import settings
told = {name: value for name, value in vars(settings).items() if name.isupper()}
print(json.dumps(told, default=lambda value: type(value).__name__))
"""


def started(**environment: str) -> subprocess.CompletedProcess[str]:
    """Python reading the settings with this environment and nothing else of ours in it."""
    named = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | environment
    return subprocess.run(
        [sys.executable, "-c", TELL], cwd=ROOT, env=named, capture_output=True, text=True
    )


@pytest.fixture(scope="session")
def production_settings() -> dict[str, Any]:
    """The settings as a deployment on https reads them."""
    told = started(**PRODUCTION)
    assert told.returncode == 0, told.stderr
    return dict(json.loads(told.stdout))


@pytest.fixture
def production(settings: Any, production_settings: dict[str, Any]) -> Any:
    """Requests are answered as on https://carm.example.ca."""
    for name, value in production_settings.items():
        if name.startswith(OF_PRODUCTION):
            setattr(settings, name, value)
    settings.ALLOWED_HOSTS = ["carm.example.ca"]
    settings.BASE_URL = "https://carm.example.ca"
    return settings


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    """Wrong passwords of the test before are forgotten."""
    cache.clear()


@pytest.fixture
def page_paths(ours: Tenant, theirs: Tenant, askers: list[Asker]) -> dict[Address, str]:
    """Every page with our ids in its address; `tests/walls` sees to it that none is left out."""
    return _paths(Wall(ours, theirs, cases_of_pages(), askers[-1]), pages())


@pytest.fixture
def api_paths(ours: Tenant, theirs: Tenant, askers: list[Asker]) -> dict[Address, str]:
    """Every address of the API with our ids in it."""
    return _paths(Wall(ours, theirs, cases_of_api(), askers[-1]), operations())


def _paths(wall: Wall, addresses: list[Address]) -> dict[Address, str]:
    known = [one for one in addresses if one.name in wall.cases and not wall.unknown_ids([one])]
    return {address: wall.path(address, wall.ours) for address in known}
