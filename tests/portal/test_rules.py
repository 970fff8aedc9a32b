"""What is risky about who has access in the portal, worked out without a database."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from clients.rules.portal import (
    SEVERITIES,
    Access,
    AccessWish,
    Answer,
    Decision,
    IllegalAccess,
    PersonFacts,
    PersonKind,
    PortalRoleKind,
    Risk,
    RiskCode,
    RoleFacts,
    RoundState,
    is_shared_mailbox,
    managers,
    next_verification_on,
    outcome,
    possible,
    risks_of,
    round_after,
)
from clients.rules.portal_permissions import Cell, Column, best_of, permission_table, read_table

TODAY = date(2026, 11, 23)
ACCOUNT = "123456782RM0001"


def role(kind: str = "bam", account: str = "", number: int = 1, **told: object) -> RoleFacts:
    known = RoleFacts(number, PortalRoleKind(kind), account, TODAY - timedelta(days=10))
    return replace(known, **told)


def person(number: int, *roles: RoleFacts, **told: object) -> PersonFacts:
    known = PersonFacts(
        number,
        f"Person {number}",
        f"person.{'abcdefgh'[number]}@maple.example",
        PersonKind.EMPLOYEE,
        Access.ACTIVE,
        roles=roles,
    )
    return replace(known, **told)


TWO = (person(1, role(number=1)), person(2, role(number=2)))


def codes(*people: PersonFacts, days: int = 90) -> list[str]:
    return [one.code.value for one in risks_of(people, TODAY, days)]


def test_two_managers_verified_lately_are_no_risk():
    assert codes(*TWO) == []


def test_one_manager_alone_is_a_risk_of_that_manager():
    assert risks_of(TWO[:1], TODAY, 90) == (Risk(RiskCode.SINGLE_BAM, 1),)


def test_no_manager_stops_the_work():
    assert codes(person(1, role("editor", ACCOUNT))) == ["no_bam"]
    assert SEVERITIES[RiskCode.NO_BAM] == "block"


def test_where_nobody_is_on_record_we_know_nothing_and_claim_nothing():
    removed = person(1, role(), access=Access.REMOVED)

    assert codes() == ["nobody_recorded"]
    assert codes(removed) == ["nobody_recorded"]


def test_an_invited_manager_and_one_past_the_last_day_do_not_count():
    invited = person(1, role(), access=Access.INVITED)
    expired = person(2, role(number=2, until_on=TODAY - timedelta(days=1)))

    assert managers([invited, expired, TWO[1]], TODAY) == [TWO[1]]
    assert codes(invited, expired) == ["no_bam", "expired"]


def test_a_role_holds_on_its_last_day():
    assert codes(person(1, role(until_on=TODAY)), TWO[1]) == []


def test_somebody_who_left_and_still_has_access_is_a_risk_and_no_manager():
    gone = person(1, role(), left_on=TODAY)

    assert risks_of([gone, TWO[1]], TODAY, 90) == (
        Risk(RiskCode.LEAVER, 1),
        Risk(RiskCode.SINGLE_BAM, 2),
    )


def test_somebody_who_leaves_tomorrow_has_not_left_today():
    assert codes(replace(TWO[0], left_on=TODAY + timedelta(days=1)), TWO[1]) == []


@pytest.mark.parametrize("kind", ["broker", "consultant"])
def test_a_manager_who_is_no_employee_is_a_risk_of_the_role(kind: str):
    outsider = person(3, role(number=7), kind=PersonKind(kind))

    assert risks_of([*TWO, outsider], TODAY, 90) == (Risk(RiskCode.THIRD_PARTY_BAM, 3, 7),)


def test_a_brokers_person_with_a_narrower_role_is_none():
    assert codes(*TWO, person(3, role("pam", ACCOUNT, 7), kind=PersonKind.BROKER)) == []


def test_a_role_counts_as_known_for_so_many_days_after_it_was_seen():
    seen = person(3, role("reader", ACCOUNT, 7, verified_on=TODAY - timedelta(days=90)))
    older = person(3, role("reader", ACCOUNT, 7, verified_on=TODAY - timedelta(days=91)))

    assert codes(*TWO, seen) == []
    assert risks_of([*TWO, older], TODAY, 90) == (Risk(RiskCode.NOT_VERIFIED, 3, 7),)
    assert codes(*TWO, older, days=91) == []


def test_a_role_never_seen_counts_from_the_day_it_was_recorded():
    unseen = person(3, role("reader", ACCOUNT, 7, recorded_on=TODAY - timedelta(days=91)))

    assert codes(*TWO, unseen) == ["not_verified"]


@pytest.mark.parametrize("kind", ["pam", "editor", "reader"])
def test_every_role_but_a_managers_needs_its_program_account(kind: str):
    assert codes(*TWO, person(3, role(kind, "", 7))) == ["no_account"]


@pytest.mark.parametrize(
    "email",
    ["info@a.example", "customs@a.example", "AP@a.example", "import-export@a.example",
     "comptes.douanes@a.example", "carm1@a.example", "service.douane@a.example"],
)  # fmt: skip
def test_a_desk_is_told_by_its_words(email: str):
    assert is_shared_mailbox(email)


@pytest.mark.parametrize(
    "email", ["rosa.roy@a.example", "i.mport@a.example", "infotech@a.example", "77@a.example"]
)
def test_a_person_is_not_taken_for_a_desk(email: str):
    assert not is_shared_mailbox(email)


def test_two_people_with_one_address_share_a_mailbox():
    same = "Both@maple.example"
    people = [replace(TWO[0], email=same), replace(TWO[1], email=same.lower())]

    assert codes(*people) == ["shared_mailbox", "shared_mailbox"]


def test_the_gravest_stands_first():
    people = [person(1, role("reader", ""), email="info@a.example", left_on=TODAY)]

    assert codes(*people) == ["no_bam", "leaver", "shared_mailbox", "no_account"]


def test_the_next_verification_is_due_when_the_first_role_lapses():
    seen = person(1, role(verified_on=TODAY - timedelta(days=30)), role("reader", ACCOUNT, 2))

    assert next_verification_on([seen], 90) == TODAY + timedelta(days=60)
    assert next_verification_on([replace(seen, access=Access.INVITED)], 90) is None


@pytest.mark.parametrize(
    ("state", "wishes"),
    [("invited", ["activate", "remove"]), ("active", ["remove"]), ("removed", ["invite"])],
)
def test_what_can_be_recorded_of_access(state: str, wishes: list[str]):
    assert [one.value for one in possible(Access(state))] == wishes


def test_access_in_force_cannot_be_invited():
    with pytest.raises(IllegalAccess):
        outcome(Access.ACTIVE, AccessWish.INVITE)


def test_a_round_is_done_when_no_correction_waits():
    confirm, correct = (Answer.CONFIRM, None), (Answer.CORRECT, None)

    assert round_after([]) is RoundState.DONE
    assert round_after([confirm]) is RoundState.DONE
    assert round_after([confirm, correct]) is RoundState.ANSWERED
    assert round_after([confirm, (Answer.LEFT, Decision.DECLINED)]) is RoundState.DONE


def test_the_table_answers_for_every_role_and_cites_what_is_sure():
    for action in permission_table().actions:
        assert set(action.cells) == set(Column)
        assert set(action.title) == {"en", "fr"}
        for ruling in action.cells.values():
            is_sure = ruling.cell in (Cell.YES, Cell.NO)
            assert bool(ruling.sources) == is_sure, action.code


def test_what_no_source_says_is_unknown():
    action = permission_table().action("approve_third_parties")

    assert action is not None
    assert action.cells[Column.PBAM].cell is Cell.UNKNOWN
    assert action.cells[Column.PAM].cell is Cell.YES


def test_the_first_declaration_is_no_consultants():
    action = permission_table().action("file_declaration")

    assert action is not None
    assert action.cells[Column.CONSULTANT].cell is Cell.NO
    assert [one.key for one in action.cells[Column.CONSULTANT].sources] == ["coleDay10"]


def test_somebody_can_do_the_best_of_their_roles():
    action = permission_table().action("pay")

    assert action is not None
    assert best_of(action, [PortalRoleKind.READER, PortalRoleKind.EDITOR]) is Cell.YES
    assert best_of(action, [PortalRoleKind.READER]) is Cell.NO
    assert best_of(action, []) is None


def test_a_cell_that_cites_an_unknown_source_is_no_table():
    with pytest.raises(KeyError):
        read_table(
            'read_on = 2026-11-22\nsources = {}\n[[actions]]\ncode = "a"\n'
            'title = {en = "A", fr = "A"}\n'
            'cells = {bam="Y x",pam="n",editor="n",reader="n",pbam="n",ppam="n",consultant="n"}'
        )
