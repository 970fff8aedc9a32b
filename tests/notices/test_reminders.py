"""People are told once, in time, in their language; their backup when it is urgent."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from carmsvc.platform import outbox
from carmsvc.platform.outbox import Letter
from carmsvc.platform.tenancy import importer_scope
from clients.actions import reminders
from clients.models import (
    Importer,
    Membership,
    Notice,
    ProgramAccount,
    StaffAssignment,
    User,
)
from clients.tasks import send_digests as send_digests_task
from clients.tasks import tell_deadlines
from tests.books import Line, soa
from tests.notices.stories import KEY, NOVEMBER, later, letters, tell, told

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def test_finance_and_the_lead_are_told_at_the_threshold_reached(
    billed: Any, importer: Importer, finance: User, analyst: User
):
    tell(importer)

    assert told(importer) == [
        ("finance@maple.example", f"{KEY}@10"), ("analyst@broker.example", f"{KEY}@10"),
    ]  # fmt: skip


def test_the_letter_names_what_is_due_when_where_and_how_much(
    billed: Any, importer: Importer, finance: User
):
    tell(importer)

    letter = Letter.objects.get(to_address=finance.email)
    assert letter.subject == "2 deadlines, the first on 2026-12-01"
    assert (
        "2026-12-01  Payment due – Maple Furniture Inc., 123456782RM0001, 70.00 CAD" in letter.text
    )
    assert "http://127.0.0.1:8000/statements/" in letter.text
    assert "/notices/settings/" in letter.text
    assert '<td align="right">70.00</td>' in letter.html


def test_the_same_is_told_once_however_often_it_runs(
    billed: Any, importer: Importer, finance: User, analyst: User
):
    first = tell(importer)

    assert first > 0
    assert [tell(importer), tell(importer, later(0) + timedelta(hours=3))] == [0, 0]
    assert len({letter.once for letter in letters()}) == len(letters()) == 2


def test_each_threshold_is_told_and_a_missed_one_is_not_made_up_for(
    billed: Any, importer: Importer, finance: User
):
    for days in (0, 1, 4, 5, 6, 7, 13):  # the worker slept from day 1 to 4
        tell(importer, later(days))

    mine = [key for email, key in told(importer) if email == finance.email]
    assert mine == [f"{KEY}@{one}" for one in (10, 5, 2, 0, -1, -7)]


def test_two_at_once_tell_once(transactional_db: None, billed: Any, importer: Importer):
    failures: list[Exception] = []

    def run() -> None:
        try:
            tell(importer)
        except Exception as error:
            failures.append(error)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(told(importer)) == len(set(told(importer))) == 1  # the administrator stands in


def test_a_crash_before_the_end_leaves_nothing_told_and_nothing_doubled(
    billed: Any, importer: Importer, finance: User, monkeypatch: pytest.MonkeyPatch
):
    def dies(*_: Any) -> None:
        raise SystemError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(reminders, "_write_now", dies)
        with pytest.raises(SystemError):
            tell(importer)
    assert (told(importer), letters()) == ([], [])

    tell(importer)

    assert told(importer).count((finance.email, f"{KEY}@10")) == 1
    assert Letter.objects.filter(to_address=finance.email).count() == 1


def test_what_is_done_is_not_told(billed: ProgramAccount, importer: Importer, finance: User):
    with importer_scope(importer.pk):
        soa(billed, Line("1", "-70.00", type="PAYMENT"), last=NOVEMBER)  # nothing payable

    tell(importer)

    assert told(importer) == []


def test_operations_are_not_told_of_payments(billed: Any, importer: Importer, finance: User):
    with importer_scope(importer.pk):
        Membership.objects.filter(user=finance).update(role="operations")

    tell(importer)

    assert finance.email not in {email for email, _key in told(importer)}


def test_the_backup_is_told_on_the_day_and_why(
    billed: Any, importer: Importer, analyst: User, reviewer: User
):
    with importer_scope(importer.pk):
        StaffAssignment.objects.filter(user=analyst).update(is_lead=True)
    tell(importer)
    assert {email for email, _key in told(importer)} == {analyst.email}

    tell(importer, later(6))

    assert told(importer)[1:] == [(analyst.email, f"{KEY}@0"), (reviewer.email, f"{KEY}@0")]
    letter = Letter.objects.get(to_address=reviewer.email)
    assert "You are told because whoever looks after it has not done it yet." in letter.text


def test_a_statement_to_get_goes_to_the_backup_two_days_late_only(
    billed: Any, importer: Importer, analyst: User, reviewer: User
):
    tell(importer)
    tell(importer, later(2))

    with importer_scope(importer.pk):
        rows = Notice.objects.filter(kind="statement_expected").order_by("id")
        assert [(row.user, row.key[-3:], row.is_escalated) for row in rows] == [
            (analyst, "7@0", False), (analyst, "@-2", False), (reviewer, "@-2", True),
        ]  # fmt: skip


def test_when_the_lead_leaves_the_backup_hears_everything(
    billed: Any, importer: Importer, analyst: User, reviewer: User
):
    with importer_scope(importer.pk):
        StaffAssignment.objects.filter(user=analyst).update(is_lead=True)
    User.objects.filter(pk=analyst.pk).update(is_active=False)

    tell(importer)

    assert told(importer) == [(reviewer.email, f"{KEY}@10")]


def test_where_nobody_is_assigned_the_administrators_are_told(
    billed: Any, importer: Importer, administrator: User
):
    tell(importer)

    assert told(importer) == [(administrator.email, f"{KEY}@10")]


def test_a_letter_waits_for_the_morning(billed: Any, importer: Importer, finance: User):
    night = datetime(2026, 11, 26, 3, tzinfo=UTC)  # 22:00 in Toronto

    tell(importer, night)

    [letter] = [one for one in letters() if one.to_address == finance.email]
    assert letter.leased_until == datetime(2026, 11, 26, 12, tzinfo=UTC)  # 07:00 in Toronto


def test_the_letter_speaks_the_readers_language(billed: Any, importer: Importer, finance: User):
    User.objects.filter(pk=finance.pk).update(language="fr")

    tell(importer)

    letter = Letter.objects.get(to_address=finance.email)
    assert "Échéance du paiement" in letter.text
    assert "70,00" in letter.html


def test_trouble_at_some_importers_keeps_nobody_else_from_being_told(
    billed: Any, importer: Importer, stranger: Importer, monkeypatch: pytest.MonkeyPatch
):
    honest = reminders.remind

    def remind_but_one(*, importers: list[int], now: datetime) -> int:
        if stranger.pk in importers:
            raise RuntimeError("trouble")
        return honest(importers=importers, now=now)

    monkeypatch.setattr("clients.tasks.AT_ONCE", 1)
    monkeypatch.setattr("clients.tasks.reminders.remind", remind_but_one)

    tell_deadlines()

    assert told(importer) != []


def test_from_the_sweep_to_the_letter_box(billed: Any, importer: Importer, finance: User):
    tell_deadlines()
    send_digests_task()
    for letter_id in outbox.letters_waiting():
        outbox.send_letter(letter_id)

    assert finance.email in [message.to[0] for message in mail.outbox]


def test_ten_more_accounts_cost_no_more_queries(
    billed: Any, importer: Importer, finance: User, analyst: User
):
    with CaptureQueriesContext(connection) as few:
        tell(importer)
    with importer_scope(importer.pk):
        ProgramAccount.objects.bulk_create(
            ProgramAccount(importer=importer, bn15=f"123456782RM{at:04d}") for at in range(20, 30)
        )

    with CaptureQueriesContext(connection) as many:
        assert tell(importer) == 10 * 3  # finance: a payment; the lead: a payment and a statement

    assert len(many) == len(few)
