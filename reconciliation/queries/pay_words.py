"""The pay answer in words: its reasons and warnings as sentences, its ways to pay."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reconciliation.queries.pay_answer import PayAnswer
from reconciliation.rules.pay_answer import Doubt, Item, Part, Reason, Warned
from statements.models import Payment
from statements.rules.payments import CREDIT_CARD, PRE_AUTHORIZED_DEBIT, Way

PARTS = {
    Part.PAID: gettext_lazy("Paid already, not on the statement yet"),
    Part.LEFT_ALONE: gettext_lazy("Left alone"),
    Part.BROKER: gettext_lazy("The broker pays"),
    Part.UNSURE: gettext_lazy("To be asked: who pays?"),
    Part.CLIENT: gettext_lazy("The importer pays"),
}
_REASONS = {
    Reason.ARRANGED: gettext_lazy("By arrangement for this account"),
    Reason.NOT_OURS: gettext_lazy(
        "Not in our ledger: the importer owes it and pays it (Customs Act, s. 17(3))"
    ),
    Reason.NOBODY_SAID: gettext_lazy("Nobody has said who pays this account"),
    Reason.BALANCE_BEFORE: gettext_lazy("Balance from before: whose it is has to be said"),
    Reason.SUPERSEDED: gettext_lazy("A corrected file replaced this statement"),
    Reason.CARRIED_ON: gettext_lazy("The balance is carried to the newer statement"),
    Reason.TAKEN_OFF: gettext_lazy("Covered by payments and credits of the account"),
}


class Told(NamedTuple):
    """A line of the reasoning for people: the sentence, its amount (CAD), the payment meant."""

    sentence: str
    amount: Any
    payment: Payment | None = None


def _money(amount: Any) -> str:
    return str(number_format(abs(amount), decimal_pos=2, force_grouping=True))


def steps(found: PayAnswer) -> Iterator[tuple[Part, Any, Any, list[Told]]]:
    """(part, its name, its amount, its reasons) from what is paid to what the importer pays.

    A part of nothing is left out, but for the importer's.
    """
    if found.answer is None:
        return
    for part, name in PARTS.items():
        items = [one for one in found.answer.items if one.part == part]
        if found.answer[part] or part == Part.CLIENT:
            told = [
                Told(reason(one, found), one.amount, found.paid_by(one.payment)) for one in items
            ]
            yield part, name, found.answer[part], told


def reason(item: Item, found: PayAnswer) -> str:
    """Why an amount is in its part, as a sentence."""
    words = ", ".join(f"“{word}”" if word else _("(empty)") for word in item.words)
    if item.reason == Reason.BY_LEDGER:
        return _("Our ledger says %(words)s") % {"words": words} + _of(item.count)
    if item.reason == Reason.WORD_UNKNOWN:
        return _("Our ledger’s payer is %(words)s: ask who that is") % {"words": words} + _of(
            item.count
        )
    if item.reason == Reason.DISPUTED:
        return _("In dispute or under appeal (%(words)s): not cleared") % {"words": words} + _of(
            item.count
        )
    if item.reason == Reason.TAKEN_OFF and item.part == Part.PAID:
        return _("More than was payable: a credit of the account")
    if item.reason == Reason.ON_ITS_WAY:
        return _on_its_way(found.paid_by(item.payment))
    return str(_REASONS[item.reason]) + (_of(item.count) if item.count > 1 else "")


def _of(count: int) -> str:
    return " · " + ngettext("%(count)s line", "%(count)s lines", count) % {"count": count}


def _on_its_way(payment: Payment | None) -> str:
    if payment is None:
        return str(PARTS[Part.PAID])
    return _("Paid on %(day)s, %(method)s, %(payer)s") % {
        "day": payment.paid_on.isoformat(),
        "method": payment.get_method_display(),
        "payer": payment.get_payer_display(),
    }


_WARNINGS = {
    Doubt.SUPERSEDED: gettext_lazy(
        "A corrected file replaced this statement: pay from the one that stands."
    ),
    Doubt.NEWER_STATEMENT: gettext_lazy(
        "There is a newer statement: pay from that one. What is open here is carried to it."
    ),
    Doubt.OVERDUE: gettext_lazy(
        "%(amount)s is overdue: interest runs each day at the prescribed rate plus 6 points. After "
        "30 days the CBSA sends a notice of arrears and hands the debt to the CRA."
    ),
    Doubt.DEBIT_AND_BROKER: gettext_lazy(
        "Pre-authorized debit is on while the broker pays: on the due date the CBSA withdraws the "
        "whole amount from the importer too. Switch the agreement off in the portal (Payments, "
        "Pre-authorized debit), or let the broker not pay."
    ),
    Doubt.DEBIT_AND_PAID: gettext_lazy(
        "Pre-authorized debit is on and %(amount)s was paid by hand: on the due date it may be "
        "withdrawn again. Look at the planned withdrawal in the portal."
    ),
    Doubt.BOTH_PAID: gettext_lazy(
        "The importer and the broker both paid, %(amount)s together: one of them may have paid the "
        "other’s part."
    ),
    Doubt.PAID_TWICE: gettext_lazy(
        "%(amount)s is recorded twice: if it was paid twice, ask for the refund; if it was typed "
        "twice, void one."
    ),
    Doubt.PAID_OVER: gettext_lazy(
        "%(amount)s more was paid than is payable. The CBSA keeps it as a credit, and clears the "
        "next debt with it."
    ),
    Doubt.OPENING_DIFFERS: gettext_lazy(
        "The opening balance differs by %(amount)s from the total payable of the statement before "
        "(D14). List the open items by age before it is paid."
    ),
    Doubt.BALANCE_BEFORE: gettext_lazy(
        "%(amount)s of earlier statements is still open. A payment clears the oldest due first."
    ),
    Doubt.ABSENT: gettext_lazy(
        "A payment of %(amount)s of %(day)s should be on this statement and is not (D10). It is "
        "not taken off: trace it with its proof, look at the other program accounts, then pay."
    ),
    Doubt.SHOWN_DIFFERENTLY: gettext_lazy(
        "The payment of %(day)s is on the statement with another amount: %(amount)s of difference."
    ),
    Doubt.PAYER_UNKNOWN: gettext_lazy(
        "Nobody has said who pays this account. The importer owes it either way (Customs Act, "
        "s. 17(3)); say who pays before anybody does."
    ),
    Doubt.WORD_UNKNOWN: gettext_lazy(
        "The ledger names payers we do not know: %(words)s. Ask who they are."
    ),
    Doubt.DEBIT_UNKNOWN: gettext_lazy(
        "Nobody has said whether pre-authorized debit is on: look in the portal before paying by "
        "hand, or it may be paid twice."
    ),
}


def warnings(found: PayAnswer) -> list[Told]:
    """What to look at before anybody pays, as sentences."""
    return [_warning(one, found) for one in (found.answer.warnings if found.answer else ())]


def _warning(warned: Warned, found: PayAnswer) -> Told:
    payment = found.paid_by(warned.payment)
    sentence = str(_WARNINGS[warned.doubt]) % {
        "amount": _money(warned.amount or 0),
        "day": payment.paid_on.isoformat() if payment else "",
        "words": ", ".join(word or _("(empty)") for word in warned.words),
    }
    return Told(sentence, warned.amount, payment)


def way_words(way: Way) -> tuple[Any, str]:
    """(the method's name, what to know about it: limit and cut-off) of a way to pay."""
    name = Payment.Method(way.method).label
    if way.method == PRE_AUTHORIZED_DEBIT:
        return name, _("The CBSA withdraws it on the due date: pay no other way.")
    until = way.until.strftime("%H:%M") if way.until else ""
    if way.method == Payment.Method.CHEQUE:
        told = _("Received by %(time)s Eastern on the due date.") % {"time": until}
    else:
        told = _("Until %(time)s Eastern on the due date.") % {"time": until}
    if way.method == CREDIT_CARD and way.most is not None:
        told += " " + _("%(amount)s left in this billing cycle (18th to 17th).") % {
            "amount": _money(way.most)
        }
    elif way.most is not None:
        told += " " + _("Not above %(amount)s: more is paid electronically only.") % {
            "amount": _money(way.most)
        }
    return name, told
