"""Months as drawings: heights, labels and the same numbers for the table."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from carmsvc.templatetags.charts import BASE, ROOM, component_chart, paid_chart, security_chart
from statements.rules.forecast import Month, month


def charged(last: date, total: str, **components: str) -> Month:
    return month(last, Decimal(total), {name: Decimal(text) for name, text in components.items()})


OCTOBER = charged(date(2026, 10, 17), "100.00", duty="60.00", gst="40.00")
NOVEMBER = charged(date(2026, 11, 17), "50.00", duty="50.00")


@dataclass(frozen=True)
class Paid:
    month: date
    by_importer: Decimal
    by_broker: Decimal

    @property
    def total(self) -> Decimal:
        return self.by_importer + self.by_broker


def test_components_stand_on_each_other_and_the_highest_month_reaches_the_top():
    chart = component_chart([OCTOBER, NOVEMBER])

    assert [(bar.series, bar.y, bar.height) for bar in chart.bars] == [
        ("duty", BASE - 108, 108),
        ("gst", BASE - ROOM, 72),
        ("duty", BASE - 90, 90),
    ]
    assert chart.top == Decimal("100.00")


def test_only_components_with_an_amount_are_in_the_key_and_the_table():
    chart = component_chart([OCTOBER, NOVEMBER])

    assert [name for name, _word in chart.series] == ["duty", "gst"]
    assert [(row.last, row.amounts, row.total) for row in chart.rows] == [
        (OCTOBER.last, [Decimal("60.00"), Decimal("40.00")], Decimal("100.00")),
        (NOVEMBER.last, [Decimal("50.00"), Decimal("0.00")], Decimal("50.00")),
    ]


def test_a_component_below_zero_is_in_the_table_only():
    chart = component_chart([charged(date(2026, 10, 17), "40.00", duty="60.00", gst="-20.00")])

    assert [(bar.series, bar.height) for bar in chart.bars] == [("duty", ROOM)]
    assert chart.rows[0].amounts == [Decimal("60.00"), Decimal("-20.00")]


def test_the_year_stands_under_the_first_month_and_every_january():
    ends = [date(2025, 11, 17), date(2025, 12, 17), date(2026, 1, 17)]

    chart = component_chart([charged(last, "1.00") for last in ends])

    assert [label.has_year for label in chart.labels] == [True, False, True]


def test_two_years_do_not_stand_side_by_side():
    ends = [date(2025, 12, 17), date(2026, 1, 17)]

    chart = component_chart([charged(last, "1.00") for last in ends])

    assert [label.has_year for label in chart.labels] == [False, True]


def test_the_line_of_security_stands_at_its_amount():
    chart = security_chart([OCTOBER], posted=Decimal("200.00"), need=Decimal("50.00"))

    assert (chart.line_y, chart.bars[0].height) == (BASE - ROOM, ROOM // 2)


def test_without_security_and_charges_everything_lies_on_the_ground():
    nothing = charged(date(2026, 10, 17), "0.00")

    chart = security_chart([nothing], posted=Decimal("0.00"), need=Decimal("0.00"))

    assert (chart.line_y, chart.bars, chart.top) == (BASE, [], Decimal("0.00"))


def test_what_each_paid_stands_on_each_other():
    chart = paid_chart([Paid(date(2026, 10, 1), Decimal("30.00"), Decimal("10.00"))])

    assert [(bar.series, bar.height) for bar in chart.bars] == [("importer", 135), ("broker", 45)]
    assert component_chart([]).rows == []
