"""Authority, decided: acts against provider, level, accounts, state, days and agreement."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from delegation.rules import (
    Act,
    AgreementFacts,
    Cover,
    DelegationFacts,
    Level,
    ProviderKind,
    Reason,
    Standing,
    State,
    Terms,
    covers,
    shortfalls,
    standing_on,
)
from delegation.rules.cover import MATRIX
from delegation.wording import ACTS, LEVELS, PROVIDERS, REASONS, STANDINGS, sentence

ON = date(2026, 11, 23)
RM1, RM2 = "123456782RM0001", "123456782RM0002"
GAA = AgreementFacts(True, date(2026, 1, 1), scope=frozenset(act.value for act in Act))
OURS = DelegationFacts(
    provider=ProviderKind.OUR_BROKERAGE,
    state=State.ACTIVE,
    level=Level.BUSINESS,
    ticks=frozenset({1, 2, 3}),
    effective_from=date(2026, 1, 1),
    effective_to=date(2026, 12, 31),
    approved_on=date(2026, 1, 5),
    agreements=(GAA,),
    number=1,
)
PROGRAM = replace(OURS, level=Level.PROGRAM, accounts=frozenset({RM1}))
CONSULTANT = replace(OURS, provider=ProviderKind.TRADE_CONSULTANT, agreements=())

# written by hand: what a broker may at business level, at program level, and a consultant;
# "?" is what no source states, and is not counted on
TABLE = """
act                       broker-business  broker-program  consultant
register_business         no               no              no
manage_business_users     yes              no              ?
manage_account_users      yes              yes             ?
approve_requests          ?                ?               no
edit_profile              ?                ?               no
enrol_in_rpp              yes              ?               no
view_statement            yes              yes             yes
view_others_transactions  yes              yes             yes
pay                       yes              yes             no
file_cad                  yes              yes             no
correct_cad               yes              yes             no
adjust_cad                yes              yes             yes
request_ruling            yes              yes             yes
appeal                    yes              ?               ?
build_client_groups       yes              no              yes
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()[1:]]
WHO = {"broker-business": OURS, "broker-program": PROGRAM, "consultant": CONSULTANT}
CELLS = [
    (Act(act), who, cell) for act, *cells in ROWS for who, cell in zip(WHO, cells, strict=True)
]


def codes(cover: Cover) -> list[str]:
    return [reason.code for reason in cover.reasons]


@pytest.mark.parametrize(("act", "who", "cell"), CELLS)
def test_the_permission_table(act: Act, who: str, cell: str) -> None:
    answer = covers([WHO[who]], RM1, act, ON)

    assert answer.is_covered is (cell == "yes")
    if cell == "yes":
        assert codes(answer) == ["covered"]
    elif cell == "?":
        assert codes(answer) == ["not_verified"]
    else:
        refusal = "needs_licence" if who == "consultant" else "not_at_this_level"
        assert codes(answer)[-1] == refusal


def test_the_table_names_every_act() -> None:
    assert {act for act, *_ in CELLS} == set(Act) == set(MATRIX) == set(ACTS)


# section C: what a licensed broker may and a trade consultant may not
DIFFERENCES = [
    (Act.FILE_CAD, True, False),
    (Act.CORRECT_CAD, True, False),
    (Act.ADJUST_CAD, True, True),
    (Act.REQUEST_RULING, True, True),
    (Act.PAY, True, False),
]


@pytest.mark.parametrize(("act", "broker", "consultant"), DIFFERENCES)
def test_a_trade_consultant_neither_files_corrects_nor_pays(
    act: Act, broker: bool, consultant: bool
) -> None:
    other_broker = replace(CONSULTANT, provider=ProviderKind.LICENSED_BROKER)
    other = replace(CONSULTANT, provider=ProviderKind.OTHER)

    assert bool(covers([OURS], RM1, act, ON)) is broker
    assert bool(covers([other_broker], RM1, act, ON)) is broker
    assert bool(covers([CONSULTANT], RM1, act, ON)) is consultant
    assert bool(covers([other], RM1, act, ON)) is consultant


