"""Verification rounds: asked once, answered by the importer's people, decided by our staff."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.outbox import Letter
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.actions.portal_decisions import apply_line, decline_line
from clients.actions.portal_verifications import (
    Said,
    answer_verification,
    start_verification,
    start_verifications,
    withdraw_verification,
)
from clients.deadlines import deadlines
from clients.models import (
    Importer,
    PortalRole,
    PortalUser,
    PortalVerification,
    PortalVerificationLine,
    User,
)

ACCOUNT = "123456782RM0001"


@pytest.fixture
def people(record: Any) -> None:
    record("Lea Lee", "reader", account=ACCOUNT)
    record("Rosa Roy", "bam")


@pytest.fixture
def round_(people: None, scope: Importer, analyst: User, owner: User, today: date) -> Any:
    due_on = today + timedelta(days=14)
    return start_verification(importer=scope, due_on=due_on, by=analyst, today=today)


def lines() -> list[PortalVerificationLine]:
    return list(PortalVerificationLine.objects.order_by("id"))


def confirmed() -> list[Said]:
    return [Said(line=one.pk, answer="confirm") for one in lines()]


def instead(**told: Any) -> list[Said]:
    """Everything is right but the first line: Lea's."""
    return [Said(line=lines()[0].pk, **told), *confirmed()[1:]]


def test_every_person_and_role_becomes_a_line(round_: PortalVerification, record: Any):
    told = [(one.asked_name, one.asked_role, one.asked_account) for one in lines()]

    assert told == [("Lea Lee", "reader", ACCOUNT), ("Rosa Roy", "bam", "")]


def test_each_owner_gets_one_letter_in_their_language(
    people: None, scope: Importer, analyst: User, owner: User, today: date
):
    owner.language = "fr"
    owner.save()

    made = start_verification(importer=scope, due_on=today, by=analyst, today=today)

    [letter] = Letter.objects.filter(to_address=owner.email)
    with translation.override("fr"):
        hello = translation.gettext("Hello %(name)s,") % {"name": owner.full_name}
    assert hello in letter.text
    assert f"/portal-verifications/{made.pk}/" in letter.text
    assert f"/portal-verifications/{made.pk}/" in letter.html
    assert letter.once == f"portal-verification/{made.pk}/{owner.pk}"


def test_a_second_round_is_refused_and_no_second_letter_goes(
    round_: PortalVerification, scope: Importer, analyst: User, owner: User, today: date
):
    with pytest.raises(Refused, match="A round is under way"):
        start_verification(importer=scope, due_on=today, by=analyst, today=today)

    assert Letter.objects.filter(to_address=owner.email).count() == 1


def test_without_an_owner_nobody_is_asked(scope: Importer, analyst: User, today: date):
    with pytest.raises(Refused, match="no owner of the importer signs in here"):
        start_verification(importer=scope, due_on=today, by=analyst, today=today)


def test_of_several_importers_those_who_cannot_be_asked_are_told(
    people: None,
    importer: Importer,
    stranger: Importer,
    administrator: User,
    owner: User,
    today: date,
):
    with importer_scope([importer.pk, stranger.pk]):
        told = start_verifications(
            importers=[importer, stranger], due_on=today, by=administrator, today=today
        )

        assert [one.importer for one in told.rounds] == [importer]
        assert [one for one, _reason in told.left_out] == [stranger]


def test_when_all_is_right_the_round_is_done_and_every_role_verified(
    round_: PortalVerification, owner: User, today: date
):
    answered = answer_verification(verification=round_, said=confirmed(), by=owner)

    assert answered.state == "done"
    roles = PortalRole.objects.values_list("verified_on", "verified_by")
    assert set(roles) == {(today, owner.pk)}
    told = [one.action for one in AuditEvent.objects.order_by("id")]
    assert told[-2:] == ["portal verification answered", "portal verification done"]


def test_our_staff_do_not_answer_for_the_importer(round_: PortalVerification, analyst: User):
    with pytest.raises(Refused, match="own people answer"):
        answer_verification(verification=round_, said=confirmed(), by=analyst)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"answer": ""}, "the answers are"),
        ({"answer": "missing"}, "the answers are"),
        ({"answer": "correct", "role": "king"}, "choose the role"),
        (
            {"answer": "correct", "role": "pam", "account": "100000009RM0001",
             "name": "Lea", "email": "lea@maple.example"},
            "no such program account",
        ),
        (
            {"answer": "correct", "role": "bam", "account": ACCOUNT,
             "name": "Lea", "email": "lea@maple.example"},
            "every program account",
        ),
        ({"answer": "correct", "role": "pam", "account": ACCOUNT}, "name and the e-mail"),
        (
            {"answer": "correct", "role": "reader", "account": ACCOUNT,
             "name": "Lea Lee", "email": "lea.lee@maple.example"},
            "nothing is corrected",
        ),
        ({"answer": "left", "note": "her password: Maple4417!"}, "password"),
    ],
)  # fmt: skip
def test_an_answer_that_will_not_do_keeps_nothing(
    round_: PortalVerification, owner: User, told: dict[str, Any], words: str
):
    with pytest.raises(Refused) as refusal:
        answer_verification(verification=round_, said=instead(**told), by=owner)

    assert words in " ".join(refusal.value.reasons)
    assert {one.answer for one in lines()} == {""}
    assert PortalRole.objects.exclude(verified_on=None).count() == 0


