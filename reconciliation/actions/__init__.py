"""Writes of the reconciliation room, by noun."""

from reconciliation.actions.collecting import (
    collect_from_importer,
    park_exhausted_runs,
    send_again,
)
from reconciliation.actions.decisions import (
    confirm_suggestion,
    explain_kind,
    explain_variances,
    refuse_suggestion,
    reopen_variance,
    withdraw_decision,
)
from reconciliation.actions.runs import (
    input_digest,
    request_run,
    run_match,
)
from reconciliation.actions.signatures import reopen_run, sign_off

__all__ = [
    "collect_from_importer",
    "confirm_suggestion",
    "explain_kind",
    "explain_variances",
    "input_digest",
    "park_exhausted_runs",
    "refuse_suggestion",
    "reopen_run",
    "reopen_variance",
    "request_run",
    "run_match",
    "send_again",
    "sign_off",
    "withdraw_decision",
]
