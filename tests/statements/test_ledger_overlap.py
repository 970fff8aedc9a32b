"""Exports of the broker's book overlap: whatever order they come in, the book is the book."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clients.models import ProgramAccount
from statements.models import LedgerEntry, LedgerFile
from tests.statements.door import LEDGER, bring_ledger, entry, ledger_file, read, text

FIRST_DAY = date(2026, 10, 1)


def book() -> list[tuple[str | None, str]]:
    """(short number, amount) of every entry that stands, in order."""
    rows = LedgerEntry.objects.filter(superseded_by=None).order_by("transaction_no", "amount", "id")
    return [
        (no and no[5:].lstrip("0"), f"{amount:.2f}")
        for no, amount in rows.values_list("transaction_no", "amount")
    ]


def figures(file: LedgerFile) -> tuple[int, int, int]:
    """(new, unchanged, superseded) as a file's page tells them."""
    return file.entries_new, file.entries_unchanged, file.entries_superseded


# what it means that a file leaves out an entry of its days


def october(account: ProgramAccount) -> LedgerFile:
    """A book of two entries of one day."""
    return ledger_file(account, entry("1", "10.00"), entry("2", "20.00"))


def test_additions_and_corrections_leave_the_rest_of_their_days_as_it_is(
    account: ProgramAccount,
) -> None:
    """One of two entries is corrected: that is half of the day, and still no new export of it."""
    october(account)

    file = ledger_file(account, entry("1", "11.00"), covers="changes_only")

    assert (figures(file), file.entries_gone) == ((1, 0, 1), 0)
    assert book() == [("1", "11.00"), ("2", "20.00")]


def test_what_everything_of_its_days_leaves_out_goes_from_the_book(
    account: ProgramAccount,
) -> None:
    """Also when it repeats little of what the book held."""
    rows = [entry(str(n), "10.00") for n in range(1, 9)]
    ledger_file(account, *rows, entry("9", "5.00", released="2026-10-06"))

    file = ledger_file(account, rows[0], entry("20", "1.00"), covers="all_of_its_days")

    assert (figures(file), file.entries_gone) == ((1, 1, 7), 7)
    assert book() == [("1", "10.00"), ("9", "5.00"), ("20", "1.00")]


def test_a_file_of_which_nobody_said_it_says_how_many_entries_went(
    account: ProgramAccount,
) -> None:
    october(account)

    file = ledger_file(account, entry("1", "11.00"))

    assert (file.covers, figures(file), file.entries_gone) == ("file_tells", (1, 0, 2), 1)
    assert book() == [("1", "11.00")]


def test_a_first_export_is_all_new(account: ProgramAccount) -> None:
    file = ledger_file(account, entry("1", "10.00"), entry("2", "20.00"))

    assert figures(file) == (2, 0, 0)
    assert book() == [("1", "10.00"), ("2", "20.00")]


def test_the_same_bytes_again_change_nothing_and_say_so(account: ProgramAccount) -> None:
    first = bring_ledger(account, text([entry("1", "10.00")], LEDGER))
    read(first.file)

    again = bring_ledger(account, text([entry("1", "10.00")], LEDGER), name="again.csv")

    assert (first.is_new, again.is_new) == (True, False)
    assert again.file == first.file
    assert book() == [("1", "10.00")]


def test_what_an_overlapping_export_holds_again_is_not_doubled(account: ProgramAccount) -> None:
    ledger_file(account, entry("1", "10.00", released="2026-10-01"), entry("2", "20.00"))

    file = ledger_file(account, entry("2", "20.00"), entry("3", "30.00"))

    assert figures(file) == (1, 1, 0)
    assert book() == [("1", "10.00"), ("2", "20.00"), ("3", "30.00")]


def test_a_corrected_amount_replaces_and_the_old_entry_stays_readable(
    account: ProgramAccount,
) -> None:
    first = ledger_file(account, entry("1", "10.00"), entry("2", "20.00"))

    second = ledger_file(account, entry("1", "11.00"), entry("2", "20.00"))

    assert figures(second) == (1, 1, 1)
    assert book() == [("1", "11.00"), ("2", "20.00")]
    old = LedgerEntry.objects.get(superseded_by=second)
    assert (old.file, old.amount) == (first, Decimal("10.00"))


