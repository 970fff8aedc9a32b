"""Two worlds that must never meet, and everybody who may try."""

from typing import Any

import pytest

from clients.models import User
from tests.conftest import PASSWORD, settle
from tests.walls.asking import Asker, askers_of
from tests.walls.world import Tenant, settled


def _staff(role: str, name: str) -> User:
    email = f"{name}@broker.example"
    return settle(
        User.objects.create_user(email, PASSWORD, full_name=name.title(), staff_role=role)
    )


@pytest.fixture
def theirs(administrator: User) -> Tenant:
    """The other importer."""
    analyst = _staff("analyst", "other-analyst")
    return settled(Tenant("Zwartbles", 777000119), administrator, analyst)


@pytest.fixture
def ours(administrator: User) -> Tenant:
    """The importer whose people try."""
    analyst = _staff("analyst", "analyst")
    return settled(Tenant("Quillfeather", 888000226), administrator, analyst)


@pytest.fixture
def askers(ours: Tenant, theirs: Tenant, administrator: User, monkeypatch: Any) -> list[Asker]:
    """Everybody who asks, from nobody to an administrator, with pages, sessions and keys."""
    monkeypatch.setattr("carmsvc.platform.throttling._rate", lambda: (1_000_000, 3600))
    # the passkey of the story was made by no device, so nobody can be asked for it
    monkeypatch.setattr("allauth.mfa.webauthn.internal.auth.get_credentials", lambda _user: [])
    return askers_of(ours, administrator, _staff("viewer", "viewer"), _staff("analyst", "nobody"))
