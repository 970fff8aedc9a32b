"""The house's words for codes that a page shows."""

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from carmsvc.platform.audit_words import ACTIONS

register = template.Library()

FIELDS = {
    "amount": _("Amount"),
    "duty": _("Duty"),
    "sima": _("SIMA"),
    "surtax": _("Surtax"),
    "safeguard": _("Safeguard surtax"),
    "excise_duty": _("Excise duty"),
    "excise_tax": _("Excise tax"),
    "gst": _("GST"),
    "pst_hst": _("PST or HST"),
    "interest": _("Interest"),
    "penalty": _("Penalty"),
    "version": _("Version"),
    "released_on": _("Release date"),
    "posted_on": _("Posting date"),
    "due_on": _("Due date"),
    "accounted_on": _("Accounting date"),
    "transaction_no": _("Transaction number"),
    "transaction_type": _("Type"),
    "open_amount": _("Open amount"),
    "status": _("Status"),
    "reference": _("Reference"),
    "submitted_by": _("Submitted by"),
    "program_account": _("Program account"),
    "payer": _("Payer"),
    "job_no": _("Job number"),
    "client_name": _("Client"),
    "debit": _("Debit"),
    "credit": _("Credit"),
}
TYPES = {
    "CAD": pgettext_lazy("short", "CAD"),
    "CAD_CORRECTION": _("Correction"),
    "CAD_ADJUSTMENT": _("Adjustment"),
    "LAP": pgettext_lazy("short", "LAP"),
    "AMPS": pgettext_lazy("short", "AMPS"),
    "INTEREST": _("Interest"),
    "PAYMENT": _("Payment"),
    "DISBURSEMENT": _("Disbursement"),
    "NSF": _("Returned payment"),
    "DRAWBACK": _("Drawback"),
    "CBSA_INVOICE": _("CBSA invoice"),
    "ADJ_DEBIT": _("Other debit"),
    "OTHER": _("Other"),
}
# what each kind means, and what to do about it
KIND_HELP = {
    "duplicate_line": _("The same line is on this or an earlier statement already."),
    "amount_differs": _("Both sides know the number and state another amount."),
    "wrong_program_account": _("Our book has this number under another program account."),
    "interest": _("Interest billed by the CBSA that our book does not hold."),
    "penalty": _("A penalty billed by the CBSA that our book does not hold."),
    "unallocated_payment": _("A payment or credit on the statement that our book does not hold."),
    "disbursement": _("A refund the CBSA paid out that our book does not hold."),
    "wrong_period": _("Not in our book, and released in another billing period."),
    "not_in_ledger": _("Billed by the CBSA and not in our book."),
    "not_on_statement": _("In our book, due, and not on the statement."),
}


MONEY = {"amount", "debit", "credit", "open_amount", "duty", "sima", "surtax", "safeguard"}
MONEY |= {"excise_duty", "excise_tax", "gst", "pst_hst", "interest", "penalty"}
ACTORS = {"worker": _("automatically"), "command": _("by a command")}


@register.filter
def holds_money(field: str) -> bool:
    """Whether a field is an amount."""
    return field in MONEY


@register.filter
def audit_word(action: str) -> Any:
    """The word for something that happened."""
    return ACTIONS[action].name if action in ACTIONS else action


@register.filter
def actor_word(actor: str) -> Any:
    """Who did something: a person by their address, a process by a word."""
    return ACTORS.get(actor, actor)


@register.filter
def field_word(name: str) -> Any:
    """The word for a field of a line or an entry."""
    return FIELDS.get(name, name)


@register.filter
def kind_help(kind: str) -> Any:
    """What a kind of variance means."""
    return KIND_HELP.get(kind, "")


@register.filter
def type_word(code: str | None) -> Any:
    """A type of transaction in a dense table: CAD, Correction, LAP."""
    return TYPES.get(code or "", code or "")


@register.filter
def in_order(components: dict[str, Any]) -> list[tuple[str, Any]]:
    """Components in the order of a declaration, which JSON does not keep."""
    return sorted(components.items(), key=lambda one: list(FIELDS).index(one[0]))


@register.filter
def file_kind(file: Any) -> str:
    """The kind of a file as it stands in its address."""
    return "ledger" if file._meta.model_name == "ledgerfile" else "statement"


@register.filter
def at_key(mapping: Any, key: Any) -> Any:
    """What a mapping holds under a key, or nothing."""
    return mapping.get(key) if mapping else None
