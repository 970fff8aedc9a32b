"""Delegations and agreements as they are prepared, taken step by step, and audited."""

import hashlib
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, User
from delegation import tasks
from delegation.actions import (
    change_terms,
    expire_delegations,
    give_role,
    keep_evidence,
    open_evidence,
    take_role,
)
from delegation.models import DelegatedRole, Delegation, DelegationEvent
from delegation.rules import NEEDS_REASON, State, Wish, possible
from tests.delegation.stories import (
    PDF,
    TODAY,
    active,
    approval,
    prepared,
    requested,
    signed,
    step,
)

TERMS: dict[str, Any] = {
    "agreed_level": "business",
    "agreed_accounts": [],
    "agreed_ticks": [1, 2, 3],
    "effective_from": None,
    "effective_to": None,
    "review_on": None,
}


def refusal(act: Any) -> list[str]:
    with pytest.raises(Refused) as refused, transaction.atomic():
        act()
    return refused.value.reasons


def last_event(importer: Importer) -> AuditEvent:
    return AuditEvent.objects.filter(importer=importer).latest("id")


def test_every_fault_of_what_is_agreed_is_told_at_once(scope: Importer) -> None:
    wish = {
        "agreed_level": "business",
        "agreed_accounts": ["100000009RM0001"],
        "agreed_ticks": [2, 4],
        "effective_from": date(2026, 2, 1),
        "effective_to": date(2026, 1, 1),
    }

    assert refusal(lambda: prepared(scope, **wish)) == [
        "100000009RM0001 is not a program account of this importer.",
        "Business management includes every program account: choose none, or choose the "
        "program level.",
        "The first visibility tick is the least the portal gives: keep it.",
        "There is no visibility tick 4.",
        "The last day lies before the first day.",
    ]
    assert Delegation.objects.count() == 0


def test_program_management_names_its_accounts(scope: Importer) -> None:
    assert refusal(lambda: prepared(scope, agreed_level="program")) == [
        "Program management needs at least one program account."
    ]


def test_another_provider_is_named_with_its_business_number(scope: Importer) -> None:
    wish = {"provider_kind": "trade_consultant"}

    assert refusal(lambda: prepared(scope, **wish)) == ["Name the provider."]
    assert refusal(lambda: prepared(scope, **wish, provider_name="Tariff House")) == [
        "Give the provider’s business number: nine digits."
    ]


def test_our_own_delegation_goes_by_our_own_name(scope: Importer, settings: Any) -> None:
    settings.BROKERAGE_NAME = "Northgate Customs Brokers"

    assert prepared(scope).provider_name == "Northgate Customs Brokers"


def test_one_delegation_of_a_provider_at_a_time_until_it_is_cancelled(scope: Importer) -> None:
    first = prepared(scope)

    assert refusal(lambda: prepared(scope)) == [
        "There is a delegation of carmsvc already: change that one, or end it first."
    ]
    step(first, Wish.CANCEL)
    assert prepared(scope).pk != first.pk


def test_an_approval_is_recorded_with_who_when_and_how_far(scope: Importer, analyst: User) -> None:
    asked = requested(scope)

    taken = step(asked, Wish.APPROVE, by=analyst, approval=approval())

    assert (taken.state, taken.approved_by_name, taken.approved_on) == (
        "active", "Olivia Chen", TODAY,
    )  # fmt: skip
    event = last_event(scope)
    assert (event.action, event.actor, event.target_id) == (
        "delegation approved", analyst.email, asked.pk,
    )  # fmt: skip
    assert event.before["state"] == "requested"
    assert event.after == {
        "state": "active",
        "approved_level": "business",
        "approved_ticks": [1, 2, 3],
        "approved_by_name": "Olivia Chen",
        "approved_on": "2026-11-23",
    }


def test_less_than_agreed_is_insufficient_until_the_importer_sets_it_right(
    scope: Importer,
) -> None:
    short = step(requested(scope), Wish.APPROVE, approval=approval(approved_ticks=(1,)))
    still_short = step(short, Wish.CHANGE, approval=approval(approved_ticks=(1, 2)))
    enough = step(still_short, Wish.CHANGE, approval=approval())

    assert [one.state for one in (short, still_short, enough)] == [
        "insufficient", "insufficient", "active",
    ]  # fmt: skip


