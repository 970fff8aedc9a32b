"""The quick readers of whole columns answer what the readers of single cells answer."""

from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from statements.layouts import columns
from statements.layouts.evidence import Evidence

CANONICAL = st.decimals(-(10**12), 10**12, places=2).map(lambda amount: f"{amount:.2f}")
GROUPED = st.decimals(-(10**9), 10**9, places=2).map(lambda amount: f"{amount:,.2f}")
FRENCH = GROUPED.map(lambda text: text.replace(",", "\u202f").replace(".", ","))
BRACKETS = GROUPED.map(lambda text: f"({text[1:]})" if text.startswith("-") else f"${text}")
PLAIN = st.decimals(-(10**6), 10**6, places=1).map(str) | st.integers(-(10**6), 10**6).map(str)
ODD = st.sampled_from(
    [
        *("", " ", "-", "-0.00", "-00.00", "0.00", "(5.00)", "5-", "5.00 CR", "$5.00", "$-5.00"),
        *("1,23.00", "1,234", "1 234,50 $", "1.234.567,00", "1e5", "NaN", "٣.00"),
        *("1.2\n3.00", "3.00\n", "\n"),
    ]
)
AMOUNTS = st.lists(CANONICAL | GROUPED | FRENCH | BRACKETS | PLAIN | ODD, min_size=1, max_size=8)
UNIFORM = st.one_of(
    st.lists(kind, min_size=1) for kind in (CANONICAL, GROUPED, FRENCH, BRACKETS, PLAIN)
)
NUMBERS = st.lists(st.from_regex(r"[0-9]{14}", fullmatch=True) | st.just(""), min_size=1)
DAMAGED = st.sampled_from(
    ["12345-000000012", "1.2E+13", "'12345000000012", "٣" * 14, " ", "1\n" * 7]
)


def as_read(result):
    texts, bad = result
    amounts = [Decimal(text) if text else None for text in texts]
    return amounts, {at: (error.code, error.suggestion) for at, error in bad.items()}


@given(AMOUNTS | UNIFORM, st.sampled_from([".", ","]))
@example(["1.00\n2.00"], ".")
@example(["-0.00", "1.00"], ".")
@example(["1,234.50", "-0.00"], ".")
def test_amounts_by_column_and_one_by_one_are_the_same(texts, decimal_mark):
    quick = columns.amounts(texts, decimal_mark)

    assert as_read(quick) == as_read(columns.amounts_one_by_one(texts, decimal_mark))
    assert len(quick[0]) == len(texts)
    assert not any(text.startswith("-") and not Decimal(text) for text in quick[0])


@given(UNIFORM)
def test_cents_are_exact(texts):
    amounts, _ = columns.amounts(texts, "," if any("," in t[-3:] for t in texts) else ".")

    assert [columns.from_cents(cents) for cents in columns.cents(amounts)] == [
        Decimal(text or "0.00") for text in amounts
    ]


@given(st.lists(CANONICAL, min_size=1))
def test_negating_twice_changes_nothing(texts):
    texts = [text for text in texts if text != "-0.00"]

    assert columns.negated(columns.negated(texts)) == texts
    assert [Decimal(text) for text in columns.negated(texts)] == [-Decimal(text) for text in texts]


@given(NUMBERS, st.lists(DAMAGED, max_size=2))
def test_numbers_by_column_and_one_by_one_are_the_same(numbers, damaged):
    texts = numbers + damaged
    quick, bad = columns.transaction_numbers(texts)
    slow, also_bad = columns.transaction_numbers_one_by_one(texts)

    assert list(quick) == list(slow)
    assert {at: e.code for at, e in bad.items()} == {at: e.code for at, e in also_bad.items()}


@given(NUMBERS)
def test_check_digits_by_column_and_one_by_one_are_the_same(numbers):
    assert columns.wrong_check_digits(numbers) == columns.wrong_check_digits_one_by_one(numbers)


def test_a_column_without_numbers_has_no_wrong_check_digits():
    assert columns.wrong_check_digits(["", ""]) == []


@given(AMOUNTS | UNIFORM)
def test_evidence_from_a_column_is_what_single_amounts_say(texts):
    by_column, one_by_one = Evidence(), Evidence()
    by_column.see_amounts(texts)
    for text in texts:
        one_by_one.see_amounts([text])

    assert by_column.decimal_marks == one_by_one.decimal_marks
    assert by_column.either_mark == one_by_one.either_mark
