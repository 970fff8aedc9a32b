"""Writes of the statements room."""

from statements.actions.files import (
    Received,
    Refused,
    confirm_mapping,
    confirm_repairs,
    note_rows_exported,
    open_original,
    park_exhausted_files,
    receive_ledger_file,
    receive_statement_file,
    send_again,
    take_in_ledger_file,
    take_in_statement_file,
)

__all__ = [
    "Received",
    "Refused",
    "confirm_mapping",
    "confirm_repairs",
    "note_rows_exported",
    "open_original",
    "park_exhausted_files",
    "receive_ledger_file",
    "receive_statement_file",
    "send_again",
    "take_in_ledger_file",
    "take_in_statement_file",
]
