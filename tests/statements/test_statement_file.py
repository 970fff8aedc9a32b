"""A statement's file, from the door to the statement it becomes, or the reasons it does not."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from clients.actions import Refused
from clients.models import ProgramAccount, User
from reconciliation.queries import bridge
from statements.actions import confirm_repairs
from statements.messages import describe
from statements.models import Statement, StatementFile, StatementLine
from statements.queries import current_statement
from tests.books import PERIOD_END, reconciled
from tests.statements.door import (
    bring_statement,
    line,
    problems,
    read,
    statement,
    statement_file,
    text,
)
from tests.statements.files import SEPTEMBER, amounts, standing


def test_the_same_bytes_again_change_nothing_and_say_so(account: ProgramAccount) -> None:
    first = bring_statement(account, text([line("1", "10.00")]))
    read(first.file)

    again = bring_statement(account, text([line("1", "10.00")]), name="copy of soa.csv")

    assert (first.is_new, again.is_new) == (True, False)
    assert again.file == first.file
    assert StatementFile.objects.count() == Statement.objects.count() == 1


def test_the_same_bytes_again_are_known_while_they_still_wait(account: ProgramAccount) -> None:
    first = bring_statement(account, text([line("1", "10.00")]))

    assert bring_statement(account, text([line("1", "10.00")])).file == first.file


def test_the_same_bytes_again_are_new_for_another_period(account: ProgramAccount) -> None:
    bring_statement(account, text([line("1", "10.00")]))

    assert bring_statement(account, text([line("1", "10.00")]), last=SEPTEMBER).is_new


def test_are_new_for_another_account(
    account: ProgramAccount, other_account: ProgramAccount
) -> None:
    bring_statement(account, text([line("1", "10.00")]))

    assert bring_statement(other_account, text([line("1", "10.00")])).is_new


def test_the_same_bytes_again_are_new_when_other_figures_are_told_with_them(
    account: ProgramAccount,
) -> None:
    read(bring_statement(account, text([line("1", "10.00")])).file)

    told = {"opening_balance": Decimal("5.00"), "total_payable": Decimal("15.00")}
    corrected = bring_statement(account, text([line("1", "10.00")]), **told)

    assert corrected.is_new
    read(corrected.file)
    (only,) = standing(account)
    assert only.opening_balance == Decimal("5.00")


def test_the_same_bytes_again_are_new_after_they_were_rejected(account: ProgramAccount) -> None:
    rejected = read(bring_statement(account, text([line("1", "ten")])).file)

    assert rejected.state == "rejected"
    assert bring_statement(account, text([line("1", "ten")])).is_new


def test_takes_the_place_of_the_older_one_and_never_adds_to_it(account: ProgramAccount) -> None:
    older = statement(account, line("1", "10.00"), line("2", "5.00"))

    newer = statement(account, line("1", "10.00"), line("2", "6.00"), line("3", "1.00"))

    older.refresh_from_db()
    assert standing(account) == [newer]
    assert older.superseded_by == newer
    assert older.file.state == "superseded"
    assert (newer.activity, newer.line_count) == (Decimal("17.00"), 3)


def test_a_corrected_file_leaves_the_lines_of_the_older_one_readable(
    account: ProgramAccount,
) -> None:
    older = statement(account, line("1", "10.00"), line("2", "5.00"))

    statement(account, line("1", "12.00"))

    assert amounts(older) == ["10.00", "5.00"]


def test_a_corrected_file_that_is_wrong_leaves_the_older_one_standing(
    account: ProgramAccount,
) -> None:
    older = statement(account, line("1", "10.00"))

    file = statement_file(account, line("1", "ten"))

    assert file.state == "rejected"
    assert standing(account) == [older]
    older.file.refresh_from_db()
    assert older.file.state == "loaded"


def test_a_corrected_file_can_be_corrected_back(account: ProgramAccount) -> None:
    statement(account, line("1", "10.00"))
    statement(account, line("1", "12.00"))

    again = statement(account, line("1", "10.00"))

    assert standing(account) == [again]
    assert Statement.objects.count() == 3


def test_of_another_period_or_account_is_no_correction(
    account: ProgramAccount, other_account: ProgramAccount
) -> None:
    october = statement(account, line("1", "10.00"))
    september = statement(account, line("2", "10.00"), last=SEPTEMBER)
    other = statement(other_account, line("1", "10.00"))

    assert set(Statement.objects.filter(superseded_by=None)) == {october, september, other}


def test_equal_rows_stay_as_many_as_they_are(account: ProgramAccount) -> None:
    loaded = statement(account, *[line("1", "10.00")] * 3, line("2", "1.00"))

    assert amounts(loaded) == ["10.00", "10.00", "10.00", "1.00"]
    assert loaded.activity == Decimal("31.00")


def test_every_bad_row_is_listed_at_once_and_nothing_is_saved(account: ProgramAccount) -> None:
    file = statement_file(
        account,
        line("1", "ten"),
        line("2", "20.00"),
        line("3", "30.00", released="2026-02-31"),
        "12345," + line("4", "40.00").partition(",")[2],
        line("5", ""),
    )

    assert (file.state, file.error_count) == ("rejected", 5)
    assert [problem[:3] for problem in problems(file)] == [
        (2, "Amount", "ten"),
        (4, "Release date", "2026-02-31"),
        (4, "Posting date", "2026-02-31"),
        (5, "Transaction number", "12345"),
        (6, "Amount", ""),
    ]
    assert not Statement.objects.exists()
    assert not StatementLine.objects.exists()


def test_a_thousand_bad_rows_are_a_thousand_reasons(account: ProgramAccount) -> None:
    file = statement_file(account, *[line(at, "ten") for at in range(1, 1001)])

    assert file.error_count == len(problems(file)) == 1000


def test_of_very_many_bad_rows_the_first_are_listed_and_all_are_counted(
    account: ProgramAccount, settings: Any
) -> None:
    settings.UPLOAD_MAX_ROW_ERRORS = 10

    file = statement_file(account, *[line(at, "ten") for at in range(1, 1001)])

    assert (file.error_count, len(problems(file))) == (1000, 10)


# the figures


@pytest.mark.parametrize(
    ("opening", "total"), [("5.00", "35.00"), ("-40.00", "-10.00"), ("0.00", "30.00")]
)
def test_opening_balance_and_activity_make_the_total_payable(
    account: ProgramAccount, opening: str, total: str
) -> None:
    told = {"opening_balance": Decimal(opening), "total_payable": Decimal(total)}

    loaded = statement(account, line("1", "10.00"), line("2", "20.00"), **told)

    assert loaded.activity == Decimal("30.00")
    assert loaded.total_payable == Decimal(total)
    assert loaded.opening_balance_stated


def test_figures_that_do_not_add_up_are_rejected_with_the_difference(
    account: ProgramAccount,
) -> None:
    told = {"opening_balance": Decimal("5.00"), "total_payable": Decimal("35.01")}

    file = statement_file(account, line("1", "10.00"), line("2", "20.00"), **told)

    assert file.state == "rejected"
    assert file.refusal == {
        "code": "does_not_tie_out",
        "params": {
            "opening_balance": "5.00",
            "activity": "30.00",
            "total_payable": "35.01",
            "difference": "0.01",
        },
    }
    assert not Statement.objects.exists()


def test_the_total_row_of_the_file_must_be_the_sum_of_its_rows(account: ProgramAccount) -> None:
    right = statement_file(account, line("1", "10.00"), "Total,,,,,10.00")
    wrong = statement_file(account, line("1", "10.00"), "Total,,,,,9.00", last=SEPTEMBER)

    assert (right.state, right.row_count) == ("loaded", 1)
    assert wrong.state == "rejected"
    assert wrong.refusal["code"] == "figure_contradicts_file"
    params = {"figure": "activity", "given": "10.00", "in_file": "9.00", "difference": "1.00"}
    assert wrong.refusal["params"] == params


def test_figures_above_the_table_count(account: ProgramAccount) -> None:
    title = "CARM statement of account\nOpening balance:,100.00\nTotal payable:,110.00\n"

    right = read(bring_statement(account, title + text([line("1", "10.00")])).file)
    wrong = read(bring_statement(account, title + text([line("1", "11.00")]), last=SEPTEMBER).file)

    assert right.state == "loaded"
    assert Statement.objects.get().opening_balance == Decimal("100.00")
    assert wrong.state == "rejected"
    assert wrong.refusal["code"] == "does_not_tie_out"
    assert wrong.refusal["params"]["difference"] == "-1.00"


def test_a_figure_that_we_were_told_must_not_contradict_the_file(account: ProgramAccount) -> None:
    content = "Opening balance:,100.00\n" + text([line("1", "10.00")])

    file = read(bring_statement(account, content, opening_balance=Decimal("99.00")).file)

    assert file.state == "rejected"
    assert file.refusal["code"] == "figure_contradicts_file"
    assert file.refusal["params"]["figure"] == "opening_balance"
    assert file.refusal["params"]["difference"] == "-1.00"


def test_an_opening_balance_that_nobody_states_is_the_closing_of_the_month_before(
    account: ProgramAccount,
) -> None:
    statement(account, line("1", "70.00"), last=SEPTEMBER, opening_balance=Decimal("30.00"))

    october = statement(account, line("2", "10.00"))

    assert (october.opening_balance, october.total_payable) == (Decimal("100.00"), Decimal("110"))
    assert not october.opening_balance_stated


def test_an_opening_balance_other_than_the_last_closing_is_told_and_is_no_part_of_the_bridge(
    account: ProgramAccount,
) -> None:
    statement(account, line("1", "100.00"), last=SEPTEMBER)
    october = statement(account, line("2", "10.00"), opening_balance=Decimal("98.75"))

    run = reconciled(october)

    assert run.opening_balance_difference == Decimal("-1.25")
    assert run.residual == 0
    assert [(bar.key, bar.amount) for bar in bridge(run)] == [
        ("ledger", Decimal("0.00")),
        ("not_in_ledger", Decimal("10.00")),
        ("statement", Decimal("10.00")),
    ]


def test_a_corrected_month_tells_the_next_month_anew_what_it_should_open_with(
    account: ProgramAccount,
) -> None:
    reconciled(statement(account, line("1", "100.00"), last=SEPTEMBER))
    october = statement(account, line("2", "10.00"), opening_balance=Decimal("100.00"))
    assert reconciled(october).opening_balance_difference == 0

    reconciled(statement(account, line("1", "90.00"), last=SEPTEMBER))

    assert reconciled(october).opening_balance_difference == Decimal("10.00")


# the period


@pytest.mark.parametrize(
    ("day", "meant"), [("2026-10-18", "2026-10-17"), ("2026-10-31", "2026-10-17"),
                       ("2026-11-01", "2026-11-17"), ("2028-02-29", "2028-02-17")]
)  # fmt: skip
def test_a_period_that_ends_on_another_day_is_refused_with_the_one_that_was_meant(
    account: ProgramAccount, day: str, meant: str
) -> None:
    with pytest.raises(Refused, match=f"{day}.*{meant}"):
        bring_statement(account, text([line("1", "1.00")]), last=date.fromisoformat(day))

    assert not StatementFile.objects.exists()


@pytest.mark.parametrize(
    ("last", "words"), [(date(2027, 1, 17), "has not begun"), (date(2015, 12, 17), "January 2016")]
)
def test_a_period_that_no_statement_can_have_is_refused(
    account: ProgramAccount, last: date, words: str
) -> None:
    """The year was mistyped: nothing would ever take the place of such a statement."""
    with time_machine.travel(datetime(2026, 12, 17, 17, tzinfo=UTC)):
        with pytest.raises(Refused, match=words):
            bring_statement(account, text([line("1", "1.00")]), last=last)


def test_the_period_that_runs_may_have_an_export_already(account: ProgramAccount) -> None:
    with time_machine.travel(datetime(2026, 12, 18, 5, tzinfo=UTC)):  # the 18th in Toronto
        running = bring_statement(account, text([line("1", "1.00")]), last=date(2027, 1, 17))

    assert running.is_new


OCTOBER_LINES = [line(str(n), "10.00", released=f"2026-10-{n:02}") for n in (1, 5, 9)]


def test_a_file_of_another_months_lines_does_not_set_the_right_statement_aside(
    account: ProgramAccount,
) -> None:
    september = statement(account, line("1", "7.00", released="2026-09-03"), last=SEPTEMBER)

    wrong = read(bring_statement(account, text(OCTOBER_LINES), last=SEPTEMBER).file)

    assert (wrong.state, wrong.refusal["code"]) == ("rejected", "another_period")
    assert describe(**wrong.refusal) == (
        "Every line of the file was posted or released from 2026-10-01 to 2026-10-09, in the "
        "billing period to 2026-10-17 and not the one to 2026-09-17. Send it for its own period."
    )
    assert current_statement(account.pk, SEPTEMBER) == september


@pytest.mark.parametrize(
    "rows",
    [
        OCTOBER_LINES[:2],  # too few to tell
        [*OCTOBER_LINES, line("4", "10.00", released="2026-09-17")],  # one of its own
        [*OCTOBER_LINES, line("4", "10.00", released="2026-07-17")],  # of several others
        [line(str(n), "1.00", released="2026-09-25") for n in range(3)],  # until it is issued
    ],
)
def test_a_file_that_may_well_be_of_its_period_is_taken(
    account: ProgramAccount, rows: list[str]
) -> None:
    assert read(bring_statement(account, text(rows), last=SEPTEMBER).file).state == "loaded"


def test_figures_beyond_every_limit_are_refused_and_not_tried_three_times(
    account: ProgramAccount,
) -> None:
    rows = [line(str(n), "999999999999.99") for n in range(2)]

    file = read(bring_statement(account, text(rows)).file)

    assert (file.state, file.attempts, file.last_failure) == ("rejected", 1, "")
    assert describe(**file.refusal).startswith("The total activity has more than 12 digits")


def test_a_date_that_a_spreadsheet_made_a_number_is_repaired_when_somebody_confirms_it(
    account: ProgramAccount, analyst: User
) -> None:
    rows = [line("1", "10.00", released="46300"), line("2", "5.00", released="46301.0")]
    file = read(bring_statement(account, text(rows)).file)
    offered = file.problems.filter(severity="error").values_list("code", "suggestion")
    assert set(offered) == {("date_as_number", "2026-10-05"), ("date_as_number", "2026-10-06")}

    confirm_repairs(file=file, by=analyst)

    assert read(file).state == "loaded"
    days = StatementLine.objects.order_by("row_no").values_list("released_on", flat=True)
    assert list(days) == [date(2026, 10, 5), date(2026, 10, 6)]


def test_the_statement_knows_its_days(account: ProgramAccount) -> None:
    loaded = statement(account, line("1", "1.00"))

    days = (loaded.period_start, loaded.period_end, loaded.statement_on, loaded.payment_due_on)
    assert days == (date(2026, 9, 18), PERIOD_END, date(2026, 10, 25), date(2026, 10, 30))


# order


def test_the_file_that_was_uploaded_last_stands_even_if_it_was_read_first(
    account: ProgramAccount,
) -> None:
    older = bring_statement(account, text([line("1", "10.00")])).file
    newer = bring_statement(account, text([line("1", "12.00")])).file

    read(newer)
    late = read(older)

    (only,) = standing(account)
    assert (only.file, only.activity) == (newer, Decimal("12.00"))
    assert (late.state, late.row_count) == ("superseded", 1)
    assert Statement.objects.get(file=late).superseded_by == only
