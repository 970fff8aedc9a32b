"""An importer at a glance, what is next, and everything that happened."""

from datetime import date
from typing import Any

import pytest

from carmsvc.platform import audit
from carmsvc.platform.audit_words import ACTIONS, KINDS
from carmsvc.platform.tenancy import importer_scope
from clients.actions.document_requests import request_document
from clients.actions.importer_contacts import add_contact
from clients.actions.importer_profiles import change_account, change_profile
from clients.actions.security import note_release_status
from clients.models import Importer, ProgramAccount, User
from clients.overview import Level, concerns_of
from clients.rules.timeline import HEADINGS, SEEN_BY_IMPORTER
from tests.importers.conftest import TODAY, Browser
from tests.pages.test_run_page import text_of


def sentences(importer: Importer, **asked: Any) -> list[tuple[Level, str]]:
    with importer_scope(importer.pk):
        found = concerns_of([importer.pk], TODAY, **asked).get(importer.pk, [])
        return [(one.level, str(one.sentence)) for one in found]


def test_a_client_without_a_delegation_of_ours_is_stopped(
    importer: Importer, analyst: User
) -> None:
    assert sentences(importer) == [(Level.STOPPED, "No delegation of ours works.")]


def test_a_prospect_needs_no_delegation_yet(
    importer: Importer, administrator: User, analyst: User
) -> None:
    with importer_scope(importer.pk):
        change_profile(importer=importer, by=administrator, state="prospect")

    assert sentences(importer) == []


def test_an_importer_that_nobody_looks_after_is_at_risk_for_the_staff_alone(
    importer: Importer, administrator: User
) -> None:
    with importer_scope(importer.pk):
        change_profile(importer=importer, by=administrator, state="prospect")

    assert sentences(importer) == [(Level.AT_RISK, "Nobody of the staff looks after it.")]
    assert sentences(importer, is_staff=False) == []


def test_a_suspended_release_stops_an_importer_unless_the_account_only_exports(
    account: ProgramAccount, importer: Importer, administrator: User, analyst: User
) -> None:
    change_profile(importer=importer, by=administrator, state="prospect")
    note_release_status(account=account, status="suspended", seen_on=TODAY, by=analyst)
    assert sentences(importer) == [
        (Level.STOPPED, "Release prior to payment is suspended for 123456782RM0001.")
    ]

    change_account(account=account, by=analyst, profile="exporter")
    assert sentences(importer) == []


def test_a_name_that_is_not_the_one_at_the_cbsa_is_a_risk(
    importer: Importer, administrator: User, analyst: User
) -> None:
    with importer_scope(importer.pk):
        change_profile(
            importer=importer, by=administrator, state="prospect",
            name_at_cbsa="Maple Furniture, Inc.", name_seen_on=TODAY,
        )  # fmt: skip

    assert sentences(importer) == [
        (Level.AT_RISK, "The legal name is not the one at the CBSA, to the letter.")
    ]


def test_the_overview_says_what_is_wrong_what_is_next_and_whom_to_reach(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    with importer_scope(importer.pk):
        add_contact(
            importer=importer, by=analyst, name="Anne Roy", function="finance", phone="1",
            language="en",
        )  # fmt: skip
        request_document(
            importer=importer, kind="permit", title="Import permit",
            due_on=date(2026, 11, 25), by=analyst, today=TODAY,
        )  # fmt: skip
    text = text_of(signed_in(analyst).get(f"/importers/{importer.pk}/"))

    assert "1 thing to look at Stopped No delegation of ours works." in text
    assert "Documents asked for 1" in text
    assert "Document to send Import permit 2026-11-25 in 2 days" in text
    assert "Anne Roy 1 Finance" in text
    assert "analyst@broker.example asked the importer for a document." in text


def test_the_importers_people_see_their_part_of_the_story_and_the_staff_all_of_it(
    signed_in: Browser, owner: User, analyst: User, importer: Importer
) -> None:
    with importer_scope(importer.pk):
        change_profile(importer=importer, by=analyst, trade_names="Maple Home")
        audit.record("support note written", importer_id=importer.pk, by=analyst)
    address = f"/importers/{importer.pk}/timeline/"

    assert "wrote a note among the staff" in text_of(signed_in(analyst).get(address))
    told = text_of(signed_in(owner).get(address))
    assert "changed the importer’s profile" in told
    assert "wrote a note among the staff" not in told


def test_the_story_is_filtered_by_what_it_is_about_and_goes_on_behind_the_last_row(
    signed_in: Browser, analyst: User, importer: Importer
) -> None:
    with importer_scope(importer.pk):
        for at in range(40):
            change_profile(importer=importer, by=analyst, trade_names=f"Name {at}")
    browser, address = signed_in(analyst), f"/importers/{importer.pk}/timeline/"

    first = browser.get(address, {"kind": "profile"}).context["page"]
    assert len(first.events) == 30
    second = browser.get(address, {"kind": "profile", "before": first.before}).context["page"]
    assert [one.sequence for one in second.events] == list(range(11, 0, -1))
    assert "Nothing has happened here yet" in text_of(browser.get(address, {"kind": "money"}))


def test_every_word_of_the_story_is_one_of_the_audits() -> None:
    assert set(ACTIONS) >= SEEN_BY_IMPORTER
    named = {kind for kinds in HEADINGS.values() for kind in kinds}
    assert set(KINDS) | {"portaluser", "portalrole"} >= named


@pytest.mark.parametrize("person", ["analyst", "owner", "staff_viewer"])
def test_the_overview_asks_as_often_whatever_happened(
    request: Any,
    signed_in: Browser,
    importer: Importer,
    administrator: User,
    person: str,
    connection_queries: Any,
) -> None:
    browser = signed_in(request.getfixturevalue(person))
    address = f"/importers/{importer.pk}/"
    with importer_scope(importer.pk):
        change_profile(importer=importer, by=administrator, trade_names="A")
    once = connection_queries(lambda: browser.get(address))
    with importer_scope(importer.pk):
        for name in ("B", "C", "D"):
            change_profile(importer=importer, by=administrator, trade_names=name)
            add_contact(
                importer=importer, by=administrator, name=name, function="legal", phone="1",
                language="en",
            )  # fmt: skip

    assert connection_queries(lambda: browser.get(address)) == once
