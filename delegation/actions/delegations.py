"""Prepare a delegation, change what was agreed, and take it from state to state."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount, User
from delegation.models import Delegation, DelegationEvent
from delegation.queries import expired_on, shortfalls_of
from delegation.rules import (
    NEEDS_REASON,
    IllegalTransition,
    Level,
    ProviderKind,
    State,
    Wish,
    outcome,
)
from delegation.wording import TICKS, no_such_step, sentence

LONGEST_REASON = 500
# wish -> what was done, as the audit tells it
DONE = {
    Wish.REQUEST: "requested",
    Wish.WITHDRAW: "withdrawn",
    Wish.APPROVE: "approved",
    Wish.REJECT: "rejected",
    Wish.CHANGE: "changed in the portal",
    Wish.REVOKE: "revoked",
    Wish.EXPIRE: "expired",
    Wish.SUSPEND: "suspended",
    Wish.RESUME: "taken up again",
    Wish.CANCEL: "cancelled",
}
TOLD: tuple[str, ...] = (
    *("agreed_level", "agreed_accounts", "agreed_ticks", "effective_from", "effective_to"),
    *("review_on", "approved_level", "approved_accounts", "approved_ticks"),
    *("approved_by_name", "approved_on", "state"),
)
NOTHING_APPROVED: dict[str, Any] = {
    "approved_level": "",
    "approved_accounts": [],
    "approved_ticks": [],
    "approved_by_name": "",
    "approved_on": None,
}


@dataclass(frozen=True)
class Approval:
    """What the importer approved in the portal, who did so and when."""

    approved_level: str
    approved_by_name: str
    approved_on: date
    approved_accounts: tuple[str, ...] = ()
    approved_ticks: tuple[int, ...] = ()


def prepare_delegation(
    *,
    importer: Importer,
    provider_kind: str,
    agreed_level: str,
    on: date,
    by: User | None,
    provider_name: str = "",
    provider_bn9: str = "",
    agreed_accounts: Collection[str] = (),
    agreed_ticks: Collection[int] = (1,),
    effective_from: date | None = None,
    effective_to: date | None = None,
    review_on: date | None = None,
) -> Delegation:
    """Prepare a request as a draft. Raises `Refused`."""
    if provider_kind == ProviderKind.OUR_BROKERAGE and not provider_name.strip():
        provider_name = settings.BROKERAGE_NAME or "carmsvc"
    delegation = Delegation(
        importer=importer,
        provider_kind=provider_kind,
        provider_name=provider_name.strip(),
        provider_bn9=provider_bn9,
    )
    terms = {
        "agreed_level": agreed_level,
        "agreed_accounts": agreed_accounts,
        "agreed_ticks": agreed_ticks,
        "effective_from": effective_from,
        "effective_to": effective_to,
        "review_on": review_on,
    }
    _set_terms(delegation, terms)
    if not delegation.provider_name:
        raise Refused(_("Name the provider."))
    if not delegation.is_ours and not provider_bn9:
        raise Refused(_("Give the provider’s business number: nine digits."))
    _save_new(delegation)
    _note_step(delegation, "create", "", "", on, by)
    _tell("delegation prepared", delegation, by, None)
    return delegation


def _save_new(delegation: Delegation) -> None:
    try:
        with transaction.atomic():
            delegation.save()
    except IntegrityError as error:
        if "one_live_delegation_of_a_provider" not in str(error):
            raise
        told = _("There is a delegation of %(name)s already: change that one, or end it first.")
        raise Refused(told % {"name": delegation.provider_name}) from error


def _set_terms(delegation: Delegation, terms: dict[str, Any]) -> None:
    """Write what was agreed on the row, after checking it as a whole."""
    accounts, ticks = sorted(set(terms["agreed_accounts"])), sorted(set(terms["agreed_ticks"]))
    reasons = _terms_refused(delegation.importer_id, terms["agreed_level"], accounts, ticks)
    first, last = terms.get("effective_from"), terms.get("effective_to")
    if first and last and last < first:
        reasons.append(_("The last day lies before the first day."))
    if reasons:
        raise Refused(*reasons)
    values = terms | {"agreed_accounts": accounts, "agreed_ticks": ticks}
    for name, value in values.items():
        setattr(delegation, name, value)


def _terms_refused(
    importer_id: int, level: str, accounts: list[str], ticks: list[int]
) -> list[str]:
    known = ProgramAccount.objects.filter(importer=importer_id, bn15__in=accounts)
    strange = sorted(set(accounts) - set(known.values_list("bn15", flat=True)))
    reasons = [
        _("%(bn15)s is not a program account of this importer.") % {"bn15": one} for one in strange
    ]
    if level == Level.PROGRAM and not accounts:
        reasons.append(_("Program management needs at least one program account."))
    if level == Level.BUSINESS and accounts:
        reasons.append(
            _("Business management includes every program account: choose none, or choose the "
              "program level.")
        )  # fmt: skip
    if 1 not in ticks:
        reasons.append(_("The first visibility tick is the least the portal gives: keep it."))
    reasons += [_("There is no visibility tick %(tick)s.") % {"tick": t} for t in ticks
                if t not in TICKS]  # fmt: skip
    return reasons


@transaction.atomic
def change_terms(*, delegation: Delegation, on: date, by: User, **terms: Any) -> bool:
    """Change what was agreed, our own days, or the review; False if nothing changes.

    Whether the approval is enough is decided anew. Raises `Refused`.
    """
    held = _held(delegation)
    if held.standing is State.CANCELLED:
        raise Refused(_("The mandate is over: prepare a new delegation."))
    before = _told(held)
    _set_terms(held, terms)
    if _told(held) == before:
        return False
    earlier = held.standing
    if earlier in (State.ACTIVE, State.INSUFFICIENT):
        held.state = outcome(earlier, Wish.CHANGE, is_enough=not shortfalls_of(held)).value
    held.save()
    if held.state != earlier:
        _note_step(held, Wish.CHANGE, earlier, _("What was agreed has changed."), on, by)
    _tell("delegation terms changed", held, by, before)
    return True


@transaction.atomic
def take_step(
    *,
    delegation: Delegation,
    wish: Wish,
    on: date,
    today: date,
    by: User | None,
    reason: str = "",
    approval: Approval | None = None,
) -> Delegation:
    """Take a delegation one step further, on a legal day. Raises `Refused`.

    `by` is nobody for the daily task. An approval or a change tells what the portal now has;
    whether that is enough decides between active and insufficient.
    """
    held = _held(delegation)
    before, earlier, reason = _told(held), held.standing, " ".join(reason.split())
    _check_step(held, wish, on, today, reason, approval)
    _set_approval(held, wish, approval)
    held.state = outcome(earlier, wish, is_enough=not shortfalls_of(held)).value
    held.save()
    _note_step(held, wish, earlier, reason, on, by)
    _tell(f"delegation {DONE[wish]}", held, by or "worker", before, reason=reason, on=on)
    return held


def _held(delegation: Delegation) -> Delegation:
    """The row as it is now; steps of one delegation wait for each other."""
    held: Delegation = Delegation.objects.select_for_update(of=("self",)).get(pk=delegation.pk)
    return held


def _check_step(
    delegation: Delegation,
    wish: Wish,
    on: date,
    today: date,
    reason: str,
    approval: Approval | None,
) -> None:
    try:
        outcome(delegation.standing, wish, is_enough=True)
    except IllegalTransition as error:
        raise Refused(no_such_step(error.state, error.wish, error.possible)) from error
    reasons = [*_days_refused(delegation, wish, on, today)]
    if wish in NEEDS_REASON and not reason:
        reasons.append(_("Say why: the reason stays in the history."))
    if len(reason) > LONGEST_REASON:
        reasons.append(_("The reason is too long: 500 characters at most."))
    if wish in (Wish.APPROVE, Wish.CHANGE):
        reasons += _approval_refused(delegation.importer_id, approval, today)
    if reasons:
        raise Refused(*reasons)


def _days_refused(delegation: Delegation, wish: Wish, on: date, today: date) -> list[str]:
    last = delegation.effective_to
    if on > today:
        return [_("%(day)s has not come yet.") % {"day": on}]
    if wish in (Wish.REQUEST, Wish.APPROVE, Wish.RESUME) and last and last < on:
        return [_("Its last day was %(day)s: change the days first.") % {"day": last}]
    if wish is Wish.EXPIRE and delegation not in expired_on(delegation.importer_id, on):
        return [_("Neither its last day nor that of the agency agreement is over.")]
    return []


def _approval_refused(importer_id: int, approval: Approval | None, today: date) -> list[str]:
    if approval is None:
        return [_("Say what is approved in the portal: level, program accounts, visibility.")]
    accounts, ticks = list(approval.approved_accounts), list(approval.approved_ticks)
    reasons = _terms_refused(importer_id, approval.approved_level, accounts, ticks)
    if not approval.approved_by_name.strip():
        reasons.append(_("Say who approved it in the portal."))
    if approval.approved_on > today:
        reasons.append(_("The day of the approval has not come yet."))
    return reasons


def _set_approval(delegation: Delegation, wish: Wish, approval: Approval | None) -> None:
    values: dict[str, Any] = {}
    if wish is Wish.REQUEST:
        values = NOTHING_APPROVED
    elif approval and wish in (Wish.APPROVE, Wish.CHANGE):
        values = asdict(approval)
        values["approved_accounts"] = sorted(set(approval.approved_accounts))
        values["approved_ticks"] = sorted(set(approval.approved_ticks))
        values["approved_by_name"] = approval.approved_by_name.strip()
    for name, value in values.items():
        setattr(delegation, name, value)


def expire_delegations(*, importer_id: int, on: date) -> int:
    """What the task does: let expire whatever is over; returns how many.

    Two tasks at once wait for each other's rows; the second one finds them expired.
    """
    with importer_scope(importer_id):
        list(Delegation.objects.select_for_update().filter(importer=importer_id).order_by("id"))
        over = expired_on(importer_id, on)
        for one in over:
            take_step(delegation=one, wish=Wish.EXPIRE, on=on, today=on, by=None)
        return len(over)


def _note_step(
    delegation: Delegation, wish: str, earlier: str, reason: str, on: date, by: User | None
) -> None:
    DelegationEvent.objects.create(
        importer_id=delegation.importer_id,
        delegation=delegation,
        wish=str(wish),
        from_state=str(earlier),
        to_state=delegation.state,
        reason=reason,
        happened_on=on,
        recorded_by=by,
    )


def _told(delegation: Delegation) -> dict[str, Any]:
    return {name: getattr(delegation, name) for name in TOLD}


def _tell(
    action: str, delegation: Delegation, by: object, before: dict[str, Any] | None, **details: Any
) -> None:
    told = {"provider": delegation.provider_name, **details}
    told |= {"short": [sentence(one) for one in shortfalls_of(delegation)]}
    after = _told(delegation)
    if before is not None:
        changed = [name for name in TOLD if before[name] != after[name]]
        before, after = ({n: one[n] for n in changed} for one in (before, after))
    audit.record(
        action,
        importer_id=delegation.importer_id,
        by=by or "command",
        target=delegation,
        before=before,
        after=after,
        **told,
    )