def test_agreeing_on_more_makes_an_active_delegation_insufficient(
    scope: Importer, analyst: User
) -> None:
    told = TERMS | {"agreed_ticks": [1]}
    delegation = active(scope, agreed_ticks=[1])
    change = {"delegation": delegation, "on": TODAY, "by": analyst}

    assert change_terms(**change, **told) is False
    short = step(delegation, Wish.CHANGE, approval=approval(approved_ticks=(1,)))
    assert short.state == "active"
    assert change_terms(**change, **TERMS) is True

    delegation.refresh_from_db()
    assert delegation.state == "insufficient"
    newest = DelegationEvent.objects.latest("id")
    assert (newest.wish, newest.reason) == ("change", "What was agreed has changed.")


def test_what_was_approved_before_a_revocation_is_not_taken_over_by_a_new_request(
    scope: Importer,
) -> None:
    again = step(step(active(scope), Wish.REVOKE), Wish.REQUEST)

    assert (again.approved_level, again.approved_ticks, again.approved_on) == ("", [], None)


@pytest.mark.parametrize("wish", sorted(NEEDS_REASON))
def test_what_ends_or_refuses_needs_a_reason(scope: Importer, wish: Wish) -> None:
    asked = requested(scope)
    if wish not in possible(State.REQUESTED):
        asked = step(asked, Wish.APPROVE, approval=approval())

    assert refusal(lambda: step(asked, wish, reason="  ")) == [
        "Say why: the reason stays in the history."
    ]


def test_a_step_is_not_taken_on_a_day_that_has_not_come(scope: Importer) -> None:
    drafted = prepared(scope)

    assert refusal(lambda: step(drafted, Wish.REQUEST, on=TODAY + timedelta(days=1))) == [
        "2026-11-24 has not come yet."
    ]


def test_an_approval_says_what_is_approved_by_whom_and_when(scope: Importer) -> None:
    asked = requested(scope)
    empty = approval(approved_by_name=" ", approved_on=TODAY + timedelta(days=1))

    assert refusal(lambda: step(asked, Wish.APPROVE)) == [
        "Say what is approved in the portal: level, program accounts, visibility."
    ]
    assert refusal(lambda: step(asked, Wish.APPROVE, approval=empty)) == [
        "Say who approved it in the portal.",
        "The day of the approval has not come yet.",
    ]


def test_what_is_over_cannot_be_asked_for_before_its_days_are_changed(
    scope: Importer, analyst: User
) -> None:
    over = prepared(scope, effective_to=TODAY - timedelta(days=1))

    assert refusal(lambda: step(over, Wish.REQUEST)) == [
        "Its last day was 2026-11-22: change the days first."
    ]
    change_terms(delegation=over, on=TODAY, by=analyst, **TERMS)
    assert step(over, Wish.REQUEST).state == "requested"


def test_an_illegal_step_names_the_state_the_wish_and_what_is_possible(scope: Importer) -> None:
    assert refusal(lambda: step(prepared(scope), Wish.REVOKE)) == [
        "The delegation is in the state “Draft”: “revoke” is not possible. "
        "Possible: request, end the mandate."
    ]


def test_a_cancelled_delegation_is_not_changed(scope: Importer, analyst: User) -> None:
    over = step(prepared(scope), Wish.CANCEL)

    told = {"delegation": over, "on": TODAY, "by": analyst, **TERMS}
    assert refusal(lambda: change_terms(**told)) == [
        "The mandate is over: prepare a new delegation."
    ]


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(Wish), st.booleans()), max_size=14))
def test_after_a_random_walk_the_history_tells_every_step_and_the_state(
    scope: Importer, wishes: list[tuple[Wish, bool]]
) -> None:
    with transaction.atomic():
        delegation, taken = prepared(scope), ["create"]
        for wish, enough in wishes:
            told = approval(approved_ticks=(1, 2, 3) if enough else (1,))
            try:
                with transaction.atomic():
                    delegation = step(delegation, wish, approval=told)
            except Refused:
                continue
            taken.append(wish.value)

        events = list(DelegationEvent.objects.filter(delegation=delegation).order_by("id"))
        assert [one.wish for one in events] == taken
        for before, after in pairwise(events):
            assert before.to_state == after.from_state
            assert after.wish in possible(State(after.from_state))
        delegation.refresh_from_db()
        assert events[-1].to_state == delegation.state
        transaction.set_rollback(True)


