"""What the set-up of a business must look like: the decisions, without a database."""

from datetime import date, timedelta

import pytest

from clients.rules.portal import Access, PersonFacts, PersonKind, PortalRoleKind, RoleFacts
from clients.rules.readiness import Outcome, Severity
from clients.rules.readiness_set_up import (
    Registering,
    can_be_reached,
    debit_fits,
    has_managers,
    is_named_alike,
    is_registered,
    is_stated,
    managers_are_known,
    may_import,
    number_fits,
    payer_is_known,
    service_options_fit,
)
from delegation.rules.agreements import AgreementFacts
from delegation.rules.cover import Cover, Reason
from delegation.rules.readiness import agreement_holds, is_delegated

TODAY = date(2026, 11, 23)


def said(outcome: Outcome) -> tuple[str, str]:
    return outcome.result.value, outcome.reason


@pytest.mark.parametrize(
    ("bn9", "bn15", "answer"),
    [
        ("123456782", "123456782RM0001", ("passed", "number_fits")),
        ("12345678", "123456782RM0001", ("failed", "bn9_malformed")),
        ("1234567８2", "123456782RM0001", ("failed", "bn9_malformed")),
        ("123456782\n", "123456782RM0001", ("failed", "bn9_malformed")),
        ("123456782", "123456782RC0001", ("failed", "bn15_malformed")),
        ("123456782", "123456782RM001", ("failed", "bn15_malformed")),
        ("123456782", "123456782rm0001", ("failed", "bn15_malformed")),
        ("123456782", "100000009RM0001", ("failed", "of_another_business")),
        ("123456789", "123456789RM0001", ("failed", "check_digit")),
    ],
)
def test_numbers_are_nine_digits_and_an_import_export_account_of_them(
    bn9: str, bn15: str, answer: tuple[str, str]
) -> None:
    assert said(number_fits(bn9, bn15)) == answer


def test_a_check_digit_that_does_not_fit_is_a_risk_and_stops_nothing() -> None:
    assert number_fits("123456789", "123456789RM0001").severity is Severity.AT_RISK
    assert number_fits("1234", "1234RM0001").severity is None


@pytest.mark.parametrize(
    ("profile", "others_import", "answer"),
    [
        ("importer", False, ("passed", "may_import")),
        ("both", False, ("passed", "may_import")),
        ("exporter", False, ("failed", "exports_only")),
        ("exporter", True, ("not_applicable", "another_imports")),
        ("", True, ("unknown", "profile_not_known")),
    ],
)
def test_the_profile_lets_the_account_import(
    profile: str, others_import: bool, answer: tuple[str, str]
) -> None:
    assert said(may_import(profile, others_import=others_import)) == answer


@pytest.mark.parametrize(
    ("registering", "answer"),
    [
        (None, ("unknown", "no_onboarding")),
        (Registering("cancelled"), ("unknown", "no_onboarding")),
        (Registering("cancelled", TODAY), ("passed", "registered")),
        (Registering("running", TODAY), ("passed", "registered")),
        (Registering("running", is_registered_before=True), ("passed", "registered_before")),
        (Registering("finished", ended_on=TODAY), ("passed", "onboarded")),
        (Registering("running"), ("failed", "not_registered")),
    ],
)
def test_the_business_is_registered_in_the_portal(
    registering: Registering | None, answer: tuple[str, str]
) -> None:
    outcome = is_registered(registering)

    assert said(outcome) == answer
    assert outcome.may_be_answered is (answer[0] == "unknown")


@pytest.mark.parametrize(
    ("ours", "theirs", "answer"),
    [
        ("Maple Inc.", "", ("unknown", "name_not_seen")),
        ("Maple Inc.", "Maple Inc", ("failed", "name_differs")),
        ("Maple Inc.", "Maple Inc.", ("unknown", "address_not_compared")),
    ],
)
def test_the_name_is_to_the_letter_the_one_at_the_cbsa(
    ours: str, theirs: str, answer: tuple[str, str]
) -> None:
    assert said(is_named_alike(ours, theirs, TODAY)) == answer


def test_the_difference_is_shown_and_only_the_address_is_asked_of_people() -> None:
    differs = is_named_alike("Maple Inc.", "MAPLE Inc", TODAY)

    assert differs.facts["differences"] == ("case", "punctuation")
    assert is_named_alike("Maple", "", None).may_be_answered is False
    assert is_named_alike("Maple", "Maple", TODAY).may_be_answered is True