@pytest.mark.parametrize("state", State)
def test_only_what_is_approved_in_the_portal_works(state: State) -> None:
    answer = covers([replace(OURS, state=state)], RM1, Act.FILE_CAD, ON)

    if state in (State.ACTIVE, State.INSUFFICIENT):
        assert answer.is_covered
    else:
        assert answer.reasons == (Reason("not_acting", {"state": state}),)


def test_an_insufficient_delegation_still_works_and_the_answer_says_so() -> None:
    answer = covers([replace(OURS, state=State.INSUFFICIENT)], RM1, Act.FILE_CAD, ON)

    assert [note.code for note in answer.notes] == ["less_than_agreed"]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2025, 12, 31), ["not_yet_effective", "agreement_not_in_force"]),
        (date(2026, 1, 4), ["not_yet_effective"]),  # approved on the 5th
        (date(2026, 1, 5), ["covered"]),
        (date(2026, 12, 31), ["covered"]),
        (date(2027, 1, 1), ["no_longer_effective"]),
    ],
)
def test_it_works_from_the_approval_to_the_last_day_both_included(
    on: date, expected: list[str]
) -> None:
    assert codes(covers([OURS], RM1, Act.FILE_CAD, on)) == expected


def test_without_days_of_ours_it_works_from_the_approval_on() -> None:
    open_ended = replace(OURS, effective_from=None, effective_to=None)

    assert covers([open_ended], RM1, Act.FILE_CAD, date(2035, 1, 1))
    assert not covers([open_ended], RM1, Act.FILE_CAD, date(2026, 1, 4))


def test_program_management_reaches_its_own_accounts_only() -> None:
    assert covers([PROGRAM], RM1, Act.FILE_CAD, ON)
    assert covers([PROGRAM], RM2, Act.FILE_CAD, ON).reasons == (
        Reason("account_not_delegated", {"account": RM2}),
    )
    assert codes(covers([PROGRAM], None, Act.FILE_CAD, ON)) == ["needs_business_level"]


def test_business_management_reaches_every_account_and_the_business() -> None:
    for account in (RM1, RM2, None):
        assert covers([OURS], account, Act.FILE_CAD, ON)


@pytest.mark.parametrize("ticks", [(), (1,), (1, 2), (1, 3), (2, 3), (1, 2, 3)])
def test_what_others_filed_is_seen_with_all_three_ticks_only(ticks: tuple[int, ...]) -> None:
    answer = covers([replace(OURS, ticks=frozenset(ticks))], RM1, Act.VIEW_OTHERS_TRANSACTIONS, ON)

    assert codes(answer) == (["covered"] if ticks == (1, 2, 3) else ["visibility_too_narrow"])


SCOPELESS = replace(GAA, scope=frozenset({"pay"}))
AGREEMENTS = [
    ((), ["no_agreement"], None),
    ((replace(GAA, is_signed=False),), ["agreement_not_in_force"], Standing.UNSIGNED),
    ((replace(GAA, effective_on=date(2026, 12, 1)),), ["agreement_not_in_force"], Standing.NOT_YET),
    ((replace(GAA, ends_on=date(2026, 11, 22)),), ["agreement_not_in_force"], Standing.LAPSED),
    ((replace(GAA, terminated_on=ON),), ["agreement_not_in_force"], Standing.ENDED),
    ((replace(GAA, names_the_importer=False),), ["agreement_names_another"], None),
    ((SCOPELESS,), ["outside_agreement"], None),
    ((replace(GAA, ends_on=ON),), ["covered"], None),
    ((SCOPELESS, GAA), ["covered"], None),
    ((replace(GAA, is_signed=False), GAA), ["covered"], None),
]


