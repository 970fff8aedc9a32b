"""The sentence for every code: what is wrong, what is expected, and what to do about it.

English is the source; other languages come from the message catalogues.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from carmsvc.templatetags.figures import money

FILE_REFUSALS = {
    "empty_file": _("The file is empty. Export it again and upload the new file."),
    "file_too_large": _(
        "The file is larger than %(limit_mib)s MiB. Split the export into shorter periods."
    ),
    "header_only": _("The file has headings in row %(row)s and no rows below them."),
    "has_no_header": _(
        "No row of headings was found in the first %(rows)s rows. The file needs one row with the "
        "names of the columns, at least a date and an amount."
    ),
    "too_many_columns": _(
        "Row %(found_at_row)s has more than %(limit)s columns. Export only the table itself."
    ),
    "too_many_rows": _(
        "The file has more than %(limit)s rows. Split the export into shorter periods."
    ),
    "too_many_cells_in_file": _(
        "The file has more than %(limit)s cells. Leave out columns or split the export."
    ),
    "cell_too_long": _(
        "A cell in row %(row)s is longer than %(limit)s characters. Often a quotation mark was "
        "opened there and never closed."
    ),
    "text_too_long": _(
        "The spreadsheet holds a text longer than %(limit)s characters. Shorten or remove it."
    ),
    "quotation_mark_not_closed": _(
        "The quotation marks in row %(row)s do not fit together, so its cells cannot be told "
        "apart. Export the file again, or double every quotation mark inside a quoted cell."
    ),
    "nul_byte": _("Row %(row)s holds a NUL character, which no text has. Export the file again."),
    "not_text": _("The file is neither text nor a spreadsheet. Upload a CSV or XLSX file."),
    "mixed_encoding": _(
        "The letters in row %(row)s are written in another encoding than the rest of the file. "
        "Save the file as “CSV UTF-8” and upload it again."
    ),
    "web_page_or_xml": _(
        "The file is a web page or XML, whatever its name says. Open it in a spreadsheet program "
        "and save it as CSV or XLSX."
    ),
    "pdf_file": _(
        "The file is a PDF. Upload the CSV or XLSX export; a PDF statement's figures are typed in."
    ),
    "old_excel_format": _(
        "The file is an old Excel workbook (.xls) or protected by a password. Save it as XLSX "
        "without a password, or as CSV."
    ),
    "not_a_spreadsheet": _(
        "The file is an archive without a readable workbook in it. Upload a CSV or XLSX file."
    ),
    "truncated_archive": _(
        "The spreadsheet is damaged or was not copied to its end. Export or upload it again."
    ),
    "unsafe_spreadsheet": _(
        "The spreadsheet is built in a way that spreadsheet programs do not use and is not read. "
        "Open it, save it again as XLSX, and upload that file."
    ),
    "spreadsheet_too_large": _(
        "The spreadsheet reaches too far or unpacks to too much to be read. Delete everything "
        "outside the table, or save the sheet as CSV."
    ),
    "spreadsheet_reader_died": _(
        "The spreadsheet could not be read within its limits of time and memory. Save the sheet "
        "as CSV and upload that file."
    ),
    "same_heading_twice": _(
        "The heading “%(heading)s” stands more than once, so its columns cannot be told apart. "
        "Rename or remove one of them."
    ),
    "column_missing": _(
        "The chosen profile needs a column “%(heading)s”, which this file does not have. Choose "
        "another profile or none."
    ),
    "figure_contradicts_file": _(
        "The %(figure)s is %(given)s, and the file says %(in_file)s: a difference of "
        "%(difference)s. Correct the figure or upload the complete file."
    ),
    "figure_too_large": _(
        "The %(figure)s has more than %(digits)s digits before the cents. Check the amounts."
    ),
    "another_period": _(
        "Every line of the file was posted or released from %(earliest)s to %(latest)s, in the "
        "billing period to %(period_end)s and not the one to %(given)s. Send it for its own period."
    ),
    "does_not_tie_out": _(
        "Opening balance %(opening_balance)s plus activity %(activity)s is not the total payable "
        "%(total_payable)s: a difference of %(difference)s. Check that the file holds every line "
        "of the statement."
    ),
}

ROW_ERRORS = {
    "amount_missing": _("The amount is missing. Every row needs one."),
    "amount_not_readable": _(
        "This is not an amount. Write it in digits with “%(decimal_mark)s” before the cents, such "
        "as 1234%(decimal_mark)s50."
    ),
    "amount_has_two_signs": _(
        "The amount has more than one sign. Use a minus, brackets or CR, only one of them."
    ),
    "amount_has_fractions_of_a_cent": _(
        "The amount has more than two decimals. Amounts are exact to the cent."
    ),
    "amount_too_large": _("The amount has more than %(digits)s digits before the cents."),
    "debit_and_credit": _("The row has a debit and a credit. A row can have only one of them."),
    "date_missing": _("The row has no date. It needs at least one."),
    "date_not_readable": _(
        "This is not a date. Write it as year, month, day, for example 2026-11-05."
    ),
    "date_as_number": _(
        "A spreadsheet saved the date as its number of the day. Format the column as a date and "
        "export again, or confirm the repair."
    ),
    "date_does_not_exist": _("There is no such day in the calendar."),
    "date_order_unknown": _(
        "It is not known whether the day or the month comes first. Write the date as year, month, "
        "day, for example 2026-11-05, or say so in the profile."
    ),
    "date_not_plausible": _("The date is not between %(first)s and %(last)s."),
    "transaction_no_not_14_digits": _(
        "A transaction number has 14 digits. Copy it from the declaration."
    ),
    "transaction_no_scientific": _(
        "A spreadsheet turned the transaction number into scientific notation. Format the column "
        "as text and export again, or confirm the repair if one is offered."
    ),
    "transaction_no_apostrophe": _(
        "An apostrophe stands before the transaction number. Remove it, or confirm the repair."
    ),
    "transaction_no_as_number": _(
        "The transaction number was saved as an amount with decimals. Remove them, or confirm the "
        "repair."
    ),
    "transaction_no_lost_zeros": _(
        "The transaction number has fewer than 14 digits: a spreadsheet dropped the zeros at its "
        "beginning. Format the column as text and export again, or confirm the repair if one is "
        "offered."
    ),
    "version_not_readable": _("A version is a whole number, such as 1."),
    "program_account_not_readable": _(
        "A program account is nine digits, RM and four digits, such as 123456782RM0001."
    ),
    "program_account_missing": _(
        "The row names no program account, and none was given with the file."
    ),
    "other_program_account": _(
        "The row belongs to another program account than %(given)s, for which the file was "
        "uploaded."
    ),
    "unknown_program_account": _("This program account is not one of the importer's."),
    "too_many_cells": _(
        "The row has more cells than the %(columns)s headings. Often a separator stands inside a "
        "text that is not in quotation marks."
    ),
    "row_cut_off": _(
        "The file ends in the middle of this row. Export or upload it again, to its end."
    ),
}

ROW_WARNINGS = {
    "accounting_without_number": _(
        "The declaration has no transaction number, so it can only be suggested as a match."
    ),
    "check_digit_differs": _(
        "The last digit of the transaction number is not its check digit. It may be mistyped."
    ),
    "unknown_type": _("This type of transaction is not known; the row is kept as “Other”."),
    "type_missing": _(
        "The row states no type; it is a declaration if it has a transaction number, else “Other”."
    ),
    "stated_figure_differs": _(
        "The file states the %(figure)s twice with different amounts (see row %(other_row)s), so "
        "neither is used."
    ),
    "stated_figure_not_readable": _("The %(figure)s stated here is not an amount and is not used."),
}

QUESTIONS = {
    "date_order_ambiguous": _(
        "Every date, such as %(example)s, can be read in two ways. Which comes first, the day or "
        "the month?"
    ),
    "decimal_mark_ambiguous": _(
        "Amounts such as %(example)s can be read in two ways. Which mark stands before the cents?"
    ),
    "missing_amount": _("Which column holds the amount?"),
    "missing_date": _("Which column holds the date?"),
    "fuzzy_header": _("Is the column “%(header)s” the %(field)s? Choose the right column."),
    "two_headers_for_one_field": _(
        "Several columns could be the %(field)s. Which one should be used?"
    ),
    "amount_or_two_columns": _(
        "The file has “%(amount)s” and also “%(debit)s” and “%(credit)s”. Which should be used?"
    ),
    "credits_are_negative": _(
        "Every credit is written with a minus. Does the minus only mark it as a credit?"
    ),
    "payments_are_positive": _(
        "Payments are written without a minus. Are credits positive and debits negative in this "
        "file?"
    ),
    "unknown_types": _("What kind of transaction is “%(type)s”? It stands in %(rows)s rows."),
    "program_account_needed": _(
        "The file does not say which program account it belongs to. Which one is it?"
    ),
}

SENTENCES = {**FILE_REFUSALS, **ROW_ERRORS, **ROW_WARNINGS, **QUESTIONS}

LABELS = {
    "program_account": _("program account"),
    "transaction_no": _("transaction number"),
    "version": _("version"),
    "transaction_type": _("transaction type"),
    "released_on": _("release date"),
    "accounted_on": _("accounting date"),
    "posted_on": _("posting date"),
    "due_on": _("due date"),
    "amount": _("amount"),
    "debit": _("debit"),
    "credit": _("credit"),
    "duty": _("customs duty"),
    "sima": _("SIMA duty"),
    "surtax": _("surtax"),
    "safeguard": _("safeguard"),
    "excise_duty": _("excise duty"),
    "excise_tax": _("excise tax"),
    "gst": _("GST"),
    "pst_hst": _("PST/HST"),
    "interest": _("interest"),
    "penalty": _("penalty"),
    "open_amount": _("open amount"),
    "status": _("status"),
    "reference": _("reference"),
    "submitted_by": _("submitter"),
    "payer": _("payer"),
    "job_no": _("job number"),
    "client_name": _("client name"),
    "opening_balance": _("opening balance"),
    "total_payable": _("total payable"),
    "activity": _("total activity"),
}


AMOUNTS = {"opening_balance", "activity", "total_payable", "given", "in_file", "difference"}
PLAIN_AMOUNT = re.compile(r"-?\d+\.\d\d")


class _Params(dict[str, Any]):
    """Parameters of a sentence; one that is missing is shown as a dash, never as a failure."""

    def __missing__(self, key: str) -> str:
        return "–"


def describe(code: str, params: Mapping[str, Any]) -> str:
    """The sentence for a code, in the language of the moment."""
    if code not in SENTENCES:
        return gettext("The file could not be read (%(code)s).") % {"code": code}
    return str(SENTENCES[code]) % _Params({key: _said(key, params[key]) for key in params})


def _said(key: str, value: Any) -> Any:
    """A parameter as people read it: a field by its name, an amount as the language writes it."""
    if key in {"field", "figure"} and isinstance(value, str):
        return LABELS.get(value, value)
    if key in AMOUNTS and PLAIN_AMOUNT.fullmatch(str(value)):
        return money(value)
    return value
