"""API keys change, rotated with overlap and revoked at once."""

from datetime import timedelta
from typing import Any

import pytest

from carmsvc.platform.api_keys import ApiKey, key_named
from carmsvc.platform.tenancy import importer_scope
from clients.actions.keys import revoke_api_key, rotate_api_key
from clients.models import Importer, Membership, StaffAssignment, User
from clients.queries.keys import state_of
from clients.rules.keys import KeyState
from tests.clients.keys import NOW, events, made, refusal

# rotating


def test_a_rotated_key_has_the_same_scope_and_the_old_one_goes_on_for_a_while(
    owner: User, importer: Importer
) -> None:
    old = made(owner, importer, by=owner, grants=["*:read", "statement-files:write"])

    new, text = rotate_api_key(key=old, by=owner, overlap_days=7)

    old.refresh_from_db()
    assert (new.name, new.user, new.importer_ids, new.grants) == (
        old.name,
        old.user,
        old.importer_ids,
        old.grants,
    )
    assert key_named(text) == new
    assert old.replaced_by == new
    assert (old.expires_at - new.created_at).days in (6, 7)
    assert (state_of(old), state_of(new)) == (KeyState.BEING_REPLACED, KeyState.WORKING)
    assert [event.action for event in events(importer)] == [
        "API key created",
        "API key rotated",
        "API key created",
    ]
    assert events(importer)[1].after["replaced_by"] == new.prefix
    assert events(importer)[2].details["replaces"] == old.prefix


def test_without_overlap_the_old_key_ends_at_once(owner: User, importer: Importer) -> None:
    old = made(owner, importer, by=owner)

    rotate_api_key(key=old, by=owner, overlap_days=0)

    old.refresh_from_db()
    assert state_of(old) == KeyState.EXPIRED


def test_overlap_never_lengthens_a_keys_life(owner: User, importer: Importer) -> None:
    old = made(owner, importer, by=owner, days=2)

    rotate_api_key(key=old, by=owner, overlap_days=14)

    end = old.expires_at
    old.refresh_from_db()
    assert old.expires_at == end


@pytest.mark.parametrize("days", [-1, 15])
def test_overlap_is_at_most_a_fortnight(days: int, owner: User, importer: Importer) -> None:
    key = made(owner, importer, by=owner)

    reasons = refusal(rotate_api_key, key=key, by=owner, overlap_days=days)

    assert reasons == ["The old key goes on for 0 to 14 days."]


def test_a_key_is_replaced_once(owner: User, importer: Importer) -> None:
    key = made(owner, importer, by=owner)
    rotate_api_key(key=key, by=owner, overlap_days=7)

    reasons = refusal(rotate_api_key, key=key, by=owner, overlap_days=7)

    assert reasons == ["This key is being replaced already."]


@pytest.mark.parametrize("change", [{"revoked_at": NOW}, {"expires_at": NOW - timedelta(days=900)}])
def test_a_dead_key_is_not_rotated(change: dict[str, Any], owner: User, importer: Importer) -> None:
    key = made(owner, importer, by=owner)
    ApiKey.objects.filter(pk=key.pk).update(**change)

    reasons = refusal(rotate_api_key, key=key, by=owner, overlap_days=7)

    assert reasons == ["This key no longer works; make a new one."]


def test_who_manages_only_some_of_a_keys_importers_does_not_get_its_secret(
    owner: User, administrator: User, importer: Importer, stranger: Importer
) -> None:
    with importer_scope(stranger.pk):
        Membership.objects.create(importer=stranger, user=owner, role="viewer")
    key = made(owner, importer, stranger, by=administrator)

    reasons = refusal(rotate_api_key, key=key, by=owner, overlap_days=7)

    assert reasons == ["You do not manage the API keys of importer 100000009."]


def test_a_rotation_leaves_out_what_its_person_no_longer_sees(
    analyst: User, administrator: User, importer: Importer, stranger: Importer
) -> None:
    with importer_scope(stranger.pk):
        seen = StaffAssignment.objects.create(importer=stranger, user=analyst)
    key = made(analyst, importer, stranger, by=administrator)
    with importer_scope(stranger.pk):
        seen.delete()

    new, _text = rotate_api_key(key=key, by=administrator, overlap_days=1)

    assert new.importer_ids == [importer.pk]


# revoking


def test_a_revoked_key_says_who_and_when(owner: User, finance: User, importer: Importer) -> None:
    key = made(finance, importer, by=owner)

    with importer_scope(importer.pk):
        first = revoke_api_key(key=key, by=owner)
        again = revoke_api_key(key=key, by=owner)

    key.refresh_from_db()
    assert (first, again) == (True, False)
    assert (key.revoked_by, state_of(key)) == (owner, KeyState.REVOKED)
    assert [event.action for event in events(importer)] == ["API key created", "API key revoked"]
    assert events(importer)[1].actor == "owner@maple.example"


def test_an_owner_closes_their_importer_for_a_key_of_several_and_stops_no_other(
    owner: User, analyst: User, administrator: User, importer: Importer, stranger: Importer
) -> None:
    with importer_scope(stranger.pk):
        StaffAssignment.objects.create(importer=stranger, user=analyst)
    key = made(analyst, importer, stranger, by=administrator)

    with importer_scope(importer.pk):
        revoke_api_key(key=key, by=owner)

    key.refresh_from_db()
    assert (key.importer_ids, key.revoked_at) == ([stranger.pk], None)
    assert [event.action for event in events(importer)] == ["API key created", "API key narrowed"]
    assert [event.action for event in events(stranger)] == ["API key created"]


@pytest.mark.parametrize("person", ["finance", "analyst"])
def test_who_does_not_manage_keys_revokes_none(
    person: str, owner: User, importer: Importer, request: pytest.FixtureRequest
) -> None:
    somebody, key = request.getfixturevalue(person), made(owner, importer, by=owner)

    with importer_scope(importer.pk):
        reasons = refusal(revoke_api_key, key=key, by=somebody)

    assert reasons == ["You do not manage the API keys of any importer of this key."]
    assert ApiKey.objects.get().revoked_at is None
