"""R01 to R06, R15 to R18, R21 and R22 of what is recorded about an importer."""

from datetime import date

import pytest

from clients.actions.importer_profiles import add_account, change_account, change_profile
from clients.actions.onboarding import cancel_onboarding
from clients.actions.portal import move_access, note_departure
from clients.models import Importer, Membership, ProgramAccount, User
from clients.rules.onboarding_checklist import shipped
from clients.rules.portal import AccessWish
from tests.onboarding.stories import begun, finish, finish_everything, prove, take
from tests.readiness.stories import (
    FIRST,
    SECOND,
    TODAY,
    answer,
    judged,
    pays,
    person,
    reachable,
    release,
    said,
    weight,
)

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def test_r01_a_program_account_belongs_to_the_business_number(scope: Importer) -> None:
    assert said(scope, "R01", FIRST) == ("passed", "number_fits")
    assert weight(scope, "R01", FIRST) == "blocker"


def test_r01_an_account_of_another_business_stops(scope: Importer, account: ProgramAccount) -> None:
    ProgramAccount.objects.filter(pk=account.pk).update(bn15="100000009RM0001")

    assert said(scope, "R01", "100000009RM0001") == ("failed", "of_another_business")


def test_r01_a_check_digit_that_does_not_fit_is_only_a_risk(scope: Importer) -> None:
    Importer.objects.filter(pk=scope.pk).update(bn9="123456789")
    ProgramAccount.objects.filter(bn15=FIRST).update(bn15="123456789RM0001")

    assert said(scope, "R01", "123456789RM0001") == ("failed", "check_digit")
    assert weight(scope, "R01", "123456789RM0001") == "at_risk"


@pytest.mark.parametrize(
    ("profile", "told"),
    [
        ("importer", ("passed", "may_import")),
        ("both", ("passed", "may_import")),
        ("exporter", ("not_applicable", "another_imports")),
        ("", ("unknown", "profile_not_known")),
    ],
)
def test_r02_an_account_imports_by_its_profile(
    scope: Importer, account: ProgramAccount, analyst: User, profile: str, told: tuple[str, str]
) -> None:
    change_account(account=account, by=analyst, profile=profile)

    assert said(scope, "R02", FIRST) == told
    assert weight(scope, "R02", FIRST) == "blocker"


def test_r02_who_only_exports_cannot_import(
    scope: Importer, account: ProgramAccount, other_account: ProgramAccount, analyst: User
) -> None:
    for one in (account, other_account):
        change_account(account=one, by=analyst, profile="exporter")

    assert said(scope, "R02", FIRST) == said(scope, "R02", SECOND) == ("failed", "exports_only")


def test_r02_without_an_account_in_use_nothing_is_imported(scope: Importer) -> None:
    ProgramAccount.objects.update(status="closed")

    assert said(scope, "R02") == ("failed", "no_account")


def test_r03_the_business_is_registered_once_the_portal_shows_its_accounts(
    scope: Importer, analyst: User
) -> None:
    assert said(scope, "R03") == ("unknown", "no_onboarding")
    running = begun(scope, analyst)
    codes = [one.code for one in shipped().of(running.variant)]

    finish(running, analyst, *codes[: codes.index("A12")])
    assert said(scope, "R03") == ("failed", "not_registered")  # the number was only typed in
    assert weight(scope, "R03") == "blocker"

    finish(running, analyst, "A12")
    one = judged(scope, "R03")
    assert (one.outcome.reason, one.outcome.facts) == ("registered", {"registered_on": TODAY})


def test_r03_a_case_for_manual_registration_is_no_registration_yet(
    scope: Importer, analyst: User
) -> None:
    running = begun(scope, analyst, "manual_registration")
    codes = [one.code for one in shipped().of(running.variant)]

    finish(running, analyst, *codes[: codes.index("M1")])
    assert said(scope, "R03") == ("failed", "not_registered")

    finish(running, analyst, "M1")
    assert said(scope, "R03") == ("passed", "registered")


def test_r03_the_first_day_on_which_it_was_seen_counts(scope: Importer, analyst: User) -> None:
    running = begun(scope, analyst, "manual_registration")
    codes = [one.code for one in shipped().of(running.variant)]
    finish(running, analyst, *codes[: codes.index("M1")])
    prove(running, "M1", analyst)
    take(running, "M1", "finish", analyst, on=date(2026, 11, 20))
    finish(running, analyst, "A12")

    assert judged(scope, "R03").outcome.facts == {"registered_on": date(2026, 11, 20)}


