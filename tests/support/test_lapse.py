"""A request on which the importer says nothing closes by itself, after one warning."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.outbox import Letter
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from carmsvc.schedule import schedule_of
from clients.actions.support import take_step, write_message
from clients.actions.support_lapse import let_lapse, quiet_requests
from clients.models import NoticePreference, SupportRequest, User
from clients.rules.support import Lapse, State, Wish, after_message, lapse
from clients.tasks import close_quiet_requests
from tests.support.conftest import NOW, Ask, Browser, as_now
from tests.support.letters import address_for, comes_in, letter


@pytest.fixture(autouse=True)
def days(settings: Any) -> None:
    settings.SUPPORT_CLOSES_AFTER_DAYS, settings.SUPPORT_CLOSING_NOTICE_DAYS = 30, 7


@pytest.fixture
def asked_of_client(ask: Ask, analyst: User) -> SupportRequest:
    """On 23 November the broker asked back, and waits for finance."""
    request = ask()
    with importer_scope(request.importer_id):
        return take_step(
            request=request, wish=Wish.ASK_CLIENT, by=analyst, now=NOW, text="Which line?"
        )


def after(clock: Any, days: float) -> None:
    clock.move_to(NOW + timedelta(days=days))


def say(request: SupportRequest, by: User, **told: Any) -> None:
    with importer_scope(request.importer_id):
        write_message(request=request, by=by, text="Words.", now=timezone.now(), **told)


def letters_of_closing() -> list[tuple[str, str]]:
    rows = Letter.objects.filter(text__contains="heard nothing more").order_by("id")
    return [(one.to_address, one.text) for one in rows]


def actions_about(request: SupportRequest) -> list[str]:
    with importer_scope(request.importer_id):
        rows = AuditEvent.objects.filter(target_id=request.pk, action__startswith="support request")
        return list(rows.order_by("sequence").values_list("action", flat=True))


@pytest.mark.parametrize(
    ("day", "warned_on", "due"),
    [
        (22, None, None),
        (23, None, Lapse.WARN),
        (60, None, Lapse.WARN),
        (29, 23, None),
        (30, 23, Lapse.CLOSE),
        (60, 58, None),
        (65, 58, Lapse.CLOSE),
    ],
)
def test_the_importer_always_has_the_whole_notice(
    day: int, warned_on: int | None, due: Lapse | None
) -> None:
    warned_at = None if warned_on is None else NOW + timedelta(days=warned_on)
    told = (NOW, warned_at, NOW + timedelta(days=day), timedelta(days=30), timedelta(days=7))
    assert lapse(*told) is due


def test_only_the_importers_word_opens_what_closed_by_itself() -> None:
    told = {"is_staff_only": False, "has_lapsed": True}
    assert after_message(State.CLOSED, is_staff=False, **told) is State.REOPENED
    assert after_message(State.CLOSED, is_staff=True, **told) is None


def test_it_warns_once_and_a_week_later_closes_once(
    asked_of_client: SupportRequest, finance: User, clock: Any
) -> None:
    after(clock, 22.9)
    close_quiet_requests()
    assert letters_of_closing() == []

    after(clock, 23)
    close_quiet_requests()
    close_quiet_requests()
    [(to, text)] = letters_of_closing()
    assert to == finance.email
    assert "closes by itself on 23 December 2026 unless you answer" in text
    assert as_now(asked_of_client).state == "waiting_client"

    after(clock, 30)
    close_quiet_requests()
    close_quiet_requests()
    held = as_now(asked_of_client)
    assert (held.state, held.lapsed_at) == ("closed", NOW + timedelta(days=30))
    assert (held.client_due_on, held.clock_due_at) == (None, None)
    assert [to for to, _text in letters_of_closing()] == [finance.email, finance.email]
    assert "is closed, because we have heard nothing more" in letters_of_closing()[1][1]
    assert actions_about(held)[-2:] == ["support request lapsing", "support request lapsed"]


def test_what_is_solved_closes_by_itself_as_well(
    ask: Ask, analyst: User, finance: User, clock: Any
) -> None:
    request = ask()
    with importer_scope(request.importer_id):
        take_step(request=request, wish=Wish.SOLVE, by=analyst, now=NOW, text="It was.")
    after(clock, 23)
    close_quiet_requests()
    after(clock, 30)
    close_quiet_requests()

    held = as_now(request)
    assert (held.state, held.solved_at) == ("closed", NOW)
    assert [to for to, _text in letters_of_closing()] == [finance.email, finance.email]


def test_what_is_ours_to_do_never_closes_by_itself(ask: Ask, clock: Any) -> None:
    request = ask()
    after(clock, 400)
    close_quiet_requests()
    assert (as_now(request).state, letters_of_closing()) == ("new", [])


def test_an_answer_after_the_warning_keeps_it_open(
    asked_of_client: SupportRequest, finance: User, clock: Any
) -> None:
    after(clock, 23)
    close_quiet_requests()
    say(asked_of_client, finance)
    after(clock, 60)
    close_quiet_requests()

    held = as_now(asked_of_client)
    assert (held.state, held.lapse_warned_at) == ("open", None)
    assert len(letters_of_closing()) == 1


def test_a_word_of_ours_begins_the_days_anew_and_a_note_does_not(
    asked_of_client: SupportRequest, analyst: User, clock: Any
) -> None:
    after(clock, 10)
    say(asked_of_client, analyst)
    after(clock, 20)
    say(asked_of_client, analyst, is_staff_only=True)
    after(clock, 32.9)
    close_quiet_requests()
    assert as_now(asked_of_client).lapse_warned_at is None

    after(clock, 33)
    close_quiet_requests()
    assert as_now(asked_of_client).lapse_warned_at == NOW + timedelta(days=33)


def test_a_second_silence_is_warned_of_again(
    asked_of_client: SupportRequest, analyst: User, clock: Any
) -> None:
    after(clock, 23)
    close_quiet_requests()
    say(asked_of_client, analyst)
    after(clock, 46)
    close_quiet_requests()
    assert len(letters_of_closing()) == 2
    assert as_now(asked_of_client).state == "waiting_client"


@pytest.fixture
def lapsed(asked_of_client: SupportRequest, clock: Any) -> SupportRequest:
    after(clock, 23)
    close_quiet_requests()
    after(clock, 30)
    close_quiet_requests()
    return as_now(asked_of_client)


def test_an_answer_opens_it_again_on_the_page(
    lapsed: SupportRequest, finance: User, signed_in: Browser
) -> None:
    browser: Client = signed_in(finance)
    page = browser.get(f"/support-requests/{lapsed.pk}/").content.decode()
    assert "It closed by itself on 23 December 2026" in re.sub(r"\s+", " ", page)

    browser.post(f"/support-requests/{lapsed.pk}/messages/", {"text": "Line 14."})
    held = as_now(lapsed)
    assert (held.state, held.lapsed_at, held.lapse_warned_at) == ("reopened", None, None)
    assert held.clock_due_at is not None


def test_an_answer_by_e_mail_opens_it_again(lapsed: SupportRequest, finance: User) -> None:
    kept = comes_in(letter(finance.email, address_for(lapsed, finance), "Line 14."))
    assert (kept.state, as_now(lapsed).state) == ("accepted", "reopened")


def test_the_api_says_that_it_closed_by_itself(
    lapsed: SupportRequest, finance: User, signed_in: Browser
) -> None:
    told = signed_in(finance).get(f"/api/v1/support-requests/{lapsed.pk}/").json()
    assert (told["state"], told["lapsed_at"][:10]) == ("closed", "2026-12-23")
    assert told["lapse_warned_at"][:10] == "2026-12-16"


def test_staff_reopen_it_with_a_reason_instead_of_writing(
    lapsed: SupportRequest, analyst: User, signed_in: Browser
) -> None:
    with importer_scope(lapsed.importer_id), pytest.raises(Refused, match="Reopen it"):
        write_message(request=lapsed, by=analyst, text="Words.", now=timezone.now())
    page = signed_in(analyst).get(f"/support-requests/{lapsed.pk}/").content.decode()
    assert f'action="/support-requests/{lapsed.pk}/messages/"' not in page


def test_what_staff_closed_stays_closed_to_an_answer(
    ask: Ask, analyst: User, finance: User
) -> None:
    request = ask()
    with importer_scope(request.importer_id):
        take_step(request=request, wish=Wish.SOLVE, by=analyst, now=NOW, text="It was.")
        take_step(request=request, wish=Wish.CLOSE, by=analyst, now=NOW)
        with pytest.raises(Refused, match="closed"):
            write_message(request=request, by=finance, text="Words.", now=NOW)


def test_nothing_closes_by_itself_where_the_setting_is_nought(
    asked_of_client: SupportRequest, settings: Any, clock: Any
) -> None:
    settings.SUPPORT_CLOSES_AFTER_DAYS = 0
    after(clock, 400)
    close_quiet_requests()
    told = {"importer_id": asked_of_client.importer_id, "request_id": asked_of_client.pk}
    assert let_lapse(**told, now=timezone.now()) is None
    assert as_now(asked_of_client).lapse_warned_at is None


def test_who_wants_no_letters_of_requests_gets_none_and_it_closes(
    asked_of_client: SupportRequest, finance: User, clock: Any
) -> None:
    NoticePreference.objects.create(user=finance, kind="support_message", mail="never")
    after(clock, 23)
    close_quiet_requests()
    after(clock, 30)
    close_quiet_requests()
    assert (letters_of_closing(), as_now(asked_of_client).state) == ([], "closed")


def test_the_letter_is_in_the_persons_language(
    asked_of_client: SupportRequest, finance: User, clock: Any
) -> None:
    User.objects.filter(pk=finance.pk).update(language="fr")
    after(clock, 23)
    close_quiet_requests()
    letter = Letter.objects.filter(to_address=finance.email).latest("id")
    assert "23 décembre 2026" in letter.text


def test_one_that_fails_keeps_no_other_from_closing(
    ask: Ask, asked_of_client: SupportRequest, analyst: User, clock: Any, monkeypatch: Any
) -> None:
    other = ask(by=analyst)
    good = let_lapse

    def fails(**told: Any) -> Any:
        if told["request_id"] == asked_of_client.pk:
            raise RuntimeError
        return good(**told)

    monkeypatch.setattr("clients.actions.support_lapse.let_lapse", fails)
    after(clock, 23)
    close_quiet_requests()
    assert as_now(asked_of_client).lapse_warned_at is None
    assert as_now(other).lapse_warned_at == timezone.now()


def test_a_failing_audit_saves_nothing(
    asked_of_client: SupportRequest, clock: Any, monkeypatch: Any
) -> None:
    after(clock, 23)

    def fails(*_said: Any, **_told: Any) -> None:
        raise ValidationError("no audit")

    monkeypatch.setattr("carmsvc.platform.audit.record", fails)
    told = {"importer_id": asked_of_client.importer_id, "request_id": asked_of_client.pk}
    with pytest.raises(ValidationError):
        let_lapse(**told, now=timezone.now())
    assert (as_now(asked_of_client).lapse_warned_at, letters_of_closing()) == (None, [])


@pytest.mark.parametrize("more", [0, 2])
def test_looking_for_quiet_ones_asks_as_much_for_three_as_for_one(
    asked_of_client: SupportRequest,
    ask: Ask,
    analyst: User,
    more: int,
    clock: Any,
    django_assert_num_queries: Any,
) -> None:
    for _one in range(more):
        ask(by=analyst)
    after(clock, 23)
    importers = every_importer_id()
    with importer_scope(importers), django_assert_num_queries(5):
        found = quiet_requests(importers, timezone.now())
    assert len(found) == 1 + more


def test_it_is_looked_for_every_hour() -> None:
    entry = schedule_of(60)["close quiet requests"]
    assert entry == {"task": close_quiet_requests.name, "schedule": 3600}
