"""Receive a file, read it, load it whole or not at all."""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from carmsvc.platform import audit, work
from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.nudge import nudge
from carmsvc.platform.tenancy import importer_scope
from clients.actions import Refused
from clients.models import ProgramAccount, User
from clients.queries import lead_for
from statements import reading
from statements.layouts.profiles import MappingProfile as Mapped
from statements.layouts.readers import FIRST_DAY
from statements.models import LedgerFile, MappingProfile, StatementFile
from statements.rules.billing import LAST_DAY_OF_PERIOD, period_end

logger = logging.getLogger(__name__)

AnyFile = StatementFile | LedgerFile
MOST_REPAIRS_TOLD = 100
_ACTIVE = ("received", "reading", "needs_mapping", "loaded")


@dataclass(frozen=True)
class Received:
    """A file at the door; not new when the same bytes are already here."""

    file: Any
    is_new: bool


def receive_statement_file(
    *,
    importer_id: int,
    program_account: ProgramAccount,
    period_end: date,
    content: "File[bytes]",
    file_name: str,
    by: User | None,
    opening_balance: Decimal | None = None,
    total_payable: Decimal | None = None,
    profile: MappingProfile | None = None,
) -> Received:
    """Keep a statement's original and leave it at the door; raises `Refused`."""
    _check_period_end(period_end)
    told = {
        "program_account": program_account,
        "period_end": period_end,
        "stated_opening_balance": opening_balance,
        "stated_total_payable": total_payable,
    }
    return _receive(StatementFile, importer_id, content, file_name, by, profile, told)


def receive_ledger_file(
    *,
    importer_id: int,
    content: "File[bytes]",
    file_name: str,
    by: User | None,
    program_account: ProgramAccount | None = None,
    profile: MappingProfile | None = None,
    covers: str = LedgerFile.Covers.FILE_TELLS,
) -> Received:
    """Keep a ledger's original and leave it at the door; `covers` says what it means that the
    file does not hold an entry of its days.
    """
    told = {"program_account": program_account, "covers": covers}
    return _receive(LedgerFile, importer_id, content, file_name, by, profile, told)


def _check_period_end(day: date) -> None:
    if day.day != LAST_DAY_OF_PERIOD:
        meant = day.replace(day=LAST_DAY_OF_PERIOD).isoformat()  # the statement's own month
        raise Refused(
            _("A billing period ends on the 17th, not on %(day)s. Did you mean %(meant)s?")
            % {"day": day.isoformat(), "meant": meant}
        )
    if day > period_end(today_in_toronto()):
        raise Refused(
            _("The billing period that ends on %(day)s has not begun. Check the year and month.")
            % {"day": day.isoformat()}
        )
    if day < FIRST_DAY:
        raise Refused(
            _("Statements of account began in January 2016. Check the year of %(day)s.")
            % {"day": day.isoformat()}
        )


def _receive(
    model: Any,
    importer_id: int,
    content: "File[bytes]",
    file_name: str,
    by: User | None,
    profile: MappingProfile | None,
    told: dict[str, Any],
) -> Received:
    digest = _sha256(content)
    same = {"importer_id": importer_id, "sha256": digest}
    if model is StatementFile:
        same |= {key: told[key] for key in ("program_account", "period_end")}
        same |= {k: told[k] for k in ("stated_opening_balance", "stated_total_payable")}
    known = model.objects.filter(state__in=_ACTIVE, **_nulls_as_nulls(same)).first()
    if known:
        return Received(known, is_new=False)
    file = model(
        importer_id=importer_id,
        file_name=file_name[-255:],
        size=content.size,
        sha256=digest,
        uploaded_by=by,
        profile=profile,
        **told,
    )
    file.original.save(file_name, content, save=False)
    try:
        with transaction.atomic():
            file.save()
    except IntegrityError:  # the same bytes came in at the same moment
        file.original.delete(save=False)
        return Received(model.objects.get(state__in=_ACTIVE, **_nulls_as_nulls(same)), False)
    after = {name: None if value is None else str(value) for name, value in told.items()}
    _tell("file received", file, by or "command", after=after, file_name=file_name, sha256=digest)
    _nudge(file)
    return Received(file, is_new=True)


