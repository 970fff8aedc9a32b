"""Lists of clients: read, confirmed, taken in as a whole or not at all, withdrawn."""

import hashlib
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carmsvc.platform import audit, work
from carmsvc.platform.nudge import nudge
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tables import FileRefused, Limits, Table, open_table
from carmsvc.platform.tenancy import TenantKey, every_importer_id, importer_scope
from clients.actions.groups import put_importers
from clients.actions.importer_contacts import add_contact
from clients.actions.importer_profiles import add_account, change_profile
from clients.actions.staff import assign_staff
from clients.models import (
    ClientList,
    Importer,
    ImporterContact,
    ProgramAccount,
    StaffAssignment,
    User,
)
from clients.queries.client_lists import Plan, Planned, plan_of
from clients.rules.client_lists import is_header, meaning_of

logger = logging.getLogger(__name__)
MEBIBYTE = 2**20
LIMITS = Limits(
    max_bytes=10 * MEBIBYTE,
    max_rows=20_000,
    max_columns=60,
    max_cells=1_200_000,
    max_unpacked_bytes=100 * MEBIBYTE,
    child_seconds=30,
)
AT_ONCE = 500  # importers that are taken in while somebody waits; more are a worker's
MOST_CHANGED = 1_000  # registered importers that one list may change
REFUSALS: dict[str, Any] = {
    "empty_file": gettext_lazy("The file is empty. Export it again and upload the new file."),
    "header_only": gettext_lazy("The file has headings in row %(row)s and no rows below them."),
    "has_no_header": gettext_lazy(
        "No row of headings was found in the first %(rows)s rows. The list needs one with a "
        "business number, such as the template has."
    ),
    "file_too_large": gettext_lazy("The file is larger than %(limit_mib)s MiB. Split the list."),
    "too_many_rows": gettext_lazy("The file has more than %(limit)s rows. Split the list."),
    "not_text": gettext_lazy(
        "The file is neither text nor a spreadsheet. Upload a CSV or XLSX file."
    ),
}
_UNREADABLE = gettext_lazy(
    "The file cannot be read as a table (%(code)s). Save it as “CSV UTF-8” or XLSX and send it "
    "again."
)


def read_client_list(*, content: bytes, file_name: str, by: Any) -> ClientList:
    """Read a list so that it can be looked at; nothing is taken in. Raises `Refused`."""
    try:
        rows, unknown = _rows(content, file_name)
    except FileRefused as refusal:
        raise Refused(_sentence(refusal)) from None
    with transaction.atomic():
        found = ClientList.objects.create(
            file_name=Path(file_name).name.replace("\x00", "")[:200],
            sha256=hashlib.sha256(content).hexdigest(),
            rows=rows,
            row_count=len(rows),
            unknown_columns=unknown,
            sent_by=_person(by),
        )
        _tell("client list sent", found, by, file_name=found.file_name, rows=len(rows))
    return found


def _person(by: Any) -> User | None:
    return by if isinstance(by, User) else None


def _sentence(refusal: FileRefused) -> str:
    known = REFUSALS.get(refusal.code)
    return str(known or _UNREADABLE) % {"code": refusal.code, **refusal.params}


