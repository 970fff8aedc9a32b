"""The outbox: a letter leaves once, a failure waits longer, a crash is told, not guessed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, transaction
from django.utils import timezone

from carmsvc.platform import outbox
from carmsvc.platform.outbox import Letter, put_letter, send_letter
from carmsvc.platform.tasks import collect_letters
from carmsvc.platform.work import claim

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


class MailServerDown(EmailBackend):
    """A mail server that takes no connection."""

    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError("mail server down")


class WorkerKilled(BaseException):
    """What nothing in a worker catches."""


class WorkerDiesWhileSending(EmailBackend):
    """The mail server has the letter; the worker does not live to write it down."""

    def send_messages(self, messages: Any) -> int:
        super().send_messages(messages)
        raise WorkerKilled


@pytest.fixture
def backend(settings: Any) -> Callable[[str], None]:
    def use(name: str) -> None:
        settings.EMAIL_BACKEND = f"tests.platform.test_outbox.{name}"

    return use


def a_letter(**more: Any) -> Letter:
    words = {"to": "finance@maple.example", "subject": "Payment due", "text": "On 1 December."}
    letter = put_letter(**{**words, **more})
    assert letter is not None
    return letter


def waited(letter: Letter) -> None:
    """Let the time pass for which a letter waits."""
    Letter.objects.filter(pk=letter.pk).update(leased_until=timezone.now() - timedelta(seconds=1))


def test_a_letter_goes_with_its_words_and_its_own_message_id():
    letter = a_letter(html="<p>On 1 December.</p>")

    assert send_letter(letter.pk) is True

    [message] = mail.outbox
    assert (message.to, message.subject, message.body) == (
        ["finance@maple.example"], "Payment due", "On 1 December.",
    )  # fmt: skip
    assert message.alternatives == [("<p>On 1 December.</p>", "text/html")]
    assert message.extra_headers["Message-ID"] == letter.message_id
    letter.refresh_from_db()
    assert (letter.state, letter.text) == ("sent", "On 1 December.")


def test_sending_twice_sends_once():
    letter = a_letter()

    assert [send_letter(letter.pk), send_letter(letter.pk)] == [True, False]
    assert len(mail.outbox) == 1


def test_what_was_told_once_is_not_told_again():
    first = put_letter(to="a@x.example", subject="Due", text="-", once="payment-due 7 3-days")

    assert first is not None
    assert (
        put_letter(to="a@x.example", subject="Due", text="-", once="payment-due 7 3-days") is None
    )
    assert Letter.objects.count() == 1


def test_a_letter_of_a_change_that_was_rolled_back_was_never_written():
    with pytest.raises(IntegrityError), transaction.atomic():
        a_letter()
        raise IntegrityError

    assert Letter.objects.count() == 0


def test_a_letter_with_a_secret_loses_its_words_once_sent():
    letter = a_letter(text="https://carm.example/invitation/secret", holds_secret=True)

    send_letter(letter.pk)

    letter.refresh_from_db()
    assert (letter.text, letter.html, letter.subject) == ("", "", "Payment due")
    assert mail.outbox[0].body == "https://carm.example/invitation/secret"


def test_a_subject_cannot_carry_a_second_header():
    letter = a_letter(subject="Due\r\nBcc: everybody@x.example")

    send_letter(letter.pk)

    assert mail.outbox[0].subject == "Due Bcc: everybody@x.example"
    assert mail.outbox[0].recipients() == ["finance@maple.example"]


def test_a_mail_server_that_is_down_is_tried_again_later_each_time(backend: Any, settings: Any):
    settings.WORK_RETRY_SECONDS = 30
    letter = a_letter()
    backend("MailServerDown")
    waits = []

    for _ in range(4):
        waited(letter)
        assert send_letter(letter.pk) is False
        letter.refresh_from_db()
        waits.append(round((letter.leased_until - timezone.now()).total_seconds()))

    assert waits == [30, 60, 120, 240]
    assert letter.last_failure == "ConnectionRefusedError: mail server down"
    assert send_letter(letter.pk) is False  # not before its time
    assert outbox.letters_waiting() == []


def test_after_the_last_try_a_letter_is_parked_and_a_person_sends_it_again(
    backend: Any, settings: Any
):
    letter = a_letter()
    backend("MailServerDown")
    for _ in range(Letter.most_attempts):
        waited(letter)
        send_letter(letter.pk)
    letter.refresh_from_db()
    assert (letter.state, letter.parked_at is None) == ("waiting", False)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    assert outbox.send_letter_again(letter.pk) is True
    assert outbox.letters_waiting() == [letter.pk]
    assert send_letter(letter.pk) is True
    assert outbox.send_letter_again(letter.pk) is False


def test_a_worker_that_dies_while_sending_leaves_a_doubt_and_no_second_letter(backend: Any):
    letter = a_letter()
    backend("WorkerDiesWhileSending")
    with pytest.raises(WorkerKilled):
        send_letter(letter.pk)
    assert len(mail.outbox) == 1
    waited(letter)

    collect_letters()

    letter.refresh_from_db()
    assert (letter.state, letter.sent_at) == ("in_doubt", None)
    assert letter.parked_at is not None
    assert outbox.letters_waiting() == []
    assert len(mail.outbox) == 1


def test_of_two_workers_one_has_the_letter():
    letter = a_letter()
    assert claim(Letter, letter.pk) is not None

    assert send_letter(letter.pk) is False
    assert mail.outbox == []


def test_a_letter_for_later_waits_for_its_hour():
    later = a_letter(not_before=timezone.now() + timedelta(hours=2))
    now = a_letter()

    assert outbox.letters_waiting() == [now.pk]
    waited(later)
    assert outbox.letters_waiting() == [later.pk, now.pk]


def test_what_was_sent_long_ago_is_removed_and_what_waits_is_not():
    old, waiting = a_letter(), a_letter()
    send_letter(old.pk)
    Letter.objects.filter(pk=old.pk).update(sent_at=timezone.now() - timedelta(days=401))
    Letter.objects.filter(pk=waiting.pk).update(created_at=timezone.now() - timedelta(days=401))

    assert outbox.forget_sent_letters() == 1
    assert list(Letter.objects.all()) == [waiting]
