"""What an importer's summary says about the money: left to pay, and overdue only when it is."""

from datetime import date

import pytest

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount, User
from clients.overview import Asked, Level
from statements.overview import what_is_to_be_paid
from tests.books import Line, soa
from tests.payments.conftest import Pay

JUNE = date(2026, 6, 17)  # to be paid by Canada Day


def left_to_pay(importer: Importer, reader: User, today: date) -> tuple[str, str, Level]:
    with importer_scope(importer.pk):
        asked = Asked(importer=importer, user=reader, may={}, today=today)
        found = {str(fact.label): fact for fact in what_is_to_be_paid(asked)}
    fact = found["Left to pay"]
    return fact.words, fact.note, fact.level


@pytest.mark.parametrize(
    ("today", "note", "level"),
    [
        (date(2026, 7, 1), "", Level.FINE),
        (date(2026, 7, 2), "", Level.FINE),  # the law still takes it on the next day
        (date(2026, 7, 3), "overdue", Level.AT_RISK),
    ],
)
def test_what_is_due_on_a_holiday_is_overdue_after_the_next_day_that_is_none(
    account: ProgramAccount, analyst: User, today: date, note: str, level: Level
) -> None:
    soa(account, Line(1, "100.00"), last=JUNE)

    assert left_to_pay(account.importer, analyst, today) == ("100.00", note, level)


def test_what_is_paid_is_not_overdue(account: ProgramAccount, analyst: User, pay: Pay) -> None:
    soa(account, Line(1, "100.00"), last=JUNE)
    pay(account, "100.00", paid_on=JUNE)

    found = left_to_pay(account.importer, analyst, date(2026, 9, 1))

    assert found == ("0.00", "", Level.FINE)


def test_without_a_statement_nothing_is_said_to_be_left(importer: Importer, analyst: User) -> None:
    with importer_scope(importer.pk):
        asked = Asked(importer=importer, user=analyst, may={}, today=JUNE)
        [fact] = what_is_to_be_paid(asked)

    assert (fact.label, fact.words) == ("Statement", "None received yet")
