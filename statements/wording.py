"""The rulebook's values in words."""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

AMOUNT = _("An amount in dollars, such as 100.00.")
PERCENT = _("Percent, such as 25.")
RATE = _("Percent a year, such as 2.5.")
WHOLE = _("A whole number.")
YES_NO = _("yes or no.")
DAY = _("A day, such as 2026-07-02.")
MONTH_DAY = _("Month and day, such as 10-20.")
QUARTER = _("The quarter, such as 2026Q4.")


class Words(NamedTuple):
    """What a value is called, what it does, how it is written, and what its key is."""

    label: Any
    meaning: Any
    unit: Any
    key: Any = ""


WORDS: dict[str, Words] = {
    "prescribed_rate": Words(
        _("Prescribed rate of interest"),
        _("Set each quarter (SOR/86-1121, s. 4). Without it no interest is computed."),
        RATE,
        QUARTER,
    ),
    "specified_rate_margin": Words(
        _("Specified rate above the prescribed"), _("Added for unpaid duties."), PERCENT
    ),
    "interest_divisor": Words(
        _("Days a year for interest"), _("Not in the text of the law: 365 or 366."), WHOLE
    ),
    "relief_late_payment": Words(
        _("Relief from late payment"), _("While yes, no penalty and no interest."), YES_NO
    ),
    "relief_late_accounting": Words(
        _("Relief from late accounting"), _("While yes, no late accounting penalty."), YES_NO
    ),
    "late_accounting_penalty": Words(
        _("Late accounting penalty"), _("For each declaration that is late."), AMOUNT
    ),
    "late_payment_penalty": Words(
        _("Late payment penalty"), _("For a statement not paid by its due date."), AMOUNT
    ),
    "amps_amount": Words(
        _("Administrative penalty"),
        _("By contravention, and by how often it happened."),
        AMOUNT,
        _("Contravention and time, such as C082/1."),
    ),
    "card_limit_per_cycle": Words(
        _("Credit card limit"), _("A billing cycle and program account, in the portal."), AMOUNT
    ),
    "electronic_only_above": Words(
        _("Electronic payment only above"), _("Larger amounts cannot be paid by cheque."), AMOUNT
    ),
    "clvs_limit": Words(
        _("Courier low-value limit"), _("Value for duty up to which goods are low-value."), AMOUNT
    ),
    "bond_percent": Words(
        _("Security by bond"), _("Share of the highest month that a bond covers."), PERCENT
    ),
    "bond_minimum": Words(
        _("Least bond"), _("For a program account with any activity."), AMOUNT
    ),
    "cash_percent": Words(
        _("Security in cash"), _("Share of the highest month that a deposit covers."), PERCENT
    ),
    "cash_minimum": Words(_("Least deposit"), _("Not known: sources disagree."), AMOUNT),
    "security_maximum": Words(_("Most security"), _("A program account, either form."), AMOUNT),
    "security_review_day": Words(
        _("Yearly security review"), _("The CBSA computes the requirement anew."), MONTH_DAY
    ),
    "security_compliance_day": Words(
        _("Security to be raised by"), _("After a review that asks for more."), MONTH_DAY
    ),
    "security_alert": Words(
        _("Alert on used security"),
        _("From this share of the posted security on, people are told."),
        PERCENT,
        _("A name, such as warning."),
    ),
    "gst_rate": Words(_("GST"), _("On the value for tax."), PERCENT),
    "surtax_rate": Words(
        _("Surtax"), _("On the value for duty, by order."), PERCENT,
        _("The order, such as SOR/2025-95."),
    ),
    "retention_years": Words(_("Keeping of records"), _("Years after importation."), WHOLE),
    "number_reuse_months": Words(
        _("Reuse of a transaction number"), _("Months before a number may come again."), WHOLE
    ),
    "payment_due_override": Words(
        _("Published payment date"),
        _("What the CBSA published for a period, where it differs."),
        DAY,
        _("Stream and end of the period, such as commercial/2026-06-17."),
    ),
    "extra_holiday": Words(
        _("Further holiday"), _("A day on which the CBSA does not count."), YES_NO,
        _("Province and day, such as ON/2026-02-16; CA for everywhere."),
    ),
    "provincial_holidays_count": Words(
        _("Provincial holidays count"), _("For the five days of accounting."), YES_NO
    ),
}  # fmt: skip
