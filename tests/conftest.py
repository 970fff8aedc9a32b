"""The cast: a brokerage's people, two importers that must never meet, and their accounts."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.db import connections
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from carmsvc.platform.tenancy import importer_scope
from clients.actions import create_importer
from clients.actions.accounts import mark_email_verified
from clients.models import Importer, Membership, ProgramAccount, StaffAssignment, User

hypothesis_settings.register_profile(
    "house", deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
hypothesis_settings.load_profile("house")

PASSWORD = "correct horse battery staple"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The test database is made through the owner's alias, so whoever needs one needs both."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        marker = item.get_closest_marker("django_db")
        if marker is None and {"db", "transactional_db", "live_server"} & set(names):
            item.add_marker(pytest.mark.django_db(databases=["default", "owner"]))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The mirror's connection is closed by nobody else, and would hold the test database."""
    yield
    with django_db_blocker.unblock():
        connections["default"].close()


@pytest.fixture(autouse=True)
def private_files(settings: Any, tmp_path: Any) -> None:
    """Originals of a test go with the test."""
    settings.MEDIA_ROOT, settings.STATIC_ROOT = tmp_path / "files", tmp_path
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.CELERY_BROKER_URL = "memory://"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STAFF_SECOND_FACTOR = True  # as in production; the embedded environment has it off


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A page in French leaves its language in the thread; the next test does not find it."""
    with translation.override("en"):
        yield


# an authenticator app's secret, in base 32
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def settle(person: User) -> User:
    """Somebody who has been here for a while: a verified address and, of staff, a second factor."""
    mark_email_verified(person)
    if person.staff_role:
        app = Authenticator(user=person, type="totp", data={"secret": encrypt(SECRET)})
        Authenticator.objects.bulk_create([app])  # nothing to be told of on the audit chain
    return person


@pytest.fixture
def administrator(db: None) -> User:
    return settle(
        User.objects.create_user(
            "admin@broker.example", PASSWORD, full_name="Ada Admin", staff_role="administrator"
        )
    )


@pytest.fixture
def importer(db: None, administrator: User) -> Importer:
    """The importer of the story."""
    return create_importer(
        legal_name="Maple Furniture Inc.",
        bn9="123456782",
        program_accounts=["123456782RM0001", "123456782RM0002"],
        by=administrator,
    )


@pytest.fixture
def stranger(db: None, administrator: User) -> Importer:
    """Another importer, who must see nothing of the first."""
    return create_importer(
        legal_name="Northern Optics Ltd.",
        bn9="100000009",
        program_accounts=["100000009RM0001"],
        by=administrator,
    )


@pytest.fixture
def scope(importer: Importer) -> Iterator[Importer]:
    """The test runs in the importer's scope."""
    with importer_scope(importer.pk):
        yield importer


@pytest.fixture
def account(scope: Importer) -> ProgramAccount:
    return ProgramAccount.objects.get(bn15="123456782RM0001")


@pytest.fixture
def other_account(scope: Importer) -> ProgramAccount:
    return ProgramAccount.objects.get(bn15="123456782RM0002")


def _person(email: str, importer: Importer, *, staff_role: str = "", role: str = "") -> User:
    person = User.objects.create_user(
        email, PASSWORD, full_name=email.split("@")[0].title(), staff_role=staff_role
    )
    with importer_scope(importer.pk):
        if role:
            Membership.objects.create(importer=importer, user=person, role=role)
        else:
            StaffAssignment.objects.create(importer=importer, user=person)
    return settle(person)


@pytest.fixture
def analyst(importer: Importer) -> User:
    return _person("analyst@broker.example", importer, staff_role="analyst")


@pytest.fixture
def reviewer(importer: Importer) -> User:
    return _person("reviewer@broker.example", importer, staff_role="analyst")


@pytest.fixture
def staff_viewer(importer: Importer) -> User:
    return _person("viewer@broker.example", importer, staff_role="viewer")


@pytest.fixture
def finance(importer: Importer) -> User:
    """One of the importer's own people, in finance."""
    return _person("finance@maple.example", importer, role="finance")


@pytest.fixture
def owner(importer: Importer) -> User:
    """One of the importer's own people, who manages the others."""
    return _person("owner@maple.example", importer, role="owner")


@pytest.fixture
def other_finance(stranger: Importer) -> User:
    """The stranger's finance person."""
    return _person("finance@optics.example", stranger, role="finance")
