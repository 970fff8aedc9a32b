"""What we propose for a file, and when a person is asked."""

import pytest

from carmsvc.platform.tables import FileRefused
from statements.layouts.fields import CANONICAL_TYPES
from statements.layouts.profiles import MappingProfile, Proposal, answer, header_diff
from statements.layouts.reading import FileKind
from tests.statements.layouts.files import (
    ACCOUNT,
    FILES,
    HEADER,
    OTHER_ACCOUNT,
    proposed,
    read_file,
    statement,
)

NO = "12345000000012"
ROW = f"{NO},CAD,2026-10-21,10.00"


def asked(proposal: Proposal) -> list[str]:
    return [question.key for question in proposal.questions]


@pytest.mark.parametrize("name", ["english", "french", "two_columns"])
def test_a_file_in_known_words_is_not_asked_about(name):
    proposal = proposed(FILES / f"statements/{name}.csv")

    assert not proposal.questions
    assert set(proposal.confidence.values()) == {"exact"}


def test_headings_are_known_however_they_are_spelled(tmp_path):
    path = statement(tmp_path, ROW, header="TRANSACTION_NO.,TransactionType,Posting  Date:,MONTANT")

    assert proposed(path).profile.column_map == {
        "transaction_no": "TRANSACTION_NO.",
        "transaction_type": "TransactionType",
        "posted_on": "Posting  Date:",
        "amount": "MONTANT",
    }


@pytest.mark.parametrize("between", [" / ", "/", " | ", " - ", " – ", "\n"])
def test_headings_in_both_languages_are_known(tmp_path, between):
    english = ("Transaction number", "Transaction type", "Release date", "Amount")
    french = ("Numéro de transaction", "Type de transaction", "Date de mainlevée", "Montant")
    header = ",".join(
        f'"{one}{between}{other}"' for one, other in zip(english, french, strict=True)
    )

    proposal = proposed(statement(tmp_path, ROW, header=header))

    assert not proposal.questions
    read_as = ("transaction_no", "transaction_type", "released_on", "amount")
    assert set(proposal.profile.column_map) == set(read_as)


def test_two_fields_in_one_heading_are_not_taken_for_one(tmp_path):
    """Debit/Credit is neither, and GST/PST two taxes: nobody may guess which."""
    proposal = proposed(
        statement(tmp_path, f"{NO},CAD,2026-10-21,10.00,3.00", header=f"{HEADER},Duty/GST")
    )

    assert {"duty", "gst"} & set(proposal.profile.column_map) == set()


def test_one_language_that_nobody_knows_is_asked_about(tmp_path):
    header = "Transaction number,Transaction type,Release date,Amount / Betrag"

    assert asked(proposed(statement(tmp_path, ROW, header=header))) == ["column:amount"]


# columns


def test_a_misspelled_heading_is_proposed_and_asked_about(tmp_path):
    proposal = proposed(
        statement(tmp_path, ROW + ",X", header=HEADER.replace("Amount", "Ammount") + ",Memo")
    )
    (question,) = proposal.questions

    assert question.code == "fuzzy_header"
    assert (question.key, question.choices) == ("column:amount", ("Ammount", "Memo", ""))
    assert proposal.confidence["amount"] == "fuzzy"
    assert answer(proposal, {"column:amount": "Ammount"}).column_map["amount"] == "Ammount"


def test_a_reference_is_the_number_only_where_no_column_is_called_so(tmp_path):
    alone = proposed(
        statement(tmp_path, ROW, header=HEADER.replace("Transaction number", "Reference"))
    )
    both = proposed(statement(tmp_path, ROW + ",R", header=HEADER + ",Reference"))

    assert alone.profile.column_map["transaction_no"] == "Reference"
    assert both.profile.column_map["transaction_no"] == "Transaction number"
    assert both.profile.column_map["reference"] == "Reference"


def test_two_headings_for_one_field_are_asked_about(tmp_path):
    proposal = proposed(statement(tmp_path, ROW + ",9.00", header=HEADER + ",Net amount"))

    assert [(q.code, q.choices) for q in proposal.questions] == [
        ("two_headers_for_one_field", ("Amount", "Net amount"))
    ]
    assert answer(proposal, {"column:amount": "Net amount"}).column_map["amount"] == "Net amount"


