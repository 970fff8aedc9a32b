"""Addresses that machines look for."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clients.models import User

CONTACTS = ["mailto:security@example.ca", "https://example.ca/report"]


@pytest.fixture
def named(settings: Any) -> Any:
    settings.SECURITY_CONTACT = CONTACTS
    settings.BASE_URL = "https://carm.example.ca"
    return settings


def fields() -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for line in Client().get("/.well-known/security.txt").content.decode().splitlines():
        name, _colon, value = line.partition(": ")
        told.setdefault(name, []).append(value)
    return told


def test_whom_to_tell_of_a_weakness_is_told_to_anybody(named: Any, db: None) -> None:
    with time_machine.travel("2026-11-23T15:00:00Z", tick=False):
        assert fields() == {
            "Contact": CONTACTS,
            "Expires": ["2027-05-22T15:00:00Z"],
            "Preferred-Languages": ["en, fr"],
            "Canonical": ["https://carm.example.ca/.well-known/security.txt"],
        }


def test_it_is_text_that_may_be_kept_for_a_day(named: Any, db: None) -> None:
    answer = Client().get("/.well-known/security.txt")

    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=86400"
    assert not answer.cookies


def test_it_never_says_more_than_a_year_and_never_a_time_that_has_passed(
    named: Any, db: None
) -> None:
    until = datetime.fromisoformat(fields()["Expires"][0])

    assert timezone.now() < until < timezone.now() + timedelta(days=366)


def test_a_policy_is_named_where_there_is_one(named: Any, db: None) -> None:
    named.SECURITY_POLICY_URL = "https://example.ca/policy"

    assert fields()["Policy"] == ["https://example.ca/policy"]


def test_while_nobody_is_named_there_is_no_such_page(settings: Any, db: None) -> None:
    settings.SECURITY_CONTACT = []

    assert Client().get("/.well-known/security.txt").status_code == 404


def faults() -> list[str]:
    found = run_checks(include_deployment_checks=True, tags=["security"])
    return [str(one.id) for one in found if str(one.id).startswith("carmsvc.")]


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        ([], ["carmsvc.E001"]),
        (["security@example.ca"], ["carmsvc.E002"]),
        (["mailto:security@example.ca", "http://example.ca"], ["carmsvc.E002"]),
        (CONTACTS, []),
    ],
)
def test_a_deployment_without_somebody_to_tell_is_refused_by_its_check(
    contact: list[str], expected: list[str], settings: Any
) -> None:
    settings.SECURITY_CONTACT = contact

    assert faults() == expected


def test_the_deployment_check_itself_fails_without_a_contact(production: Any) -> None:
    production.SECURITY_CONTACT = []

    with pytest.raises(SystemCheckError, match=r"carmsvc\.E001"):
        call_command("check", deploy=True, tags=["security"], stderr=io.StringIO())


def test_the_deployment_check_is_clean_in_production(production: Any) -> None:
    production.SECURITY_CONTACT = CONTACTS
    production.SECRET_KEY = "".join(map(chr, range(48, 110)))
    written = io.StringIO()

    call_command("check", deploy=True, tags=["security"], fail_level="WARNING", stdout=written)

    assert written.getvalue() == "System check identified no issues (0 silenced).\n"


def test_search_engines_are_kept_out_of_everything_that_is_somebodys_own(db: None) -> None:
    answer = Client().get("/robots.txt")

    assert answer.content.decode().splitlines() == [
        "User-agent: *",
        "Allow: /contact/$",
        "Allow: /.well-known/security.txt",
        "Disallow: /",
    ]
    assert answer["Cache-Control"] == "public, max-age=86400"


def test_what_search_engines_may_read_is_open_to_anybody(settings: Any, db: None) -> None:
    for name in settings.SEARCHED_PAGES:
        assert Client().get(reverse(name)).status_code == 200


def test_a_password_manager_finds_where_a_password_is_changed(finance: User, inside: Any) -> None:
    anybody, person = Client(), inside(finance)

    for client in (anybody, person):
        assert client.get("/.well-known/change-password").url == "/account/password/change/"
    assert anybody.get("/account/password/change/").url.startswith("/account/login/?next=")
    assert person.get("/account/password/change/").status_code == 200


@pytest.mark.parametrize("path", ["/.well-known/change-password", "/robots.txt"])
def test_there_is_nothing_to_send_there(path: str, db: None) -> None:
    assert Client().post(path).status_code == 405
