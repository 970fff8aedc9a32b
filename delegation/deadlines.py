"""What the delegation room knows to be due: reviews, last days of delegations and agreements."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from carmsvc.platform.tenancy import of_importers
from clients.deadlines import Deadline, Kind, register
from clients.overview import address_of
from delegation.models import AgencyAgreement, Delegation
from delegation.queries.delegations import EXPIRING
from delegation.rules import State

OVER = State.CANCELLED.value


def register_deadlines() -> None:
    """Tell the registry; called when the app is ready."""
    register(
        Kind(
            name="delegation_review",
            label=_("Delegation to review"),
            provider=reviews,
            thresholds=(14, 0, -7),
        )
    )
    audience = frozenset({"owner"})
    for name, label, provider in (
        ("delegation_expiry", _("Delegation ends"), expiries),
        ("agreement_expiry", _("Agency agreement ends"), agreement_expiries),
    ):
        thresholds = (60, 30, 10, 0, -1)
        register(Kind(name, label, provider, thresholds, escalates_at=10, audience=audience))


def reviews(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """The days on which somebody wanted to look at a delegation again; another day is set then."""
    rows = Delegation.objects.filter(of_importers(importers), review_on__range=(first, last))
    for row in rows.exclude(state=OVER).order_by("id"):
        yield _of_delegation("delegation_review", row, row.review_on, _REVIEW)


def expiries(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """Last days of delegations that are asked for, approved or suspended."""
    states = [*EXPIRING, State.REQUESTED.value]
    rows = Delegation.objects.filter(
        of_importers(importers), effective_to__range=(first, last), state__in=states
    )
    for row in rows.order_by("id"):
        yield _of_delegation("delegation_expiry", row, row.effective_to, _LAST_DAY)


def agreement_expiries(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """Last days of signed agreements; done when another one goes on."""
    rows = AgencyAgreement.objects.filter(
        of_importers(importers), ends_on__range=(first, last), terminated_on=None
    ).exclude(signed_copy="")
    found = list(rows.order_by("id"))
    following = _following([row.importer_id for row in found])
    for row in found:
        yield Deadline(
            kind="agreement_expiry",
            key=f"agreement-expiry/{row.pk}/{row.ends_on}",
            importer_id=row.importer_id,
            due_on=row.ends_on,
            subject=row.broker_name,
            address=address_of("agreement", row.pk),
            is_done=any(
                _goes_on(one, row) for one in following[row.importer_id] if one.pk != row.pk
            ),
            reasons=(_("After it there is no written authority (Customs Act, s. 10(1))."),),
        )


def _following(importers: Collection[int]) -> dict[int, list[AgencyAgreement]]:
    """The signed agreements of these importers that nobody ended."""
    rows = AgencyAgreement.objects.filter(of_importers(importers), terminated_on=None)
    found: dict[int, list[AgencyAgreement]] = defaultdict(list)
    for one in rows.exclude(signed_copy=""):
        found[one.importer_id].append(one)
    return found


def _goes_on(one: AgencyAgreement, row: AgencyAgreement) -> bool:
    if one.pk == row.pk or row.ends_on is None:
        return False
    begins_in_time = (one.effective_on - row.ends_on).days <= 1
    return begins_in_time and (one.ends_on is None or one.ends_on > row.ends_on)


def _of_delegation(kind: str, row: Delegation, due_on: date | None, reason: Any) -> Deadline:
    assert due_on is not None
    return Deadline(
        kind=kind,
        key=f"{kind.replace('_', '-')}/{row.pk}/{due_on}",
        importer_id=row.importer_id,
        due_on=due_on,
        subject=row.provider_name,
        address=address_of("delegation", row.pk),
        reasons=(reason,),
    )


_REVIEW = _("The day set for looking at level, visibility and roles again.")
_LAST_DAY = _("Its last day in our own records; the portal itself shows none.")
