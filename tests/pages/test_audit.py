"""The audit as people look at it: searched, read in both languages, verified, taken away."""

import csv
import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from carmsvc.platform import audit, audit_checks
from carmsvc.platform.audit import AuditEvent, BrokerageEvent
from carmsvc.platform.audit_checks import AuditCheck, BrokerageCheck, checks_waiting, run_check
from carmsvc.platform.tenancy import importer_scope
from carmsvc.templatetags import auditing
from clients.actions import audit as actions
from clients.models import Importer, ProgramAccount, User
from clients.queries import audit as reads
from reconciliation.actions import explain_variances
from reconciliation.models import MatchRun, Variance
from statements.models import Statement, StatementFile
from tests.pages.conftest import Browser
from tests.pages.test_run_page import text_of
from tests.statements.door import line, statement_file


@pytest.fixture
def explained(run: MatchRun, analyst: User) -> Variance:
    """One variance that the analyst explained."""
    with importer_scope(run.importer_id):
        variance: Variance = Variance.objects.order_by("group_no")[0]
        explain_variances(
            run=run, group_nos=[variance.group_no], reason_code="timing", note="=late", by=analyst
        )
        return variance


@pytest.fixture
def file(importer: Importer) -> StatementFile:
    """A statement that came in as a file."""
    with importer_scope(importer.pk):
        account = ProgramAccount.objects.get(bn15="123456782RM0002")
        received: StatementFile = statement_file(account, line("1", "1.00"))
        return received


@pytest.fixture
def page(signed_in: Browser, analyst: User) -> Client:
    return signed_in(analyst)


def address(importer: Importer) -> str:
    return f"/importers/{importer.pk}/audit/"


def sequences(response: Any) -> list[int]:
    return [event.sequence for event in response.context["page"].events]


def actions_shown(response: Any) -> list[str]:
    return [event.action for event in response.context["page"].events]


def table(response: Any) -> list[dict[str, str]]:
    """A CSV answer as rows."""
    content = b"".join(response.streaming_content)
    assert content.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_an_event_is_a_sentence_with_what_was_before_and_after(
    page: Client, importer: Importer, explained: Variance
) -> None:
    text = text_of(page.get(address(importer), {"action": "variance explained"}))

    assert "analyst@broker.example explained a variance." in text
    assert f"Variance {explained.pk}" in text
    assert "State Open Explained" in text
    assert "Reason – Timing: belongs to another statement" in text
    assert "Note – =late" in text


def test_the_same_in_french(
    signed_in: Browser, analyst: User, importer: Importer, explained: Variance
) -> None:
    browser = signed_in(analyst)
    browser.cookies["django_language"] = "fr"

    text = text_of(browser.get(address(importer), {"action": "variance explained"}))

    assert "analyst@broker.example a expliqué un écart." in text
    assert f"Écart {explained.pk}" in text
    assert "Avant" in text and "Après" in text


def test_an_event_leads_to_what_it_is_about(
    page: Client, importer: Importer, explained: Variance, file: StatementFile
) -> None:
    shown = page.get(address(importer)).content.decode()

    run_id, file_id = explained.run_id, file.pk
    assert f'<a href="/runs/{run_id}/">Variance {explained.pk}</a>' in shown
    assert f'<a href="/statement-files/{file_id}/">Statement file {file_id}</a>' in shown
    assert f'<a href="/importers/{importer.pk}/">Importer {importer.pk}</a>' in shown


def test_every_link_of_the_page_leads_somewhere(
    page: Client, importer: Importer, explained: Variance, file: StatementFile, analyst: User
) -> None:
    with importer_scope(importer.pk):
        for target in (analyst, Statement.objects.get(file=file)):
            audit.record("sent again", importer_id=importer.pk, by="test", target=target)
    shown = page.get(address(importer))

    links = {
        link for event in shown.context["page"].events if (link := auditing.object_address(event))
    }
    assert {link.split("/")[1] for link in links} == {
        "importers",
        "runs",
        "statement-files",
        "statements",
    }
    assert {page.get(link).status_code for link in links} == {200}


def test_it_is_searched_by_person_action_object_and_words(
    page: Client, importer: Importer, explained: Variance
) -> None:
    def found(**wish: Any) -> list[str]:
        return actions_shown(page.get(address(importer), wish))

    assert found(person="analyst@") == ["variance explained"]
    assert found(person="Analyst") == ["variance explained"]  # the name
    assert found(person="ada") == ["importer created"]
    assert set(found(person="worker")) == {"run requested", "run finished"}
    assert found(person="nobody") == []
    assert found(action="importer created") == ["importer created"]
    assert found(kind="variance", target=explained.pk) == ["variance explained"]
    assert found(kind="variance", target=explained.pk + 99) == []
    assert found(words="timing late") == ["variance explained"]
    assert found(words="timing early") == []
    assert found(words="TIMING", person="analyst@", kind="variance") == ["variance explained"]