@pytest.mark.parametrize(("agreements", "expected", "standing"), AGREEMENTS)
def test_our_own_delegation_needs_an_agreement_in_force_for_this_importer_and_this_act(
    agreements: tuple[AgreementFacts, ...], expected: list[str], standing: Standing | None
) -> None:
    answer = covers([replace(OURS, agreements=agreements)], RM1, Act.FILE_CAD, ON)

    assert codes(answer) == expected
    if standing:
        assert answer.reasons[0].params == {"standing": standing}


def test_two_agreements_that_each_hold_half_do_not_make_one() -> None:
    another = replace(GAA, names_the_importer=False)
    answer = covers([replace(OURS, agreements=(another, SCOPELESS))], RM1, Act.FILE_CAD, ON)

    assert codes(answer) == ["outside_agreement"]


def test_without_any_delegation_the_answer_says_so() -> None:
    assert covers([], RM1, Act.FILE_CAD, ON) == Cover(False, (Reason("no_delegation"),))


def test_one_delegation_that_covers_is_enough_and_is_named() -> None:
    revoked = replace(OURS, state=State.REVOKED, number=7)

    answer = covers([revoked, replace(PROGRAM, number=8)], RM1, Act.FILE_CAD, ON)

    assert (answer.is_covered, answer.delegation) == (True, 8)


def test_a_no_is_explained_by_the_delegation_that_comes_closest() -> None:
    far = replace(OURS, state=State.REVOKED, effective_to=date(2026, 2, 1), agreements=(), number=1)
    near = replace(PROGRAM, number=2)

    answer = covers([far, near], RM2, Act.FILE_CAD, ON)

    assert (codes(answer), answer.delegation) == (["account_not_delegated"], 2)


def test_every_reason_against_is_told_at_once() -> None:
    bad = replace(PROGRAM, state=State.EXPIRED, effective_to=date(2026, 2, 1), agreements=())

    assert codes(covers([bad], RM1, Act.REGISTER_BUSINESS, ON)) == [
        "not_acting", "no_longer_effective", "not_at_this_level", "no_agreement",
    ]  # fmt: skip


@given(
    state=st.sampled_from(State),
    level=st.sampled_from([None, *Level]),
    provider=st.sampled_from(ProviderKind),
    act=st.sampled_from(Act),
    account=st.sampled_from([None, RM1, RM2]),
    days=st.integers(-800, 800),
)
def test_an_answer_has_a_reason_with_a_sentence_whatever_is_asked(
    state: State,
    level: Level | None,
    provider: ProviderKind,
    act: Act,
    account: str | None,
    days: int,
) -> None:
    asked = replace(PROGRAM, state=state, level=level, provider=provider)

    answer = covers([asked], account, act, ON + timedelta(days=days))

    assert answer.reasons
    for language, reason in product(("en", "fr"), (*answer.reasons, *answer.notes)):
        with translation.override(language):
            assert "%" not in sentence(reason)
            assert sentence(reason).endswith(".")


def _params(code: str) -> Reason:
    given_params = {
        "level": Level.BUSINESS, "state": State.REVOKED, "day": ON, "account": RM1,
        "act": Act.FILE_CAD, "standing": Standing.LAPSED, "accounts": RM1, "ticks": "2, 3",
    }  # fmt: skip
    return Reason(code, given_params)