def test_r03_an_employee_joins_a_business_that_is_registered(
    scope: Importer, analyst: User
) -> None:
    begun(scope, analyst, "employee_access")

    assert said(scope, "R03") == ("passed", "registered_before")


def test_r03_an_onboarding_that_was_given_up_leaves_what_it_had_reached(
    scope: Importer, analyst: User
) -> None:
    cancel_onboarding(onboarding=begun(scope, analyst), today=TODAY, by=analyst, reason="Waits")
    assert said(scope, "R03") == ("unknown", "no_onboarding")

    done = begun(scope, analyst)
    finish_everything(done, analyst)
    cancel_onboarding(onboarding=done, today=TODAY, by=analyst, reason="They left")
    assert said(scope, "R03") == ("passed", "registered")

    cancel_onboarding(onboarding=begun(scope, analyst), today=TODAY, by=analyst, reason="Twice")
    assert said(scope, "R03") == ("passed", "registered")


def test_r03_where_no_onboarding_tells_a_person_may(scope: Importer, analyst: User) -> None:
    answer(scope, "R03", analyst)

    assert said(scope, "R03") == ("passed", "answered")


def test_r04_the_name_is_compared_and_the_address_is_asked_of_people(
    scope: Importer, analyst: User
) -> None:
    assert said(scope, "R04") == ("unknown", "name_not_seen")
    assert weight(scope, "R04") == "at_risk"

    change_profile(
        importer=scope, by=analyst, name_at_cbsa="Maple Furniture Inc", name_seen_on=TODAY
    )
    differs = judged(scope, "R04")
    assert (differs.result, differs.outcome.reason) == ("failed", "name_differs")
    assert differs.outcome.facts["differences"] == ("punctuation",)

    change_profile(
        importer=scope, by=analyst, name_at_cbsa="Maple Furniture Inc.", name_seen_on=TODAY
    )
    assert said(scope, "R04") == ("unknown", "address_not_compared")

    answer(scope, "R04", analyst)
    assert said(scope, "R04") == ("passed", "answered")


def test_r05_two_people_manage_the_business(scope: Importer, analyst: User) -> None:
    assert said(scope, "R05") == ("unknown", "nobody_recorded")

    rosa = person(scope, "Rosa Roy", analyst)
    assert said(scope, "R05") == ("failed", "one_manager")
    assert weight(scope, "R05") == "at_risk"

    person(scope, "Ben Brook", analyst)
    assert said(scope, "R05") == ("passed", "managers")

    note_departure(portal_user=rosa, left_on=TODAY, by=analyst)
    assert judged(scope, "R05").outcome.facts == {"managers": ("Ben Brook",)}


def test_r05_without_a_manager_the_business_is_locked_out(scope: Importer, analyst: User) -> None:
    rosa = person(scope, "Rosa Roy", analyst)
    note_departure(portal_user=rosa, left_on=TODAY, by=analyst)

    assert said(scope, "R05") == ("failed", "no_manager")
    assert weight(scope, "R05") == "blocker"


def test_r06_a_manager_was_seen_within_ninety_days(scope: Importer, analyst: User) -> None:
    person(scope, "Rosa Roy", analyst, days_ago=90)
    assert said(scope, "R06") == ("passed", "managers_known")

    person(scope, "Ben Brook", analyst, days_ago=91)
    late = judged(scope, "R06")
    assert (late.outcome.reason, late.outcome.facts["people"]) == ("not_verified", ("Ben Brook",))
    assert weight(scope, "R06") == "at_risk"


def test_r06_a_manager_who_left_still_has_access(scope: Importer, analyst: User) -> None:
    assert said(scope, "R06") == ("unknown", "nobody_recorded")
    rosa = person(scope, "Rosa Roy", analyst)

    note_departure(portal_user=rosa, left_on=TODAY, by=analyst)
    assert said(scope, "R06") == ("failed", "manager_gone")

    move_access(portal_user=rosa, wish=AccessWish.REMOVE, on=TODAY, today=TODAY, by=analyst)
    assert said(scope, "R06") == ("unknown", "nobody_recorded")


def test_r06_where_nobody_manages_there_is_nobody_to_verify(scope: Importer, analyst: User) -> None:
    person(
        scope, "Eve Eden", analyst, role="reader", account=ProgramAccount.objects.get(bn15=FIRST)
    )

    assert said(scope, "R06") == ("not_applicable", "no_manager")