def test_a_number_that_is_restated_with_more_rows_is_replaced_whole(
    account: ProgramAccount,
) -> None:
    ledger_file(account, entry("1", "100.00"))

    ledger_file(account, entry("1", "60.00"), entry("1", "40.00"))

    assert book() == [("1", "40.00"), ("1", "60.00")]


def test_equal_rows_of_one_export_are_as_many_entries(account: ProgramAccount) -> None:
    ledger_file(account, *[entry("1", "10.00")] * 2, *[entry(None, "5.00")] * 3)

    assert book() == [("1", "10.00"), ("1", "10.00"), *[(None, "5.00")] * 3]


@pytest.mark.parametrize(("copies", "stand"), [(2, 2), (3, 3), (5, 5)])
def test_entries_without_a_number_are_counted_by_occurrence(
    account: ProgramAccount, copies: int, stand: int
) -> None:
    ledger_file(account, *[entry(None, "5.00")] * 2)

    ledger_file(account, *[entry(None, "5.00")] * copies, entry("9", "1.00"))

    assert book() == [("9", "1.00"), *[(None, "5.00")] * stand]


def test_a_new_export_of_the_same_days_drops_what_it_no_longer_holds(
    account: ProgramAccount,
) -> None:
    ledger_file(account, *[entry(at, "10.00") for at in range(1, 5)])

    file = ledger_file(account, *[entry(at, "10.00") for at in range(1, 4)])

    assert figures(file) == (0, 3, 1)
    assert book() == [("1", "10.00"), ("2", "10.00"), ("3", "10.00")]


def test_an_export_that_restates_little_of_its_days_only_adds(account: ProgramAccount) -> None:
    ledger_file(account, *[entry(at, "10.00") for at in range(1, 5)])

    ledger_file(account, entry("1", "10.00"), entry("9", "10.00"))

    assert [number for number, _ in book()] == ["1", "2", "3", "4", "9"]


def test_accounts_do_not_restate_each_other(
    account: ProgramAccount, other_account: ProgramAccount
) -> None:
    ledger_file(account, entry("1", "10.00"), entry("2", "10.00", account=other_account.bn15))

    file = ledger_file(account, entry("1", "11.00"), entry("1", "5.00", account=other_account.bn15))

    assert figures(file) == (2, 0, 1)
    assert book() == [("1", "5.00"), ("1", "11.00"), ("2", "10.00")]


def test_payments_of_other_days_that_share_a_word_as_reference_stay(
    account: ProgramAccount,
) -> None:
    """Half the world's payments are called EFT."""
    told = {"type": "Payment", "reference": "EFT"}
    ledger_file(account, entry(None, "-70.00", released="2026-09-29", **told))

    ledger_file(account, entry(None, "-90.00", released="2026-10-30", **told))

    assert book() == [(None, "-90.00"), (None, "-70.00")]


def test_a_payment_is_corrected_by_its_reference(account: ProgramAccount) -> None:
    told = {"type": "Payment", "reference": "W-1"}
    others = [entry(None, "-1.00", type="Payment", reference=f"X-{at}") for at in range(9)]
    ledger_file(account, entry(None, "-70.00", **told), *others)

    ledger_file(account, entry(None, "-77.00", **told))

    assert [amount for _, amount in book()] == ["-77.00", *["-1.00"] * 9]


def test_the_periods_that_an_export_changes_are_told(
    account: ProgramAccount, other_account: ProgramAccount
) -> None:
    ledger_file(account, entry("1", "10.00", released="2026-09-01"), entry("2", "10.00"))

    changed = ledger_file(
        account,
        entry("1", "12.00", released="2026-09-01"),
        entry("2", "10.00"),
        entry("7", "1.00", account=other_account.bn15, released="2026-10-20"),
    )

    assert changed.periods_changed == {
        str(account.pk): "2026-09-17",
        str(other_account.pk): "2026-11-17",
    }


