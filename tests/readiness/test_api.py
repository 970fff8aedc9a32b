"""Readiness through the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from carmsvc.platform.tenancy import importer_scope
from clients.actions.importer_profiles import change_profile
from clients.actions.readiness import keep_readiness
from clients.models import Importer, ProgramAccount, ReadinessSnapshot, User
from tests.readiness.asking import API, get, kept, post
from tests.readiness.conftest import Browser
from tests.readiness.stories import FIRST, SECOND, pays

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def codes(answered: Any) -> list[int]:
    return [one["importer"] for one in answered.json()["results"]]


def test_the_list_tells_how_each_importer_stood_when_it_was_looked_at_last(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    client = signed_in(analyst)
    assert get(client, "readiness/").json()["results"] == []
    kept(importer)

    [row] = get(client, "readiness/").json()["results"]

    assert row == {
        "importer": importer.pk,
        "taken_on": "2026-11-23",
        "checked_at": "2026-11-23T10:00:00-05:00",
        "verdict": "not_ready",
        "set_up": "not_ready",
        "rpp": "at_risk",
        "release": "not_ready",
        "accounts": {FIRST: "not_ready", SECOND: "not_ready"},
        "failed_checks": ["R07", "R09", "R16", "R18"],
        "unknown_checks": [
            "R02", "R03", "R04", "R05", "R06", "R10", "R11", "R13", "R15", "R17", "R19", "R20",
            "R21", "R22",
        ],
        "blockers": 3,
        "risks": 2,
        "advice": 1,
        "not_known": 22,
    }  # fmt: skip


def test_the_list_is_narrowed_by_importer_verdict_and_check(
    signed_in: Browser, importer: Importer, stranger: Importer, administrator: User
) -> None:
    kept(importer, stranger)
    with importer_scope(stranger.pk):
        ReadinessSnapshot.objects.update(verdict="at_risk", failed_checks=["R18"])
    client = signed_in(administrator)

    assert codes(get(client, "readiness/")) == [importer.pk, stranger.pk]
    assert codes(get(client, f"readiness/?importer={stranger.pk}")) == [stranger.pk]
    assert codes(get(client, "readiness/?verdict=not_ready")) == [importer.pk]
    assert codes(get(client, "readiness/?verdict=not_ready&verdict=at_risk")) == [
        importer.pk, stranger.pk,
    ]  # fmt: skip
    assert codes(get(client, "readiness/?check=R07")) == [importer.pk]
    assert codes(get(client, "readiness/?check=R02")) == [importer.pk, stranger.pk]  # not known


@pytest.mark.parametrize(
    "query",
    ["colour=green", "verdict=fine", "check=R99", "importer=x", "importer=-1", "check=%00"],
)
def test_a_filter_that_is_not_known_is_refused(
    signed_in: Browser, analyst: User, query: str
) -> None:
    answered = get(signed_in(analyst), f"readiness/?{query}")

    assert (answered.status_code, answered["Content-Type"]) == (400, "application/problem+json")


def test_pages_follow_one_another_by_importer(
    signed_in: Browser, importer: Importer, stranger: Importer, administrator: User
) -> None:
    kept(importer, stranger)
    client = signed_in(administrator)

    first = get(client, "readiness/?page_size=1")
    second = client.get(first.json()["next"])

    assert (codes(first), codes(second)) == ([importer.pk], [stranger.pk])


def test_one_importer_is_computed_as_it_is_asked_for(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    with importer_scope(importer.pk):
        pays(ProgramAccount.objects.get(bn15=FIRST), "broker", by_debit=True)

    body = get(signed_in(analyst), f"readiness/{importer.pk}/").json()

    told = {name: body[name] for name in ("importer", "day", "verdict", "areas")}
    assert told == {
        "importer": importer.pk, "day": "2026-11-23", "verdict": "not_ready",
        "areas": {"set_up": "not_ready", "rpp": "at_risk", "release": "not_ready"},
    }  # fmt: skip
    assert body["accounts"][0] == {
        "program_account": FIRST, "verdict": "not_ready", "set_up": "not_ready", "rpp": "at_risk",
        "release": "not_ready",
    }  # fmt: skip
    checks = {(one["check"], one["program_account"]): one for one in body["checks"]}
    assert len({code for code, _account in checks}) == 22
    found = checks["R15", FIRST]
    assert {name: found[name] for name in found if name not in ("why", "sources")} == {
        "check": "R15",
        "program_account": FIRST,
        "title": "The debit is on where the importer pays, and only there",
        "areas": ["rpp"],
        "severity": "advice",
        "result": "failed",
        "reason": "paid_twice",
        "sentence": "The debit is on although the importer does not pay everything.",
        "facts": {"payer": "broker", "pays_by_debit": True},
        "fix": "Look in the portal under Payments, and note whether the debit is on.",
        "fix_address": f"/importers/{importer.pk}/profile/#accounts",
        "fix_by": "Importer, Broker",
        "onboarding_steps": ["A17"],
        "may_be_answered": False,
        "answer": None,
    }
    assert found["sources"][1] == {
        "title": "Our own practice", "address": "", "kind": "our_practice",
        "words": "Our own practice",
    }  # fmt: skip


def test_sentences_come_in_the_language_of_the_request(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    User.objects.filter(pk=analyst.pk).update(language="fr")
    client = signed_in(User.objects.get(pk=analyst.pk))
    headers = {"accept-language": "fr"}

    body = client.get(f"{API}readiness/{importer.pk}/", headers=headers).json()

    found = next(one for one in body["checks"] if one["check"] == "R16")
    assert found["title"] == "Il est consigné qui paie"


def test_amounts_and_days_are_text(signed_in: Browser, importer: Importer, analyst: User) -> None:
    body = get(signed_in(analyst), f"readiness/{importer.pk}/").json()

    facts = {one["check"]: one["facts"] for one in body["checks"]}
    assert facts["R11"] == {"posted": "0.00"}
    assert facts["R18"] == {"missing": ["finance", "operations", "customs"]}
    assert facts["R19"] == {"period_end": "2026-10-17", "due_on": "2026-10-30"}


def test_the_history_is_told_the_newest_day_first(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    kept(importer)
    with importer_scope(importer.pk):
        keep_readiness(importers=[importer.pk], now=timezone.now() + timedelta(days=1))

    body = get(signed_in(analyst), f"readiness/{importer.pk}/history/").json()

    assert [one["taken_on"] for one in body] == ["2026-11-24", "2026-11-23"]
    assert get(signed_in(analyst), f"readiness/{importer.pk}/history/?x=1").status_code == 400


def test_how_an_importer_stands_is_kept_on_demand(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    answered = post(signed_in(analyst), f"readiness/{importer.pk}/keeping/")

    assert (answered.status_code, answered.json()["verdict"]) == (200, "not_ready")
    assert len(get(signed_in(analyst), f"readiness/{importer.pk}/history/").json()) == 1


def test_a_former_client_is_kept_no_more(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    with importer_scope(importer.pk):
        change_profile(importer=importer, by=analyst, state="former")

    answered = post(signed_in(analyst), f"readiness/{importer.pk}/keeping/")

    assert answered.status_code == 404
    assert "former client" in answered.json()["detail"]


@pytest.mark.parametrize("path", ["", "history/"])
def test_another_importer_is_not_there(
    signed_in: Browser, stranger: Importer, analyst: User, path: str
) -> None:
    client = signed_in(analyst)

    assert get(client, f"readiness/{stranger.pk}/{path}").status_code == 404
    assert get(client, f"readiness/4000000/{path}").status_code == 404
    assert post(client, f"readiness/{stranger.pk}/keeping/").status_code == 404