def manager(
    name: str,
    *,
    role: str = "bam",
    access: str = "active",
    left_on: date | None = None,
    until_on: date | None = None,
    days_ago: int = 0,
) -> PersonFacts:
    held = RoleFacts(
        1, PortalRoleKind(role), "", date(2020, 1, 1), until_on, TODAY - timedelta(days=days_ago)
    )
    return PersonFacts(
        1, name, "a@maple.example", PersonKind.EMPLOYEE, Access(access), left_on, (held,)
    )


def test_two_managers_are_enough_one_is_a_risk_and_none_stops() -> None:
    rosa, ben, eve = manager("Rosa"), manager("Ben"), manager("Eve", role="editor")

    two, one = has_managers([rosa, ben, eve], TODAY), has_managers([rosa, eve], TODAY)
    none = has_managers([eve], TODAY)

    assert (said(two), two.facts) == (("passed", "managers"), {"managers": ("Rosa", "Ben")})
    assert (said(one), one.severity) == (("failed", "one_manager"), Severity.AT_RISK)
    assert (said(none), none.severity) == (("failed", "no_manager"), None)
    assert said(has_managers([], TODAY)) == ("unknown", "nobody_recorded")


@pytest.mark.parametrize(
    "absent",
    [
        manager("Ben", access="invited"),
        manager("Ben", left_on=TODAY),
        manager("Ben", until_on=date(2026, 11, 22)),
    ],
    ids=["invited", "left", "role is over"],
)
def test_who_cannot_act_is_no_manager(absent: PersonFacts) -> None:
    assert said(has_managers([manager("Rosa"), absent], TODAY)) == ("failed", "one_manager")


@pytest.mark.parametrize(
    ("people", "answer"),
    [
        ([], ("unknown", "nobody_recorded")),
        ([manager("Eve", role="pam")], ("not_applicable", "no_manager")),
        ([manager("Ben", access="invited", days_ago=900)], ("not_applicable", "no_manager")),
        ([manager("Rosa", days_ago=90)], ("passed", "managers_known")),
        ([manager("Rosa", days_ago=91)], ("failed", "not_verified")),
        ([manager("Rosa", left_on=TODAY)], ("failed", "manager_gone")),
        ([manager("Rosa", left_on=date(2026, 11, 24))], ("passed", "managers_known")),
        ([manager("Rosa", until_on=date(2026, 11, 22))], ("failed", "manager_gone")),
        ([manager("Rosa", until_on=TODAY)], ("passed", "managers_known")),
    ],
)
def test_every_manager_is_still_there_and_was_verified_within_ninety_days(
    people: list[PersonFacts], answer: tuple[str, str]
) -> None:
    assert said(managers_are_known(people, TODAY, 90)) == answer


def test_the_next_day_to_verify_is_the_earliest() -> None:
    people = [manager("Rosa", days_ago=10), manager("Ben", days_ago=80)]

    assert managers_are_known(people, TODAY, 90).facts == {"verify_by": date(2026, 12, 3)}


def test_somebody_with_two_roles_that_are_over_is_named_once() -> None:
    one = manager("Rosa", left_on=TODAY)
    twice = PersonFacts(
        1, "Rosa", "", PersonKind.EMPLOYEE, Access.ACTIVE, TODAY, (*one.roles, *one.roles)
    )

    assert managers_are_known([twice], TODAY, 90).facts == {"people": ("Rosa",)}


@pytest.mark.parametrize(
    ("payer", "by_debit", "answer"),
    [
        ("importer", True, ("passed", "debit_on")),
        ("importer", False, ("failed", "debit_off")),
        ("importer", None, ("unknown", "debit_not_known")),
        ("broker", True, ("failed", "paid_twice")),
        ("broker", False, ("passed", "no_debit")),
        ("by_transaction", True, ("failed", "paid_twice")),
        ("by_transaction", False, ("passed", "no_debit")),
        ("", True, ("unknown", "payer_not_known")),
    ],
)
def test_the_debit_is_on_where_the_importer_pays_and_nowhere_else(
    payer: str, by_debit: bool | None, answer: tuple[str, str]
) -> None:
    assert said(debit_fits(payer, by_debit)) == answer


def test_who_pays_is_recorded() -> None:
    assert said(payer_is_known("by_transaction")) == ("passed", "payer_recorded")
    assert said(payer_is_known("")) == ("failed", "payer_missing")


