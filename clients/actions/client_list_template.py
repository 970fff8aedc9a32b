"""The empty list of clients: its headings in the reader's language, with one row to show how."""

from carmsvc.platform.spreadsheet_safe import csv_bytes
from clients.queries.client_lists import COLUMN_WORDS

_SHOWN = {
    "legal_name": "Maple Furniture Inc.",
    "trade_names": "Maple Home; Maple Office",
    "bn9": "123456782",
    "accounts": "RM0001; RM0002",
    "language": "EN",
    "is_resident": "yes",
    "state": "client",
    "contact_name": "Anne Roy",
    "contact_function": "finance",
    "contact_email": "anne.roy@maple.example",
    "contact_phone": "514 555-0100",
}


def client_list_template() -> bytes:
    """The template as CSV that spreadsheets open with its accents."""
    headings = [str(word) for word in COLUMN_WORDS.values()]
    return csv_bytes(headings, [[_SHOWN.get(name, "") for name in COLUMN_WORDS]])
