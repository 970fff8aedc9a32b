"""Whoever looks after an importer is told once when its security gets used up."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.outbox import Letter
from carmsvc.platform.tenancy import importer_scope
from clients.actions.reminders import remind
from clients.actions.security import end_security, note_release_status, record_security
from clients.models import Importer, Notice, ProgramAccount, SecurityAlert, SecurityInstrument, User
from clients.overview import concerns_of
from statements.actions.rulebook import approve_value, propose_value
from statements.actions.security import watch_security
from statements.models import RulebookEntry
from statements.tasks import watch_security as watch_security_task
from tests.books import Line, ledger, soa
from tests.forecast.conftest import TODAY

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
OCTOBER = date(2026, 10, 17)
Browser = Callable[[User], Client]


def bond(account: ProgramAccount, by: User, amount: str = "10000.00", **told: Any) -> Any:
    usual = {"form": "bond", "valid_from": date(2026, 1, 1)}
    return record_security(account=account, amount=Decimal(amount), by=by, **(usual | told))


def watch(account: ProgramAccount) -> int:
    return watch_security(importers=[account.importer_id], today=TODAY)


def standing() -> list[tuple[str, str, bool]]:
    """(measure, level, whether it rose) of what is open."""
    rows = SecurityAlert.objects.filter(cleared_on=None).order_by("id")
    return list(rows.values_list("measure", "level", "has_risen"))


@pytest.mark.parametrize(
    ("charged", "raised"),
    [
        ("14999.98", []),
        ("15000.00", [("review", "notice", True)]),
        ("18000.00", [("review", "warning", True)]),
        ("20000.00", [("review", "full", True)]),
    ],
)
def test_an_alert_is_raised_at_the_thresholds_of_the_rulebook(
    charged: str, raised: list[Any], account: ProgramAccount, analyst: User
):
    soa(account, Line(1, charged), last=OCTOBER)
    bond(account, analyst)

    assert watch(account) == len(raised)
    assert standing() == raised


def test_a_threshold_is_a_value_that_administrators_change(
    account: ProgramAccount, analyst: User, administrator: User
):
    soa(account, Line(1, "14000.00"), last=OCTOBER)
    bond(account, analyst)
    assert watch(account) == 0

    entry = propose_value(
        name="security_alert", key="notice", value="70", from_on=TODAY, to_on=None,
        source="Our own", by=analyst,
    )  # fmt: skip
    approve_value(entry=RulebookEntry.objects.get(pk=entry.pk), by=administrator)

    assert watch(account) == 1


def test_the_running_month_is_measured_by_what_the_ledger_knows(
    account: ProgramAccount, analyst: User
):
    bond(account, analyst)
    ledger(account, Line(1, "19000.00", released=date(2026, 11, 20)))

    watch(account)

    assert standing() == [("running", "warning", True)]
    alert = SecurityAlert.objects.get()
    assert (alert.required, alert.posted) == (Decimal("9500.00"), Decimal("10000.00"))


def test_watching_again_raises_nothing_new(account: ProgramAccount, analyst: User):
    soa(account, Line(1, "18000.00"), last=OCTOBER)
    bond(account, analyst)

    assert [watch(account), watch(account)] == [1, 0]


def test_it_rises_to_the_next_threshold_and_falls_without_alarm(
    account: ProgramAccount, analyst: User
):
    soa(account, Line(1, "16000.00"), last=OCTOBER)
    first = bond(account, analyst)
    watch(account)
    second = bond(account, analyst, "8000.00", replaces=first)
    watch(account)
    assert standing() == [("review", "full", True)]

    third = bond(account, analyst, "9000.00", replaces=second)
    watch(account)
    assert standing() == [("review", "notice", False)]

    bond(account, analyst, "20000.00", replaces=third)
    watch(account)
    assert standing() == []
    alerts = AuditEvent.objects.filter(action__startswith="security alert").order_by("sequence")
    assert [event.action.removeprefix("security alert ") for event in alerts] == [
        "raised", "cleared", "raised", "cleared", "raised", "cleared",
    ]  # fmt: skip


def test_an_account_that_is_not_known_to_release_before_paying_raises_no_alarm(
    account: ProgramAccount, analyst: User
):
    soa(account, Line(1, "18000.00"), last=OCTOBER)
    assert watch(account) == 0

    note_release_status(account=account, status="enrolled", seen_on=TODAY, by=analyst)

    assert watch(account) == 1
    assert standing() == [("review", "full", True)]


def test_security_that_ended_without_another_clears_nothing_that_is_needed(
    account: ProgramAccount, analyst: User
):
    soa(account, Line(1, "18000.00"), last=OCTOBER)
    one = bond(account, analyst)
    note_release_status(account=account, status="enrolled", seen_on=TODAY, by=analyst)
    watch(account)

    end_security(security=one, ended_on=TODAY, reason="The surety left.", by=analyst)
    watch(account)

    assert standing() == [("review", "full", True)]


@pytest.fixture
def short(importer: Importer, analyst: User) -> ProgramAccount:
    """Maple's first account, 90 % of whose bond is used."""
    with importer_scope(importer.pk):
        account: ProgramAccount = ProgramAccount.objects.get(bn15="123456782RM0001")
        soa(account, Line(1, "18000.00"), last=OCTOBER)
        bond(account, analyst)
    return account