def test_the_same_heading_twice_is_refused_when_it_matters(tmp_path):
    with pytest.raises(FileRefused) as refusal:
        proposed(statement(tmp_path, ROW + ",9.00", header=HEADER + ",Amount"))

    assert refusal.value.code == "same_heading_twice"
    assert not asked(proposed(statement(tmp_path, ROW + ",a,b", header=HEADER + ",Memo,Memo")))


def test_an_amount_beside_debit_and_credit_is_asked_about(tmp_path):
    proposal = proposed(statement(tmp_path, ROW + ",10.00,", header=HEADER + ",Debit,Credit"))

    assert asked(proposal) == ["sign_rule"]


@pytest.mark.parametrize(
    ("header", "keys"),
    [
        (HEADER.replace("Amount", "Sum of it"), ["column:amount"]),
        (HEADER.replace("Posting date", "When"), ["column:posted_on"]),
    ],
)
def test_a_missing_amount_or_date_is_asked_for(tmp_path, header, keys):
    assert asked(proposed(statement(tmp_path, ROW, header=header))) == keys


def test_headings_nobody_knows_still_reach_a_person(tmp_path):
    path = statement(tmp_path, ROW, header="Zahl,Art,Tag,Betrag")
    proposal = proposed(path)
    answers = {"column:amount": "Betrag", "column:posted_on": "Tag"}

    assert asked(proposal) == list(answers)
    assert read_file(path, profile=answer(proposal, answers)).column("amount") == ["10.00"]


# what the whole file says


def dates(tmp_path, *days):
    return statement(tmp_path, *(f"{NO},CAD,{day},10.00" for day in days))


def test_one_date_decides_the_order_for_the_whole_file(tmp_path):
    days = ["05/11/2026"] * 5_000
    proposal = proposed(dates(tmp_path, *days, "13/11/2026"))

    assert proposal.profile.date_format == "%d/%m/%Y"
    assert not proposal.questions
    assert proposed(dates(tmp_path, *days, "11/13/2026")).profile.date_format == "%m/%d/%Y"


def test_dates_that_all_read_both_ways_are_asked_about(tmp_path):
    (question,) = proposed(dates(tmp_path, "05/11/2026", "2026-11-13")).questions

    assert question.code == "date_order_ambiguous"
    assert question.choices == ("%d/%m/%Y", "%m/%d/%Y")
    assert question.params["example"] == "05/11/2026"


def test_dates_that_contradict_each_other_are_errors(tmp_path):
    read = read_file(dates(tmp_path, "13/11/2026", "11/14/2026"))

    assert not read.proposal.questions
    assert read.errors == [(3, "date_does_not_exist", None)]


def amounts(tmp_path, *texts):
    return statement(tmp_path, *(f'{NO},CAD,2026-10-21,"{text}"' for text in texts))


def test_one_amount_decides_the_decimal_mark_for_the_whole_file(tmp_path):
    many = ["1,234"] * 5_000

    assert read_file(amounts(tmp_path, *many, "1.50")).column("amount")[0] == "1234.00"
    assert read_file(amounts(tmp_path, "1.234", "1,50")).column("amount")[0] == "1234.00"
    assert read_file(amounts(tmp_path, "1 234", "5")).column("amount")[0] == "1234.00"


def test_thousands_or_thousandths_everywhere_are_asked_about(tmp_path):
    proposal = proposed(amounts(tmp_path, "1,234", "500"))

    assert [(q.key, q.choices) for q in proposal.questions] == [("decimal_mark", (".", ","))]


def test_unknown_types_are_asked_about_one_by_one(tmp_path):
    path = statement(tmp_path, ROW, f"{NO},Zorp,2026-10-21,1.00", *[ROW.replace("CAD", "Frob")] * 2)
    proposal = proposed(path)

    assert asked(proposal) == ["type:frob", "type:zorp"]
    assert proposal.questions[0].params["rows"] == 2
    assert proposal.questions[0].choices == CANONICAL_TYPES

    profile = answer(proposal, {"type:frob": "LAP", "type:zorp": "OTHER"})
    read = read_file(path, profile=profile)
    assert read.column("transaction_type") == ["CAD", "OTHER", "LAP", "LAP"]
    assert read.column("raw_type") == ["CAD", "Zorp", "Frob", "Frob"]


def test_one_letter_is_a_form_in_a_ledger_and_unknown_in_a_statement(tmp_path):
    path = statement(tmp_path, ROW.replace("CAD", "C"))

    assert not asked(proposed(path, FileKind.LEDGER))
    assert asked(proposed(path)) == ["type:c"]


