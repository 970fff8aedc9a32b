"""The rules as answers with their explanations: for the command, the API and pages."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from carmsvc.platform.dates import PROVINCES
from carmsvc.platform.refusals import Refused
from reconciliation.rules.gst import gst_on
from reconciliation.rules.limitation import LIMITS
from statements.explanations import missing_value, sentences
from statements.queries.rulebook import rulebook_in_force
from statements.rules.explained import Step, step
from statements.rules.interest import Stretch, interest
from statements.rules.rulebook import NoSuchValue, Rulebook
from statements.rules.security import Form, required
from statements.rules.streams import Stream, dates_of

Answer = dict[str, Any]
ZERO = Decimal("0.00")
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2094, 12, 31)  # the longest limit is five years


def _answered(ask: Callable[[Rulebook], Answer]) -> Answer:
    """An answer of the rulebook in force; raises `Refused` naming a value that it lacks."""
    try:
        return ask(rulebook_in_force())
    except NoSuchValue as missing:
        raise Refused(missing_value(missing)) from None


def _refuse_days_out_of_reach(*days: date) -> None:
    """Refuses a day whose answer may lie among years whose holidays nobody lists."""
    for day in days:
        if not FIRST_DAY <= day <= LAST_DAY:
            told = {"day": day, "first": FIRST_DAY, "last": LAST_DAY}
            raise Refused(
                _("The rules answer for days from %(first)s to %(last)s, not for %(day)s.") % told
            )


def _refuse_below_zero(*amounts: Decimal) -> None:
    for amount in amounts:
        if amount < ZERO:
            raise Refused(_("Amounts are zero or more, not %(amount)s.") % {"amount": amount})


def _known_province(province: str) -> str:
    """The two letters of a province or territory, or none; raises `Refused`."""
    letters = province.upper()
    if letters and letters not in PROVINCES:
        told = {"province": province, "known": ", ".join(sorted(PROVINCES))}
        raise Refused(_("%(province)s is no province or territory; one of: %(known)s.") % told)
    return letters


_PERIOD = ("period_start", "period_end")
_PAYMENT = (*_PERIOD, "statement_on", "payment_due_on", "last_lawful_day")
_KEYS: Mapping[str, tuple[str, ...]] = {
    "billing-period": (*_PAYMENT, "cad_due_on"),
    "payment-due": _PAYMENT,
    "cad-due": (*_PERIOD, "cad_due_on"),
}
_PAYMENT_STEPS = frozenset(
    {"period", "statement_on", "tenth_weekday", "published_due_date", "lawful_later"}
    | {"late_payment_costs", "late_payment_penalty", "late_payment_relief"}
)
_ACCOUNTING_STEPS = frozenset(
    {"period", "five_business_days", "courier_accounting", "accounting_with_payment"}
    | {"courier_later", "province_not_verified", "late_accounting_costs", "late_accounting_relief"}
)
_STEPS: Mapping[str, frozenset[str]] = {
    "billing-period": _PAYMENT_STEPS | _ACCOUNTING_STEPS,
    "payment-due": _PAYMENT_STEPS,
    "cad-due": _ACCOUNTING_STEPS,
}
_ALWAYS = frozenset({"before_release", "unverified_as_courier"})


def dates_answer(
    question: str, *, released_on: date, stream: str = "commercial", province: str = ""
) -> Answer:
    """The days of a release: `billing-period`, `payment-due` or `cad-due`; the keys that apply.

    Raises `Refused` for a province there is not and a day out of reach.
    """
    _refuse_days_out_of_reach(released_on)
    known_province = _known_province(province)

    def ask(rulebook: Rulebook) -> Answer:
        found = dates_of(released_on, rulebook, Stream(stream), province=known_province)
        every = {
            "period_start": found.period.first if found.period else None,
            "period_end": found.period.last if found.period else None,
            "statement_on": found.statement_on,
            "payment_due_on": found.payment_due_on,
            "last_lawful_day": found.last_lawful_day,
            "cad_due_on": found.cad_due_on,
        }
        told = {name: every[name] for name in _KEYS[question] if every[name] is not None}
        steps = [one for one in found.steps if one.code in _STEPS[question] | _ALWAYS]
        return {**told, "explanation": sentences(steps)}

    return _answered(ask)


def security_answer(*, peak: Decimal, form: str, on: date) -> Answer:
    """The security that a highest month takes, by bond or in cash."""
    _refuse_below_zero(peak)

    def ask(rulebook: Rulebook) -> Answer:
        percent = rulebook.decimal(f"{form}_percent", on)
        amount = required(peak, Form(form), on, rulebook)
        why = sentences([step("share_of_peak", percent=percent)])
        return {"required": amount, "explanation": why}

    return _answered(ask)


def case_deadline_answer(*, basis: str, event_on: date) -> Answer:
    """The last day for a basis counted from an event."""
    _refuse_days_out_of_reach(event_on)
    limit = LIMITS.get(basis)
    if limit is None:
        told = {"basis": basis, "known": ", ".join(sorted(LIMITS))}
        raise Refused(_("There is no basis “%(basis)s”; one of: %(known)s.") % told)
    counted, deadline = limit.last_counted_day(event_on), limit.deadline_on(event_on)
    steps = [step("limit", event_on=event_on, counted=counted, source=limit.source)]
    if deadline != counted:
        steps.append(step("limit_moved", on=deadline))
    return {"deadline_on": deadline, "explanation": sentences(steps)}


def gst_answer(
    *,
    value_for_duty: Decimal,
    duty: Decimal,
    on: date,
    sima: Decimal = ZERO,
    surtax: Decimal = ZERO,
) -> Answer:
    """GST of a line and everything payable on it."""
    _refuse_below_zero(value_for_duty, duty, sima, surtax)

    def ask(rulebook: Rulebook) -> Answer:
        tax = gst_on(value_for_duty, on, rulebook, duty=duty, sima=sima, surtax=surtax)
        why = sentences([step("gst", percent=rulebook.decimal("gst_rate", on))])
        told = {"value_for_tax": tax.value_for_tax, "gst": tax.gst, "total": tax.total}
        return {**told, "explanation": why}

    return _answered(ask)


def interest_answer(*, amount: Decimal, due_on: date, paid_on: date) -> Answer:
    """Interest on an amount paid late; refused when a quarter has no rate."""
    _refuse_below_zero(amount)
    _refuse_days_out_of_reach(due_on, paid_on)

    def ask(rulebook: Rulebook) -> Answer:
        found = interest(amount, due_on, paid_on, rulebook)
        steps = [step("compounded", days=found.days), *map(_of_stretch, found.stretches)]
        return {"interest": found.interest, "days": found.days, "explanation": sentences(steps)}

    return _answered(ask)


def _of_stretch(stretch: Stretch) -> Step:
    facts = {"first": stretch.first, "last": stretch.last, "quarter": stretch.quarter}
    return step("relief" if stretch.is_relief else "rate", percent=stretch.percent, **facts)