SENTENCES = {
    "covered": "The relationship approved in the portal includes it (Business management).",
    "no_delegation": "No delegation is on record: request one by the importer’s BN9.",
    "not_acting": "The delegation is not approved in the portal; its state: Revoked.",
    "not_yet_effective": "The delegation takes effect on 2026-11-23 only.",
    "no_longer_effective": "The delegation’s last day was 2026-11-23: have it renewed.",
    "needs_business_level": (
        "It concerns the business as a whole, and the relationship is at program level."
    ),
    "account_not_delegated": "Program account 123456782RM0001 is not among those approved.",
    "visibility_too_narrow": (
        "The visibility ticks in the portal do not show what other providers filed: "
        "ask the importer to set all three."
    ),
    "needs_licence": (
        "Only a licensed customs broker may do this for an importer: "
        "File the original accounting declaration (CAD)."
    ),
    "not_at_this_level": (
        "A broker does not get this right at this level: "
        "File the original accounting declaration (CAD)."
    ),
    "not_verified": (
        "No source says whether the portal gives this right, so it is not counted on: "
        "File the original accounting declaration (CAD)."
    ),
    "no_agreement": "No agency agreement is on record: have one signed.",
    "agreement_not_in_force": "No agency agreement is in force; the nearest one: Lapsed.",
    "agreement_names_another": (
        "The agency agreement names another legal entity than this importer."
    ),
    "outside_agreement": (
        "The agency agreement does not include it: File the original accounting declaration (CAD)."
    ),
    "less_than_agreed": "Less is approved in the portal than was agreed.",
    "inferred": (
        "No source states this right outright; it follows from others: "
        "File the original accounting declaration (CAD)."
    ),
    "agreement_not_known": "What this provider has signed with the importer is not known here.",
    "level_below_agreed": (
        "Business management was agreed; the portal has program management only."
    ),
    "accounts_missing": "Not approved in the portal: 123456782RM0001.",
    "ticks_missing": "Visibility ticks that are not set in the portal: 2, 3.",
}


def test_every_reason_is_a_sentence_written_down_here() -> None:
    assert {code: sentence(_params(code)) for code in REASONS} == SENTENCES


@pytest.mark.parametrize("words", [ACTS, LEVELS, PROVIDERS, STANDINGS, REASONS])
def test_the_words_are_another_language_in_french(words: dict[object, object]) -> None:
    with translation.override("en"):
        english = {key: str(word) for key, word in words.items()}
    with translation.override("fr"):
        assert [key for key, word in words.items() if str(word) == english[key]] == []


FULL = Terms(Level.BUSINESS, frozenset(), frozenset({1, 2, 3}))


@pytest.mark.parametrize(
    ("agreed", "approved", "expected"),
    [
        (FULL, FULL, []),
        (FULL, replace(FULL, level=Level.PROGRAM, accounts=frozenset({RM1})),
         ["level_below_agreed"]),
        (FULL, replace(FULL, ticks=frozenset({1})), ["ticks_missing"]),
        (replace(FULL, level=Level.PROGRAM, accounts=frozenset({RM1, RM2})),
         replace(FULL, level=Level.PROGRAM, accounts=frozenset({RM1})), ["accounts_missing"]),
        (replace(FULL, level=Level.PROGRAM, accounts=frozenset({RM1})), FULL, []),
        (replace(FULL, ticks=frozenset({1})), FULL, []),
    ],
)  # fmt: skip
def test_less_than_agreed_is_told_and_more_is_enough(
    agreed: Terms, approved: Terms, expected: list[str]
) -> None:
    assert [reason.code for reason in shortfalls(agreed, approved)] == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2025, 12, 31), Standing.NOT_YET),
        (date(2026, 1, 1), Standing.IN_FORCE),
        (date(2026, 6, 30), Standing.IN_FORCE),
        (date(2026, 7, 1), Standing.LAPSED),
    ],
)
def test_an_agreement_holds_from_its_first_to_its_last_day(on: date, expected: Standing) -> None:
    assert standing_on(replace(GAA, ends_on=date(2026, 6, 30)), on) is expected


def test_a_continuous_agreement_holds_until_a_party_ends_it() -> None:
    ended = replace(GAA, terminated_on=date(2030, 1, 1))

    assert standing_on(GAA, date(2050, 1, 1)) is Standing.IN_FORCE
    assert standing_on(ended, date(2029, 12, 31)) is Standing.IN_FORCE
    assert standing_on(ended, date(2030, 1, 1)) is Standing.ENDED
