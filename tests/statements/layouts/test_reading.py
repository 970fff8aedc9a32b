"""A whole file, read: rows, errors, warnings, totals and stated figures."""

import io
import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from carmsvc.platform.tables import FileRefused, Limits, open_table
from statements.layouts.profiles import answer
from statements.layouts.reading import FileKind, is_header, read_table
from tests.statements.layouts.files import (
    ACCOUNT,
    FILES,
    HEADER,
    OTHER_ACCOUNT,
    context,
    proposed,
    read_file,
    statement,
    write,
)

ROW = "12345000000012,CAD,2026-10-21,10.00"


# whole files, in both languages


def test_an_english_statement():
    read = read_file(FILES / "statements/english.csv")

    assert not read.proposal.questions
    assert not read.errors
    assert read.reading.rows == 6
    assert read.reading.amount_total == Decimal("812.34")
    assert read.reading.totals_by_type["CAD"] == (2, Decimal("1740.50"))
    assert read.column("amount") == ["1240.50", "-40.50", "500.00", "12.34", "-1000.00", "100.00"]
    assert read.column("posted_on")[2] == "2026-10-25"
    assert read.column("row_no") == ["7", "8", "9", "10", "11", "12"]


def test_a_statement_says_what_it_adds_up_to():
    stated = read_file(FILES / "statements/english.csv").reading.stated

    assert stated.opening_balance == Decimal("1000.00")
    assert stated.activity == Decimal("812.34")
    assert stated.total_payable == Decimal("1812.34")
    assert stated.rows == {"opening_balance": 4, "activity": 13, "total_payable": 14}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_french_statement_in_any_encoding(tmp_path, encoding):
    text = (FILES / "statements/french.csv").read_text()
    read = read_file(write(tmp_path, text, encoding))

    assert not read.proposal.questions
    assert not read.errors
    assert read.column("transaction_type") == ["CAD", "CAD_CORRECTION", "INTEREST", "PAYMENT"]
    assert read.column("posted_on") == ["2026-10-21", "2026-02-05", "2026-08-01", "2025-12-05"]
    assert read.column("reference")[1] == "Réf. « A »"
    assert read.reading.amount_total == read.reading.stated.activity == Decimal("212.34")


def test_debit_and_credit_columns():
    read = read_file(FILES / "statements/two_columns.csv")

    assert read.proposal.profile.sign_rule == "two_columns"
    assert read.proposal.profile.date_format == "%d/%m/%Y"
    assert not read.proposal.questions
    assert read.column("amount") == ["1240.50", "-40.50", "-1000.00"]
    assert read.reading.stated.activity == Decimal("200.00")


def test_a_brokers_ledger():
    read = read_file(FILES / "ledgers/english.csv", FileKind.LEDGER, program_account=None)

    assert not read.proposal.questions
    assert not read.errors
    assert read.column("program_account") == [ACCOUNT, OTHER_ACCOUNT, ACCOUNT]
    assert read.column("transaction_type") == ["CAD", "CAD", "CAD"]
    assert read.column("raw_type") == ["AB", "C", "AB"]
    assert read.column("amount") == ["1240.50", "40.50", "77.00"]
    assert read.column("sima") == [r"\N", r"\N", r"\N"]
    assert read.column("job_no") == ["F-1001", "F-1002", "F-1003"]
    assert read.warnings == [(4, "accounting_without_number")]


def test_a_french_ledger_that_states_no_type():
    read = read_file(FILES / "ledgers/french.csv", FileKind.LEDGER)

    assert not read.errors
    assert read.column("transaction_type") == [r"\N"]
    assert read.reading.totals_by_type == {"": (1, Decimal("1240.50"))}


# transaction numbers


def test_what_a_spreadsheet_did_to_numbers_is_an_error_with_a_suggestion():
    read = read_file(FILES / "statements/excel_damage.csv")

    assert read.errors == [
        (2, "transaction_no_scientific", None),
        (3, "transaction_no_scientific", "12345000000012"),
        (4, "transaction_no_apostrophe", "12345000000012"),
        (5, "transaction_no_lost_zeros", "00345000000012"),
        (6, "transaction_no_as_number", "12345000000012"),
        (7, "transaction_no_not_14_digits", None),
        (8, "transaction_no_lost_zeros", None),
    ]
    assert read.column("reference") == ["1.2E+13"]  # of the payment


