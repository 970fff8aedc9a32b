"""Reads of the statements room."""

from statements.queries.documents import (
    LinesPage,
    accounts_of,
    current_statement,
    files_for_people,
    files_waiting,
    is_being_read,
    is_under_way,
    previous_total_payable,
    problems_of,
    problems_page,
    recent_files,
    statement_lines,
    statement_of,
    statements_due,
)

__all__ = [
    "LinesPage",
    "accounts_of",
    "current_statement",
    "files_for_people",
    "files_waiting",
    "is_being_read",
    "is_under_way",
    "previous_total_payable",
    "problems_of",
    "problems_page",
    "recent_files",
    "statement_lines",
    "statement_of",
    "statements_due",
]
