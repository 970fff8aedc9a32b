"""What the calendar knows of delegation: reviews, and last days."""

from datetime import date, timedelta

import pytest

from clients.deadlines import deadlines
from clients.models import Importer, User
from delegation.rules import Wish
from tests.delegation.stories import TODAY, active, prepared, requested, signed, step

LAST = date(2026, 12, 31)


def listed(importer: Importer, kind: str) -> list[tuple[date, bool, str]]:
    found = deadlines([importer.pk], TODAY, TODAY + timedelta(days=365), kind)
    return [(one.due_on, one.is_done, one.address) for one in found]


def test_a_review_is_due_on_its_day(scope: Importer) -> None:
    ours = active(scope, review_on=LAST)

    assert listed(scope, "delegation_review") == [(LAST, False, f"/delegations/{ours.pk}/")]


def test_a_cancelled_delegation_is_reviewed_no_more(scope: Importer) -> None:
    step(prepared(scope, review_on=LAST), Wish.CANCEL)

    assert listed(scope, "delegation_review") == []


def test_the_last_day_of_what_is_asked_for_or_approved_is_a_deadline(scope: Importer) -> None:
    drafted = prepared(scope, effective_to=LAST)
    assert listed(scope, "delegation_expiry") == []
    asked = step(drafted, Wish.REQUEST)
    expected = [(LAST, False, f"/delegations/{asked.pk}/")]
    assert listed(scope, "delegation_expiry") == expected
    step(asked, Wish.REJECT)
    assert listed(scope, "delegation_expiry") == []


def test_the_last_day_of_a_signed_agreement_is_done_once_another_goes_on(
    scope: Importer, analyst: User
) -> None:
    ends = signed(scope, analyst, ends_on=LAST)
    address = f"/agency-agreements/{ends.pk}/"

    assert listed(scope, "agreement_expiry") == [(LAST, False, address)]
    signed(scope, analyst, effective_on=date(2027, 1, 3))  # a gap of two days
    assert listed(scope, "agreement_expiry") == [(LAST, False, address)]
    signed(scope, analyst, effective_on=date(2027, 1, 1))
    assert listed(scope, "agreement_expiry") == [(LAST, True, address)]


@pytest.mark.parametrize("kind", ["delegation_review", "delegation_expiry", "agreement_expiry"])
def test_a_strangers_days_are_not_listed(scope: Importer, stranger: Importer, kind: str) -> None:
    requested(scope, effective_to=LAST, review_on=LAST)

    assert deadlines([stranger.pk], TODAY, LAST, kind) == []
