"""Recording what was paid to the CBSA, voiding it, and handing out its proof."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.refusals import Refused
from clients.models import ProgramAccount, User
from statements.models import Payment
from statements.queries.payments import cards_used
from statements.queries.rulebook import rulebook_in_force
from statements.rules.payments import (
    CREDIT_CARD,
    ELECTRONIC_ONLY,
    MOST,
    PRE_AUTHORIZED_DEBIT,
    PROOF_MAX_BYTES,
    card_cycle,
    card_left,
    electronic_only_above,
    is_electronic,
    proof_kind,
)

BEGINNING = 16  # bytes that tell what a file is


class Odd(Refused):
    """A wish that is odd, not impossible: granted to whoever says they are sure."""


@transaction.atomic
def record_payment(
    *,
    account: ProgramAccount,
    amount: Decimal,
    paid_on: date,
    method: str,
    payer: str,
    by: Any,
    reference: str = "",
    directed_to: str = "",
    note: str = "",
    proof: "File[bytes] | None" = None,
    sure: bool = False,
) -> Payment:
    """Keep a payment of an amount (CAD) to the CBSA on an account.

    Raises `Refused` with every reason why it cannot be, else `Odd` with what is odd about it
    unless whoever records it is sure. The account is locked, so that two payments at once cannot
    both take what is left of the card's limit.
    """
    account = ProgramAccount.objects.select_for_update().get(pk=account.pk)
    payment = Payment(
        importer_id=account.importer_id,
        program_account=account,
        amount=amount,
        paid_on=paid_on,
        method=method,
        payer=payer,
        reference=reference.strip(),
        directed_to=re.sub(r"[\s-]", "", directed_to),
        note=note.strip(),
        recorded_by=by,
    )
    _refuse(Refused, [*_reasons_against(payment), *_reasons_against_proof(proof)])
    if not sure:
        _refuse(Odd, _oddities(payment))
    if proof is not None:
        _keep_proof(payment, proof)
    payment.save(force_insert=True)
    audit.record(
        "payment recorded",
        importer_id=payment.importer_id,
        by=by,
        target=payment,
        after=_told(payment),
    )
    return payment


def _refuse(kind: type[Refused], reasons: Iterable[str]) -> None:
    every = list(reasons)
    if every:
        raise kind(*every)


def _money(amount: Decimal) -> str:
    return str(number_format(amount, decimal_pos=2, force_grouping=True))


def _reasons_against(payment: Payment) -> Iterator[str]:
    if payment.amount <= 0:
        yield _("A payment is more than zero.")
    elif payment.amount > MOST or payment.amount != round(payment.amount, 2):
        yield _("Write the amount in Canadian dollars, to the cent.")
    if payment.paid_on > today_in_toronto():
        yield _("%(day)s has not come yet: record a payment once it is made.") % {
            "day": payment.paid_on.isoformat()
        }
    if payment.method not in Payment.Method.values:
        yield _("Say how it was paid.")
    if payment.payer not in Payment.Payer.values:
        yield _("Say who paid: the importer or the broker.")
    if payment.directed_to and not re.fullmatch(r"\d{14}", payment.directed_to):
        yield _("“%(number)s” is not a transaction number: 14 digits.") % {
            "number": payment.directed_to
        }
    yield from _reasons_against_length(payment)
    if payment.method == CREDIT_CARD:
        yield from _reasons_against_card(payment)


def _reasons_against_length(payment: Payment) -> Iterator[str]:
    for name in ("reference", "note"):
        field: Any = Payment._meta.get_field(name)
        if len(getattr(payment, name)) > field.max_length or "\x00" in getattr(payment, name):
            yield _("%(field)s: at most %(count)s characters.") % {
                "field": str(field.verbose_name).capitalize(),
                "count": field.max_length,
            }


def _reasons_against_card(payment: Payment) -> Iterator[str]:
    cycle = card_cycle(payment.paid_on)
    used = cards_used([payment.program_account_id], payment.paid_on)
    book = rulebook_in_force()
    left = card_left(book, payment.paid_on, used.get(payment.program_account_id, Decimal(0)))
    if left is not None and payment.amount > left:
        yield _(
            "By credit card the CBSA takes %(left)s more from this account in the cycle from "
            "%(first)s to %(last)s (CARM Bulletin 5408). Pay the rest another way."
        ) % {
            "left": _money(left),
            "first": cycle.first.isoformat(),
            "last": cycle.last.isoformat(),
        }


def _reasons_against_proof(proof: "File[bytes] | None") -> Iterator[str]:
    if proof is None:
        return
    if proof.size > PROOF_MAX_BYTES:
        limit = {"count": PROOF_MAX_BYTES // 2**20}
        yield _("The proof is larger than %(count)s MB: send a smaller copy.") % limit
    elif proof_kind(_beginning(proof)) is None:
        yield _("The proof is not a PDF, PNG or JPEG file: save it as one of these.")


def _beginning(proof: "File[bytes]") -> bytes:
    proof.seek(0)
    beginning = bytes(proof.read(BEGINNING))
    proof.seek(0)
    return beginning


def _oddities(payment: Payment) -> Iterator[str]:
    standing = Payment.objects.filter(program_account=payment.program_account_id, voided_at=None)
    if standing.filter(amount=payment.amount, paid_on=payment.paid_on).exists():
        yield _("A payment of the same amount and day is already recorded on this account.")
    account = payment.program_account
    other = {"importer": ProgramAccount.Payer.BROKER, "broker": ProgramAccount.Payer.IMPORTER}
    if account.payer == other[payment.payer]:
        yield _(
            "By arrangement this account is paid by somebody else (%(payer)s): it may be paid "
            "twice."
        ) % {"payer": account.get_payer_display()}
    cycle = card_cycle(payment.paid_on)
    in_cycle = standing.filter(paid_on__range=(cycle.first, cycle.last))
    if in_cycle.exclude(payer=payment.payer).exists() and account.payer != "by_transaction":
        yield _("The importer and the broker both pay in the same billing cycle.")
    if payment.payer == Payment.Payer.BROKER and account.pays_by_debit:
        yield _(
            "Pre-authorized debit is on: on the due date the CBSA debits the importer for what "
            "the broker pays now."
        )
    if payment.method == PRE_AUTHORIZED_DEBIT and account.pays_by_debit is False:
        yield _("Pre-authorized debit is off on this account.")
    yield from _oddities_of_paper(payment)


def _oddities_of_paper(payment: Payment) -> Iterator[str]:
    if is_electronic(payment.method):
        return
    book = rulebook_in_force()
    limit, rule = (
        electronic_only_above(book, payment.paid_on),
        book.find(ELECTRONIC_ONLY, payment.paid_on),
    )
    if limit is not None and rule and payment.amount > limit:
        yield _("Above %(limit)s the CBSA takes electronic payments only (%(source)s).") % {
            "limit": _money(limit),
            "source": rule.source,
        }


def _keep_proof(payment: Payment, proof: "File[bytes]") -> None:
    digest = hashlib.sha256()
    for block in proof.chunks():
        digest.update(block)
    proof.seek(0)
    payment.proof_name = (proof.name or "proof").replace("\\", "/").rpartition("/")[2][-255:]
    payment.proof_sha256 = digest.hexdigest()
    payment.proof.save(payment.proof_name, proof, save=False)


def _told(payment: Payment) -> dict[str, Any]:
    """A payment as the audit tells it."""
    return {
        "program_account": payment.program_account.bn15,
        "amount": str(payment.amount),
        "paid_on": payment.paid_on.isoformat(),
        "method": payment.method,
        "payer": payment.payer,
        "reference": payment.reference,
        "directed_to": payment.directed_to,
        "proof": payment.proof_name,
        "proof_sha256": payment.proof_sha256,
    }


@transaction.atomic
def void_payment(*, payment: Payment, reason: str, by: User) -> None:
    """Take a recorded payment back, for a reason; it stays to be seen. Raises `Refused`."""
    why = reason.strip()
    if not why or len(why) > 500 or "\x00" in why:
        raise Refused(_("Say why the payment is voided, in at most 500 characters."))
    told = {"voided_at": timezone.now(), "voided_by": by, "void_reason": why}
    if not Payment.objects.filter(pk=payment.pk, voided_at=None).update(**told):
        raise Refused(_("This payment is voided already."))
    audit.record(
        "payment voided",
        importer_id=payment.importer_id,
        by=by,
        target=payment,
        before={"voided": False},
        after={"voided": True, "void_reason": why},
    )


def open_proof(*, payment: Payment, by: User) -> Any:
    """Hand out the proof of a payment; who took it is told."""
    audit.record(
        "proof opened",
        importer_id=payment.importer_id,
        by=by,
        target=payment,
        file_name=payment.proof_name,
        sha256=payment.proof_sha256,
    )
    return payment.proof.open("rb")


def note_payments_exported(*, importer_ids: Iterable[int], by: User) -> None:
    """Somebody takes the list of payments of these importers with them."""
    for importer_id in sorted(set(importer_ids)):
        audit.record("payments exported", importer_id=importer_id, by=by)
