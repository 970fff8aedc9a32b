"""Who pays what of a total payable: every sentence of the answer, and every cent accounted for."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.rules.pay_answer import (
    Answer,
    Charges,
    Doubt,
    Facts,
    Made,
    Part,
    Reason,
    is_disputed,
    pay_answer,
    payer_told_by,
)

PERIOD_END, DUE, TODAY = date(2026, 10, 17), date(2026, 10, 30), date(2026, 10, 27)
ZERO = Decimal("0.00")


def asked(*charges: Charges | str, **told: object) -> Answer:
    """The answer on 27 October to a statement with these charges."""
    lines = tuple(Charges(Decimal(one)) if isinstance(one, str) else one for one in charges)
    usual: dict[str, object] = {
        "opening_balance": ZERO,
        "payments_shown": ZERO,
        "period_end": PERIOD_END,
        "due_on": DUE,
        "today": TODAY,
        "payer": "importer",
        "pays_by_debit": False,
    }
    return pay_answer(Facts(charges=lines, **(usual | told)))  # type: ignore[arg-type]


def charge(amount: str, *words: str, status: str = "") -> Charges:
    return Charges(Decimal(amount), 1, words, status)


def made(amount: str, payer: str = "importer", day: int = 26, key: int = 1, **told: object) -> Made:
    return Made(key, date(2026, 10, day), Decimal(amount), payer, **told)  # type: ignore[arg-type]


def parts(answer: Answer) -> dict[str, str]:
    return {part.value: str(amount) for part, amount in answer.parts.items() if amount}


def doubts(answer: Answer) -> list[tuple[str, str | None]]:
    return [
        (one.doubt.value, None if one.amount is None else str(one.amount))
        for one in answer.warnings
    ]


def test_by_arrangement_the_importer_pays_all_of_it():
    answer = asked("100.00", "50.00")

    assert parts(answer) == {"client": "150.00"}
    assert [(one.reason, one.amount) for one in answer.items] == [
        (Reason.ARRANGED, Decimal("100.00")),
        (Reason.ARRANGED, Decimal("50.00")),
    ]
    assert doubts(answer) == []


def test_by_arrangement_the_broker_pays_all_of_it():
    assert parts(asked("100.00", payer="broker")) == {"broker": "100.00"}


def test_while_nobody_said_who_pays_it_is_asked():
    answer = asked("100.00", payer="")

    assert parts(answer) == {"unsure": "100.00"}
    assert doubts(answer) == [("payer_unknown", "100.00")]


def test_by_transaction_the_ledger_s_payer_decides():
    answer = asked(
        charge("100.00", "Importer"),
        charge("40.00", "COURTIER"),
        charge("7.00"),
        payer="by_transaction",
    )

    assert parts(answer) == {"client": "107.00", "broker": "40.00"}
    assert [one.reason for one in answer.items] == [
        Reason.BY_LEDGER,
        Reason.BY_LEDGER,
        Reason.NOT_OURS,
    ]


@pytest.mark.parametrize("words", [("third party",), ("",), ("broker", "importer")])
def test_a_word_nobody_knows_and_words_that_disagree_are_asked(words: tuple[str, ...]):
    answer = asked(charge("100.00", *words), payer="by_transaction")

    assert parts(answer) == {"unsure": "100.00"}
    assert answer.items[0].words == words


def test_an_unknown_word_is_named_in_a_warning():
    answer = asked(charge("100.00", "third party"), payer="by_transaction")

    assert [(one.doubt, one.words) for one in answer.warnings] == [
        (Doubt.WORD_UNKNOWN, ("third party",))
    ]


@pytest.mark.parametrize(
    ("word", "payer"),
    [
        ("Importer", "importer"),
        (" client ", "importer"),
        ("Importateur", "importer"),
        ("GHY", None),
        ("courtier", "broker"),
        ("Broker  Direct", "broker"),
        ("", None),
    ],
)
def test_words_for_payers_in_both_languages(word: str, payer: str | None):
    assert payer_told_by(word) == payer


@pytest.mark.parametrize(
    ("status", "disputed"),
    [
        ("Disputed", True),
        ("Under appeal", True),
        ("En litige", True),
        ("Contestée", True),
        ("Open", False),
        ("", False),
    ],
)
def test_words_for_dispute_in_both_languages(status: str, disputed: bool):
    assert is_disputed(status) is disputed


def test_what_is_disputed_is_left_alone():
    answer = asked("100.00", charge("30.00", status="Under appeal"))

    assert parts(answer) == {"client": "100.00", "left_alone": "30.00"}


def test_a_disputed_credit_is_no_reason_to_leave_something_alone():
    assert parts(asked("100.00", charge("-30.00", status="Disputed"))) == {"client": "70.00"}


def test_a_payment_the_statement_cannot_show_yet_is_taken_off():
    answer = asked("100.00", made=(made("60.00"),))

    assert parts(answer) == {"client": "40.00", "already_paid": "60.00"}
    assert [(one.part, one.reason, str(one.amount)) for one in answer.items] == [
        (Part.PAID, Reason.ON_ITS_WAY, "60.00"),
        (Part.CLIENT, Reason.ARRANGED, "100.00"),
        (Part.CLIENT, Reason.TAKEN_OFF, "-60.00"),
    ]


def test_a_payment_the_statement_shows_is_not_taken_off_again():
    answer = asked(
        "100.00",
        opening_balance=Decimal("80.00"),
        payments_shown=Decimal("-80.00"),
        made=(made("80.00", day=1, shown=Decimal("80.00")),),
    )

    assert parts(answer) == {"client": "100.00"}


def test_a_payment_the_statement_should_show_is_asked_about_and_not_taken_off():
    answer = asked("100.00", made=(made("60.00", day=3),))  # fourteen days before the 17th

    assert parts(answer) == {"client": "100.00"}
    assert doubts(answer) == [("absent", "60.00")]


def test_a_payment_of_the_broker_s_pays_the_broker_s_part_first():
    answer = asked(
        charge("100.00", "importer"),
        charge("40.00", "broker"),
        payer="by_transaction",
        made=(made("40.00", "broker"),),
    )

    assert parts(answer) == {"client": "100.00", "already_paid": "40.00"}


def test_what_a_payer_paid_too_much_pays_the_other_s_part_before_what_is_left_alone():
    answer = asked(
        charge("100.00", "importer"),
        charge("40.00", "broker"),
        charge("9.00", "importer", status="Disputed"),
        payer="by_transaction",
        made=(made("50.00", "broker"),),
    )

    assert parts(answer) == {"client": "90.00", "left_alone": "9.00", "already_paid": "50.00"}


def test_paid_twice_and_too_much_is_said():
    answer = asked("100.00", made=(made("100.00", key=1), made("100.00", "broker", key=2)))

    assert parts(answer) == {"already_paid": "100.00"}
    assert doubts(answer) == [
        ("both_paid", "200.00"),
        ("paid_twice", "100.00"),
        ("paid_over", "100.00"),
    ]


def test_debit_that_is_on_while_the_broker_pays_is_said_first_of_all():
    assert doubts(asked("100.00", payer="broker", pays_by_debit=True)) == [
        ("debit_and_broker", "100.00")
    ]


def test_debit_that_is_on_withdraws_also_what_was_paid_by_hand():
    answer = asked("100.00", pays_by_debit=True, made=(made("60.00"),))

    assert doubts(answer) == [("debit_and_paid", "60.00")]


def test_after_the_due_date_debit_withdraws_no_more():
    answer = asked("100.00", pays_by_debit=True, made=(made("60.00"),), today=date(2026, 10, 31))

    assert doubts(answer) == [("overdue", "40.00")]


def test_whether_debit_is_on_is_asked_while_the_client_pays():
    assert doubts(asked("100.00", pays_by_debit=None)) == [("debit_unknown", None)]
    assert doubts(asked("100.00", payer="broker", pays_by_debit=None)) == []


def test_on_the_due_date_nothing_is_overdue_yet():
    assert doubts(asked("100.00", today=DUE)) == []
    assert doubts(asked("100.00", today=date(2026, 10, 31))) == [("overdue", "100.00")]


def test_an_opening_balance_that_is_not_the_previous_total_is_said():
    answer = asked(
        "100.00",
        opening_balance=Decimal("80.00"),
        payments_shown=Decimal("-80.00"),
        previous_total=Decimal("75.50"),
    )

    assert doubts(answer) == [("opening_differs", "4.50")]


def test_a_balance_open_from_before_is_part_of_what_is_paid_and_is_said():
    answer = asked("100.00", opening_balance=Decimal("80.00"), payments_shown=Decimal("-50.00"))

    assert parts(answer) == {"client": "130.00"}
    assert doubts(answer) == [("balance_before", "30.00")]


def test_by_transaction_nobody_knows_whose_the_balance_from_before_is():
    answer = asked(
        charge("100.00", "importer"), opening_balance=Decimal("30.00"), payer="by_transaction"
    )

    assert parts(answer) == {"client": "100.00", "unsure": "30.00"}
    assert answer.items[1].reason == Reason.BALANCE_BEFORE


def test_a_payment_shown_with_another_amount_is_said():
    answer = asked("100.00", made=(made("60.00", day=2, shown=Decimal("59.00")),))

    assert doubts(answer) == [("shown_differently", "-1.00")]


def test_a_credit_is_nobody_s_to_pay():
    answer = asked("-100.00")

    assert parts(answer) == {}
    assert answer.total_payable == Decimal("-100.00")


def test_a_superseded_statement_and_an_older_one_are_left_alone():
    superseded = asked("100.00", is_superseded=True)
    older = asked("100.00", newer=date(2026, 11, 17))

    assert parts(superseded) == parts(older) == {"left_alone": "100.00"}
    assert doubts(superseded) == [("superseded", "100.00")]
    assert doubts(older) == [("newer_statement", "100.00")]
    assert [one.reason for one in (*superseded.items, *older.items)] == [
        Reason.SUPERSEDED,
        Reason.CARRIED_ON,
    ]


cents = st.integers(-500_000, 500_000).map(lambda amount: Decimal(amount) / 100)
paid = st.integers(1, 500_000).map(lambda amount: Decimal(amount) / 100)
words = st.lists(st.sampled_from(["importer", "broker", "", "who knows"]), max_size=2).map(tuple)


@given(
    charges=st.lists(
        st.builds(Charges, cents, st.just(1), words, st.sampled_from(["", "Disputed"])), max_size=8
    ),
    payments=st.lists(
        st.tuples(paid, st.sampled_from(["importer", "broker"]), st.integers(1, 27)), max_size=5
    ),
    opening=cents,
    shown=cents,
    payer=st.sampled_from(["", "importer", "broker", "by_transaction"]),
    newer=st.sampled_from([None, date(2026, 11, 17)]),
)
def test_every_cent_of_the_total_payable_is_in_exactly_one_part(
    charges: list[Charges],
    payments: list[tuple[Decimal, str, int]],
    opening: Decimal,
    shown: Decimal,
    payer: str,
    newer: date | None,
):
    answer = asked(
        *charges,
        opening_balance=opening,
        payments_shown=shown,
        payer=payer,
        newer=newer,
        made=tuple(
            Made(key, date(2026, 10, day), amount, by)
            for key, (amount, by, day) in enumerate(payments)
        ),
    )

    assert sum(answer.parts.values()) == max(answer.total_payable, ZERO)
    assert all(amount >= 0 for amount in answer.parts.values())
    for part in Part:
        told = sum((one.amount for one in answer.items if one.part == part), ZERO)
        assert told == answer[part], part