def test_each_line_is_answered_once_and_none_is_left_out(round_: PortalVerification, owner: User):
    with pytest.raises(Refused, match="Say whether the line of Rosa Roy is right"):
        answer_verification(verification=round_, said=confirmed()[:1], by=owner)
    with pytest.raises(Refused, match="once, and no other"):
        answer_verification(verification=round_, said=[*confirmed(), *confirmed()], by=owner)


def test_a_corrected_role_ends_and_the_right_one_begins(
    round_: PortalVerification, analyst: User, owner: User, today: date
):
    right = {"name": "Lea Lee", "email": "lea@maple.example", "role": "pam", "account": ACCOUNT}
    answer_verification(verification=round_, said=instead(answer="correct", **right), by=owner)
    assert PortalUser.objects.get(name="Lea Lee").email == "lea.lee@maple.example"

    apply_line(line=lines()[0], by=analyst, today=today)

    lea = PortalUser.objects.get(name="Lea Lee")
    roles = list(lea.roles.order_by("id").values_list("role", "ended_on", "verified_by"))
    assert lea.email == "lea@maple.example"
    assert roles == [("reader", today, None), ("pam", None, owner.pk)]
    round_.refresh_from_db()
    assert round_.state == "done"


def test_somebody_who_left_and_was_removed_is_both(
    round_: PortalVerification, analyst: User, owner: User, today: date
):
    left_on = today - timedelta(days=30)
    said = instead(answer="left", left_on=left_on, is_removed=True)
    answer_verification(verification=round_, said=said, by=owner)

    apply_line(line=lines()[0], by=analyst, today=today)

    lea = PortalUser.objects.get(name="Lea Lee")
    assert (lea.left_on, lea.state, lea.removed_on) == (left_on, "removed", today)


def test_somebody_missing_is_recorded_as_whose_person_they_are(
    round_: PortalVerification, analyst: User, owner: User, today: date
):
    missing = Said(answer="missing", name="Bo Bell", email="bo@broker.example", role="bam")
    answer_verification(verification=round_, said=[*confirmed(), missing], by=owner)

    apply_line(line=lines()[2], by=analyst, today=today, kind="broker")

    bo = PortalUser.objects.get(name="Bo Bell")
    assert (bo.kind, bo.roles.get().role, bo.roles.get().verified_by) == ("broker", "bam", owner)


def test_a_line_is_declined_for_a_reason_and_the_record_stays(
    round_: PortalVerification, analyst: User, owner: User
):
    answer_verification(verification=round_, said=instead(answer="left"), by=owner)
    with pytest.raises(Refused, match="Say why"):
        decline_line(line=lines()[0], reason=" ", by=analyst)

    decline_line(line=lines()[0], reason="She works from home", by=analyst)

    assert PortalUser.objects.get(name="Lea Lee").left_on is None
    round_.refresh_from_db()
    assert round_.state == "done"
    with pytest.raises(Refused, match="not possible any more"):
        decline_line(line=lines()[0], reason="Again", by=analyst)


def test_a_role_that_ended_meanwhile_is_not_verified_by_its_line(
    round_: PortalVerification, analyst: User, owner: User, today: date
):
    role = lines()[0].portal_role
    PortalRole.objects.filter(pk=role.pk).update(ended_on=today, ended_by=analyst)

    answer_verification(verification=round_, said=confirmed(), by=owner)

    role.refresh_from_db()
    assert role.verified_on is None


def test_only_a_round_nobody_answered_can_be_withdrawn(
    round_: PortalVerification, analyst: User, owner: User
):
    withdrawn = withdraw_verification(verification=round_, reason="Wrong client", by=analyst)

    assert (withdrawn.state, withdrawn.withdrawal_reason) == ("withdrawn", "Wrong client")
    with pytest.raises(Refused, match="the round is “Withdrawn”"):
        answer_verification(verification=round_, said=confirmed(), by=owner)


def test_the_round_is_a_deadline_until_it_is_answered(
    round_: PortalVerification, scope: Importer, owner: User, today: date
):
    def told() -> list[tuple[str, bool]]:
        found = deadlines([scope.pk], today, today + timedelta(days=20), "portal_verification")
        return [(one.key, one.is_done) for one in found]

    assert told() == [(f"portal-verification/{round_.pk}", False)]

    answer_verification(verification=round_, said=confirmed(), by=owner)

    assert told() == [(f"portal-verification/{round_.pk}", True)]


def test_the_next_verification_is_our_deadline_and_quiet_while_a_round_runs(
    record: Any, scope: Importer, analyst: User, owner: User, today: date, settings: Any
):
    settings.PORTAL_VERIFICATION_DAYS = 60
    record("Rosa Roy", "bam", days_ago=50)
    kind = "portal_verification_next"
    days = (today, today + timedelta(days=20))

    [before] = deadlines([scope.pk], *days, kind)
    start_verification(importer=scope, due_on=today, by=analyst, today=today)
    [after] = deadlines([scope.pk], *days, kind)

    assert (before.due_on, before.is_quiet) == (today + timedelta(days=10), False)
    assert after.is_quiet is True
    assert deadlines([scope.pk], *days, kind, is_staff=False) == []
