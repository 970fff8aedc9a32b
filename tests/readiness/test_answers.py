"""What people say on checks that no data can answer: dated, proved, for a while, and audited."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.refusals import Refused
from clients.actions.importer_profiles import change_profile
from clients.actions.readiness import keep_readiness
from clients.actions.readiness_answers import take_answer_back
from clients.models import Importer, ProgramAccount, ReadinessAnswer, ReadinessSnapshot, User
from clients.overview import concerns_of
from clients.queries.readiness import answers_of, readiness_of, to_be_answered
from clients.readiness_overview import answers_ending, readiness_concerns
from tests.books import Line, soa
from tests.readiness.stories import FIRST, OCTOBER, TODAY, answer, document, judged, said

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def refused(importer: Importer, code: str, by: User, *told: Any, **more: Any) -> str:
    """Why an answer was not kept; and nothing of it was."""
    with pytest.raises(Refused) as why:
        answer(importer, code, by, *told, **more)
    assert not ReadinessAnswer.objects.exists()
    assert not AuditEvent.objects.filter(action="readiness answered").exists()
    return " ".join(why.value.reasons)


def test_an_answer_counts_at_once_and_is_kept_in_the_row_of_today(
    scope: Importer, analyst: User
) -> None:
    kept = answer(scope, "R21", analyst, statement="  Seven years, in Halifax. ")

    assert (kept.statement, kept.expires_on) == ("Seven years, in Halifax.", date(2027, 11, 23))
    one = judged(scope, "R21")
    assert (one.result, one.answer) == ("passed", kept)
    assert one.outcome.facts == {
        "said_by": "Analyst", "said_on": TODAY, "expires_on": date(2027, 11, 23),
    }  # fmt: skip
    assert "R21" not in ReadinessSnapshot.objects.get().unknown_checks


def test_an_answer_is_on_the_audit(scope: Importer, account: ProgramAccount, analyst: User) -> None:
    kept = answer(scope, "R22", analyst, account, said_on=date(2026, 11, 20))

    event = AuditEvent.objects.get(action="readiness answered")
    assert (event.actor_id, event.target_id) == (analyst.pk, kept.pk)
    assert event.after == {
        "question": "R22", "program_account": FIRST, "is_met": True,
        "finding": "It is as it should be.", "said_on": "2026-11-20", "expires_on": "2027-05-21",
    }  # fmt: skip


@pytest.mark.parametrize("code", ["R01", "R07", "R09", "R16"])
def test_where_data_decide_no_word_counts(
    scope: Importer, account: ProgramAccount, analyst: User, code: str
) -> None:
    of = account if code in ("R01", "R07", "R16") else None

    assert refused(scope, code, analyst, of) == (
        "The data decide this check: put right what they say."
    )


@pytest.mark.parametrize("code", ["R02", "R04", "R05", "R10", "R13"])
def test_what_has_a_place_of_its_own_is_recorded_there(
    scope: Importer, account: ProgramAccount, analyst: User, code: str
) -> None:
    of = account if code in ("R02", "R10", "R13") else None

    assert refused(scope, code, analyst, of) == (
        "This has a place of its own: record it there, and the check knows."
    )


@pytest.mark.parametrize("code", ["R22", "R99", "", "\x00"])
def test_a_question_that_is_not_asked_has_no_answer(
    scope: Importer, analyst: User, code: str
) -> None:
    assert refused(scope, code, analyst) == (
        "There is no such question about this importer or program account."
    )


def test_a_question_about_the_importer_is_not_asked_of_an_account(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    assert "no such question" in refused(scope, "R21", analyst, account)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"statement": "   "}, "Say what you found."),
        ({"evidence_reference": " "}, "Say what proves it: a document, or where you saw it."),
        ({"statement": "x" * 501}, "What was found: at most 500 characters."),
        ({"statement": "x\x00"}, "What was found: at most 500 characters."),
        ({"evidence_reference": "x" * 301}, "What proves it: at most 300 characters."),
        (
            {"said_on": date(2026, 11, 24)},
            "The day lies in the future: record it once it has happened.",
        ),
        ({"said_on": date.max}, "The day lies in the future: record it once it has happened."),
        ({"said_on": date(2025, 11, 22)}, "It would count no more today: look again, and say"),
        ({"said_on": date.min}, "It would count no more today: look again, and say"),
        ({"expires_on": date(2027, 11, 24)}, "It counts from its day to 2027-11-23 at most."),
        ({"expires_on": date(2026, 11, 22)}, "It counts from its day to 2027-11-23 at most."),
        ({"statement": "password: hunter2"}, "This seems to hold a password."),
        ({"evidence_reference": "PIN 482913, one-time code"}, "It was not stored."),
    ],
)
def test_what_is_wrong_with_an_answer_is_said_and_nothing_is_kept(
    scope: Importer, analyst: User, told: dict[str, Any], why: str
) -> None:
    assert why in refused(scope, "R21", analyst, **told)


def test_everything_that_is_wrong_is_said_at_once(scope: Importer, analyst: User) -> None:
    with pytest.raises(Refused) as why:
        answer(scope, "R21", analyst, statement="", evidence_reference="")

    assert len(why.value.reasons) == 2


def test_it_counts_as_long_as_its_check_lets_it_and_to_an_earlier_day_if_wished(
    scope: Importer, analyst: User
) -> None:
    answer(scope, "R21", analyst, said_on=date(2025, 11, 23), expires_on=TODAY)

    assert said(scope, "R21") == ("passed", "answered")
    assert said(scope, "R21", today=date(2026, 11, 24)) == ("unknown", "answer_expired")


def test_a_document_proves_it_as_well(scope: Importer, analyst: User) -> None:
    proof = document(scope, analyst)

    kept = answer(scope, "R21", analyst, evidence_reference="", evidence_document=proof)

    assert kept.evidence_document == proof


def test_the_newest_answer_counts_and_once_taken_back_the_one_before(
    scope: Importer, analyst: User, reviewer: User
) -> None:
    answer(scope, "R21", analyst, is_met=False)
    newest = answer(scope, "R21", reviewer)
    assert said(scope, "R21") == ("passed", "answered")

    take_answer_back(answer=newest, by=reviewer)

    assert said(scope, "R21") == ("failed", "answered_no")
    assert "R21" in ReadinessSnapshot.objects.get().failed_checks
    event = AuditEvent.objects.get(action="readiness answer withdrawn")
    assert (event.actor_id, event.target_id, event.before["is_met"]) == (
        reviewer.pk, newest.pk, True,
    )  # fmt: skip
    with pytest.raises(Refused, match="taken back already"):
        take_answer_back(answer=newest, by=analyst)


def test_what_was_said_stays_readable_after_it_was_taken_back(
    scope: Importer, analyst: User
) -> None:
    kept = answer(scope, "R21", analyst)
    take_answer_back(answer=kept, by=analyst)

    [found] = answers_of(scope.pk)

    assert (found.statement, found.withdrawn_by, said(scope, "R21")) == (
        "It is as it should be.", analyst, ("unknown", "records_not_stated"),
    )  # fmt: skip


def test_a_question_that_was_answered_may_be_answered_anew(scope: Importer, analyst: User) -> None:
    answer(scope, "R21", analyst)

    asked = to_be_answered(readiness_of(scope.pk, TODAY))

    assert "R21" in [one.check.code for one in asked]


def test_where_data_come_to_tell_the_answer_is_out(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    answer(scope, "R20", analyst, account)
    soa(account, Line(1, "100.00"), last=OCTOBER)

    one = judged(scope, "R20", FIRST)

    assert (one.outcome.reason, one.answer) == ("overdue", None)
    assert one not in to_be_answered(readiness_of(scope.pk, TODAY))


def test_an_answer_that_ends_is_a_deadline_until_somebody_answers_anew(
    scope: Importer, analyst: User
) -> None:
    first, last = TODAY, date(2027, 1, 31)
    answer(scope, "R17", analyst)

    [due] = answers_ending([scope.pk], first, last)
    assert (due.due_on, due.kind, str(due.subject)) == (
        date(2026, 12, 24), "readiness",
        "R17 Notifications are on, and somebody has signed in lately",
    )  # fmt: skip

    answer(scope, "R17", analyst, expires_on=TODAY)
    assert [one.due_on for one in answers_ending([scope.pk], first, last)] == [TODAY]
    assert list(answers_ending([scope.pk], date(2026, 11, 24), last)) == []


def test_nobody_is_reminded_of_an_answer_that_data_have_taken_over(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    answer(scope, "R20", analyst, account)
    first, last = TODAY, date(2027, 1, 31)
    assert len(list(answers_ending([scope.pk], first, last))) == 1

    soa(account, Line(1, "100.00"), last=OCTOBER)
    keep_readiness(importers=[scope.pk], now=timezone.now())

    assert list(answers_ending([scope.pk], first, last)) == []


def test_a_client_that_is_not_ready_is_a_concern_and_a_prospect_is_on_its_way(
    scope: Importer, analyst: User
) -> None:
    answer(scope, "R17", analyst)  # and how it stands is kept

    [concern] = readiness_concerns([scope.pk], TODAY)
    assert concern.sentence == "Not ready: 3 checks stop it."
    assert concern in concerns_of([scope.pk], TODAY)[scope.pk]

    change_profile(importer=scope, by=analyst, state="prospect")
    assert list(readiness_concerns([scope.pk], TODAY)) == []