def test_a_confirmed_repair_takes_the_place_of_the_cell(tmp_path):
    path = statement(tmp_path, ROW.replace("12345000000012", "1.2345000000012E+13"), "", ROW)
    wrong = read_file(path).reading.errors
    repairs = {(error.row, error.column): error.suggestion for error in wrong}

    read = read_file(path, repairs=repairs)

    assert not read.errors
    assert read.column("transaction_no") == ["12345000000012", "12345000000012"]


def test_only_declarations_need_a_number_of_14_digits(tmp_path):
    read = read_file(
        statement(
            tmp_path,
            "INV-77,CAD,2026-10-21,10.00",
            "INV-77,CAD adjustment,2026-10-21,10.00",
            "INV-77,CBSA invoice,2026-10-21,10.00",
            "INV-78,,2026-10-21,10.00",
            "345000000012,,2026-10-21,10.00",
        )
    )

    assert [error[:2] for error in read.errors] == [
        (2, "transaction_no_not_14_digits"),
        (3, "transaction_no_not_14_digits"),
        (6, "transaction_no_lost_zeros"),
    ]
    assert read.column("reference") == ["INV-77", "INV-78"]
    assert read.column("transaction_type") == ["CBSA_INVOICE", "OTHER"]


def test_a_wrong_check_digit_and_a_missing_number_are_warnings(tmp_path):
    read = read_file(
        statement(tmp_path, "12345000000019,CAD,2026-10-21,1.00", ",CAD,2026-10-21,1.00", ROW)
    )

    assert not read.errors
    assert read.warnings == [(2, "check_digit_differs"), (3, "accounting_without_number")]


def test_an_entry_that_states_no_type_must_have_a_number_of_14_digits(tmp_path):
    path = write(tmp_path, "Transaction number,Release date,Amount\nX1,2026-10-20,5.00\n")

    assert read_file(path, FileKind.LEDGER).errors == [(2, "transaction_no_not_14_digits", None)]


# amounts


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("", "amount_missing"),
        ("NaN", "amount_not_readable"),
        ("1e400", "amount_not_readable"),
        ("inf", "amount_not_readable"),
        ("٣.٥٠", "amount_not_readable"),
        ("1.005", "amount_has_fractions_of_a_cent"),
        ("9" * 13 + ".00", "amount_too_large"),
        ("(-5.00)", "amount_has_two_signs"),
    ],
)
def test_one_bad_amount_is_found_among_good_ones(tmp_path, amount, code):
    read = read_file(statement(tmp_path, ROW, f"12345000000012,CAD,2026-10-21,{amount}", ROW))

    assert read.errors == [(3, code, None)]
    assert read.reading.errors[0].column == "Amount"
    assert read.reading.errors[0].value == amount
    assert read.reading.rows == 3
    assert read.reading.amount_total == Decimal("20.00")
    assert read.column("row_no") == ["2", "4"]


def test_negative_zero_is_zero(tmp_path):
    read = read_file(
        statement(tmp_path, *(ROW[:-5] + zero for zero in ("-0.00", "(0.00)", "0.00")))
    )

    assert read.column("amount") == ["0.00", "0.00", "0.00"]
    assert str(read.reading.amount_total) == "0.00"


def test_a_row_with_a_debit_and_a_credit_is_an_error(tmp_path):
    header = "Transaction number,Type,Date,Debit,Credit"
    rows = ("12345000000012,CAD,2026-10-21,5.00,3.00", "12345000000012,CAD,2026-10-21,,")
    read = read_file(statement(tmp_path, *rows, header=header))

    assert [error[:2] for error in read.errors] == [(2, "debit_and_credit"), (3, "amount_missing")]