@pytest.mark.parametrize(
    ("payer", "by_debit", "told"),
    [
        ("importer", True, ("passed", "debit_on")),
        ("importer", False, ("failed", "debit_off")),
        ("importer", None, ("unknown", "debit_not_known")),
        ("broker", True, ("failed", "paid_twice")),
        ("broker", False, ("passed", "no_debit")),
        ("", None, ("unknown", "payer_not_known")),
    ],
)
def test_r15_the_debit_is_on_where_the_importer_pays(
    scope: Importer,
    account: ProgramAccount,
    payer: str,
    by_debit: bool | None,
    told: tuple[str, str],
) -> None:
    pays(account, payer, by_debit)

    assert said(scope, "R15", FIRST) == told
    assert weight(scope, "R15", FIRST) == "advice"


@pytest.mark.parametrize("payer", ["importer", "broker", "by_transaction"])
def test_r16_who_pays_is_recorded_for_each_account(
    scope: Importer, account: ProgramAccount, payer: str
) -> None:
    pays(account, payer)

    assert said(scope, "R16", FIRST) == ("passed", "payer_recorded")
    assert said(scope, "R16", SECOND) == ("failed", "payer_missing")
    assert weight(scope, "R16", SECOND) == "at_risk"


def test_r17_use_of_the_portal_is_asked_of_people_every_31_days(
    scope: Importer, analyst: User
) -> None:
    assert said(scope, "R17") == ("unknown", "portal_use_not_stated")
    assert weight(scope, "R17") == "advice"

    answer(scope, "R17", analyst)

    assert said(scope, "R17", today=date(2026, 12, 24)) == ("passed", "answered")
    assert said(scope, "R17", today=date(2026, 12, 25)) == ("unknown", "answer_expired")


def test_r17_somebody_found_the_notifications_off(scope: Importer, analyst: User) -> None:
    answer(scope, "R17", analyst, is_met=False)

    assert said(scope, "R17") == ("failed", "answered_no")


def test_r18_there_is_somebody_to_reach_for_each_function(
    scope: Importer, owner: User, finance: User
) -> None:
    missing = judged(scope, "R18")
    assert missing.outcome.facts == {"missing": ("operations", "customs")}  # finance has signed up
    assert weight(scope, "R18") == "advice"

    reachable(scope, "operations", "customs")
    assert said(scope, "R18") == ("passed", "all_reached")

    User.objects.filter(pk=finance.pk).update(is_active=False)
    assert judged(scope, "R18").outcome.facts == {"missing": ("finance",)}


def test_r18_a_compliance_person_of_the_importer_is_reached_for_customs(
    scope: Importer, owner: User
) -> None:
    Membership.objects.filter(user=owner).update(role="compliance")

    assert judged(scope, "R18").outcome.facts == {"missing": ("finance", "operations")}


def test_r21_where_the_records_are_is_asked_of_people_every_year(
    scope: Importer, analyst: User
) -> None:
    assert said(scope, "R21") == ("unknown", "records_not_stated")
    assert weight(scope, "R21") == "advice"

    answer(scope, "R21", analyst)
    assert said(scope, "R21", today=date(2027, 11, 23)) == ("passed", "answered")
    assert said(scope, "R21", today=date(2027, 11, 24)) == ("unknown", "answer_expired")

    answer(scope, "R21", analyst, is_met=False)
    assert said(scope, "R21") == ("failed", "answered_no")


def test_r22_the_service_options_are_asked_of_people_for_each_account(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    answer(scope, "R22", analyst, account)

    assert said(scope, "R22", FIRST) == ("passed", "answered")
    assert said(scope, "R22", SECOND) == ("unknown", "options_not_stated")
    assert weight(scope, "R22", SECOND) == "advice"

    answer(scope, "R22", analyst, account, is_met=False)
    assert said(scope, "R22", FIRST) == ("failed", "answered_no")


@pytest.mark.parametrize("status", ["not_enrolled", "suspended"])
def test_r22_without_release_prior_to_payment_there_is_no_option(
    scope: Importer, account: ProgramAccount, analyst: User, status: str
) -> None:
    release(account, analyst, status)

    assert said(scope, "R22", FIRST) == ("not_applicable", "type_c_only")


def test_an_account_that_was_closed_is_asked_nothing(scope: Importer, analyst: User) -> None:
    closed = add_account(importer=scope, bn15="123456782RM0003", by=analyst, status="closed")

    with pytest.raises(ValueError, match="not enough values"):
        judged(scope, "R01", closed.bn15)