def told(importer: Importer) -> list[tuple[str, str]]:
    with importer_scope(importer.pk):
        rows = Notice.objects.filter(kind="security_alert").order_by("id")
        return list(rows.values_list("user__email", "subject"))


def test_each_crossing_is_told_once_to_finance_and_to_whoever_looks_after_it(
    importer: Importer, short: ProgramAccount, finance: User, analyst: User
):
    for _again in range(3):
        watch(short)
        remind(importers=[importer.pk], now=timezone.now())

    nearly = "123456782RM0001: Nearly used up"
    assert told(importer) == [(finance.email, nearly), (analyst.email, nearly)]
    assert Letter.objects.filter(to_address=finance.email).count() == 1


def test_a_higher_threshold_is_told_again_and_a_lower_one_is_not(
    importer: Importer, short: ProgramAccount, finance: User, analyst: User
):
    def change(amount: str) -> None:
        with importer_scope(importer.pk):
            newest = SecurityInstrument.objects.get(superseded_by=None)
            bond(short, analyst, amount, replaces=newest)
        watch(short)
        remind(importers=[importer.pk], now=timezone.now())

    for amount in ("10001.00", "9000.00", "9500.00"):
        change(amount)

    assert [subject for email, subject in told(importer) if email == finance.email] == [
        "123456782RM0001: Getting used up",
        "123456782RM0001: Used up",
    ]


def test_an_importer_that_cannot_be_watched_leaves_the_others_watched(
    importer: Importer, short: ProgramAccount, monkeypatch: pytest.MonkeyPatch
):
    def broken(*, importers: list[int], today: date) -> int:
        raise RuntimeError("no reason")

    with monkeypatch.context() as patch:
        patch.setattr("statements.actions.security.watch_security", broken)
        watch_security_task()
    with importer_scope(importer.pk):
        assert standing() == []

    watch_security_task()

    with importer_scope(importer.pk):
        assert standing() == [("review", "warning", True)]


def test_the_work_queue_and_the_overview_name_the_account(
    importer: Importer, short: ProgramAccount, analyst: User, signed_in: Browser
):
    watch(short)

    page = signed_in(analyst).get("/work/").content.decode()

    assert "Security gets used up" in page
    assert "Nearly used up" in page
    with importer_scope(importer.pk):
        sentences = [one.sentence for one in concerns_of([importer.pk], TODAY)[importer.pk]]
    assert "Security of 123456782RM0001: Nearly used up (9,000.00 required, 10,000.00 posted)" in (
        sentences
    )


def test_more_accounts_cost_no_more_queries(
    account: ProgramAccount,
    other_account: ProgramAccount,
    analyst: User,
    django_assert_num_queries: Any,
):
    for one in (account, other_account):
        soa(one, Line(1, "18000.00"), last=OCTOBER)
    bond(account, analyst)
    watch(account)
    bond(other_account, analyst)
    watch(account)

    with django_assert_num_queries(13):  # the scope, the lock, the alerts, the standings
        assert watch(account) == 0
