"""A due date that the CBSA publishes holds everywhere once it is in the rulebook."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client
from icalendar import Calendar

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.actions.calendar import open_calendar
from clients.deadlines import deadlines
from clients.models import Importer, ProgramAccount, User
from reconciliation.queries.overview import dues
from reconciliation.queries.pay_answer import answer_for
from statements.actions import receive_statement_file, take_in_statement_file
from statements.actions.due_dates import follow_published_days
from statements.actions.rulebook import approve_value, propose_value, withdraw_value
from statements.models import RulebookEntry, Statement
from statements.queries.replay import story_of
from tests.books import Line, soa
from tests.conftest import PASSWORD, settle

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
NOVEMBER = date(2026, 11, 17)
COUNTED, PUBLISHED = date(2026, 12, 1), date(2026, 12, 4)
TODAY = date(2026, 11, 26)
SOURCE = "CBSA, Payment dates for 2026, read 2026-11-26"


@pytest.fixture(autouse=True)
def on_the_26th_of_november() -> Iterator[None]:
    with time_machine.travel("2026-11-26T15:00:00Z", tick=False):
        yield


@pytest.fixture
def second(db: None) -> User:
    return settle(
        User.objects.create_user(
            "second@broker.example", PASSWORD, full_name="Sue Second", staff_role="administrator"
        )
    )


def propose(by: User, **more: Any) -> RulebookEntry:
    wish = {
        "name": "payment_due_override",
        "key": "commercial/2026-11-17",
        "value": PUBLISHED.isoformat(),
        "from_on": date(2026, 11, 1),
        "to_on": None,
        "source": SOURCE,
    }
    return propose_value(**(wish | more), by=by)


@pytest.fixture
def published(importer: Importer, administrator: User, second: User) -> RulebookEntry:
    """The CBSA published 4 December for November, and two administrators wrote it down."""
    entry = propose(administrator)
    approve_value(entry=entry, by=second)
    return RulebookEntry.objects.get(pk=entry.pk)


def payment_of(account: ProgramAccount) -> Any:
    found = deadlines([account.importer_id], COUNTED, PUBLISHED, "payment_due")
    return next(one for one in found if one.subject == account.bn15)


def test_a_proposed_day_changes_nothing(account: ProgramAccount, administrator: User):
    propose(administrator)

    assert payment_of(account).due_on == COUNTED


def test_the_deadline_says_the_published_day_and_its_source(
    published: RulebookEntry, account: ProgramAccount
):
    found = payment_of(account)

    assert (found.due_on, str(found.reasons[0])) == (
        PUBLISHED,
        f"The CBSA published 2026-12-04 as the due date: {SOURCE}.",
    )


def test_the_calendar_shows_it_on_the_published_day(
    published: RulebookEntry, finance: User, client: Client
):
    secret = open_calendar(person=finance, alarm_days=3)

    calendar = Calendar.from_ical(client.get(f"/calendar/{secret}.ics").content)

    days = {
        event["dtstart"].dt
        for event in calendar.walk("VEVENT")
        if "payment-due/123456782RM0001/2026-11-17" in event["uid"]
    }
    assert days == {PUBLISHED}


def test_what_is_ahead_of_the_importer_is_on_the_published_day(
    published: RulebookEntry, account: ProgramAccount
):
    [one] = [due for due in dues([account], TODAY) if due.period.last == NOVEMBER]

    assert one.due_on == PUBLISHED


def test_a_statement_that_is_loaded_later_is_due_on_the_published_day(
    published: RulebookEntry, account: ProgramAccount, analyst: User
):
    content = b"Transaction number,Transaction type,Release date,Amount\n"
    content += b"12345000000017,CAD,2026-11-02,70.00\n"
    received = receive_statement_file(
        importer_id=account.importer_id,
        program_account=account,
        period_end=NOVEMBER,
        content=ContentFile(content),
        file_name="november.csv",
        by=analyst,
    )
    take_in_statement_file(importer_id=account.importer_id, file_id=received.file.pk)

    assert Statement.objects.get().payment_due_on == PUBLISHED


def test_statements_loaded_before_move_to_it_and_back_with_a_trace(
    account: ProgramAccount, administrator: User, second: User
):
    statement = soa(account, Line(1, "70.00"), last=NOVEMBER)
    other = soa(account, Line(2, "70.00"), last=date(2026, 10, 17))
    entry = propose(administrator)
    approve_value(entry=entry, by=second)

    assert follow_published_days(importers=[account.importer_id]) == 1
    assert follow_published_days(importers=[account.importer_id]) == 0
    statement.refresh_from_db()
    assert statement.payment_due_on == PUBLISHED
    answer = answer_for(statement, TODAY)
    assert answer.statement and answer.statement.payment_due_on == PUBLISHED
    assert answer.last_lawful_on is None

    withdraw_value(entry=RulebookEntry.objects.get(), by=second, reason="A misprint.")
    follow_published_days(importers=[account.importer_id])
    statement.refresh_from_db()
    other.refresh_from_db()
    assert (statement.payment_due_on, other.payment_due_on) == (COUNTED, date(2026, 10, 30))
    events = AuditEvent.objects.filter(action="due date followed").order_by("sequence")
    assert [(one.before, one.after) for one in events] == [
        ({"payment_due_on": "2026-12-01"}, {"payment_due_on": "2026-12-04"}),
        ({"payment_due_on": "2026-12-04"}, {"payment_due_on": "2026-12-01"}),
    ]


def test_what_was_left_open_of_it_is_late_from_the_published_day(
    published: RulebookEntry, account: ProgramAccount
):
    soa(account, last=date(2026, 12, 17), opening="40.00")

    story = story_of(account.pk, date(2026, 12, 30))

    [one] = story.debts
    assert one.debt.due_on == PUBLISHED


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"key": "everything/2026-11-17"}, "The key begins with a stream"),
        ({"key": "commercial/2026-11-18"}, "ends with the 17th"),
        ({"from_on": date(2026, 11, 18)}, "must hold on 2026-11-17"),
        ({"to_on": date(2026, 11, 16)}, "must hold on 2026-11-17"),
    ],
)
def test_a_published_day_that_would_never_hold_is_refused(
    wrong: dict[str, Any], reason: str, administrator: User
):
    with pytest.raises(Refused, match=reason):
        propose(administrator, **wrong)


def test_an_administrator_publishes_it_in_the_browser_and_everybody_sees_why(
    importer: Importer, administrator: User, second: User, finance: User, client: Client
):
    with importer_scope(importer.pk):
        account = ProgramAccount.objects.get(bn15="123456782RM0001")
        statement = soa(account, Line(1, "70.00"), last=NOVEMBER)
    client.force_login(administrator)
    wish = {
        "key": "commercial/2026-11-17",
        "value": PUBLISHED.isoformat(),
        "from_on": "2026-11-01",
        "source": SOURCE,
    }
    assert client.post("/rulebook/payment_due_override/", wish).status_code == 302
    entry = RulebookEntry.objects.get()
    client.force_login(second)
    assert client.post(f"/rulebook/entries/{entry.pk}/approval/").status_code == 302
    follow_published_days(importers=[importer.pk])

    client.force_login(finance)
    page = client.get(f"/statements/{statement.pk}/", headers={"accept-language": "en"})

    assert f"The CBSA published 2026-12-04 as the due date: {SOURCE}." in page.content.decode()
    assert "4 December 2026" in page.content.decode()
