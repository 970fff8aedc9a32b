"""Who wants letters collected, or none, gets them so, and at their hours."""

from datetime import time, timedelta
from typing import Any

import pytest

from carmsvc.platform.outbox import Letter
from carmsvc.platform.tenancy import every_importer_id
from clients.actions.reminders import send_digests
from clients.models import (
    Importer,
    NoticeHours,
    User,
)
from tests.notices.stories import KEY, NOON, choose, later, tell, told

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def test_who_wants_no_mail_is_told_in_the_application_only(
    billed: Any, importer: Importer, finance: User
):
    choose(finance, "never")

    tell(importer)

    assert (finance.email, f"{KEY}@10") in told(importer)
    assert not Letter.objects.filter(to_address=finance.email).exists()


def test_a_digest_collects_a_day_and_goes_once(billed: Any, importer: Importer, finance: User):
    choose(finance, "daily")
    tell(importer)
    everybody = every_importer_id()

    sent = [
        send_digests(importers=everybody, now=now)
        for now in (NOON, NOON + timedelta(hours=1), later(1))
    ]

    [letter] = Letter.objects.filter(to_address=finance.email)
    assert sent == [1, 0, 0]
    assert letter.once == f"digest/{finance.pk}/2026-11-25"
    assert "123456782RM0001" in letter.text and "123456782RM0009" in letter.text


def test_what_comes_after_the_digest_waits_for_the_next_day(
    billed: Any, importer: Importer, finance: User
):
    choose(finance, "daily")
    tell(importer)
    send_digests(importers=every_importer_id(), now=NOON)
    tell(importer, later(1))  # the threshold of five days

    afternoon = send_digests(importers=every_importer_id(), now=NOON + timedelta(hours=2))
    tomorrow = send_digests(importers=every_importer_id(), now=later(1))

    assert (afternoon, tomorrow) == (0, 1)


def test_a_weekly_letter_goes_on_monday(billed: Any, importer: Importer, finance: User):
    choose(finance, "weekly")
    tell(importer)

    sent = [send_digests(importers=every_importer_id(), now=later(days)) for days in range(7)]

    assert sent == [0, 0, 0, 0, 0, 1, 0]  # 30 November


def test_a_digest_does_not_go_in_quiet_hours(billed: Any, importer: Importer, finance: User):
    choose(finance, "daily")
    NoticeHours.objects.create(user=finance, quiet_from=time(9), quiet_until=time(17))
    tell(importer)

    noon = send_digests(importers=every_importer_id(), now=NOON)
    evening = send_digests(importers=every_importer_id(), now=NOON + timedelta(hours=5))

    assert (noon, evening) == (0, 1)
