"""Asking, answering, steps, the clock along the way, and who is told."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.outbox import Letter
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.actions.support import handle_request, open_request
from clients.deadlines import deadlines
from clients.models import (
    Document,
    Importer,
    SupportMessage,
    SupportRequest,
    User,
)
from clients.rules.support import Wish
from tests.delegation.stories import requested
from tests.support.conftest import NOW, Ask, as_now
from tests.support.steps import at, say, step, told_to


def test_a_request_has_a_number_a_promise_and_an_audit(ask: Ask, importer: Importer) -> None:
    request = ask()

    assert (request.state, request.number[:3], len(request.number)) == ("new", "SR-", 12)
    assert request.answer_due_at == request.clock_due_at == at("2026-11-24 09:30")
    assert request.resolution_due_at == at("2026-11-27 16:00")
    with importer_scope(importer.pk):
        event = AuditEvent.objects.get(action="support request opened")
        [message] = SupportMessage.objects.all()
    assert (event.target_id, event.after["number"]) == (request.pk, request.number)
    assert (message.text, message.is_from_staff) == ("Line 14 looks like line 12.", False)


def test_the_lead_of_the_importer_is_told_and_then_whoever_took_it(
    ask: Ask, analyst: User, reviewer: User, finance: User
) -> None:
    request = ask()
    assert told_to(request) == [(analyst.email, "support_answer")]
    assert [letter.to_address for letter in Letter.objects.all()] == [analyst.email]

    step(request, Wish.TAKE, reviewer)
    say(request, finance, "Anybody there?")
    assert told_to(request)[1:] == [(reviewer.email, "support_answer")]


def test_an_answer_keeps_the_first_promise_and_goes_to_who_asked(
    ask: Ask, analyst: User, finance: User, second_owner: User
) -> None:
    request = ask()
    say(request, analyst, "We look into it.")

    now = as_now(request)
    assert (now.state, now.owner, now.answered_at, now.answered_late) == (
        *("open", analyst, NOW, False),
    )
    assert (now.answer_due_at, now.clock_due_at) == (None, now.resolution_due_at)
    assert told_to(request)[1:] == [(finance.email, "support_message")]


def test_a_late_answer_and_a_late_end_stay_on_record(ask: Ask, analyst: User, clock: Any) -> None:
    request = ask()
    clock.move_to(at("2026-11-24 09:31"))
    say(request, analyst)
    clock.move_to(at("2026-12-02 16:00"))
    step(request, Wish.SOLVE, analyst)

    now = as_now(request)
    assert (now.answered_late, now.solved_late, now.clock_due_at) == (True, True, None)


def test_the_clock_stands_while_we_wait_for_the_client(
    ask: Ask, analyst: User, finance: User, clock: Any
) -> None:
    request = ask()  # to be solved by Friday at four
    step(request, Wish.ASK_CLIENT, analyst, text="Which statement?")
    waits = as_now(request)
    assert (waits.state, waits.clock_due_at, waits.client_due_on) == (
        *("waiting_client", None, date(2026, 11, 30)),
    )

    clock.move_to(at("2026-12-07 10:00"))  # two weeks later to the hour
    say(request, finance, "October’s.")
    now = as_now(request)
    assert (now.state, now.paused_at, now.client_due_on) == ("open", None, None)
    assert now.clock_due_at == at("2026-12-11 16:00")


def test_reopening_promises_anew(ask: Ask, analyst: User, finance: User, clock: Any) -> None:
    request = ask()
    step(request, Wish.SOLVE, analyst, text="It is right.")
    clock.move_to(at("2026-12-07 10:00"))
    step(request, Wish.REOPEN, finance, text="It is not.")

    now = as_now(request)
    assert (now.state, now.solved_at) == ("reopened", None)
    assert (now.answer_due_at, now.resolution_due_at) == (
        *(at("2026-12-08 09:30"), at("2026-12-11 16:00")),
    )


def test_a_word_of_the_client_on_a_solved_request_opens_it_again(
    ask: Ask, analyst: User, finance: User
) -> None:
    request = ask()
    step(request, Wish.SOLVE, analyst, text="It is right.")
    say(request, finance, "It is not.")
    assert as_now(request).state == "reopened"


def test_a_closed_request_takes_no_word_and_says_what_to_do(
    ask: Ask, analyst: User, finance: User
) -> None:
    request = ask()
    step(request, Wish.SOLVE, analyst, text="It is right.")
    step(request, Wish.CLOSE, analyst)
    with pytest.raises(Refused, match="Reopen it, and say why"):
        say(request, finance)


@pytest.mark.parametrize(
    ("wish", "told", "reason"),
    [
        (Wish.ASK_CLIENT, {}, "Write what you want to say."),
        (Wish.SOLVE, {}, "Nobody has answered yet: write the answer with it."),
        (Wish.CLOSE, {}, "this step does not follow"),
        (Wish.SEND_TO_CBSA, {"next_on": date(2026, 11, 30)}, "Give the CBSA’s case number"),
        (Wish.SEND_TO_CBSA, {"case_no": "CAS-1"}, "Say when we look after it next."),
        (
            Wish.SEND_TO_CBSA,
            {"case_no": "CAS-1", "next_on": date(2026, 11, 22)},
            "The next date lies in the past.",
        ),
        (Wish.SEND_TO_CBSA, {"case_no": "<b>", "next_on": date(2026, 11, 30)}, "3 to 40 letters"),
    ],
)
def test_a_step_that_is_not_possible_says_why_and_changes_nothing(
    ask: Ask, analyst: User, wish: Wish, told: dict[str, Any], reason: str
) -> None:
    request = ask()
    with pytest.raises(Refused, match=reason):
        step(request, wish, analyst, **told)
    assert as_now(request).state == "new"


@pytest.mark.parametrize("wish", [Wish.TAKE, Wish.ASK_CLIENT, Wish.SEND_TO_CBSA])
def test_the_staff_s_steps_are_not_the_client_s(ask: Ask, finance: User, wish: Wish) -> None:
    request = ask()
    with pytest.raises(Refused, match="this step does not follow"):
        step(request, wish, finance, text="Do it.")


def test_a_case_at_the_cbsa_has_a_number_and_a_next_date_in_the_calendar(
    ask: Ask, analyst: User, importer: Importer
) -> None:
    request = ask()
    say(request, analyst)
    step(request, Wish.SEND_TO_CBSA, analyst, case_no="CAS-4471", next_on=date(2026, 12, 1))

    with importer_scope(importer.pk):
        found = deadlines([importer.pk], date(2026, 11, 20), date(2026, 12, 20))
    told = [(one.kind, one.due_on, one.owner_id) for one in found if "support" in one.kind]
    assert told == [
        ("support_answer", date(2026, 11, 27), analyst.pk),
        ("support_next", date(2026, 12, 1), analyst.pk),
    ]


def test_what_waits_for_the_client_is_theirs_to_do_by_a_day(
    ask: Ask, analyst: User, importer: Importer
) -> None:
    request = ask()
    step(request, Wish.ASK_CLIENT, analyst, text="Which statement?")
    with importer_scope(importer.pk):
        found = deadlines([importer.pk], date(2026, 11, 20), date(2026, 12, 20))
    [told] = [one for one in found if "support" in one.kind]
    assert (told.kind, told.due_on) == ("support_message", date(2026, 11, 30))


def test_another_priority_promises_anew_from_what_was_used(ask: Ask, analyst: User) -> None:
    request = ask()
    told = {"owner": analyst, "category": "statement", "case_no": "", "next_on": None}
    with importer_scope(request.importer_id):
        handle_request(request=request, by=analyst, now=NOW, priority="urgent", **told)

    now = as_now(request)
    assert (now.owner, now.priority) == (analyst, "urgent")
    assert now.clock_due_at == at("2026-11-23 11:00")


def test_who_does_not_look_after_the_importer_cannot_look_after_its_request(
    ask: Ask, analyst: User, stranger: Importer
) -> None:
    elsewhere = User.objects.create_user(
        "elsewhere@broker.example", full_name="Else", staff_role="analyst"
    )
    request = ask()
    told = {"category": "statement", "priority": "normal", "case_no": "", "next_on": None}
    for person in (elsewhere, request.asked_by):
        with importer_scope(request.importer_id):
            with pytest.raises(Refused, match="does not look after this importer"):
                handle_request(request=request, by=analyst, now=NOW, owner=person, **told)


def test_what_staff_ask_goes_to_the_importer_s_people_and_waits(
    importer: Importer, analyst: User, finance: User, owner: User
) -> None:
    with importer_scope(importer.pk):
        request = open_request(
            importer=importer, by=analyst, source="page", title="Which?", text="Which month?",
            category="payment", now=NOW,
        )  # fmt: skip

    assert (request.state, request.owner, request.clock_due_at) == (
        *("waiting_client", analyst, None),
    )
    assert sorted(told_to(request)) == [
        (finance.email, "support_message"),
        (owner.email, "support_message"),
    ]


def test_one_asks_about_a_thing_that_is_there_and_its_name_is_kept(
    ask: Ask, importer: Importer, stranger: Importer
) -> None:
    with importer_scope(importer.pk):
        ours = requested(importer)
    with importer_scope(stranger.pk):
        theirs = requested(stranger)

    about = {"subject_kind": "delegation", "subject_id": ours.pk}
    assert ask(**about).subject_label == f"Delegation {ours}"
    for wrong in (
        {"subject_kind": "delegation", "subject_id": theirs.pk},
        {"subject_kind": "delegation", "subject_id": None},
        {"subject_kind": "password", "subject_id": 1},
        {"subject_kind": "deadline", "subject_key": "2026-11-30:none"},
        {"subject_kind": "deadline", "subject_key": "yesterday"},
    ):
        with pytest.raises(Refused):
            ask(**wrong)


def test_a_deadline_is_found_again_by_its_day_and_key(ask: Ask, importer: Importer) -> None:
    request = ask()
    key = f"support_answer/{request.pk}/2026-11-24"
    about = ask(subject_kind="deadline", subject_key=f"2026-11-24:{key}")
    assert about.subject_label == f"2026-11-24 {request.number} {request.title}"


def test_files_become_documents_of_the_importer(ask: Ask, importer: Importer) -> None:
    request = ask(files=[ContentFile(b"%PDF-1.7 page", name="statement.pdf")])
    with importer_scope(importer.pk):
        [document] = Document.objects.all()
    assert (document.kind, document.title, document.subject_kind, document.subject_id) == (
        *("correspondence", "statement.pdf", "support_request", request.pk),
    )


def test_a_file_that_is_not_taken_leaves_nothing_half_said(ask: Ask, importer: Importer) -> None:
    with pytest.raises(Refused, match="By its content"):
        ask(files=[ContentFile(b"MZ\x90\x00", name="invoice.pdf")])
    with importer_scope(importer.pk):
        assert not SupportRequest.objects.exists()
        assert not Document.objects.exists()
    assert not Letter.objects.exists()


def test_more_than_ten_files_are_too_many(ask: Ask) -> None:
    files = [ContentFile(b"%PDF-1.7", name=f"{number}.pdf") for number in range(11)]
    with pytest.raises(Refused, match="At most ten files"):
        ask(files=files)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"title": " "}, "at most 200 characters"),
        ({"title": "x" * 201}, "at most 200 characters"),
        ({"text": "  "}, "Write what you want to say"),
        ({"text": "x" * 20_001}, "too long"),
        ({"text": "My password is Tulip-4471!"}, "This seems to hold a password"),
        ({"category": "gossip"}, "no such category: gossip"),
        ({"priority": "whenever"}, "no such priority: whenever"),
    ],
)
def test_a_question_that_cannot_be_taken_says_why(
    ask: Ask, told: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        ask(**told)


def test_a_message_is_never_changed_nor_removed(ask: Ask, importer: Importer) -> None:
    from django.db import DatabaseError

    ask()
    for change in (
        lambda: SupportMessage.objects.update(text="other"),
        lambda: SupportMessage.objects.all().delete(),
    ):
        with importer_scope(importer.pk), pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_number_of_another_importer_is_not_given_again(
    ask: Ask, stranger: Importer, other_finance: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([44172093, 44172093, 1])
    monkeypatch.setattr("clients.actions.support.secrets.randbelow", lambda _most: next(drawn))
    with importer_scope(stranger.pk):
        theirs = open_request(
            importer=stranger, by=other_finance, source="page", title="Why?", text="Why?",
            category="other", now=NOW,
        )  # fmt: skip
    assert (theirs.number, ask().number) == ("SR-4417-2093", "SR-0000-0001")


def test_numbers_tell_nothing_of_how_many_there_are(ask: Ask) -> None:
    numbers = {ask().number for _ in range(20)}
    assert len(numbers) == 20
    assert sorted(numbers) != [f"SR-0000-{at:04d}" for at in range(1, 21)]


def test_the_next_date_and_promises_keep_their_days(ask: Ask, clock: Any) -> None:
    request = ask()
    clock.move_to(NOW + timedelta(days=400))
    assert as_now(request).clock_due_at == at("2026-11-24 09:30")
