"""Recording the security of a program account, changing and ending it; its release status."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.money import plain
from carmsvc.platform.nudge import nudge
from carmsvc.platform.refusals import Refused
from clients.models import ProgramAccount, ReleaseStatus, SecurityInstrument

WATCH = "statements.tasks.watch_security_of"
MOST = Decimal("999999999999.99")  # what the column holds


@transaction.atomic
def record_security(
    *,
    account: ProgramAccount,
    form: str,
    amount: Decimal,
    valid_from: date,
    by: Any,
    valid_to: date | None = None,
    provider: str = "",
    number: str = "",
    reviewed_on: date | None = None,
    evidence: str = "",
    replaces: SecurityInstrument | None = None,
) -> SecurityInstrument:
    """Keep security of an amount (CAD) given for an account; `replaces` is the row it changes.

    Raises `Refused` with every reason why it cannot be.
    """
    old = _standing(replaces) if replaces else None
    security = SecurityInstrument(
        importer_id=account.importer_id,
        program_account=account,
        form=form,
        amount=amount,
        provider=provider.strip(),
        number=number.strip(),
        valid_from=valid_from,
        valid_to=valid_to,
        reviewed_on=reviewed_on,
        evidence=evidence.strip(),
        recorded_by=by,
    )
    reasons = list(_reasons_against(security))
    if reasons:
        raise Refused(*reasons)
    security.save(force_insert=True)
    if old:
        old.superseded_by = security
        old.save(update_fields=["superseded_by"])
    audit.record(
        "security changed" if old else "security recorded",
        importer_id=security.importer_id,
        by=by,
        target=security,
        before=_told(old) if old else {},
        after=_told(security),
    )
    nudge(WATCH, importer_id=security.importer_id)
    return security


def _standing(instrument: SecurityInstrument) -> SecurityInstrument:
    """The row, locked; raises `Refused` when it was changed or ended before."""
    row: SecurityInstrument = SecurityInstrument.objects.select_for_update().get(pk=instrument.pk)
    if row.superseded_by_id or row.ended_on:
        raise Refused(_("This security was changed or ended before. Open the newest."))
    return row


def _reasons_against(security: SecurityInstrument) -> Iterator[str]:
    if security.form not in SecurityInstrument.Form.values:
        yield _("Say whether it is a bond or a cash deposit.")
    amount = security.amount
    if not 0 < amount <= MOST or amount != round(amount, 2):
        yield _("Write an amount above zero in Canadian dollars, to the cent.")
    if security.valid_to and security.valid_to < security.valid_from:
        yield _("It ends before it starts: check the two days.")
    if security.reviewed_on and security.reviewed_on > today_in_toronto():
        yield _("The day of the review has not come yet.")
    for name in ("provider", "number", "evidence"):
        field: Any = SecurityInstrument._meta.get_field(name)
        if len(getattr(security, name)) > field.max_length or "\x00" in getattr(security, name):
            yield _("%(field)s: at most %(count)s characters.") % {
                "field": str(field.verbose_name).capitalize(),
                "count": field.max_length,
            }


def _told(security: SecurityInstrument) -> dict[str, Any]:
    return {
        "program_account": security.program_account.bn15,
        "form": security.form,
        "amount": plain(security.amount),
        "provider": security.provider,
        "number": security.number,
        "valid_from": security.valid_from.isoformat(),
        "valid_to": security.valid_to.isoformat() if security.valid_to else None,
    }


@transaction.atomic
def end_security(*, security: SecurityInstrument, ended_on: date, reason: str, by: Any) -> None:
    """Note that security no longer stands from a day on, and why. Raises `Refused`."""
    row = _standing(security)
    reasons = []
    if not reason.strip():
        reasons.append(_("Say why it ends."))
    if ended_on < row.valid_from:
        reasons.append(_("It ends before it starts: check the two days."))
    if reasons:
        raise Refused(*reasons)
    row.ended_on, row.ended_at, row.ended_by = ended_on, timezone.now(), by
    row.end_reason = reason.strip()
    row.save(update_fields=["ended_on", "ended_at", "ended_by", "end_reason"])
    audit.record(
        "security ended",
        importer_id=row.importer_id,
        by=by,
        target=row,
        after={"ended_on": ended_on.isoformat(), "reason": row.end_reason},
    )
    nudge(WATCH, importer_id=row.importer_id)


@transaction.atomic
def note_release_status(
    *, account: ProgramAccount, status: str, seen_on: date, by: Any, evidence: str = ""
) -> ReleaseStatus:
    """Keep what the portal showed of an account's release prior to payment. Raises `Refused`."""
    reasons = []
    if status not in ReleaseStatus.Status.values:
        reasons.append(_("Say whether the account is enrolled."))
    if seen_on > today_in_toronto():
        reasons.append(_("The day it was seen has not come yet."))
    if reasons:
        raise Refused(*reasons)
    row: ReleaseStatus = ReleaseStatus.objects.create(
        importer_id=account.importer_id,
        program_account=account,
        status=status,
        seen_on=seen_on,
        evidence=evidence.strip(),
        recorded_by=by,
    )
    audit.record(
        "release status noted",
        importer_id=account.importer_id,
        by=by,
        target=row,
        after={"account": account.bn15, "status": status, "seen_on": seen_on.isoformat()},
    )
    nudge(WATCH, importer_id=row.importer_id)
    return row
