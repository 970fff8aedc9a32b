"""The rulebook is changed by two people, with a source, and everything stays in the history."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone, translation

from carmsvc.platform.audit import BrokerageEvent
from carmsvc.templatetags.rulebook import as_told
from clients.actions import Refused
from clients.models import User
from statements.actions.rulebook import (
    approve_value,
    propose_value,
    reject_value,
    withdraw_value,
)
from statements.models import RulebookEntry
from statements.queries.rulebook import lines_of, overview, rulebook_in_force
from statements.rules.rulebook import KINDS
from statements.wording import WORDS
from tests.conftest import PASSWORD, settle

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
TODAY = date(2026, 11, 23)


@pytest.fixture
def second(db: None) -> User:
    """Another administrator."""
    return settle(
        User.objects.create_user(
            "second@broker.example", PASSWORD, full_name="Sue Second", staff_role="administrator"
        )
    )


def proposed(by: User, **more: Any) -> RulebookEntry:
    wish: dict[str, Any] = {
        "name": "prescribed_rate",
        "key": "2026Q4",
        "value": "2.4",
        "from_on": date(2026, 10, 1),
        "to_on": date(2026, 12, 31),
        "source": "CBSA, interest rates, read 2026-11-23",
    }
    return propose_value(**{**wish, **more}, by=by)


def rate() -> Decimal | None:
    found = rulebook_in_force().find("prescribed_rate", TODAY, "2026Q4")
    return Decimal(found.value) if found else None


def test_a_value_holds_once_somebody_else_has_approved_it(administrator: User, second: User):
    entry = proposed(administrator)
    assert rate() is None

    approve_value(entry=entry, by=second)

    assert rate() == Decimal("2.4")


def test_nobody_approves_or_rejects_their_own(administrator: User):
    entry = proposed(administrator)

    with pytest.raises(Refused, match="somebody else has to decide"):
        approve_value(entry=entry, by=administrator)
    with pytest.raises(Refused, match="somebody else has to decide"):
        reject_value(entry=entry, by=administrator, reason="no")
    assert rate() is None


def test_the_database_keeps_four_eyes_whatever_the_code_forgets(administrator: User):
    entry = proposed(administrator)

    with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        RulebookEntry.objects.filter(pk=entry.pk).update(
            state="approved", decided_by=administrator, decided_at=timezone.now()
        )


def test_what_is_turned_down_never_holds_and_stays_with_its_reason(
    administrator: User, second: User
):
    entry = proposed(administrator)

    reject_value(entry=entry, by=second, reason="The page says 2.5")

    assert rate() is None
    [line] = lines_of("prescribed_rate", TODAY)
    assert line.entry and (line.entry.state, line.entry.reason) == ("rejected", "The page says 2.5")


def test_a_value_taken_out_holds_no_more(administrator: User, second: User):
    entry = proposed(administrator)
    approve_value(entry=entry, by=second)

    withdraw_value(entry=entry, by=administrator, reason="Published anew")

    assert rate() is None


def test_two_who_decide_at_once_decide_once(administrator: User, second: User):
    entry = proposed(administrator)
    approve_value(entry=entry, by=second)

    with pytest.raises(Refused, match="Approved"):
        reject_value(entry=entry, by=second, reason="late")


def test_an_entry_goes_before_what_carmsvc_started_with(administrator: User, second: User):
    entry = proposed(
        administrator, name="late_payment_penalty", key="", value="250.00", to_on=None,
        from_on=date(2027, 1, 1),
    )  # fmt: skip
    approve_value(entry=entry, by=second)

    book = rulebook_in_force()
    assert book.decimal("late_payment_penalty", date(2026, 12, 31)) == Decimal("200.00")
    assert book.decimal("late_payment_penalty", date(2027, 1, 1)) == Decimal("250.00")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"value": "two"}, "a number, such as 25.00"),
        ({"key": "Q4"}, "a quarter, such as 2026Q4"),
        ({"name": "colour"}, "no value called"),
        ({"source": "  "}, "where it is from"),
        ({"to_on": date(2026, 9, 1)}, "before the first"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_is_needed(
    administrator: User, wrong: dict[str, Any], words: str
):
    with pytest.raises(Refused, match=words):
        proposed(administrator, **wrong)
    assert not RulebookEntry.objects.exists()


def test_every_step_is_on_the_brokerages_chain(administrator: User, second: User):
    entry = proposed(administrator)
    approve_value(entry=entry, by=second)
    withdraw_value(entry=entry, by=second, reason="Published anew")

    events = list(BrokerageEvent.objects.filter(target_id=entry.pk).order_by("sequence"))
    assert [(one.actor, one.action) for one in events] == [
        ("admin@broker.example", "value proposed"),
        ("second@broker.example", "value approved"),
        ("second@broker.example", "value withdrawn"),
    ]
    assert (events[1].before["state"], events[1].after["state"]) == ("proposed", "approved")


def test_every_kind_has_its_words():
    assert set(WORDS) == set(KINDS)
    assert all(bool(WORDS[name].key) == bool(kind.check_key) for name, kind in KINDS.items())


def test_the_overview_counts_what_waits(administrator: User):
    proposed(administrator)

    waiting = {name: count for name, _values, count in overview(TODAY)}

    assert waiting["prescribed_rate"] == 1
    assert waiting["gst_rate"] == 0


def browser(person: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def test_two_administrators_change_the_rulebook_in_their_browsers(
    administrator: User, second: User
):
    wish = {
        "key": "2026Q4", "value": "2.4", "from_on": "2026-10-01", "to_on": "2026-12-31",
        "source": "CBSA page",
    }  # fmt: skip
    answer = browser(administrator).post("/rulebook/prescribed_rate/", wish, follow=True)
    assert "once somebody else approves it" in answer.content.decode()
    assert "Approve</button>" not in answer.content.decode()
    entry = RulebookEntry.objects.get()

    page = browser(second).get("/rulebook/prescribed_rate/").content.decode()
    assert "Approve</button>" in page
    browser(second).post(f"/rulebook/entries/{entry.pk}/approval/")

    assert rate() == Decimal("2.4")
    assert "In force" in browser(second).get("/rulebook/prescribed_rate/").content.decode()


def test_everybody_reads_the_rulebook_and_only_those_with_the_right_change_it(
    administrator: User, finance: User, analyst: User
):
    entry = proposed(administrator)
    for person in (finance, analyst):
        client = browser(person)
        assert client.get("/rulebook/").status_code == 200
        page = client.get("/rulebook/prescribed_rate/")
        assert "Propose a value" not in page.content.decode()
        assert client.post("/rulebook/prescribed_rate/", {"value": "9"}).status_code == 403
        assert client.post(f"/rulebook/entries/{entry.pk}/approval/").status_code == 403


def test_a_value_nobody_knows_is_not_found(finance: User):
    assert browser(finance).get("/rulebook/colour/").status_code == 404


@pytest.mark.parametrize(
    ("name", "value", "english", "french"),
    [
        ("security_maximum", "10000000.00", "10,000,000.00", "10 000 000,00"),
        ("bond_percent", "50", "50 %", "50 %"),
        ("prescribed_rate", "2.5", "2.5 %", "2,5 %"),
        ("security_review_day", "10-20", "20 October", "20 octobre"),
        ("payment_due_override", "2026-07-02", "2 July 2026", "2 juillet 2026"),
        ("relief_late_payment", "yes", "Yes", "Oui"),
        ("interest_divisor", "365", "365", "365"),
    ],
)
def test_a_value_is_told_in_its_unit(name: str, value: str, english: str, french: str) -> None:
    told = {}
    for language in ("en", "fr"):
        with translation.override(language):
            told[language] = as_told(value, WORDS[name]).replace("\N{NO-BREAK SPACE}", " ")

    assert told == {"en": english, "fr": french}
