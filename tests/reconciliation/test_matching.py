"""Where each line and entry ends. Each test is a month that a reconciler would recognise."""

from datetime import date

import pytest

from clients.models import ProgramAccount
from tests.books import Line, effects, items, ledger, reconciled, soa


def test_equal_numbers_and_amounts_match_exactly(account: ProgramAccount):
    statement = soa(account, Line("1", "100.00"), Line("2", "40.00"))
    ledger(account, Line("2", "40.00"), Line("1", "100.00"))

    run = reconciled(statement)

    assert items(run) == [
        ("010_exact", "1", ["100.00"], ["100.00"]),
        ("010_exact", "2", ["40.00"], ["40.00"]),
    ]
    assert run.residual == 0


def test_a_line_billed_twice_but_booked_once_is_a_duplicate(account: ProgramAccount):
    statement = soa(account, Line("1", "100.00"), Line("1", "100.00"))
    ledger(account, Line("1", "100.00"))

    run = reconciled(statement)

    assert items(run) == [
        ("010_exact", "1", ["100.00"], ["100.00"]),
        ("duplicate_line", "1", ["100.00"], []),
    ]
    assert effects(run) == {"duplicate_line": "100.00"}


def test_two_equal_lines_and_two_equal_entries_are_two_matches(account: ProgramAccount):
    statement = soa(account, Line("1", "100.00"), Line("1", "100.00"))
    ledger(account, Line("1", "100.00"), Line("1", "100.00"))

    assert [name for name, *_ in items(reconciled(statement))] == ["010_exact", "010_exact"]


def test_a_line_of_an_earlier_statement_billed_again_is_a_duplicate(account: ProgramAccount):
    september = soa(account, Line("1", "100.00", released=date(2026, 9, 5)), last=date(2026, 9, 17))
    ledger(account, Line("1", "100.00", released=date(2026, 9, 5)))
    reconciled(september)
    october = soa(account, Line("1", "100.00", released=date(2026, 9, 5)))

    assert items(reconciled(october)) == [("duplicate_line", "1", ["100.00"], [])]


def test_versions_that_both_state_must_agree(account: ProgramAccount):
    statement = soa(account, Line("1", "100.00", version=1), Line("1", "-20.00", version=2))
    ledger(account, Line("1", "100.00", version=1), Line("1", "-20.00", version=2))

    assert [name for name, *_ in items(reconciled(statement))] == ["010_exact", "010_exact"]


def test_a_version_that_only_one_side_states_does_not_stand_in_the_way(account: ProgramAccount):
    statement = soa(account, Line("1", "100.00", version=1), Line("2", "5.00", version=1))
    ledger(account, Line("1", "100.00"), Line("2", "5.00", version=1))

    assert [name for name, *_ in items(reconciled(statement))] == ["010_exact", "010_exact"]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("99.95", "020_within_tolerance"),
        ("100.05", "020_within_tolerance"),
        ("99.94", "amount_differs"),
        ("100.06", "amount_differs"),
    ],
)
def test_the_tolerance_is_five_cents_and_not_one_more(
    account: ProgramAccount, entry: str, expected: str
):
    statement = soa(account, Line("1", "100.00"))
    ledger(account, Line("1", entry))

    run = reconciled(statement)

    assert [name for name, *_ in items(run)] == [expected]
    assert run.residual == 0


def test_an_original_and_its_correction_net_to_the_entry(account: ProgramAccount):
    statement = soa(
        account,
        Line("1", "100.00", version=1),
        Line("1", "-20.00", type="CAD_CORRECTION", version=2),
    )
    ledger(account, Line("1", "80.00", version=2))

    assert items(reconciled(statement)) == [("030_net", "1", ["100.00", "-20.00"], ["80.00"])]


def test_several_entries_may_be_one_line(account: ProgramAccount):
    statement = soa(account, Line("1", "100.00"))
    ledger(account, Line("1", "65.00"), Line("1", "35.00"))

    assert items(reconciled(statement)) == [("030_net", "1", ["100.00"], ["65.00", "35.00"])]


def test_what_differs_is_told_by_component(account: ProgramAccount):
    parts = (("duty", "60.00"), ("gst", "40.00"))
    statement = soa(account, Line("1", "100.00", parts=parts))
    ledger(account, Line("1", "136.00", parts=(("duty", "96.00"), ("gst", "40.00"))))

    run = reconciled(statement)

    assert effects(run) == {"amount_differs": "-36.00"}
    assert {k: str(v) for k, v in run.variances.get().components.items()} == {"duty": "-36.0"} or (
        run.variances.get().components["duty"] == -36
    )


def test_a_side_without_a_split_says_nothing_of_components(account: ProgramAccount):
    statement = soa(account, Line("1", "100.00"))
    ledger(account, Line("1", "90.00", parts=(("duty", "90.00"),)))

    assert reconciled(statement).variances.get().components == {}


def test_a_penalty_never_meets_the_declaration_it_punishes(account: ProgramAccount):
    statement = soa(account, Line("1", "100.00", type="LAP"), Line("1", "100.00"))
    ledger(account, Line("1", "100.00"))

    assert items(reconciled(statement)) == [
        ("010_exact", "1", ["100.00"], ["100.00"]),
        ("penalty", "1", ["100.00"], []),
    ]