def test_days_are_torontos_and_both_included(
    page: Client, importer: Importer, explained: Variance
) -> None:
    today = timezone.localdate()
    before, after = today - timedelta(days=1), today + timedelta(days=1)

    def count(**wish: Any) -> int:
        return len(actions_shown(page.get(address(importer), wish)))

    everything = count()
    assert everything > 3
    assert count(since=today, until=today) == everything
    assert count(until=before) == count(since=after) == 0


def test_a_day_that_is_none_is_said_and_nothing_is_looked_for(
    page: Client, importer: Importer
) -> None:
    wrong = page.get(address(importer), {"since": "2026-13-01"})
    turned = page.get(address(importer), {"since": "2026-10-02", "until": "2026-10-01"})

    assert (wrong.status_code, turned.status_code) == (422, 422)
    assert "Enter a valid date." in text_of(wrong)
    assert "The last day lies before the first." in text_of(turned)
    assert "Correct what is marked above" in text_of(wrong)


def test_nothing_fits_says_what_to_do(page: Client, importer: Importer) -> None:
    assert "No event fits" in text_of(page.get(address(importer), {"words": "zzz"}))


def test_pages_go_on_where_the_last_one_ended(
    page: Client, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clients.views.audit.A_PAGE", 2)
    with importer_scope(importer.pk):
        for number in range(4):
            audit.record("sent again", importer_id=importer.pk, by="test", number=number)

    first = page.get(address(importer))
    second = page.get(address(importer), {"before": first.context["page"].before})
    third = page.get(address(importer), {"before": second.context["page"].before})

    newest = sequences(first)[0]
    assert [sequences(one) for one in (first, second, third)] == [
        [newest, newest - 1],
        [newest - 2, newest - 3],
        list(range(newest - 4, 0, -1)),
    ]
    assert third.context["page"].before is None


def test_words_reach_back_so_far_and_the_page_says_so(
    page: Client, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with importer_scope(importer.pk):
        for number in range(4):
            audit.record("sent again", importer_id=importer.pk, by="test", note=f"n{number}")
    monkeypatch.setattr(reads, "WORDS_REACH", 2)

    near = page.get(address(importer), {"words": "n2"})
    far = page.get(address(importer), {"words": "n1"})

    assert len(near.context["page"].events) == 1
    assert far.context["page"].events == []
    assert "Words were looked for in the newest 20,000 events" in text_of(far)


@pytest.mark.parametrize("more", [1, 3])
def test_a_page_asks_as_often_for_many_events_as_for_few(
    page: Client, importer: Importer, connection_queries: Any, more: int
) -> None:
    page.get(address(importer))
    once = connection_queries(lambda: page.get(address(importer)))
    with importer_scope(importer.pk):
        for _ in range(more):
            audit.record("sent again", importer_id=importer.pk, by="test")

    assert connection_queries(lambda: page.get(address(importer))) == once


def test_who_may_not_read_it_does_not(
    signed_in: Browser,
    importer: Importer,
    finance: User,
    staff_viewer: User,
    other_finance: User,
) -> None:
    for what in ("", "export/", "check/"):
        for person, status in ((finance, 403), (staff_viewer, 403), (other_finance, 404)):
            assert signed_in(person).get(address(importer) + what).status_code == status
    assert signed_in(finance).post(f"{address(importer)}check/").status_code == 403
    for person in (finance, staff_viewer):
        assert signed_in(person).get("/audit/").status_code == 403
        assert signed_in(person).get("/audit/brokerage/").status_code == 403


def test_an_owner_reads_their_own_importers_audit(
    signed_in: Browser, importer: Importer, owner: User, explained: Variance
) -> None:
    browser = signed_in(owner)

    assert "explained a variance" in text_of(browser.get(address(importer)))
    assert browser.get("/audit/").status_code == 403


def test_staff_see_the_audit_of_their_importers_together(
    signed_in: Browser, importer: Importer, stranger: Importer, analyst: User, administrator: User
) -> None:
    ours = signed_in(analyst).get("/audit/")
    every = signed_in(administrator).get("/audit/")
    one = signed_in(administrator).get("/audit/", {"importer": "optics"})

    def importers(response: Any) -> set[int]:
        return {event.importer_id for event in response.context["page"].events}

    assert importers(ours) == {importer.pk}
    assert importers(every) == {importer.pk, stranger.pk}
    assert importers(one) == {stranger.pk}
    assert "Northern Optics Ltd." in text_of(one)


def test_the_brokerages_audit_is_for_administrators(
    signed_in: Browser, administrator: User, analyst: User
) -> None:
    audit.record_for_brokerage(
        "client group created", by=administrator, after={"name": "West", "note": ""}
    )

    text = text_of(signed_in(administrator).get("/audit/brokerage/"))

    assert "admin@broker.example created a client group." in text
    assert signed_in(analyst).get("/audit/brokerage/").status_code == 403


# is it whole


def test_a_short_chain_is_verified_at_once(page: Client, importer: Importer) -> None:
    assert "Nobody has asked yet" in text_of(page.get(address(importer)))

    text = text_of(page.post(f"{address(importer)}check/", follow=True))

    with importer_scope(importer.pk):
        last = AuditEvent.objects.order_by("-sequence")[0]
        check = AuditCheck.objects.get()
    assert f"Chain verified up to no. {last.sequence}" in text
    assert "asked by analyst@broker.example" in text
    assert (last.action, check.head_hash) == ("audit check requested", last.own_hash)


def test_a_long_chain_is_verified_by_a_worker(
    page: Client, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_checks, "SHORT", 1)

    waiting = page.post(f"{address(importer)}check/", follow=True)
    again = page.post(f"{address(importer)}check/", follow=True)

    assert b"every 3s" in waiting.content
    assert "A worker is walking along the chain" in text_of(again)
    ((importer_id, check_id),) = checks_waiting()
    assert run_check(importer_id, check_id)
    assert not run_check(importer_id, check_id)
    part = page.get(f"{address(importer)}check/")
    assert "Chain verified up to no." in text_of(part)
    assert b"every 3s" not in part.content


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_broken_chain_is_shown_with_where(
    signed_in: Browser, administrator: User, importer: Importer
) -> None:
    audit.record_for_brokerage("client group created", by="test")
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE platform_auditevent SET actor = 'nobody' WHERE sequence = 1")
        cursor.execute("UPDATE platform_brokerageevent SET actor = 'nobody' WHERE sequence = 1")
    browser = signed_in(administrator)

    ours = text_of(browser.post(f"{address(importer)}check/", follow=True))
    brokerages = text_of(browser.post("/audit/brokerage/check/", follow=True))

    for text in (ours, brokerages):
        assert "The chain is broken: 1 problem" in text
        assert "Event 1 : it was edited" in text
    assert BrokerageCheck.objects.get().problem_count == 1


# taken away


def test_the_export_is_what_the_filters_show_and_can_be_proved_by_anybody(
    page: Client, importer: Importer, explained: Variance
) -> None:
    response = page.get(f"{address(importer)}export/")

    assert response["Content-Disposition"] == 'attachment; filename="audit-123456782.csv"'
    rows = table(response)
    assert [row["sequence"] for row in rows] == [str(n) for n in range(1, len(rows) + 1)]
    before = "0" * 64
    for row in rows:
        assert row["previous_hash"] == before
        assert row["previous_hash"] in row["hashed_text"]
        assert hashlib.sha256(row["hashed_text"].encode()).hexdigest() == row["own_hash"]
        before = row["own_hash"]
    few = table(page.get(f"{address(importer)}export/", {"action": "variance explained"}))
    assert [(row["action"], row["actor"]) for row in few] == [
        ("variance explained", "analyst@broker.example")
    ]


def test_the_export_is_told(page: Client, importer: Importer, analyst: User) -> None:
    response = page.get(f"{address(importer)}export/", {"person": "ada"})
    content = b"".join(response.streaming_content)

    with importer_scope(importer.pk):
        told = AuditEvent.objects.get(action="audit exported")
        head = AuditEvent.objects.get(sequence=told.sequence - 1)
    assert (told.actor_id, told.came_from["how"]) == (analyst.pk, "page")
    assert told.details == {
        "sought": {"person": "ada"},
        "rows": 1,
        "sha256": hashlib.sha256(content).hexdigest(),
        "head": [head.sequence, head.own_hash],
    }


def test_what_would_run_in_a_spreadsheet_is_disarmed(page: Client, importer: Importer) -> None:
    with importer_scope(importer.pk):
        audit.record("sent again", importer_id=importer.pk, by="=HYPERLINK(1)", é="è")

    last = table(page.get(f"{address(importer)}export/"))[-1]

    assert last["actor"] == "'=HYPERLINK(1)"
    assert last["details"] == '{"é": "è"}'
    assert hashlib.sha256(last["hashed_text"].encode()).hexdigest() == last["own_hash"]


def test_several_importers_and_the_brokerage_are_exported_too(
    signed_in: Browser, administrator: User, importer: Importer, stranger: Importer
) -> None:
    audit.record_for_brokerage("client group created", by=administrator)
    browser = signed_in(administrator)

    every, ours = browser.get("/audit/export/"), browser.get("/audit/brokerage/export/")

    assert {row["importer"] for row in table(every)} == {str(importer.pk), str(stranger.pk)}
    assert [row["action"] for row in table(ours)] == ["client group created"]
    assert BrokerageEvent.objects.get(action="audit exported").details["rows"] == 1
    for tenant in (importer, stranger):
        with importer_scope(tenant.pk):
            assert AuditEvent.objects.filter(action="audit exported").count() == 1


def test_too_much_is_refused_with_what_to_do(
    page: Client, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_EXPORTED", 0)

    response = page.get(f"{address(importer)}export/", follow=True)

    assert "Choose fewer days." in text_of(response)
    with importer_scope(importer.pk):
        assert not AuditEvent.objects.filter(action="audit exported").exists()
