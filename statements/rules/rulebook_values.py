"""The values that carmsvc starts with: what was verified, and where it was read.

What is not verified is absent, so that a rule refuses instead of guessing, or says so in its
source. A brokerage enters what it reads itself, with four eyes.
"""

from dataclasses import dataclass
from datetime import date

CARM = date(2024, 10, 21)  # the day CARM became the system of record
AGES = date(1990, 1, 1)


@dataclass(frozen=True)
class DatedValue:
    """A value from a day on, until and with another day or without end, with its source."""

    name: str
    key: str
    value: str
    from_on: date
    to_on: date | None
    source: str

    def holds(self, on: date) -> bool:
        """Whether it is in force on a day."""
        return self.from_on <= on and (self.to_on is None or on <= self.to_on)


def _since(name: str, value: str, source: str, *, key: str = "", on: date = CARM) -> DatedValue:
    return DatedValue(name, key, value, on, None, source)


def _window(name: str, first: date, last: date, source: str) -> DatedValue:
    return DatedValue(name, "", "yes", first, last, source)


SECONDARY = " (secondary sources agree; not read on a CBSA page)"
OLD_PAGE = " (CBSA page in wording of before CARM; confirm before charging on)"

STARTING_VALUES: tuple[DatedValue, ...] = (
    _since("specified_rate_margin", "6", "Customs Act, s. 2(1), specified rate", on=AGES),
    _since("interest_divisor", "365", "Not in the text of the law; a setting of ours", on=AGES),
    _window(
        "relief_late_accounting",
        CARM,
        date(2025, 1, 19),
        "CBSA relief period as published by brokers" + SECONDARY,
    ),
    _window(
        "relief_late_payment",
        CARM,
        date(2026, 1, 30),
        "Customs Notice 25-02 and the CBSA's later waiver: charged from 2026-01-31" + SECONDARY,
    ),
    _since("late_accounting_penalty", "100.00", "AMPS C288" + OLD_PAGE),
    _since("late_payment_penalty", "200.00", "AMPS C336" + OLD_PAGE),
    *(
        _since("amps_amount", value, source, key=key, on=AGES)
        for key, value, source in (
            ("C005/1", "150.00", "AMPS C005, first"),
            ("C005/2", "225.00", "AMPS C005, second"),
            ("C005/3", "450.00", "AMPS C005, third and later"),
            ("C070/1", "1200.00", "AMPS C070, first"),
            ("C070/2", "2400.00", "AMPS C070, second"),
            ("C070/3", "4800.00", "AMPS C070, third and later"),
            ("C082/1", "500.00", "AMPS C082, first; at most 5,000 an issue"),
            ("C082/2", "750.00", "AMPS C082, second"),
            ("C082/3", "1500.00", "AMPS C082, third and later"),
            ("C288", "100.00", "AMPS C288" + OLD_PAGE),
            ("C292", "100.00", "AMPS C292" + OLD_PAGE),
            ("C330", "100.00", "AMPS C330" + OLD_PAGE),
            ("C336", "200.00", "AMPS C336" + OLD_PAGE),
            ("cap", "25000.00", "Customs Act, s. 109.1: the most for one contravention"),
        )
    ),
    _since(
        "card_limit_per_cycle",
        "4999.99",
        "CARM Bulletin 5408: a billing cycle and program account",
        on=date(2025, 9, 28),
    ),
    _since("electronic_only_above", "50000.00", "Memorandum D17-5-1, Customs Notice 17-33"),
    _since("clvs_limit", "3300.00", "SOR/86-1062; CBSA, Managing commercial import accounts"),
    _since("bond_percent", "50", "Release prior to payment" + SECONDARY),
    _since("bond_minimum", "5000.00", "Release prior to payment" + SECONDARY),
    _since("cash_percent", "100", "Release prior to payment" + SECONDARY),
    _since("security_maximum", "10000000.00", "Release prior to payment" + SECONDARY),
    _since("security_review_day", "10-20", "CARM Bulletin 5404", on=date(2025, 1, 1)),
    _since("security_compliance_day", "01-15", "CARM Bulletin 5404", on=date(2025, 1, 1)),
    _since("security_alert", "75", "A threshold of ours", key="notice"),
    _since("security_alert", "90", "A threshold of ours", key="warning"),
    _since("security_alert", "100", "Posted security is used up", key="full"),
    _since("gst_rate", "5", "Excise Tax Act, s. 212", on=date(2008, 1, 1)),
    *(
        DatedValue("surtax_rate", key, value, first, last, f"{key}: on the value for duty")
        for key, value, first, last in (
            ("SOR/2024-187", "25", date(2024, 10, 1), None),
            ("SOR/2025-66", "25", date(2025, 3, 4), date(2025, 8, 31)),
            ("SOR/2025-95", "25", date(2025, 3, 13), None),
            ("SOR/2025-118", "25", date(2025, 4, 9), None),
            ("SOR/2025-148", "50", date(2025, 6, 27), None),
            ("SOR/2025-154", "25", date(2025, 7, 31), None),
            ("SOR/2025-267", "25", date(2025, 12, 26), None),
        )
    ),
    _since("retention_years", "6", "SOR/86-1011, s. 2; SOR/86-1067, s. 17", on=AGES),
    _since("number_reuse_months", "87", "CBSA TCC24-144: seven years and three months", on=AGES),
    _since(
        "provincial_holidays_count",
        "no",
        "Unknown for the CBSA's late-accounting engine; the earlier day is shown",
        on=AGES,
    ),
)
