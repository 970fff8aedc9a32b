"""Writes of the delegation room."""

from carmsvc.platform.refusals import Refused
from delegation.actions.agreements import (
    draw_up_agreement,
    end_agreement,
    keep_signed_copy,
    open_paper,
    open_signed_copy,
    park_exhausted_papers,
    request_paper,
    write_paper,
)
from delegation.actions.delegations import (
    Approval,
    change_terms,
    expire_delegations,
    prepare_delegation,
    take_step,
)
from delegation.actions.evidence import (
    export_register,
    give_role,
    keep_evidence,
    open_evidence,
    take_role,
)

__all__ = [
    "Approval",
    "Refused",
    "change_terms",
    "draw_up_agreement",
    "end_agreement",
    "expire_delegations",
    "export_register",
    "give_role",
    "keep_evidence",
    "keep_signed_copy",
    "open_evidence",
    "open_paper",
    "open_signed_copy",
    "park_exhausted_papers",
    "prepare_delegation",
    "request_paper",
    "take_role",
    "take_step",
    "write_paper",
]
