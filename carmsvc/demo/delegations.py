"""Delegations of the invented importers: one of nearly every state, through the same actions."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile

from carmsvc.demo.cast import CASCADE, MAPLE
from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, User
from clients.queries import importer_numbered
from delegation.actions import (
    Approval,
    draw_up_agreement,
    give_role,
    keep_evidence,
    keep_signed_copy,
    prepare_delegation,
    take_step,
    write_paper,
)
from delegation.models import AgencyAgreement, Delegation
from delegation.paper import agreement_pdf
from delegation.rules import Act, Wish

BROKER: dict[str, Any] = {
    "broker_name": "Northgate Customs Brokers",
    "broker_bn9": "112345670",
    "broker_address": "1 Harbour Street\nHalifax NS  B3H 0A1",
    "broker_signatory": "Claire Dubois",
    "broker_signatory_title": "Director of compliance",
}
# who signs for each importer: name, title, address
SIGNERS = {
    MAPLE.bn9: ("Olivia Chen", "President", "12 Elm Street\nMoncton NB  E1C 0A1"),
    "100000009": ("Ingrid Berg", "President", "40 Lens Street\nToronto ON  M5H 0A1"),
    "102345675": ("Josée Poulin", "Présidente", "8, rang des Sucres\nSaint-Georges QC  G5Y 0A1"),
    "103456786": ("Walter Olsen", "Owner", "3 Elevator Road\nRegina SK  S4P 0A1"),
    "106789019": ("Hank Dorsey", "Vice-president", "90 Lathe Avenue\nBuffalo NY  14201"),
    "107890121": ("Moira MacLeod", "General manager", "21 Sonar Street\nHalifax NS  B3J 0A1"),
    "108901232": ("Nora Blake", "Owner", "5 Paddle Road\nWhitehorse YT  Y1A 0A1"),
    CASCADE: ("Priya Raman", "Chief financial officer", "700 Pine Street\nBurnaby BC  V5C 0A1"),
}
ALL = (1, 2, 3)
Telling = Callable[[Importer, date, User], None]


def seed_delegations(by: User) -> None:
    """Make what is not there yet, for the importers of the table below."""
    today = today_in_toronto()
    for bn9, tell in STORIES.items():
        importer = importer_numbered(bn9)
        with importer_scope(importer.pk):
            if not Delegation.objects.filter(importer=importer).exists():
                tell(importer, today, by)
        _write_papers(importer)


def _write_papers(importer: Importer) -> None:
    """What the workers would do."""
    with importer_scope(importer.pk):
        waiting = AgencyAgreement.objects.filter(importer=importer, papers__state="requested")
        numbers = list(waiting.values_list("papers", flat=True))
    for paper_id in numbers:
        write_paper(importer_id=importer.pk, paper_id=paper_id)


def _ours(importer: Importer, today: date, by: User, **terms: Any) -> Delegation:
    wish: dict[str, Any] = {
        "provider_kind": "our_brokerage",
        "provider_name": BROKER["broker_name"],
        "provider_bn9": BROKER["broker_bn9"],
        "agreed_level": "business",
        "agreed_ticks": ALL,
        "review_on": today + timedelta(days=120),
        "on": today - timedelta(days=200),
        "by": by,
    }
    return prepare_delegation(importer=importer, **(wish | terms))


def _step(delegation: Delegation, wish: Wish, days_ago: int, by: User, **told: Any) -> Delegation:
    today = today_in_toronto()
    on = today - timedelta(days=days_ago)
    return take_step(delegation=delegation, wish=wish, on=on, today=today, by=by, **told)


def _approved(delegation: Delegation, by: User, days_ago: int = 190, **told: Any) -> Delegation:
    asked = _step(delegation, Wish.REQUEST, days_ago + 6, by)
    wish: dict[str, Any] = {
        "approved_level": delegation.agreed_level,
        "approved_accounts": tuple(delegation.agreed_accounts),
        "approved_ticks": ALL,
        "approved_by_name": SIGNERS[delegation.importer.bn9][0],
        "approved_on": today_in_toronto() - timedelta(days=days_ago),
    }
    return _step(asked, Wish.APPROVE, days_ago, by, approval=Approval(**(wish | told)))


def _agreement(importer: Importer, by: User, *, first: date, last: date | None = None) -> None:
    name, title, address = SIGNERS[importer.bn9]
    made = draw_up_agreement(
        importer=importer,
        scope=[act.value for act in Act if act is not Act.REGISTER_BUSINESS],
        by=by,
        importer_name=importer.legal_name,
        importer_bn9=importer.bn9,
        importer_address=address,
        legal_entity="corporation",
        effective_on=first,
        ends_on=last,
        allows_sub_agents=True,
        importer_signatory=name,
        importer_signatory_title=title,
        **BROKER,
    )
    keep_signed_copy(
        agreement=made,
        content=ContentFile(agreement_pdf(made), "signed.pdf"),
        file_name="agency-agreement-signed.pdf",
        signed_on=first,
        today=today_in_toronto(),
        by=by,
    )


def _maple(importer: Importer, today: date, by: User) -> None:
    """Insufficient: the importer left two ticks out. A consultant works beside us."""
    first = today - timedelta(days=300)
    _agreement(importer, by, first=first)
    ours = _approved(_ours(importer, today, by), by, approved_ticks=(1,))
    keep_evidence(
        delegation=ours,
        reference="Portal e-mail “Your request was approved”",
        evidence_on=today - timedelta(days=190),
        by=by,
    )
    give_role(delegation=ours, person=by, role="pbam", by=by)
    consultant = _ours(
        importer,
        today,
        by,
        provider_kind="trade_consultant",
        provider_name="Tariff House Consulting Inc.",
        provider_bn9="113456788",
        agreed_level="program",
        agreed_accounts=[f"{importer.bn9}RM0001"],
        agreed_ticks=[1],
    )
    _approved(consultant, by, 90, approved_ticks=(1,))


def _healthy(importer: Importer, today: date, by: User) -> None:
    _agreement(importer, by, first=today - timedelta(days=400))
    _approved(_ours(importer, today, by), by)


def _ending(importer: Importer, today: date, by: User) -> None:
    """The agreement and the delegation both end next month; the review is overdue."""
    last = today + timedelta(days=24)
    _agreement(importer, by, first=today - timedelta(days=340), last=last)
    terms = {"effective_to": last, "review_on": today - timedelta(days=3)}
    _approved(_ours(importer, today, by, **terms), by)


def _asked(importer: Importer, today: date, by: User) -> None:
    _step(_ours(importer, today, by), Wish.REQUEST, 9, by)


def _rejected(importer: Importer, today: date, by: User) -> None:
    asked = _step(_ours(importer, today, by), Wish.REQUEST, 30, by)
    _step(asked, Wish.REJECT, 28, by, reason="The business account manager did not know our name.")


def _revoked(importer: Importer, today: date, by: User) -> None:
    _agreement(importer, by, first=today - timedelta(days=400))
    approved = _approved(_ours(importer, today, by), by)
    _step(approved, Wish.REVOKE, 4, by, reason="Removed by mistake while tidying up users.")


def _suspended(importer: Importer, today: date, by: User) -> None:
    _agreement(importer, by, first=today - timedelta(days=400))
    approved = _approved(_ours(importer, today, by), by)
    _step(approved, Wish.SUSPEND, 12, by, reason="Credit hold until the October invoice is paid.")


def _drafted(importer: Importer, today: date, by: User) -> None:
    _ours(importer, today, by)


STORIES: dict[str, Telling] = {
    MAPLE.bn9: _maple,
    "100000009": _healthy,
    "102345675": _healthy,
    "103456786": _ending,
    "104567896": _asked,
    "105678908": _rejected,
    "106789019": _healthy,
    "107890121": _revoked,
    "108901232": _suspended,
    "109012344": _drafted,
    CASCADE: _healthy,
}