def _nulls_as_nulls(wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{k}__isnull" if v is None else k: True if v is None else v for k, v in wanted.items()}


def _sha256(content: "File[bytes]") -> str:
    digest = hashlib.sha256()
    for block in content.chunks():
        digest.update(block)
    content.seek(0)
    return digest.hexdigest()


def _nudge(file: AnyFile) -> None:
    nudge(
        f"statements.tasks.take_in_{_kind(file)}_file",
        importer_id=file.importer_id,
        file_id=file.pk,
    )


def _tell(action: str, file: AnyFile, by: object, **details: Any) -> None:
    audit.record(action, importer_id=file.importer_id, by=by, target=file, **details)


def take_in_statement_file(*, importer_id: int, file_id: int) -> bool:
    """Read and load a statement file; False if another worker has it or it is done."""
    return _take_in(StatementFile, importer_id, file_id)


def take_in_ledger_file(*, importer_id: int, file_id: int) -> bool:
    """Read and load a ledger file; False if another worker has it or it is done."""
    return _take_in(LedgerFile, importer_id, file_id)


def _take_in(model: Any, importer_id: int, file_id: int) -> bool:
    with importer_scope(importer_id):
        token = work.claim(model, file_id)
    if token is None:
        return False
    try:
        reading.read_and_load(model, importer_id, file_id, token)
    except work.LostClaim:
        logger.warning("%s %s was taken over by another worker", model.__name__, file_id)
        return False
    except Exception as failure:
        logger.exception("%s %s failed", model.__name__, file_id)
        with importer_scope(importer_id):
            person = lead_for(importer_id)
            if work.give_back(model, file_id, token, repr(failure), person):
                _tell_parked(model.objects.get(pk=file_id), person)
        return False
    return True


def _tell_parked(file: AnyFile, person: User | None) -> None:
    """Somebody is named to look after a file that failed three times."""
    after = {"parked_for": person.email if person else None}
    _tell("file parked", file, "worker", before={"state": file.state}, after=after)


def confirm_mapping(*, file: AnyFile, answers: dict[str, str], name: str, by: User | None) -> None:
    """Save how this file's columns are read, and read it so; raises `Refused`."""
    if file.state != file.State.NEEDS_MAPPING or not file.proposal:
        raise Refused(_("This file does not wait for a mapping."))
    name = (name.strip() or file.file_name)[:100]
    before = _as_read(file) | {"mapping": _saved_mapping(file, name)}
    account = answers.pop("program_account", "")
    if account:
        _set_account(file, account)
    try:
        mapping = reading.answered(file.proposal, answers)
    except ValueError as unanswered:
        raise Refused(
            _("Answer the question “%(key)s” with one of its choices.") % {"key": unanswered}
        ) from None
    file.profile = _saved_profile(file, mapping, name, by)
    _read_again(file, by, "mapping confirmed", before=before, after=_as_read(file))


def _as_read(file: AnyFile) -> dict[str, Any]:
    """How a file's columns are read, as the audit tells it."""
    account, profile = file.program_account, file.profile
    return {
        "program_account": account.bn15 if account else None,
        "profile": profile.name if profile else None,
        "mapping": profile.mapping if profile else None,
    }


def _saved_mapping(file: AnyFile, name: str) -> Any:
    """What a saved layout of this name says now: confirming the name again replaces it."""
    saved = MappingProfile.objects.filter(
        importer_id=file.importer_id, kind=_kind(file), name=name
    ).first()
    return saved.mapping if saved else None


def _kind(file: AnyFile) -> str:
    return "statement" if isinstance(file, StatementFile) else "ledger"


def _set_account(file: AnyFile, bn15: str) -> None:
    account = ProgramAccount.objects.filter(importer_id=file.importer_id, bn15=bn15).first()
    if account is None:
        raise Refused(_("%(bn15)s is not a program account of this importer.") % {"bn15": bn15})
    file.program_account = account


def _saved_profile(file: AnyFile, mapping: Mapped, name: str, by: User | None) -> MappingProfile:
    profile: MappingProfile = MappingProfile.objects.update_or_create(
        importer_id=file.importer_id,
        kind=_kind(file),
        name=name,
        defaults={
            "header_signature": mapping.signature,
            "mapping": json.loads(json.dumps(mapping.to_json())),
            "confirmed_by": by,
        },
    )[0]
    return profile


def confirm_repairs(*, file: AnyFile, by: User | None) -> int:
    """Apply every suggested repair of a rejected file and read it again; returns how many."""
    errors = file.problems.filter(severity="error").exclude(suggestion=None)
    repairs = [[e.row_no, e.column, e.suggestion] for e in errors.order_by("row_no", "id")]
    if file.state != file.State.REJECTED or not repairs:
        raise Refused(_("There is no suggested repair to confirm in this file."))
    file.repairs = [*file.repairs, *repairs]
    _read_again(
        file,
        by,
        "repairs confirmed",
        before={"state": file.state},
        after={"state": file.State.RECEIVED},
        repairs=repairs[:MOST_REPAIRS_TOLD],
        count=len(repairs),
    )
    return len(repairs)


def _read_again(file: AnyFile, by: User | None, action: str, **details: Any) -> None:
    file.state, file.attempts, file.leased_until = file.State.RECEIVED, 0, None
    file.proposal = file.refusal = None
    file.error_count = file.warning_count = file.rows_read = 0
    file.problems.all().delete()
    try:
        with transaction.atomic():
            file.save()
    except IntegrityError:
        raise Refused(_("The same file has been uploaded again since.")) from None
    _tell(action, file, by or "command", **details)
    _nudge(file)


def send_again(*, file: AnyFile, by: User) -> None:
    """Give a parked file three new tries; raises `Refused` when it is not parked."""
    if not work.send_again(type(file), file.pk):
        raise Refused(_("This file is not parked."))
    before = {"parked_for": str(file.parked_for) if file.parked_for else None}
    _tell("sent again", file, by, before=before, after={"parked_for": None})
    _nudge(file)


def open_original(*, file: AnyFile, by: User) -> Any:
    """Hand out a file as it was uploaded; who took it is told. Raises `Refused` without it."""
    try:
        original = file.original.open("rb")
    except FileNotFoundError:
        logger.exception("the original of %s is not in the storage", file.pk)
        raise Refused(
            _("The original of this file is not where it was kept. Tell whoever runs the system.")
        ) from None
    _tell("original opened", file, by, file_name=file.file_name, sha256=file.sha256)
    return original


def note_rows_exported(*, file: AnyFile, severity: str, by: User) -> None:
    """Somebody takes the bad rows of a file with them."""
    _tell("rows exported", file, by, file_name=file.file_name, severity=severity)


def park_exhausted_files(importer_ids: list[int]) -> int:
    """Park the files whose worker died three times, each named to a person; returns how many."""
    with importer_scope(importer_ids):
        return sum(work.park_exhausted(model, _parked_for) for model in (StatementFile, LedgerFile))


def _parked_for(file: AnyFile) -> User | None:
    person = lead_for(file.importer_id)
    _tell_parked(file, person)
    return person