def test_credit_positive_turns_every_amount(tmp_path):
    path = statement(tmp_path, ROW + ",-9.00", header=HEADER + ",GST")
    profile = replace(proposed(path).profile, sign_rule="signed_credit_positive")
    read = read_file(path, profile=profile)

    assert (read.column("amount"), read.column("gst")) == (["-10.00"], ["9.00"])


# dates and accounts


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("", "date_missing"),
        ("2015-12-31", "date_not_plausible"),
        ("2028-01-05", "date_not_plausible"),
        ("2026-02-30", "date_does_not_exist"),
        ("tomorrow", "date_not_readable"),
    ],
)
def test_one_bad_date_is_found_among_good_ones(tmp_path, day, code):
    read = read_file(statement(tmp_path, ROW, f"12345000000012,CAD,{day},5.00"))

    assert read.errors == [(3, code, None)]


def test_any_of_the_dates_will_do(tmp_path):
    header = "Transaction number,Type,Release date,Posting date,Due date,Amount"
    rows = ("12345000000012,CAD,,,2026-11-30,1.00", "12345000000012,CAD,2026-10-20,,,1.00")

    assert not read_file(statement(tmp_path, *rows, header=header)).errors


def test_a_statement_is_of_one_account_and_a_ledger_of_one_importer(tmp_path):
    rows = [f"{number},{ROW}" for number in (ACCOUNT, OTHER_ACCOUNT, "999999998RM0001", "")]
    path = statement(tmp_path, *rows, header="RM," + HEADER)

    as_statement = read_file(path)
    as_ledger = read_file(path, FileKind.LEDGER)

    assert [error[:2] for error in as_statement.errors] == [
        (3, "other_program_account"),
        (4, "other_program_account"),
    ]
    assert [error[:2] for error in as_ledger.errors] == [(4, "unknown_program_account")]
    assert as_statement.column("program_account") == [ACCOUNT, ACCOUNT]


def test_a_business_number_alone_suggests_the_only_account_it_has(tmp_path):
    path = statement(tmp_path, f"123456782,{ROW}", header="BN," + HEADER)
    one = read_file(path, FileKind.LEDGER, program_accounts=frozenset({ACCOUNT}))
    two = read_file(path, FileKind.LEDGER)

    assert one.errors == [(2, "program_account_not_readable", ACCOUNT)]
    assert two.errors == [(2, "program_account_not_readable", None)]


# rows that are no transactions


def test_totals_and_repeated_headings_are_no_rows(tmp_path):
    read = read_file(
        statement(tmp_path, ROW, "Subtotal,,,10.00", "", ",,,", HEADER, ROW, "TOTAL:,,,20.00")
    )

    assert not read.proposal.questions
    assert read.reading.rows == 2
    assert read.column("row_no") == ["2", "7"]
    assert read.reading.stated.activity == Decimal("20.00")


def test_a_row_that_has_a_date_is_no_total_whatever_it_begins_with(tmp_path):
    header = "Client,Transaction number,Transaction type,Posting date,Amount"
    read = read_file(statement(tmp_path, "Total," + ROW, header=header))

    assert read.reading.rows == 1


def test_a_balance_listed_as_a_transaction_is_stated_and_no_row(tmp_path):
    read = read_file(
        statement(tmp_path, ",Opening balance,2026-10-18,500.00", ROW, ",Closing balance,,510.00")
    )

    assert not read.proposal.questions
    assert read.reading.rows == 1
    assert read.reading.stated.opening_balance == Decimal("500.00")
    assert read.reading.stated.total_payable == Decimal("510.00")


def test_a_figure_stated_twice_differently_is_not_used(tmp_path):
    read = read_file(statement(tmp_path, ROW, "Total,,,10.00", "Total,,,11.00"))

    assert read.reading.stated.activity is None
    assert read.warnings == [(4, "stated_figure_differs")]


def test_a_row_with_too_many_cells_is_an_error_and_empty_ones_are_not(tmp_path):
    read = read_file(statement(tmp_path, ROW + ",,", ROW + ",,7"))

    assert read.errors == [(3, "too_many_cells", None)]
    assert read.reading.errors[0].value == "7"


