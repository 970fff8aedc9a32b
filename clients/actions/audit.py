"""Taking the audit out of the house, and asking whether it is whole."""

import csv
import hashlib
import io
import json
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, BinaryIO

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.audit_chain import head_of
from carmsvc.platform.audit_checks import ask_for_check
from carmsvc.platform.refusals import Refused
from carmsvc.platform.spreadsheet_safe import Cell, safe_cell
from clients.models import User
from clients.queries.audit import FEW_IMPORTERS, Sought, narrowed, saying

MOST_EXPORTED = 100_000
COLUMNS = (
    *("importer", "sequence", "happened_at", "actor", "actor_id", "action", "object", "object_id"),
    *("before", "after", "details", "came_from", "previous_hash", "own_hash", "hashed_text"),
)


def export_events(
    *, events: QuerySet[Any], sought: Sought, importer_ids: list[int] | None, by: User
) -> BinaryIO:
    """Write what is sought as CSV into a temporary file, oldest first within each chain.

    Told, with the file's SHA-256 and where each chain ended, on the chain of every importer it
    was asked for; with no importers on the brokerage's. Raises `Refused` when it is too much.
    """
    if importer_ids is not None and len(importer_ids) > FEW_IMPORTERS:
        raise Refused(_("Choose importers first: at most %(count)s.") % {"count": FEW_IMPORTERS})
    found = narrowed(events, sought)
    found = saying(found, sought.words) if sought.words.strip() else found
    if found.order_by("id")[MOST_EXPORTED:].exists():
        raise Refused(
            _("This is more than %(count)s events. Choose fewer days.") % {"count": MOST_EXPORTED}
        )
    order = ("sequence",) if importer_ids is None else ("importer_id", "sequence")
    file, rows, digest = _written(found.order_by(*order).iterator(chunk_size=2000))
    told = {key: value for key, value in asdict(sought).items() if value not in ("", None)}
    for importer_id in [None] if importer_ids is None else importer_ids:
        _tell_exported(importer_id, by, sought=told, rows=rows, sha256=digest)
    return file


def _written(events: Iterable[Any]) -> tuple[BinaryIO, int, str]:
    """The file, its rows and its SHA-256."""
    file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    digest, rows = hashlib.sha256(), 0
    for line in _lines(events):
        file.write(line)
        digest.update(line)
        rows += 1
    file.seek(0)
    return file, rows - 1, digest.hexdigest()


def _lines(events: Iterable[Any]) -> Iterable[bytes]:
    yield "\ufeff".encode() + _line(COLUMNS)
    for event in events:
        yield _line([*map(safe_cell, _cells(event)), event.hashed_text()])


def _line(cells: Iterable[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()


def _cells(event: Any) -> list[Cell]:
    return [
        event.chain,
        event.sequence,
        event.happened_at.isoformat(),
        event.actor,
        event.actor_id,
        event.action,
        event.target_kind,
        event.target_id,
        *map(_json, (event.before, event.after, event.details, event.came_from)),
        event.previous_hash,
        event.own_hash,
    ]


def _json(told: Any) -> str:
    return "" if told is None else json.dumps(told, ensure_ascii=False, sort_keys=True)


def _tell_exported(importer_id: int | None, by: User, **details: Any) -> None:
    head = head_of(importer_id)
    details["head"] = [head.sequence, head.own_hash]
    if importer_id is None:
        audit.record_for_brokerage("audit exported", by=by, **details)
    else:
        audit.record("audit exported", importer_id=importer_id, by=by, **details)


def check_chain(*, importer_id: int | None, by: User) -> Any:
    """Ask whether a chain is whole: a short one is walked at once, a long one by a worker."""
    return ask_for_check(importer_id, by)