def test_payments_without_a_minus_are_asked_about(tmp_path):
    path = statement(tmp_path, ROW, ",Payment,2026-10-21,5.00")
    (question,) = proposed(path).questions

    assert (question.code, question.key) == ("payments_are_positive", "sign_rule")
    profile = answer(proposed(path), {"sign_rule": "signed_credit_positive"})
    assert read_file(path, profile=profile).column("amount") == ["-10.00", "-5.00"]


def test_credits_that_all_carry_a_minus_are_asked_about(tmp_path):
    header = "Transaction number,Type,Date,Debit,Credit"
    path = statement(
        tmp_path, f"{NO},CAD,2026-10-21,5.00,", ",PMT,2026-10-22,,-5.00", header=header
    )
    proposal = proposed(path)

    assert [q.code for q in proposal.questions] == ["credits_are_negative"]
    profile = answer(proposal, {"sign_rule": "two_columns_credit_negative"})
    assert read_file(path, profile=profile).column("amount") == ["5.00", "-5.00"]


def test_the_program_account_is_asked_for_when_nothing_tells_it(tmp_path):
    path = statement(tmp_path, ROW)
    (question,) = proposed(path, program_account=None).questions

    assert (question.key, question.choices) == ("program_account", (ACCOUNT, OTHER_ACCOUNT))
    assert not asked(proposed(path, program_account=None, program_accounts=frozenset({ACCOUNT})))


# profiles


def test_a_known_profile_applies_itself_to_the_same_headings(tmp_path):
    first = proposed(dates(tmp_path, "05/11/2026"))
    profile = answer(first, {"date_format": "%m/%d/%Y"})
    next_month = dates(tmp_path, "06/11/2026")

    assert not asked(proposed(next_month, known=[profile]))
    assert proposed(next_month, known=[profile]).profile.date_format == "%m/%d/%Y"


def test_a_known_profile_still_asks_about_a_type_nobody_has_seen(tmp_path):
    profile = proposed(statement(tmp_path, ROW)).profile
    path = statement(tmp_path, ROW.replace("CAD", "Zorp"))

    assert asked(proposed(path, known=[profile])) == ["type:zorp"]


def test_the_signature_is_of_the_words_and_their_order(tmp_path):
    one = proposed(statement(tmp_path, ROW)).profile
    other_spelling = proposed(statement(tmp_path, ROW, header=HEADER.upper())).profile
    reordered = proposed(statement(tmp_path, f"CAD,{NO},2026-10-21,1.00", header=swapped())).profile

    assert one.signature == other_spelling.signature != reordered.signature


def swapped() -> str:
    first, second, *others = HEADER.split(",")
    return ",".join((second, first, *others))


def test_what_a_profile_knows_survives_new_headings(tmp_path):
    header = "Zahl,Transaction type,Posting date,Amount"
    proposal = proposed(statement(tmp_path, ROW, header=header))
    profile = MappingProfile.from_json(
        {
            **proposal.profile.to_json(),
            "column_map": {**proposal.profile.column_map, "transaction_no": "Zahl"},
        }
    )
    changed = proposed(statement(tmp_path, ROW + ",x", header=header + ",Status"), known=[profile])

    assert changed.profile.column_map["transaction_no"] == "Zahl"
    assert changed.header_diff is not None
    assert changed.header_diff.added == ("Status",)


def test_a_renamed_heading_is_told_as_such(tmp_path):
    profile = proposed(statement(tmp_path, ROW)).profile
    diff = header_diff(profile, ["Transaction number", "Transaction types", "Amount", "Status"])

    assert diff.renamed == (("Transaction type", "Transaction types"),)
    assert (diff.added, diff.removed) == (("Status",), ("Posting date",))


def test_profiles_and_proposals_survive_json(tmp_path):
    proposal = proposed(statement(tmp_path, ROW.replace("CAD", "Zorp"), header=HEADER))
    stored = {**proposal.to_json(), "headers": [], "sample": []}

    assert Proposal.from_json(stored) == proposal
    assert MappingProfile.from_json(proposal.profile.to_json()) == proposal.profile


def test_an_answer_that_is_no_choice_is_refused(tmp_path):
    proposal = proposed(dates(tmp_path, "05/11/2026"))

    with pytest.raises(ValueError, match="date_format"):
        answer(proposal, {"date_format": "whatever"})
    with pytest.raises(ValueError, match="date_format"):
        answer(proposal, {})
