"""The reasons as people read them, in both languages."""

from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from statements.explanations import SENTENCES, missing_value, sentences
from statements.rules.rulebook import NoSuchValue, Rulebook
from statements.rules.streams import Stream, dates_of

BOOK = Rulebook.starting()
DAYS = st.dates(date(2024, 10, 21), date(2040, 12, 31))


@given(
    released_on=DAYS,
    stream=st.sampled_from(list(Stream)),
    province=st.sampled_from(["", "ON", "QC"]),
    language=st.sampled_from(["en", "fr"]),
)
def test_whatever_is_released_each_day_has_its_sentence(
    released_on: date, stream: Stream, province: str, language: str
):
    found = dates_of(released_on, BOOK, stream, province=province)

    with translation.override(language):
        told = sentences(found.steps)

    assert len(told) >= len(found.steps) >= 1
    assert any(found.payment_due_on.isoformat() in one for one in told)
    assert not any("%(" in one for one in told)


def test_holidays_are_told_after_the_count_that_met_them():
    told = sentences(dates_of(date(2025, 12, 17), BOOK).steps)

    at = next(place for place, one in enumerate(told) if "five business days" in one)
    assert "2025-12-24" in told[at] and "Holidays met" not in told[at + 1]
    told = sentences(dates_of(date(2025, 12, 19), BOOK).steps)
    at = next(place for place, one in enumerate(told) if "five business days" in one)
    assert told[at + 1] == "Holidays met: 2025-12-25."


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_each_sentence_has_a_french_one(code: str):
    with translation.override("en"):
        english = str(SENTENCES[code])
    with translation.override("fr"):
        french = str(SENTENCES[code])

    assert french != english


def test_a_missing_rate_is_named_by_its_quarter_and_another_value_by_its_name():
    rate = missing_value(NoSuchValue("prescribed_rate", "2026Q4", date(2026, 11, 23)))
    order = missing_value(NoSuchValue("surtax_rate", "SOR/2025-66", date(2026, 11, 23)))

    assert "2026Q4" in rate and "nothing is computed" in rate
    assert order == "The rulebook holds no value “surtax_rate SOR/2025-66” for 2026-11-23."
