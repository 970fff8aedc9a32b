"""Writing into the rulebook with four eyes."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.refusals import Refused
from clients.models import User
from statements.models import RulebookEntry
from statements.rules.billing import LAST_DAY_OF_PERIOD
from statements.rules.rulebook import KINDS
from statements.rules.streams import Stream

State = RulebookEntry.State
OVERRIDE = "payment_due_override"


@transaction.atomic
def propose_value(
    *, name: str, key: str, value: str, from_on: date, to_on: date | None, source: str, by: User
) -> RulebookEntry:
    """Propose a value; it holds once somebody else approves it. Raises `Refused`."""
    entry = RulebookEntry(
        name=name,
        key=key.strip(),
        value=value.strip(),
        from_on=from_on,
        to_on=to_on,
        source=source.strip(),
        proposed_by=by,
    )
    reasons = _reasons_against(entry)
    if reasons:
        raise Refused(*reasons)
    entry.save(force_insert=True)
    audit.record_for_brokerage("value proposed", by=by, target=entry, after=_told(entry))
    return entry


def _reasons_against(entry: RulebookEntry) -> list[str]:
    kind = KINDS.get(entry.name)
    if kind is None:
        return [_("The rulebook has no value called “%(name)s”.") % {"name": entry.name}]
    reasons = []
    wrong = kind.refuse(entry.key, entry.value)
    if wrong:
        told = {"value": f"{entry.key} {entry.value}".strip(), "wanted": wrong}
        reasons.append(_("“%(value)s” does not fit; needed: %(wanted)s.") % told)
    if entry.to_on and entry.to_on < entry.from_on:
        reasons.append(_("The last day is before the first."))
    if entry.name == OVERRIDE and not wrong:
        reasons += _against_published_day(entry)
    if not entry.source:
        reasons.append(_("Say where it is from: the law, the notice or the page."))
    return reasons


def _against_published_day(entry: RulebookEntry) -> list[str]:
    """A published due date is of a stream and a 17th, and holds on that 17th."""
    word, _slash, day = entry.key.partition("/")
    closing, reasons = date.fromisoformat(day), []
    if word not in set(Stream):
        reasons.append(_("The key begins with a stream: %s.") % ", ".join(Stream))
    if closing.day != LAST_DAY_OF_PERIOD:
        reasons.append(_("The key ends with the 17th that closes the billing period."))
    if closing < entry.from_on or (entry.to_on and closing > entry.to_on):
        told = {"day": closing.isoformat()}
        reasons.append(_("It must hold on %(day)s, the day that the key names.") % told)
    return reasons


def approve_value(*, entry: RulebookEntry, by: User) -> None:
    """Put a proposed value in force. Its author cannot; raises `Refused`."""
    _decide(entry, State.APPROVED, by, "")


def reject_value(*, entry: RulebookEntry, by: User, reason: str) -> None:
    """Turn a proposed value down, with a reason. Raises `Refused`."""
    _decide(entry, State.REJECTED, by, reason)


def withdraw_value(*, entry: RulebookEntry, by: User, reason: str) -> None:
    """Take a value out of the rulebook, proposed or in force, with a reason. Raises `Refused`."""
    _decide(entry, State.WITHDRAWN, by, reason)


@transaction.atomic
def _decide(entry: RulebookEntry, state: State, by: User, reason: str) -> None:
    now: Any = RulebookEntry.objects.select_for_update().get(pk=entry.pk)
    before, reason = _told(now), reason.strip()
    _refuse_unless_decidable(now, state, by, reason)
    now.state, now.reason = state, reason
    now.decided_by, now.decided_at = by, timezone.now()
    now.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    told: dict[str, Any] = {"before": before, "after": _told(now), "reason": reason}
    if state == State.APPROVED:
        audit.record_for_brokerage("value approved", by=by, target=now, **told)
    elif state == State.REJECTED:
        audit.record_for_brokerage("value rejected", by=by, target=now, **told)
    else:
        audit.record_for_brokerage("value withdrawn", by=by, target=now, **told)


def _refuse_unless_decidable(entry: RulebookEntry, state: State, by: User, reason: str) -> None:
    may_be = {State.WITHDRAWN: (State.PROPOSED, State.APPROVED)}.get(state, (State.PROPOSED,))
    if entry.state not in may_be:
        raise Refused(_("Somebody has decided this meanwhile: %s.") % entry.get_state_display())
    if state != State.WITHDRAWN and entry.proposed_by_id == by.pk:
        raise Refused(_("You proposed this value; somebody else has to decide."))
    if state != State.APPROVED and not reason:
        raise Refused(_("Give a reason."))


def _told(entry: RulebookEntry) -> dict[str, Any]:
    """An entry as the audit tells it."""
    fields = ("name", "key", "value", "from_on", "to_on", "source", "state")
    return {field: getattr(entry, field) for field in fields}