# the property


@dataclass(frozen=True)
class Booked:
    """One entry of the book that the exports are cut from."""

    number: int | None
    cents: int
    day: int  # after FIRST_DAY

    def row(self) -> str:
        day = (FIRST_DAY + timedelta(days=self.day)).isoformat()
        return entry(self.number, f"{self.cents / 100:.2f}", released=day)

    @property
    def told(self) -> tuple[str | None, str]:
        number = None if self.number is None else str(self.number)
        return number, f"{self.cents / 100:.2f}"


DAYS = 12
# all entries of a number are of one day: that of its release
ENTRY = st.builds(
    lambda number, cents, day: Booked(number, cents, day if number is None else number * 2),
    st.sampled_from([None, None, 1, 2, 3, 4, 5]),
    st.sampled_from([500, 500, 1000, -200]),
    st.integers(0, DAYS - 1),
)
SLICE = st.tuples(st.integers(0, DAYS - 1), st.integers(0, DAYS - 1)).map(sorted)


class _Undo(Exception):
    """Ends an example without leaving rows behind."""


def exported(account: ProgramAccount, exports: list[list[Booked]]) -> Counter:
    """What the book holds after these exports came in."""
    try:
        with transaction.atomic():
            for at, rows in enumerate(exports):
                # every export has a title of its own, so that none is the same bytes again
                content = f"Export {at}\n" + text([row.row() for row in rows], LEDGER)
                file = read(bring_ledger(account, content).file)
                assert file.state == "loaded", (file.refusal, file.last_failure)
                assert file.entries_new + file.entries_unchanged == len(rows)
            result = Counter(book())
            raise _Undo
    except _Undo:
        return result


def cut(entries: list[Booked], days: list[int]) -> list[Booked]:
    first, last = days
    return [one for one in entries if first <= one.day <= last]


@settings(max_examples=40)
@given(entries=st.lists(ENTRY, min_size=1, max_size=14), slices=st.lists(SLICE, max_size=5))
@example(entries=[Booked(None, 500, 3)] * 3, slices=[[0, 5], [3, 3], [2, 9]])
def test_any_overlapping_slices_of_a_book_end_as_the_book(
    account: ProgramAccount, entries: list[Booked], slices: list[list[int]]
) -> None:
    exports = [cut(entries, days) for days in slices]
    exports = [rows for rows in exports if rows]
    seen = [one for one in entries if any(one in rows for rows in exports)]

    assert exported(account, exports) == Counter(one.told for one in seen)


@settings(max_examples=30)
@given(
    entries=st.lists(ENTRY.filter(lambda one: one.number), min_size=1, max_size=10),
    rounds=st.lists(st.tuples(SLICE, st.sets(st.integers(1, 5)), st.integers(1, 50)), max_size=5),
)
def test_the_last_export_of_a_number_is_what_counts(
    account: ProgramAccount,
    entries: list[Booked],
    rounds: list[tuple[list[int], set[int], int]],
) -> None:
    exports, last_seen = [], dict[int, list[Booked]]()
    for days, corrected, by in rounds:
        entries = [
            replace(one, cents=one.cents + by) if one.number in corrected else one
            for one in entries
        ]
        rows = cut(entries, days)
        for number in {one.number for one in rows}:
            last_seen[number] = [one for one in rows if one.number == number]
        exports += [rows] if rows else []

    expected = Counter(one.told for rows in last_seen.values() for one in rows)
    assert exported(account, exports) == expected


# order


def test_the_export_that_was_uploaded_last_counts_even_if_it_was_read_first(
    account: ProgramAccount,
) -> None:
    older = bring_ledger(account, text([entry("1", "10.00"), entry("2", "1.00")], LEDGER)).file
    newer = bring_ledger(account, text([entry("1", "11.00"), entry("3", "3.00")], LEDGER)).file

    read(newer)
    late = read(older)

    assert figures(late) == (1, 1, 0)
    assert book() == [("1", "11.00"), ("2", "1.00"), ("3", "3.00")]
