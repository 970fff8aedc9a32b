"""The verdicts by area, by program account and of the importer; what the registry holds."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from clients.actions.importer_profiles import add_account, change_account
from clients.actions.security import note_release_status
from clients.models import Importer, ProgramAccount, User
from clients.queries.readiness import readiness, readiness_of, to_be_answered
from clients.queries.readiness_words import ANSWER_SENTENCES, facts_told, sentence, told_value
from clients.readiness import (
    Check,
    Finding,
    Inquiry,
    _registry,
    check_of,
    checks,
    findings,
    register,
)
from clients.rules.readiness import Area, Result, Severity, Verdict, passed, unknown
from tests.readiness.stories import (
    FIRST,
    SECOND,
    TODAY,
    bond,
    pays,
    put_account_right,
    put_business_right,
    release,
)

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
SET_UP, RPP, RELEASE = Area
READY, AT_RISK, NOT_READY = Verdict.READY, Verdict.AT_RISK, Verdict.NOT_READY
B, H, M = Severity

# the severity of each check, and what it is asked for
TABLE: dict[str, tuple[Severity, set[Area]]] = {
    "R01": (B, {SET_UP}),
    "R02": (B, {SET_UP, RELEASE}),
    "R03": (B, {SET_UP}),
    "R04": (H, {SET_UP}),
    "R05": (B, {SET_UP}),  # and a risk where there is one manager only
    "R06": (H, {SET_UP}),
    "R07": (B, {SET_UP, RELEASE}),
    "R08": (M, {SET_UP}),
    "R09": (B, {SET_UP}),
    "R10": (B, {RPP, RELEASE}),
    "R11": (B, {RPP}),
    "R12": (M, {RPP}),
    "R13": (H, {RPP}),
    "R14": (H, {RPP}),
    "R15": (M, {RPP}),
    "R16": (H, {RPP}),
    "R17": (M, {SET_UP}),
    "R18": (M, {SET_UP}),
    "R19": (H, {RPP}),
    "R20": (H, {RPP, RELEASE}),
    "R21": (M, {SET_UP}),
    "R22": (M, {RELEASE}),
}


def test_there_are_twenty_two_checks_each_with_its_weight_and_areas() -> None:
    assert {one.code: (one.severity, set(one.areas)) for one in checks()} == TABLE
    assert [one.code for one in checks()] == sorted(TABLE)


@pytest.mark.parametrize("code", sorted(TABLE))
@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_check_says_why_from_where_and_what_to_do(code: str, language: str) -> None:
    check = check_of(code)

    with translation.override(language):
        told = [str(check.title), str(check.why), str(check.fix)]
        assert all(told)
        assert all(str(one.title) for one in check.sources)
    assert check.sources
    assert check.who
    assert bool(check.question) is bool(check.answer_days)
    assert check.address(7).startswith("/importers/7/")


def test_an_importer_of_whom_everything_is_known_is_ready(
    scope: Importer,
    account: ProgramAccount,
    other_account: ProgramAccount,
    analyst: User,
    reviewer: User,
) -> None:
    put_business_right(scope, analyst)
    for one in (account, other_account):
        put_account_right(one, analyst, reviewer)

    found = readiness_of(scope.pk, TODAY)

    assert found.verdict is READY
    assert found.areas == {SET_UP: READY, RPP: READY, RELEASE: READY}
    assert {(one.check.code, one.result) for one in found.judged if one.result != "passed"} == {
        ("R08", Result.NOT_APPLICABLE)
    }


def test_each_account_has_a_verdict_of_its_own_and_the_importer_the_worst(
    scope: Importer,
    account: ProgramAccount,
    other_account: ProgramAccount,
    analyst: User,
    reviewer: User,
) -> None:
    put_business_right(scope, analyst)
    for one in (account, other_account):
        put_account_right(one, analyst, reviewer)
    pays(other_account, "")

    found = readiness_of(scope.pk, TODAY)

    assert [(one.bn15, verdict, areas) for one, verdict, areas in found.by_account] == [
        (FIRST, READY, {SET_UP: READY, RPP: READY, RELEASE: READY}),
        (SECOND, AT_RISK, {SET_UP: READY, RPP: AT_RISK, RELEASE: READY}),
    ]
    assert (found.verdict, found.areas) == (
        AT_RISK, {SET_UP: READY, RPP: AT_RISK, RELEASE: READY},
    )  # fmt: skip


def test_what_stops_release_prior_to_payment_leaves_the_set_up_ready(
    scope: Importer,
    account: ProgramAccount,
    other_account: ProgramAccount,
    analyst: User,
    reviewer: User,
) -> None:
    put_business_right(scope, analyst)
    for one in (account, other_account):
        put_account_right(one, analyst, reviewer)
    release(account, analyst, "suspended")

    found = readiness_of(scope.pk, TODAY)

    assert (found.verdict, found.areas) == (
        NOT_READY, {SET_UP: READY, RPP: NOT_READY, RELEASE: NOT_READY},
    )  # fmt: skip
    assert found.in_area(RPP, other_account) is READY


def test_what_stops_the_business_stops_each_of_its_accounts(scope: Importer) -> None:
    found = readiness_of(scope.pk, TODAY)

    assert [verdict for _account, verdict, _areas in found.by_account] == [NOT_READY, NOT_READY]


def test_an_account_for_exports_is_asked_for_its_number_only(
    scope: Importer, other_account: ProgramAccount, analyst: User
) -> None:
    change_account(account=other_account, by=analyst, profile="exporter")

    found = readiness_of(scope.pk, TODAY)

    of_it = {one.check.code: one.result for one in found.judged if one.account == other_account}
    assert of_it == {"R01": Result.PASSED, "R02": Result.NOT_APPLICABLE}
    assert (found.in_area(RPP, other_account), found.in_area(RELEASE, other_account)) == (
        None,
        None,
    )


def test_a_closed_account_is_not_looked_at(scope: Importer, analyst: User) -> None:
    add_account(importer=scope, bn15="123456782RM0003", by=analyst, status="closed")

    assert [one.bn15 for one in readiness_of(scope.pk, TODAY).accounts] == [FIRST, SECOND]


def test_an_importer_without_accounts_cannot_import(scope: Importer) -> None:
    ProgramAccount.objects.update(status="closed")

    found = readiness_of(scope.pk, TODAY)

    assert found.areas == {SET_UP: NOT_READY, RPP: None, RELEASE: NOT_READY}


def test_what_failed_stands_first_the_gravest_before_the_rest(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    bond(account, analyst, valid_to=date(2026, 11, 22))  # a blocker, though R13 is a risk by itself

    found = readiness_of(scope.pk, TODAY)

    order = [
        (list(Result).index(one.result), list(Severity).index(one.severity))
        for one in found.judged
    ]  # fmt: skip
    assert order == sorted(order)
    assert [one.check.code for one in found.those(Result.FAILED, Severity.BLOCKER)] == [
        "R07", "R07", "R09", "R13",
    ]  # fmt: skip


def test_only_what_no_data_can_say_is_asked_of_people(scope: Importer) -> None:
    asked = to_be_answered(readiness_of(scope.pk, TODAY))

    assert [(one.check.code, one.account.bn15[-1] if one.account else "") for one in asked] == [
        ("R03", ""), ("R11", "1"), ("R11", "2"), ("R17", ""), ("R19", "1"), ("R19", "2"),
        ("R20", "1"), ("R20", "2"), ("R21", ""), ("R22", "1"), ("R22", "2"),
    ]  # fmt: skip
    assert all(str(one.check.question) for one in asked)


def test_another_importer_is_not_there(scope: Importer, stranger: Importer) -> None:
    assert readiness([scope.pk, stranger.pk], TODAY).keys() == {scope.pk}
    with pytest.raises(KeyError):
        readiness_of(stranger.pk, TODAY)


def test_every_finding_has_a_sentence_whose_facts_are_there(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    bond(account, analyst, valid_to=TODAY)
    note_release_status(account=account, status="suspended", seen_on=TODAY, by=analyst)

    for one in readiness_of(scope.pk, TODAY).judged:
        assert "%(" not in sentence(one.check, one.outcome)
        assert all(word and value for word, value in facts_told(one.check, one.outcome))


def test_an_amount_a_share_a_day_and_a_list_are_written_for_people() -> None:
    check = check_of("R12")

    assert [
        told_value(check, "posted", Decimal("1234.5")),
        told_value(check, "used_percent", Decimal("90.0")),
        told_value(check, "percent", Decimal(110)),
        told_value(check, "due_on", TODAY),
        told_value(check, "is_on", value=True),
        told_value(check, "names", ("Rosa", "Ben")),
        told_value(check, "names", ()),
        told_value(check, "until", None),
    ] == ["1,234.50", "90\xa0%", "110\xa0%", "2026-11-23", "Yes", "Rosa, Ben", "–", "–"]


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A registry in which one check and its provider stand."""
    known = replace(_registry, checks={}, providers={})
    monkeypatch.setattr("clients.readiness._registry", known)
    return known


