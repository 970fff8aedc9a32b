"""Taking the register of people in the portal away."""

from collections.abc import Iterable, Sequence
from typing import Any

from carmsvc.platform import audit
from carmsvc.platform.spreadsheet_safe import Cell, csv_bytes
from clients.models import User


def export_portal(
    *, header: Sequence[str], rows: Iterable[Sequence[Cell]], by: User, wish: dict[str, Any]
) -> bytes:
    """The register as CSV; that it was taken is told on the brokerage's chain."""
    listed = list(rows)
    audit.record_for_brokerage("portal register exported", by=by, rows=len(listed), wish=wish)
    return csv_bytes(header, listed)
