"""The site answers under its own names, and its letters never repeat what a request called it."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from carmsvc.platform.models import Letter
from clients.models import Importer, User
from tests.conftest import PASSWORD

STRANGE = ["evil.example", "carm.example.ca.evil.example", "carm.example.ca:80@evil.example", "a b"]
INSIDE = ("DisallowedHost", "ALLOWED_HOSTS", "Traceback", "django", "evil.example")


@pytest.mark.parametrize("host", STRANGE)
@pytest.mark.parametrize("path", ["/", "/account/login/", "/importers/", "/nowhere"])
def test_another_name_is_answered_with_a_page_that_tells_nothing(
    host: str, path: str, production: Any
) -> None:
    """Without a database: no fixture of this test opens one."""
    answer = Client().get(path, headers={"host": host}, secure=True)
    html = answer.content.decode()

    assert answer.status_code == 400
    assert "We could not read this request" in html
    assert "Nous n’avons pas pu lire cette demande" in html
    assert [word for word in INSIDE if word in html] == []


def test_the_name_that_a_proxy_is_said_to_pass_on_is_not_believed(
    production: Any, db: None
) -> None:
    asked = {"host": "carm.example.ca", "x-forwarded-host": "evil.example"}
    html = Client().get("/account/login/", secure=True, headers=asked).content.decode()

    assert "Sign in" in html
    assert "evil.example" not in html


@pytest.fixture
def called_otherwise(settings: Any) -> dict[str, str]:
    """A site that was told to answer to any name, and a request that calls it by one."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.BASE_URL = "https://carm.example.ca"
    return {"host": "evil.example", "x-forwarded-host": "evil.example"}


def addresses_in_letters() -> str:
    return "\n".join(f"{one.subject}\n{one.text}\n{one.html}" for one in Letter.objects.all())


def test_the_letter_for_a_new_password_leads_to_our_own_address(
    finance: User, called_otherwise: dict[str, str]
) -> None:
    asked = {"email": finance.email}
    Client(headers=called_otherwise).post("/account/password/reset/", asked)

    assert "https://carm.example.ca/account/password/reset/key/" in addresses_in_letters()
    assert "evil.example" not in addresses_in_letters()
    assert mail.outbox == []


def test_an_invitation_leads_to_our_own_address(
    owner: User, importer: Importer, called_otherwise: dict[str, str]
) -> None:
    client = Client(headers=called_otherwise)
    client.force_login(owner)
    person = {"email": "new@maple.example", "full_name": "New", "language": "en"}
    asked = person | {"importer_role": "viewer"}
    answer = client.post(f"/importers/{importer.pk}/invitations/new/", asked)

    assert answer.status_code == 302
    assert "https://carm.example.ca/invitation/" in addresses_in_letters()
    assert "evil.example" not in addresses_in_letters()


def test_a_confirmation_of_a_new_address_leads_to_our_own(
    finance: User, called_otherwise: dict[str, str]
) -> None:
    client = Client(headers=called_otherwise)
    client.post("/account/login/", {"login": finance.email, "password": PASSWORD})
    client.post("/account/email/", {"email": "fin@maple.example", "action_add": ""})

    assert "https://carm.example.ca/account/confirm-email/" in addresses_in_letters()
    assert "evil.example" not in addresses_in_letters()