def test_a_penalty_that_the_ledger_books_without_a_kind_matches(account: ProgramAccount):
    statement = soa(account, Line("1", "100.00", type="LAP"))
    ledger(account, Line("1", "100.00", type=None))

    assert [name for name, *_ in items(reconciled(statement))] == ["010_exact"]


def test_payments_meet_by_reference(account: ProgramAccount):
    statement = soa(
        account,
        Line(None, "-500.00", type="PAYMENT", posted=date(2026, 10, 1), reference="PAY 77"),
        Line(None, "-500.00", type="PAYMENT", posted=date(2026, 10, 1), reference="PAY 78"),
    )
    ledger(
        account,
        Line(None, "-500.00", type="PAYMENT", released=None, posted=date(2026, 9, 28),
             reference="pay78"),
    )  # fmt: skip

    run = reconciled(statement)

    assert [name for name, *_ in items(run)] == ["040_payment", "unallocated_payment"]
    assert effects(run) == {"unallocated_payment": "-500.00"}


@pytest.mark.parametrize(
    ("booked", "meets"),
    [
        (date(2026, 9, 28), True),  # Monday to Thursday: three weekdays
        (date(2026, 9, 25), False),  # Friday to Thursday: four weekdays
    ],
)
def test_payments_without_reference_meet_within_three_weekdays(
    account: ProgramAccount, booked: date, meets: bool
):
    statement = soa(
        account,
        Line(None, "-500.00", type="PAYMENT", released=None, posted=date(2026, 10, 1)),
    )
    ledger(account, Line(None, "-500.00", type="PAYMENT", released=None, posted=booked))

    names = [name for name, *_ in items(reconciled(statement))]

    assert names == (["040_payment"] if meets else ["unallocated_payment", "not_on_statement"])


def test_two_equal_payments_are_ambiguous_and_not_matched(account: ProgramAccount):
    day = date(2026, 10, 1)
    payment = Line(None, "-500.00", type="PAYMENT", released=None, posted=day)
    statement = soa(account, payment)
    ledger(account, payment, payment)

    names = [name for name, *_ in items(reconciled(statement))]

    assert names == ["unallocated_payment", "not_on_statement", "not_on_statement"]


def test_a_line_without_a_number_is_suggested_never_matched(account: ProgramAccount):
    statement = soa(account, Line(None, "77.10", released=date(2026, 10, 5)))
    ledger(account, Line("9", "77.10", released=date(2026, 10, 8)))

    run = reconciled(statement)

    assert items(run) == [("050_suggestion", "9", ["77.10"], ["77.10"])]
    assert run.totals["matched"] == {}


def test_two_candidates_are_ambiguous_and_never_suggested(account: ProgramAccount):
    statement = soa(account, Line(None, "77.10"))
    ledger(account, Line("8", "77.10"), Line("9", "77.10"))

    run = reconciled(statement)

    assert [name for name, *_ in items(run)] == [
        "not_in_ledger", "not_on_statement", "not_on_statement",
    ]  # fmt: skip
    assert all(variance.is_ambiguous for variance in run.variances.all())


def test_an_entry_booked_under_another_account_is_told_apart(
    account: ProgramAccount, other_account: ProgramAccount
):
    statement = soa(account, Line("1", "100.00"))
    ledger(other_account, Line("1", "100.00"))

    run = reconciled(statement)

    assert effects(run) == {"wrong_program_account": "100.00"}
    assert run.variances.get().other_program_account == "123456782RM0002"


def test_a_release_of_another_period_is_told_apart(account: ProgramAccount):
    statement = soa(account, Line("1", "100.00", released=date(2026, 9, 17)))

    assert effects(reconciled(statement)) == {"wrong_period": "100.00"}


def test_interest_penalties_payments_and_refunds_are_told_apart(account: ProgramAccount):
    statement = soa(
        account,
        Line(None, "1.10", type="INTEREST"),
        Line(None, "100.00", type="LAP"),
        Line(None, "150.00", type="AMPS"),
        Line(None, "-30.00", type="PAYMENT"),
        Line(None, "-7.00", type="DRAWBACK"),
        Line(None, "12.00", type="DISBURSEMENT"),
        Line("5", "9.00"),
    )

    assert effects(reconciled(statement)) == {
        "disbursement": "12.00",
        "interest": "1.10",
        "not_in_ledger": "9.00",
        "penalty": "250.00",
        "unallocated_payment": "-37.00",
    }


def test_an_entry_of_a_later_period_takes_part_only_if_the_statement_shows_it(
    account: ProgramAccount,
):
    statement = soa(account, Line("1", "100.00", released=date(2026, 10, 20)))
    ledger(
        account,
        Line("1", "100.00", released=date(2026, 10, 20)),
        Line("2", "60.00", released=date(2026, 10, 20)),
    )

    run = reconciled(statement)

    assert items(run) == [("010_exact", "1", ["100.00"], ["100.00"])]
    assert run.ledger_in_scope == 100


def test_an_entry_still_open_from_before_is_carried(account: ProgramAccount):
    before = Line("1", "100.00", released=date(2026, 9, 1))
    ledger(account, before, Line("2", "50.00", released=date(2026, 9, 1)))
    september = soa(account, before, last=date(2026, 9, 17))
    october = soa(account, Line("2", "50.00", released=date(2026, 9, 1)))

    assert effects(reconciled(september)) == {"not_on_statement": "-50.00"}
    run = reconciled(october)

    assert items(run) == [("010_exact", "2", ["50.00"], ["50.00"])]