def _rows(content: bytes, file_name: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows below the headings as texts by field, and the headings nobody knows."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        path.write_bytes(content)
        with open_table(path, file_name, LIMITS, is_header) as table:
            meanings = [meaning_of(heading) for heading in table.header]
            unknown = [
                heading
                for heading, name in zip(table.header, meanings, strict=True)
                if heading and not name
            ]
            return list(_read(table, meanings)), unknown


def _read(table: Table, meanings: list[str]) -> Iterator[dict[str, Any]]:
    for chunk in table.chunks():
        for row_no, row in zip(chunk.row_numbers, chunk.rows, strict=True):
            cells: dict[str, str] = {}
            for name, text in zip(meanings, row, strict=True):
                if name and text.strip():
                    # a second column of accounts or trade names adds to the first
                    cells[name] = f"{cells[name]};{text}" if name in cells else text
            yield {"row": row_no, "cells": {n: t.replace("\x00", "") for n, t in cells.items()}}


def confirm_client_list(*, client_list: ClientList, takes_changes: bool, by: Any) -> Plan:
    """Take a list in, at once or by a worker when it is long; `takes_changes` says whether
    registered importers are changed too. Raises `Refused`, and then nothing has changed.
    """
    with transaction.atomic():
        held, plan = _confirmed(client_list, takes_changes, by)
        if len(plan.planned) > AT_ONCE:
            nudge("clients.tasks.take_in_client_list", list_id=held.pk)
        else:
            _take_in(held, plan)
    return plan


def take_in_now(*, client_list: ClientList, takes_changes: bool, by: Any) -> Plan:
    """Confirm a list and take it in at once, however long: a command waits. Raises `Refused`."""
    with transaction.atomic():
        held, plan = _confirmed(client_list, takes_changes, by)
        _take_in(held, plan)
    return plan


def _confirmed(client_list: ClientList, takes_changes: bool, by: Any) -> tuple[ClientList, Plan]:
    held = _standing(client_list)
    plan = plan_of(held)
    _refuse(plan, takes_changes)
    held.takes_changes, held.confirmed_by = takes_changes, _person(by)
    held.confirmed_at, held.state = timezone.now(), ClientList.State.CONFIRMED
    held.save(update_fields=["takes_changes", "confirmed_by", "confirmed_at", "state"])
    _tell("client list confirmed", held, by, takes_changes=takes_changes, **plan.counts)
    return held, plan


def _standing(client_list: ClientList) -> ClientList:
    held = ClientList.objects.select_for_update().get(pk=client_list.pk)
    if held.state != ClientList.State.TO_CONFIRM:
        raise Refused(_("This list was confirmed or withdrawn before."))
    return held


def _refuse(plan: Plan, takes_changes: bool) -> None:
    counts = plan.counts
    if counts["errors"]:
        text = ngettext(
            "%(count)s cell cannot be taken in. Correct it in the file and send it again.",
            "%(count)s cells cannot be taken in. Correct them in the file and send it again.",
            counts["errors"],
        )
        raise Refused(text % {"count": counts["errors"]})
    if not counts["new"] and not (takes_changes and counts["changes"]):
        raise Refused(_("There is nothing to take in: every importer is there already."))
    if takes_changes and counts["changes"] > MOST_CHANGED:
        raise Refused(
            _("At most %(count)s registered importers are changed at once. Split the list.")
            % {"count": MOST_CHANGED}
        )


def take_in_client_list(list_id: int) -> None:
    """Take one confirmed list in; safe to run twice. What fails is tried again, then parked."""
    token = work.claim(ClientList, list_id)
    if token is None:
        return
    try:
        with transaction.atomic():
            held = work.hold(ClientList, list_id, token)
            plan = plan_of(held)
            _refuse(plan, held.takes_changes)
            _take_in(held, plan)
    except work.LostClaim:
        logger.warning("client list %s was taken by another worker", list_id)
    except Exception as error:
        logger.exception("client list %s was not taken in", list_id)
        _give_back(list_id, token, error)


def _give_back(list_id: int, token: Any, error: Exception) -> None:
    with transaction.atomic():
        held = ClientList.objects.get(pk=list_id)
        if work.give_back(ClientList, list_id, token, str(error), held.confirmed_by):
            _tell("client list parked", held, "worker", reason=str(error)[:500])


def park_exhausted_lists() -> None:
    """Park the lists whose worker died three times without a word."""
    work.park_exhausted(ClientList, lambda one: one.confirmed_by)


def _take_in(held: ClientList, plan: Plan) -> None:
    """Register what is new set-based, change what is wished one by one, and finish the list."""
    counts = plan.counts  # before what is new is registered
    new = [one for one in plan.planned if one.kind == "new"]
    changed = [one for one in plan.planned if one.kind == "changes" and held.takes_changes]
    by = held.confirmed_by or "command"
    keys = TenantKey.objects.bulk_create(TenantKey() for _one in new)
    with importer_scope([*every_importer_id(), *(key.pk for key in keys)]):
        _register([key.pk for key in keys], new, by)
        for one in changed:
            _change(one, by)
        _put_in_groups([*new, *changed], by)
    held.counts = counts
    held.rows, held.state, held.finished_at = [], ClientList.State.DONE, timezone.now()
    held.save(update_fields=["counts", "rows", "state", "finished_at"])
    _tell("client list taken in", held, by, new=len(new), changed=len(changed))


def _register(keys: list[int], new: list[Planned], by: Any) -> None:
    importers = [_new_importer(key, one) for key, one in zip(keys, new, strict=True)]
    Importer.objects.bulk_create(importers, batch_size=500)
    ProgramAccount.objects.bulk_create(
        (
            ProgramAccount(importer=importer, bn15=bn15)
            for importer, one in zip(importers, new, strict=True)
            for bn15 in one.accounts
        ),
        batch_size=1000,
    )
    ImporterContact.objects.bulk_create(
        (
            ImporterContact(importer=importer, language=importer.language, **contact)
            for importer, one in zip(importers, new, strict=True)
            for contact in one.contacts
        ),
        batch_size=1000,
    )
    StaffAssignment.objects.bulk_create(
        (
            StaffAssignment(importer=importer, user=one.lead, is_lead=True)
            for importer, one in zip(importers, new, strict=True)
            if one.lead
        ),
        batch_size=1000,
    )
    audit.begin_chains(_told(importers, new), by=by)
    for importer, one in zip(importers, new, strict=True):
        one.importer = importer


def _new_importer(key: int, one: Planned) -> Importer:
    language = one.fields.get("language", Importer._meta.get_field("language").default)
    return Importer(id=key, bn9=one.wished.bn9, document_language=language, **one.fields)


def _told(
    importers: list[Importer], new: list[Planned]
) -> Iterator[tuple[str, int, Any, dict[str, Any]]]:
    for importer, one in zip(importers, new, strict=True):
        after = {"bn9": importer.bn9, "program_accounts": one.accounts, **one.fields}
        after["contacts"] = [contact["name"] for contact in one.contacts]
        yield "importer created", importer.pk, importer, after
        if one.lead:
            given = {"email": one.lead.email, "is_lead": True}
            yield "staff assigned", importer.pk, one.lead, given


def _change(one: Planned, by: Any) -> None:
    importer: Any = one.importer
    if one.fields:
        change_profile(importer=importer, by=by, **one.fields)
    for bn15 in one.accounts:
        add_account(importer=importer, bn15=bn15, by=by)
    for contact in one.contacts:
        add_contact(importer=importer, by=by, language=importer.language, **contact)
    if one.lead:
        assign_staff(person=one.lead, importers=[importer], by=by, is_lead=True)


def _put_in_groups(planned: Iterable[Planned], by: Any) -> None:
    grouped: dict[Any, list[Any]] = {}
    for one in planned:
        if one.group:
            grouped.setdefault(one.group, []).append(one.importer)
    for group, importers in grouped.items():
        put_importers(group=group, importers=importers, by=by)


@transaction.atomic
def withdraw_client_list(*, client_list: ClientList, by: Any) -> None:
    """Put a list aside that nobody confirmed; its rows go. Raises `Refused`."""
    held = _standing(client_list)
    held.state, held.rows, held.finished_at = ClientList.State.WITHDRAWN, [], timezone.now()
    held.save(update_fields=["state", "rows", "finished_at"])
    _tell("client list withdrawn", held, by)


def _tell(action: str, client_list: ClientList, by: Any, **told: Any) -> None:
    audit.record_for_brokerage(action, by=by, target=client_list, **told)
