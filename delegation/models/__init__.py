"""Who may act for an importer, on what terms, and the signed mandate."""

from delegation.models.agreements import AgencyAgreement, AgreementPaper
from delegation.models.delegations import (
    DelegatedRole,
    Delegation,
    DelegationEvent,
)

__all__ = [
    "AgencyAgreement",
    "AgreementPaper",
    "DelegatedRole",
    "Delegation",
    "DelegationEvent",
]
