"""Readers of one cell that need to know the file: they give the spool text, or `CellError`."""

from collections.abc import Callable
from datetime import date, timedelta

from statements.layouts.context import ReadingContext
from statements.layouts.fields import FileKind
from statements.layouts.problems import CellError
from statements.layouts.readers import (
    DAYS_AHEAD,
    FIRST_DAY,
    to_date,
    to_program_account,
    to_version,
)
from statements.layouts.spool import NULL

_BN9_DIGITS = 9


def date_reader(date_format: str, read_on: date) -> Callable[[str], str]:
    """A reader of plausible days: from 2016 to some 400 days after the day of reading."""
    last = read_on + timedelta(days=DAYS_AHEAD)

    def read(text: str) -> str:
        if not text.strip():
            return NULL
        day = to_date(text, date_format)
        if not FIRST_DAY <= day <= last:
            first, until = FIRST_DAY.isoformat(), last.isoformat()
            raise CellError("date_not_plausible", first=first, last=until)
        return day.isoformat()

    return read


def version_reader(text: str) -> str:
    """A version, null when empty."""
    return str(to_version(text)) if text.strip() else NULL


def account_reader(kind: FileKind, context: ReadingContext) -> Callable[[str], str]:
    """A reader of program accounts that belong to the importer, and for a statement to it."""
    given = context.program_account if kind is FileKind.STATEMENT else None

    def read(text: str) -> str:
        if not text.strip():
            return _default(context)
        account = _account(text, context)
        if given and account != given:
            raise CellError("other_program_account", given=given)
        if not given and account not in context.program_accounts:
            raise CellError("unknown_program_account")
        return account

    return read


def _default(context: ReadingContext) -> str:
    if context.default_account is None:
        raise CellError("program_account_missing")
    return context.default_account


def _account(text: str, context: ReadingContext) -> str:
    """The account; a nine digit business number only suggests the one account it has."""
    try:
        return to_program_account(text)
    except CellError as error:
        bn9 = text.replace(" ", "")
        fits = [one for one in context.program_accounts if one.startswith(bn9)]
        if len(bn9) == _BN9_DIGITS and len(fits) == 1:
            raise CellError(error.code, suggestion=fits[0]) from None
        raise
