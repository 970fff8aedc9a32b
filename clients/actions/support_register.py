"""The requests for help as CSV, for staff; nothing of what was written is in it."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.dates import TORONTO
from carmsvc.platform.spreadsheet_safe import csv_bytes
from clients.models import User
from clients.queries.service_levels import clock_of
from clients.queries.support import SupportSearch
from clients.rules.service_levels import ClockState


def export_requests(*, rows: Any, search: SupportSearch, by: User, now: datetime) -> bytes:
    """The requests as CSV; that it was taken is told on the brokerage's chain."""
    listed = [_row(one, now) for one in rows.iterator(chunk_size=2000)]
    wish = {name: str(value) for name, value in vars(search).items() if value}
    audit.record_for_brokerage("support queue exported", by=by, rows=len(listed), wish=wish)
    return csv_bytes(_header(), listed)


def _header() -> list[str]:
    return [
        *(_("Number"), _("Importer"), _("Business number"), _("Subject"), _("About")),
        *(_("What it is about"), _("How urgent it is"), _("State"), _("Looked after by")),
        *(_("Asked at"), _("First answer at"), _("Solved at"), _("Next promise"), _("Overdue")),
        *(_("CBSA case number"), _("Next date with the CBSA")),
    ]


def _row(one: Any, now: datetime) -> list[Any]:
    is_late = clock_of(one.clock_due_at, now) is ClockState.BREACHED
    late = is_late or one.answered_late or one.solved_late
    return [
        *(one.number, one.importer.legal_name, one.importer.bn9, one.title, one.subject_label),
        *(one.get_category_display(), one.get_priority_display(), one.get_state_display()),
        one.owner.full_name if one.owner else "",
        *(_moment(one.asked_at), _moment(one.answered_at), _moment(one.solved_at)),
        *(_moment(one.clock_due_at), _("yes") if late else _("no")),
        *(one.case_no, one.next_on),
    ]


def _moment(at: datetime | None) -> str:
    return at.astimezone(TORONTO).strftime("%Y-%m-%d %H:%M") if at else ""
