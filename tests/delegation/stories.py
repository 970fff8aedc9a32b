"""Delegations and agreements as stories need them."""

from datetime import date
from typing import Any

from django.core.files.base import ContentFile

from clients.models import Importer, User
from delegation.actions import (
    Approval,
    draw_up_agreement,
    keep_signed_copy,
    prepare_delegation,
    take_step,
)
from delegation.models import AgencyAgreement, Delegation
from delegation.rules import Act, Wish

TODAY = date(2026, 11, 23)
PDF = b"%PDF-1.7 signed by both"
PARTIES: dict[str, Any] = {
    "importer_name": "Maple Furniture Inc.",
    "importer_bn9": "123456782",
    "importer_address": "12 Elm Street\nHalifax NS",
    "legal_entity": "corporation",
    "broker_name": "Northgate Customs Brokers",
    "broker_bn9": "112345670",
    "broker_address": "1 Harbour Street\nHalifax NS",
    "importer_signatory": "Olivia Chen",
    "importer_signatory_title": "President",
    "broker_signatory": "Claire Dubois",
    "broker_signatory_title": "Director",
}


def prepared(importer: Importer, **terms: Any) -> Delegation:
    """A draft; by default of our own brokerage, at business level with all three ticks."""
    wish: dict[str, Any] = {
        "provider_kind": "our_brokerage",
        "agreed_level": "business",
        "agreed_ticks": [1, 2, 3],
        "on": TODAY,
        "by": None,
    }
    return prepare_delegation(importer=importer, **(wish | terms))


def step(delegation: Delegation, wish: Wish, **told: Any) -> Delegation:
    """One step further, on the day of the story."""
    wished: dict[str, Any] = {"on": TODAY, "today": TODAY, "by": None, "reason": "a reason"}
    return take_step(delegation=delegation, wish=wish, **(wished | told))


def approval(**told: Any) -> Approval:
    """What Olivia approved: by default as agreed."""
    wish: dict[str, Any] = {
        "approved_level": "business",
        "approved_by_name": "Olivia Chen",
        "approved_on": TODAY,
        "approved_ticks": (1, 2, 3),
    }
    return Approval(**(wish | told))


def requested(importer: Importer, **terms: Any) -> Delegation:
    return step(prepared(importer, **terms), Wish.REQUEST)


def active(importer: Importer, **terms: Any) -> Delegation:
    return step(requested(importer, **terms), Wish.APPROVE, approval=approval())


def agreement(importer: Importer, **told: Any) -> AgencyAgreement:
    """Drawn up, not signed; continuous, for everything."""
    wish = PARTIES | {"effective_on": date(2026, 1, 1), "scope": list(Act), "by": None}
    return draw_up_agreement(importer=importer, **(wish | told))


def signed(importer: Importer, by: User, **told: Any) -> AgencyAgreement:
    made = agreement(importer, **told)
    keep_signed_copy(
        agreement=made,
        content=ContentFile(PDF, "signed.pdf"),
        file_name="signed.pdf",
        signed_on=TODAY,
        today=TODAY,
        by=by,
    )
    made.refresh_from_db()
    return made