def test_the_functions_that_nobody_fills_are_told() -> None:
    all_of_them = can_be_reached({"finance", "operations", "customs", "other"})

    assert said(all_of_them) == ("passed", "all_reached")
    assert can_be_reached({"finance", "other"}).facts == {"missing": ("operations", "customs")}


def test_what_no_data_say_is_asked_of_people() -> None:
    assert is_stated("records_not_stated").may_be_answered is True


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        ("enrolled", ("unknown", "options_not_stated")),
        ("unknown", ("unknown", "options_not_stated")),
        ("", ("unknown", "options_not_stated")),
        ("not_enrolled", ("not_applicable", "type_c_only")),
        ("suspended", ("not_applicable", "type_c_only")),
    ],
)
def test_who_is_not_in_rpp_has_no_service_option_to_choose(
    status: str, answer: tuple[str, str]
) -> None:
    assert said(service_options_fit(status)) == answer


def cover(*codes: str) -> Cover:
    return Cover(not codes, tuple(Reason(one) for one in codes) or (Reason("covered"),))


@pytest.mark.parametrize(
    ("codes", "answer"),
    [
        ((), ("passed", "delegated")),
        (("no_agreement",), ("passed", "delegated")),  # what is signed is the other check's
        (("agreement_not_in_force",), ("passed", "delegated")),
        (("not_acting", "no_agreement"), ("failed", "not_acting")),
        (("no_agreement", "account_not_delegated"), ("failed", "account_not_delegated")),
        (("no_delegation",), ("failed", "no_delegation")),
    ],
)
def test_the_delegation_is_judged_apart_from_what_is_signed(
    codes: tuple[str, ...], answer: tuple[str, str]
) -> None:
    assert said(is_delegated(cover(*codes), cover(*codes))) == answer


def test_a_delegation_for_less_than_agreed_lets_us_file_and_is_a_risk_until_it_is_set_right() -> (
    None
):
    outcome = is_delegated(cover("no_agreement"), cover("no_delegation"))

    assert said(outcome) == ("failed", "less_than_agreed")
    assert outcome.severity is Severity.AT_RISK


SIGNED = AgreementFacts(is_signed=True, effective_on=date(2026, 1, 1))
UNSIGNED = AgreementFacts(is_signed=False, effective_on=date(2026, 1, 1))
OVER = AgreementFacts(True, date(2025, 1, 1), ends_on=date(2026, 11, 22))
ENDED = AgreementFacts(True, date(2025, 1, 1), terminated_on=TODAY)
OF_ANOTHER = AgreementFacts(True, date(2026, 1, 1), names_the_importer=False)
WITH_CLAUSE = AgreementFacts(True, date(2026, 1, 1), TODAY, allows_sub_agents=True)


@pytest.mark.parametrize(
    ("agreements", "needs", "answer"),
    [
        ([], False, ("failed", "no_agreement")),
        ([SIGNED], False, ("passed", "agreement_in_force")),
        ([UNSIGNED], False, ("failed", "agreement_not_in_force")),
        ([OVER], False, ("failed", "agreement_not_in_force")),
        ([ENDED], False, ("failed", "agreement_not_in_force")),
        ([OF_ANOTHER], False, ("failed", "agreement_names_another")),
        ([OF_ANOTHER, SIGNED], False, ("passed", "agreement_in_force")),
        ([SIGNED], True, ("failed", "no_sub_agent_clause")),
        ([SIGNED, WITH_CLAUSE], True, ("passed", "agreement_in_force")),
    ],
)
def test_an_agreement_is_signed_in_force_with_this_business_and_fits(
    agreements: list[AgreementFacts], needs: bool, answer: tuple[str, str]
) -> None:
    assert said(agreement_holds(agreements, TODAY, needs_sub_agents=needs)) == answer


def test_the_agreement_that_lasts_longest_is_told() -> None:
    outcome = agreement_holds([WITH_CLAUSE, SIGNED], TODAY, needs_sub_agents=False)

    assert outcome.facts == {"since": date(2026, 1, 1), "until": None}


def test_the_agreement_nearest_to_being_in_force_is_told() -> None:
    outcome = agreement_holds([OVER, ENDED, UNSIGNED], TODAY, needs_sub_agents=False)

    assert outcome.facts == {"standing": "unsigned"}