def test_the_history_cannot_be_changed_or_removed(scope: Importer) -> None:
    prepared(scope)
    for act in (
        lambda: DelegationEvent.objects.update(reason="another"),
        lambda: DelegationEvent.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_the_daily_task_lets_expire_what_is_over_and_nothing_else(
    importer: Importer, stranger: Importer
) -> None:
    with importer_scope(importer.pk):
        over = active(importer, effective_to=TODAY)
        goes_on = active(
            importer, provider_kind="other", provider_name="P", provider_bn9="112345670",
        )  # fmt: skip

    assert expire_delegations(importer_id=importer.pk, on=TODAY) == 0
    assert expire_delegations(importer_id=importer.pk, on=TODAY + timedelta(days=1)) == 1
    assert expire_delegations(importer_id=importer.pk, on=TODAY + timedelta(days=1)) == 0

    with importer_scope(importer.pk):
        states = dict(Delegation.objects.values_list("pk", "state"))
        assert states == {over.pk: "expired", goes_on.pk: "active"}
        event = last_event(importer)
        assert (event.action, event.actor) == ("delegation expired", "worker")


def test_the_end_of_the_agreement_lets_our_own_delegation_expire(
    importer: Importer, analyst: User
) -> None:
    with importer_scope(importer.pk):
        signed(importer, analyst, ends_on=TODAY)
        ours = active(importer)
    tomorrow = TODAY + timedelta(days=1)

    assert expire_delegations(importer_id=importer.pk, on=tomorrow) == 1
    with importer_scope(importer.pk):
        ours.refresh_from_db()
        assert ours.state == "expired"


def test_another_agreement_that_goes_on_keeps_it(importer: Importer, analyst: User) -> None:
    with importer_scope(importer.pk):
        signed(importer, analyst, ends_on=TODAY)
        signed(importer, analyst)
        active(importer)

    assert expire_delegations(importer_id=importer.pk, on=TODAY + timedelta(days=1)) == 0


def test_the_task_finds_the_importers_by_itself(
    importer: Importer, stranger: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in (importer, stranger):
        with importer_scope(one.pk):
            active(one, effective_to=TODAY)
    monkeypatch.setattr(tasks, "today_in_toronto", lambda: TODAY + timedelta(days=1))

    tasks.expire_delegations()

    with importer_scope([importer.pk, stranger.pk]):
        assert set(Delegation.objects.values_list("state", flat=True)) == {"expired"}


def test_nobody_lets_expire_what_is_not_over(scope: Importer) -> None:
    delegation = active(scope)

    assert refusal(lambda: step(delegation, Wish.EXPIRE)) == [
        "Neither its last day nor that of the agency agreement is over."
    ]


def test_evidence_is_kept_with_its_hash_and_who_takes_it_is_told(
    scope: Importer, analyst: User
) -> None:
    delegation = active(scope)
    told = {"reference": " portal e-mail ", "evidence_on": TODAY, "by": analyst}

    keep_evidence(
        delegation=delegation, **told, content=ContentFile(PDF, "mail.pdf"), file_name="mail.pdf"
    )

    delegation.refresh_from_db()
    assert delegation.evidence_reference == "portal e-mail"
    assert delegation.evidence_sha256 == hashlib.sha256(PDF).hexdigest()
    assert "mail" not in delegation.evidence.name
    assert open_evidence(delegation=delegation, by=analyst).read() == PDF
    assert last_event(scope).action == "delegation evidence opened"


def test_a_file_that_is_no_scan_is_refused_and_nothing_is_kept(
    scope: Importer, analyst: User
) -> None:
    delegation = active(scope)
    told = {"reference": "a", "evidence_on": TODAY, "by": analyst, "file_name": "a.pdf"}

    content = ContentFile(b"<html>", "a.pdf")
    assert refusal(lambda: keep_evidence(delegation=delegation, **told, content=content)) == [
        "Send a PDF, a PNG or a JPEG; this file is none of them."
    ]
    delegation.refresh_from_db()
    assert delegation.evidence_reference == ""


def test_a_proxy_role_fits_the_level_and_is_held_once_by_our_staff(
    scope: Importer, analyst: User, finance: User
) -> None:
    delegation = active(scope)
    told = {"delegation": delegation, "by": analyst}

    assert refusal(lambda: give_role(**told, person=analyst, role="ppam")) == [
        "The portal gives pBAM with business management, and pPAM with program management."
    ]
    assert refusal(lambda: give_role(**told, person=finance, role="pbam")) == [
        "Choose somebody of the brokerage’s staff who can sign in."
    ]
    place = give_role(**told, person=analyst, role="pbam")
    assert refusal(lambda: give_role(**told, person=analyst, role="pbam")) == [
        "Analyst holds a role already."
    ]
    take_role(place=place, by=analyst)
    assert DelegatedRole.objects.count() == 0
    event = last_event(scope)
    assert event.before == {"email": analyst.email, "role": "pbam"}
