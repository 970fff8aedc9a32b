"""Why a day is that day and an amount that amount: the steps of the rules as sentences."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statements.rules.explained import Step
from statements.rules.rulebook import NoSuchValue

SENTENCES: dict[str, Any] = {
    "period": gettext_lazy(
        "Goods released from %(first)s to %(last)s are billed together; the day of release "
        "decides, not the day of accounting (SOR/86-1062)."
    ),
    "statement_on": gettext_lazy("The CBSA issues the statement of account on the 25th: %(on)s."),
    "tenth_weekday": gettext_lazy(
        "Payment is due on the 10th weekday after %(closing)s: %(on)s. A holiday on a weekday is "
        "counted (SOR/86-1062, s. 2 and 10.1)."
    ),
    "published_due_date": gettext_lazy("The CBSA published %(on)s as the due date: %(source)s."),
    "five_business_days": gettext_lazy(
        "The declaration must be accepted within five business days of the release on "
        "%(released_on)s, that day not counted: %(on)s (SOR/86-1062, s. 10)."
    ),
    "courier_accounting": gettext_lazy(
        "Accounting is due on the 24th of the month after release: %(on)s (SOR/86-1062, s. 7.4)."
    ),
    "accounting_with_payment": gettext_lazy(
        "Accounting is due on the day of payment: %(on)s (SOR/86-1062, s. 10.3)."
    ),
    "lawful_later": gettext_lazy(
        "%(nominal)s is a holiday, so in law %(on)s is still in time (Interpretation Act, s. 26); "
        "remind people of the earlier day."
    ),
    "courier_later": gettext_lazy(
        "%(nominal)s is a Sunday or a holiday, so it moves to %(on)s (Interpretation Act, s. 26)."
    ),
    "before_release": gettext_lazy(
        "Outside release prior to payment, goods are accounted for and paid before release: "
        "%(on)s (Customs Act, s. 32(1))."
    ),
    "unverified_as_courier": gettext_lazy(
        "Not verified: the days of continuous transmission commodities are taken as those of "
        "courier goods."
    ),
    "late_payment_costs": gettext_lazy(
        "Paid later, interest runs each day at the prescribed rate plus 6 points (Customs Act, "
        "s. 33.4)."
    ),
    "late_payment_penalty": gettext_lazy(
        "The penalty for a statement that is not paid in time: $%(amount)s (%(source)s)."
    ),
    "late_payment_relief": gettext_lazy(
        "The CBSA waives interest and penalty for late payment on %(on)s, the first day after."
    ),
    "late_accounting_costs": gettext_lazy(
        "Each declaration that is accepted later costs a penalty of $%(amount)s (%(source)s)."
    ),
    "late_accounting_relief": gettext_lazy(
        "The CBSA issues no penalty for late accounting on %(on)s, the first day after."
    ),
    "province_not_verified": gettext_lazy(
        "Not verified: whether the CBSA counts the holidays of %(province)s. Without them the "
        "last day is %(on)s; to be safe, keep to that."
    ),
    "holidays": gettext_lazy("Holidays met: %(days)s."),
    "share_of_peak": gettext_lazy(
        "%(percent)s %% of the highest month, between the least and the most of the rulebook."
    ),
    "limit": gettext_lazy(
        "Counted from %(event_on)s, that day not counted: %(counted)s (%(source)s)."
    ),
    "limit_moved": gettext_lazy(
        "That is a Sunday or a holiday, so it ends on %(on)s (Interpretation Act, s. 26)."
    ),
    "gst": gettext_lazy(
        "GST of %(percent)s %% on the value for duty and all duties (Excise Tax Act, s. 215)."
    ),
    "compounded": gettext_lazy(
        "%(days)s days, compounded daily from the day after the due date (Customs Act, s. 3.1)."
    ),
    "rate": gettext_lazy("%(first)s to %(last)s: %(percent)s %% a year (%(quarter)s)."),
    "relief": gettext_lazy("%(first)s to %(last)s: relief, no interest."),
}


def sentences(steps: Iterable[Step]) -> list[str]:
    """The steps in the reader's language, the holidays that a count met after it."""
    told = []
    for one in steps:
        told.append(str(SENTENCES[one.code]) % _facts(one.facts))
        if one.facts.get("holidays"):
            days = ", ".join(day.isoformat() for day in one.facts["holidays"])
            told.append(str(SENTENCES["holidays"]) % {"days": days})
    return told


def _facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in facts.items()
    }


def missing_value(missing: NoSuchValue) -> str:
    """What the rulebook lacks, and what to do."""
    if missing.name == "prescribed_rate":
        return _(
            "There is no prescribed rate of interest for %(quarter)s in the rulebook. Enter it "
            "with its source; nothing is computed without it."
        ) % {"quarter": missing.key}
    told = {"value": f"{missing.name} {missing.key}".strip(), "day": missing.on.isoformat()}
    return _("The rulebook holds no value “%(value)s” for %(day)s.") % told
