"""Delegations of an importer: what stands, what happened, what has lapsed or falls short."""

from datetime import date
from typing import Any

from django.db.models import Q

from carmsvc.platform.tenancy import importers_in_scope, of_importers
from delegation.models import AgencyAgreement, Delegation, DelegationEvent
from delegation.rules import ProviderKind, Reason, State, Wish, possible, shortfalls

EXPIRING = [state.value for state in State if Wish.EXPIRE in possible(state)]
_OVER = [State.CANCELLED.value]


def delegations_of(importer_id: int) -> Any:
    """An importer's delegations, ours first, those that are over last."""
    found = Delegation.objects.filter(importer=importer_id).prefetch_related("roles__person")
    order = {kind.value: at for at, kind in enumerate(ProviderKind)}
    return sorted(found, key=lambda one: (one.state in _OVER, order[one.provider_kind], one.pk))


def history_of(delegation: Delegation) -> Any:
    """Every step it took, the newest first."""
    steps = DelegationEvent.objects.filter(
        importer=delegation.importer_id, delegation=delegation
    ).select_related("recorded_by")
    return steps.order_by("-id")


def shortfalls_of(delegation: Delegation) -> tuple[Reason, ...]:
    """What the portal lacks of what was agreed; nothing for one that was never approved."""
    if not delegation.approved_level:
        return ()
    return shortfalls(delegation.agreed, delegation.approved)


def expired_on(importer_id: int, on: date) -> list[Delegation]:
    """Those that should have expired: their own last day is over, or - for ours - every agency
    agreement that was ever in force has ended.
    """
    rows = Delegation.objects.filter(importer=importer_id, state__in=EXPIRING).order_by("id")
    over = _agreements_are_over(importer_id, on)
    return [
        one
        for one in rows
        if (one.effective_to and one.effective_to < on) or (one.is_ours and over)
    ]


def _agreements_are_over(importer_id: int, on: date) -> bool:
    """Whether there are signed agreements, and none of them holds or will hold."""
    signed = AgencyAgreement.objects.filter(importer=importer_id).exclude(signed_copy="")
    ends = list(signed.values_list("ends_on", "terminated_on"))
    return bool(ends) and all(
        (last and last < on) or (ended and ended <= on) for last, ended in ends
    )


def importers_with_expired(on: date) -> list[int]:
    """Importers of the open scope where the daily task has something to look at."""
    scope = importers_in_scope()
    lapsed = Delegation.objects.filter(
        of_importers(scope), state__in=EXPIRING, effective_to__lt=on
    ).values_list("importer_id", flat=True)
    ended = AgencyAgreement.objects.filter(
        Q(ends_on__lt=on) | Q(terminated_on__lte=on), of_importers(scope)
    ).values_list("importer_id", flat=True)
    return sorted({*lapsed, *ended})


def lapses_of(importer_id: int, on: date) -> list[Delegation]:
    """What of our own standing with an importer somebody must look at: the newest delegation of
    ours when it is not active, or ends within thirty days.
    """
    newest = (
        Delegation.objects.filter(importer=importer_id, provider_kind=ProviderKind.OUR_BROKERAGE)
        .order_by("-id")
        .first()
    )
    if newest is None or (newest.standing is State.ACTIVE and not _ends_soon(newest, on)):
        return []
    return [newest]


def _ends_soon(delegation: Delegation, on: date) -> bool:
    return bool(delegation.effective_to and (delegation.effective_to - on).days <= 30)