def test_a_file_that_ends_in_the_middle_of_a_row_is_an_error(tmp_path):
    read = read_file(write(tmp_path, f"{HEADER}\n{ROW}\n12345000000012,CAD,2026-10-2"))

    assert (3, "row_cut_off", None) in read.errors


def test_every_error_is_counted_and_only_so_many_are_listed(tmp_path):
    read = read_file(statement(tmp_path, *["x,CAD,,y"] * 50), max_errors=10)

    assert (read.reading.error_count, len(read.errors)) == (150, 10)


# texts, and the spool


def test_texts_are_kept_as_they_are_and_escaped_for_copy(tmp_path):
    texts = ["=1+1", "+1", "-x", "@x", "a\\b", '"a\tb"', '"a\nb"', "  trimmed ", ""]
    rows = [f"{ROW},{text}" for text in texts]
    read = read_file(statement(tmp_path, *rows, header=HEADER + ",Reference"))

    assert read.column("reference") == [
        "=1+1", "+1", "-x", "@x", r"a\\b", r"a\tb", r"a\nb", "trimmed", r"\N",
    ]  # fmt: skip
    assert read.column("row_no") == [str(row) for row in range(2, 11)]


def test_a_profile_for_other_headings_is_refused(tmp_path):
    profile = proposed(statement(tmp_path, ROW)).profile
    path = statement(tmp_path, ROW, header=HEADER.replace("Amount", "Total amount"))

    with (
        open_table(path, "x", Limits(), is_header(FileKind.STATEMENT)) as table,
        pytest.raises(FileRefused) as refusal,
    ):
        read_table(table, profile, context(), io.BytesIO(), lambda rows: None)

    assert refusal.value.code == "column_missing"


# chunks


def messy_rows(count: int) -> list[str]:
    """Rows with everything in them, right and wrong."""
    chance = random.Random(7)
    numbers = ["12345000000012", "12345-000000023", "", "1.2E+13", "PAY 1", "12345000000019"]
    kinds = ["CAD", "cad correction", "Payment", "Interest", "", "B2"]
    days = ["2026-10-21", "21-Oct-2026", "", "20261021", "2026-13-01"]
    amounts = ["10.00", "(1,000.00)", "-0.00", "7", "", "x", "$12.30 CR"]
    parts = (numbers, kinds, days, [f'"{amount}"' for amount in amounts])
    return [",".join(chance.choice(part) for part in parts) for _ in range(count)]


def test_a_row_reads_the_same_alone_and_among_thousands(tmp_path):
    rows = messy_rows(5_000)
    together = read_file(statement(tmp_path, *rows))
    profile = together.proposal.profile
    found = {row["row_no"]: row for row in together.rows}
    errors = {}
    for error in together.reading.errors:
        errors.setdefault(error.row, []).append((error.column, error.code))

    for at in range(300):
        alone = read_file(statement(tmp_path, rows[at]), profile=profile)
        row = [{**one, "row_no": str(at + 2)} for one in alone.rows]
        assert row == [found[no] for no in [str(at + 2)] if no in found]
        assert [(e.column, e.code) for e in alone.reading.errors] == errors.get(at + 2, [])


def test_progress_is_told_as_rows_go_by(tmp_path):
    heard = []
    path = statement(tmp_path, *[ROW] * 4_500)
    profile = proposed(path).profile
    with open_table(path, "x", Limits(), is_header(FileKind.STATEMENT)) as table:
        read_table(table, profile, context(), io.BytesIO(), heard.append)

    assert len(heard) > 1
    assert heard == sorted(heard)
    assert heard[-1] == 4_500


def test_a_date_is_plausible_up_to_400_days_ahead(tmp_path):
    path = statement(tmp_path, "12345000000012,CAD,2026-11-30,1.00")

    assert not read_file(path, read_on=date(2025, 10, 26)).errors
    assert read_file(path, read_on=date(2025, 10, 25)).errors


def test_answers_make_a_profile_that_reads(tmp_path):
    path = statement(tmp_path, "12345000000012,CAD,05/11/2026,10.00")
    profile = answer(proposed(path), {"date_format": "%d/%m/%Y"})

    assert read_file(path, profile=profile).column("posted_on") == ["2026-11-05"]
