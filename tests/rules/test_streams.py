"""When each stream is billed, accounted and paid; the law's examples and the wrong rules."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carmsvc.platform.dates import is_holiday
from statements.rules.billing import payment_due_on, period_ending
from statements.rules.rulebook import DatedValue, Rulebook
from statements.rules.rulebook_values import CARM
from statements.rules.streams import (
    Dates,
    Stream,
    cad_due_on,
    dates_of,
    is_in_time,
    provisional_payment_due_on,
)

BOOK = Rulebook.starting()
DAYS = st.dates(date(2024, 10, 21), date(2040, 12, 31))

PUBLISHED = {  # 10 weekdays, holidays counted: Customs Notices and CARM Bulletins
    "2024-11-17": "2024-11-29",
    "2025-03-17": "2025-03-31",
    "2025-09-17": "2025-10-01",
    "2026-01-17": "2026-01-30",
    "2026-10-17": "2026-10-30",
}
COMPUTED = {
    2024: {10: "10-31", 11: "11-29", 12: "12-31"},
    2025: {1: "01-31", 2: "03-03", 3: "03-31", 4: "05-01", 5: "05-30", 6: "07-01", 7: "07-31",
           8: "08-29", 9: "10-01", 10: "10-31", 11: "12-01", 12: "12-31"},
    2026: {1: "01-30", 2: "03-03", 3: "03-31", 4: "05-01", 5: "05-29", 6: "07-01", 7: "07-31",
           8: "08-31", 9: "10-01", 10: "10-30", 11: "12-01", 12: "12-31"},
    2027: {1: "01-29", 2: "03-03", 3: "03-31", 4: "04-30", 5: "05-31", 6: "07-01", 7: "07-30",
           8: "08-31", 9: "10-01", 10: "10-29", 11: "12-01", 12: "12-31"},
}  # fmt: skip
TABLE = [
    (date(year, month, 17), date.fromisoformat(f"{year}-{day}"))
    for year, months in COMPUTED.items()
    for month, day in months.items()
]
# what one gets who leaves holidays out of the count
WRONG = {"2024-12-17": "2025-01-02", "2025-09-17": "2025-10-02", "2025-12-17": "2026-01-02",
         "2025-04-17": "2025-05-05"}  # fmt: skip


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(("period_end", "due"), PUBLISHED.items())
def test_the_published_due_dates(period_end: str, due: str):
    assert payment_due_on(period_ending(day(period_end))) == day(due)


@pytest.mark.parametrize(("period_end", "due"), TABLE, ids=str)
def test_the_computed_due_dates(period_end: date, due: date):
    assert dates_of(period_end, BOOK).payment_due_on == due


@pytest.mark.parametrize(("period_end", "wrong"), WRONG.items())
def test_holidays_are_not_left_out_of_the_count(period_end: str, wrong: str):
    assert dates_of(day(period_end), BOOK).payment_due_on != day(wrong)


@pytest.mark.parametrize(
    ("released_on", "stream", "first", "last", "statement", "cad", "due"),
    [
        ("2026-11-17", "commercial", "2026-10-18", "2026-11-17", "2026-11-25", "2026-11-24",
         "2026-12-01"),
        ("2026-11-18", "commercial", "2026-11-18", "2026-12-17", "2026-12-25", "2026-11-25",
         "2026-12-31"),
        ("2026-01-31", "clvs", "2026-01-01", "2026-01-31", "2026-02-25", "2026-02-24",
         "2026-03-03"),
        ("2026-09-01", "csa1", "2026-09-01", "2026-09-30", "2026-10-25", "2026-10-30",
         "2026-10-30"),
        ("2026-09-30", "csa1", "2026-09-01", "2026-09-30", "2026-10-25", "2026-10-30",
         "2026-10-30"),
        ("2026-10-17", "csa2", "2026-09-18", "2026-10-17", "2026-10-25", "2026-10-30",
         "2026-10-30"),
        ("2026-01-31", "ctc", "2026-01-01", "2026-01-31", "2026-02-25", "2026-02-24",
         "2026-03-03"),
        ("2026-12-05", "csa1", "2026-12-01", "2026-12-31", "2027-01-25", "2027-01-29",
         "2027-01-29"),
    ],
)  # fmt: skip
def test_the_days_of_each_stream(
    released_on: str, stream: str, first: str, last: str, statement: str, cad: str, due: str
):
    found = dates_of(day(released_on), BOOK, Stream(stream))

    assert found.period is not None
    assert (found.period.first, found.period.last) == (day(first), day(last))
    assert (found.statement_on, found.cad_due_on) == (day(statement), day(cad))
    assert found.payment_due_on == day(due)


@pytest.mark.parametrize(
    ("released_on", "due"),
    [
        ("2026-11-06", "2026-11-16"),  # over Remembrance Day
        ("2026-11-07", "2026-11-16"),  # a Saturday: day 1 is Monday
        ("2026-09-23", "2026-10-01"),  # over 30 September
        ("2026-04-01", "2026-04-10"),  # over Good Friday and Easter Monday
        ("2026-06-26", "2026-07-06"),  # over Canada Day
        ("2026-12-17", "2026-12-24"),
        ("2026-12-18", "2026-12-28"),  # Boxing Day is not in the Act
    ],
)
def test_accounting_is_due_five_business_days_after_release(released_on: str, due: str):
    assert cad_due_on(day(released_on), BOOK) == day(due)
    assert dates_of(day(released_on), BOOK).cad_due_on == day(due)


def test_a_provinces_holiday_counts_where_it_is_asked_for():
    thursday = date(2026, 2, 12)  # Family Day is Monday 16 February in Ontario

    assert cad_due_on(thursday, BOOK) == date(2026, 2, 19)
    assert cad_due_on(thursday, BOOK, "ON") == date(2026, 2, 20)
    assert cad_due_on(thursday, BOOK, "QC") == date(2026, 2, 19)


def test_a_province_there_is_not_is_refused():
    with pytest.raises(ValueError, match="XX is no province"):
        cad_due_on(date(2026, 2, 12), BOOK, "XX")


def test_a_holiday_that_somebody_entered_counts_everywhere_or_in_its_province():
    def book(key: str) -> Rulebook:
        return Rulebook.starting(
            [DatedValue("extra_holiday", key, "yes", date(2026, 1, 1), None, "CBSA notice")]
        )

    friday = date(2026, 12, 18)
    assert cad_due_on(friday, book("CA/2026-12-28")) == date(2026, 12, 29)
    assert cad_due_on(friday, book("ON/2026-12-28"), "ON") == date(2026, 12, 29)
    assert cad_due_on(friday, book("ON/2026-12-28")) == date(2026, 12, 28)


def test_a_published_date_goes_before_the_count():
    published = DatedValue(
        "payment_due_override", "commercial/2026-06-17", "2026-07-02", date(2026, 1, 1), None,
        "CBSA, Payment dates for 2026",
    )  # fmt: skip

    found = dates_of(date(2026, 6, 1), Rulebook.starting([published]))

    assert found.payment_due_on == found.last_lawful_day == date(2026, 7, 2)
    assert [one.facts["source"] for one in found.steps if one.code == "published_due_date"] == [
        "CBSA, Payment dates for 2026"
    ]


def test_canada_day_is_the_nominal_day_and_the_law_takes_the_next():
    found = dates_of(date(2026, 6, 1), BOOK)

    assert (found.payment_due_on, found.last_lawful_day) == (date(2026, 7, 1), date(2026, 7, 2))
    assert "lawful_later" in {one.code for one in found.steps}


def test_csa_goods_of_low_value_are_accounted_on_the_24th():
    found = dates_of(date(2026, 9, 1), BOOK, Stream.CSA1, low_value=True)

    assert (found.cad_due_on, found.payment_due_on) == (date(2026, 10, 24), date(2026, 10, 30))


def test_the_24th_moves_off_a_sunday_and_not_off_a_saturday():
    sunday = dates_of(date(2026, 4, 30), BOOK, Stream.CLVS)  # 24 May 2026

    assert sunday.cad_due_on == date(2026, 5, 25)
    assert "courier_later" in {one.code for one in sunday.steps}
    assert dates_of(date(2026, 9, 30), BOOK, Stream.CLVS).cad_due_on == date(2026, 10, 24)


def test_who_is_not_in_release_prior_to_payment_pays_before_release():
    found = dates_of(date(2026, 11, 17), BOOK, Stream.NOT_RPP)

    assert (found.payment_due_on, found.cad_due_on) == (date(2026, 11, 17), date(2026, 11, 17))
    assert (found.period, found.statement_on) == (None, None)


def test_provisional_accounting_is_paid_in_the_next_months_cycle():
    assert provisional_payment_due_on(date(2026, 9, 4), date(2026, 9, 20)) == date(2026, 10, 30)
    assert provisional_payment_due_on(date(2026, 10, 4), date(2026, 9, 20)) == date(2026, 10, 30)


@pytest.mark.parametrize(
    ("received_at", "by_cheque", "in_time"),
    [
        (datetime(2026, 12, 2, 4, 59, tzinfo=UTC), False, True),  # 23:59 Eastern on the 1st
        (datetime(2026, 12, 2, 5, 0, tzinfo=UTC), False, False),
        (datetime(2026, 12, 1, 21, 0, tzinfo=UTC), True, True),  # 16:00 Eastern
        (datetime(2026, 12, 1, 21, 1, tzinfo=UTC), True, False),
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), True, True),
    ],
)
def test_the_cut_off_is_eastern_and_earlier_for_a_cheque(
    received_at: datetime, by_cheque: bool, in_time: bool
):
    assert is_in_time(received_at, date(2026, 12, 1), by_cheque=by_cheque) is in_time


def test_the_holidays_met_are_told():
    found = dates_of(date(2025, 9, 1), BOOK)

    [why] = [one for one in found.steps if one.code == "tenth_weekday"]
    assert why.facts["holidays"] == (date(2025, 9, 30),)


def codes(found: Dates) -> list[str]:
    return [one.code for one in found.steps]


@pytest.mark.parametrize(
    ("released_on", "expected"),
    [
        ("2024-11-17", ["late_accounting_relief", "late_payment_relief"]),
        ("2025-09-17", ["late_accounting_costs", "late_payment_relief"]),
        ("2025-12-18", ["late_accounting_costs", "late_payment_costs", "late_payment_penalty"]),
    ],
)
def test_what_lateness_costs_follows_the_relief_in_force_the_day_after(
    released_on: str, expected: list[str]
):
    found = dates_of(day(released_on), BOOK)

    assert [one for one in codes(found) if one.startswith("late_")] == expected


def test_a_penalty_that_the_rulebook_does_not_know_is_not_named():
    only_counts = Rulebook([DatedValue("interest_divisor", "", "365", CARM, None, "a test")])

    late = [one for one in codes(dates_of(date(2026, 11, 17), only_counts)) if "late_" in one]

    assert late == ["late_payment_costs"]


def test_nobody_doubts_a_province_once_somebody_verified_that_its_holidays_count():
    thursday = date(2026, 2, 12)
    verified = Rulebook.starting(
        [DatedValue("provincial_holidays_count", "", "yes", date(2026, 1, 1), None, "a notice")]
    )

    assert "province_not_verified" in codes(dates_of(thursday, BOOK, province="ON"))
    assert "province_not_verified" not in codes(dates_of(thursday, verified, province="ON"))
    assert "province_not_verified" not in codes(dates_of(thursday, BOOK, province="QC"))


def test_a_holiday_that_was_taken_back_does_not_count():
    def entry(value: str) -> DatedValue:
        return DatedValue("extra_holiday", "CA/2026-12-28", value, CARM, None, "a notice")

    friday = date(2026, 12, 18)
    assert cad_due_on(friday, Rulebook.starting([entry("yes")])) == date(2026, 12, 29)
    assert cad_due_on(friday, Rulebook.starting([entry("yes"), entry("no")])) == date(2026, 12, 28)


@given(released_on=DAYS, stream=st.sampled_from([one for one in Stream if one != "not_rpp"]))
def test_whatever_the_stream_the_days_stand_in_order(released_on: date, stream: Stream):
    found = dates_of(released_on, BOOK, stream)

    assert found.period is not None and found.statement_on is not None
    assert found.period.first <= released_on <= found.period.last < found.payment_due_on
    assert found.statement_on.day == 25
    assert found.statement_on < found.payment_due_on
    assert found.payment_due_on.weekday() < 5
    assert found.payment_due_on.day >= 29 or found.payment_due_on.day <= 3
    assert found.payment_due_on <= found.last_lawful_day <= found.payment_due_on + timedelta(4)
    assert not is_holiday(found.last_lawful_day)
    assert found.cad_due_on is not None and found.cad_due_on > released_on
