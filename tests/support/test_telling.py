"""Who is told of what was written on a request, once each and as they want to be."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from carmsvc.platform.audit import AuditEvent, BrokerageEvent
from carmsvc.platform.outbox import Letter
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.models import (
    Importer,
    Membership,
    Notice,
    NoticePreference,
    SupportMessage,
    User,
)
from clients.rules.support import Wish
from tests.support.conftest import Ask, as_now
from tests.support.steps import at, say, step, told_to


def test_a_note_among_the_staff_changes_nothing_and_tells_the_owner_only(
    ask: Ask, analyst: User, reviewer: User, finance: User, importer: Importer
) -> None:
    request = ask()
    step(request, Wish.TAKE, analyst)
    letters, before = Letter.objects.count(), as_now(request)
    say(request, reviewer, "Careful.", is_staff_only=True)

    now = as_now(request)
    assert (now.state, now.answer_due_at) == (before.state, before.answer_due_at)
    assert told_to(request)[1:] == [(analyst.email, "support_answer")]
    assert Letter.objects.count() == letters
    assert BrokerageEvent.objects.filter(action="support note written").count() == 1
    with importer_scope(importer.pk):
        assert not AuditEvent.objects.filter(action="support note written").exists()


def test_a_note_carries_no_file_and_no_client_writes_one(
    ask: Ask, analyst: User, finance: User
) -> None:
    request = ask()
    file = ContentFile(b"%PDF-1.7", name="a.pdf")
    with pytest.raises(Refused, match="A document is the importer’s to see"):
        say(request, analyst, is_staff_only=True, files=[file])
    with pytest.raises(Refused, match="Only the brokerage’s staff"):
        say(request, finance, is_staff_only=True)


def test_people_are_told_as_they_want_to_be(ask: Ask, analyst: User, finance: User) -> None:
    request = ask()
    wish = {"user": finance, "kind": "support_message"}
    NoticePreference.objects.create(**wish, mail="never", in_app=True)
    say(request, analyst)
    NoticePreference.objects.filter(**wish).update(mail="daily")
    say(request, analyst)

    with importer_scope(request.importer_id):
        rows = Notice.objects.filter(user=finance).order_by("id")
        assert list(rows.values_list("mail", "mailed_at")) == [("never", None), ("daily", None)]
    assert not Letter.objects.filter(to_address=finance.email).exists()


def test_a_letter_waits_for_the_end_of_the_quiet_hours(
    ask: Ask, analyst: User, finance: User, clock: Any
) -> None:
    request = ask()
    clock.move_to(at("2026-11-23 22:00"))
    say(request, analyst)
    letter = Letter.objects.get(to_address=finance.email)
    assert letter.leased_until == at("2026-11-24 07:00")


def test_who_left_the_importer_is_told_no_more(
    ask: Ask, analyst: User, finance: User, second_owner: User
) -> None:
    request = ask()
    with importer_scope(request.importer_id):
        Membership.objects.filter(user=finance).delete()
    say(request, analyst)
    assert told_to(request)[1:] == [(second_owner.email, "support_message")]


def test_a_crash_before_the_end_tells_nobody_and_the_next_time_tells_once(
    ask: Ask, analyst: User, finance: User, importer: Importer
) -> None:
    request = ask()
    with pytest.raises(RuntimeError), transaction.atomic():
        say(request, analyst, "We look into it.")
        raise RuntimeError("the power went")
    assert not Letter.objects.filter(to_address=finance.email).exists()
    say(request, analyst, "We look into it.")
    [letter] = Letter.objects.filter(to_address=finance.email)
    with importer_scope(importer.pk):
        message = SupportMessage.objects.last()
    assert letter.once == f"support-message/{importer.pk}/{message.pk}/{finance.pk}"