def asked(code: str = "X1", **told: Any) -> Check:
    usual: dict[str, Any] = {
        "title": "Title", "areas": frozenset({SET_UP}), "severity": B, "why": "Why", "sources": (),
        "fix": "Fix", "place": "importer-profile#names", "who": (), "sentences": {},
        "is_of_account": False,
    }  # fmt: skip
    return Check(code, **(usual | told))


def inquiry(*accounts: Any) -> Inquiry:
    return Inquiry({7: object()}, accounts, TODAY)


def test_a_check_has_one_room_that_answers(registry: Any) -> None:
    register(lambda _inquiry: [], asked())

    with pytest.raises(ValueError, match="X1 is already checked by somebody else"):
        register(lambda _inquiry: [Finding("X1", 7, None, passed("well"))], asked())


@pytest.mark.parametrize(
    "said",
    [
        [Finding("X2", 7, None, passed("well"))],
        [Finding("X1", 8, None, passed("well"))],
        [Finding("X1", 7, None, passed("well"))] * 2,
    ],
    ids=["another check", "another importer", "twice"],
)
def test_a_room_speaks_once_and_of_what_it_was_asked(registry: Any, said: list[Finding]) -> None:
    register(lambda _inquiry: said, asked())

    with pytest.raises(ValueError, match="was not asked for"):
        findings(inquiry())


def test_a_room_that_says_nothing_is_found_out(registry: Any) -> None:
    register(lambda _inquiry: [], asked())

    with pytest.raises(ValueError, match="Nobody answered"):
        findings(inquiry())


def test_findings_come_in_the_order_of_the_codes(registry: Any) -> None:
    for code in ("X2", "X1"):
        said = [Finding(code, 7, None, unknown("nobody_said"))]
        register(lambda _inquiry, said=said: said, asked(code))  # type: ignore[misc]

    assert [one.code for one in findings(inquiry())] == ["X1", "X2"]


def test_sentences_of_answers_are_the_same_for_every_check() -> None:
    assert set(ANSWER_SENTENCES) == {"answered", "answered_no", "answer_expired"}
