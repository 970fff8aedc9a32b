"""API keys: who may make which, until when, who ended it, and what the audit tells of that."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from carmsvc.platform.api_keys import ApiKey, create_api_key, key_named
from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.key_grants import (
    api_resources,
    covers,
    grant_needed,
    unknown_grants,
    without_doubles,
)
from carmsvc.platform.outbox import Letter
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.actions.keys import issue_api_key, revoke_api_key, rotate_api_key
from clients.models import Importer, Membership, StaffAssignment, User
from clients.queries.keys import in_state, keys_managed_by, people_for_keys, state_of
from clients.rules.keys import KeyState, key_state, warning_due
from clients.tasks import warn_of_expiring_keys

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def made(user: User, *importers: Importer, by: object, **wish: Any) -> ApiKey:
    """A key that an action made."""
    told = {"name": "Nightly", "grants": ["statements:read"], **wish}
    return issue_api_key(user=user, importers=importers, by=by, **told)[0]


def events(importer: Importer) -> list[AuditEvent]:
    """What the importer's chain tells of keys."""
    with importer_scope(importer.pk):
        return list(AuditEvent.objects.filter(target_kind="apikey").order_by("sequence"))


def refusal(act: Any, **wish: Any) -> list[str]:
    """Every reason why a wish was refused."""
    with pytest.raises(Refused) as refused:
        act(**wish)
    return refused.value.reasons


# what a grant is


@pytest.mark.parametrize(
    ("held", "grant", "included"),
    [
        (["statements:read"], "statements:read", True),
        (["statements:read"], "statements:write", False),
        (["statements:write"], "statements:read", True),
        (["statements:write"], "matches:read", False),
        (["*:read"], "matches:read", True),
        (["*:read"], "matches:write", False),
        (["*:write"], "matches:write", True),
        (["statements:read", "matches:write"], "*:read", False),
        ([], "statements:read", False),
    ],
)
def test_writing_includes_reading_and_a_star_includes_all(
    held: list[str], grant: str, included: bool
) -> None:
    assert covers(held, grant) is included


def test_what_another_grant_includes_is_not_kept() -> None:
    wide = ["statements:read", "statements:write", "matches:read", "matches:read"]

    assert without_doubles(wide) == ["matches:read", "statements:write"]
    assert without_doubles(["*:read", "matches:read", "statements:write"]) == [
        "*:read",
        "statements:write",
    ]


def test_a_grant_names_a_resource_of_the_api_and_a_right() -> None:
    assert {"statements", "statement-files", "match-runs", "api-keys"} <= set(api_resources())
    assert not {"me", "schema", "docs", ""} & set(api_resources())
    assert unknown_grants(["statements:read", "*:write"]) == []
    assert unknown_grants(["statement:read", "statements", "statements:delete", "*"]) == [
        "statement:read",
        "statements",
        "statements:delete",
        "*",
    ]


def test_reading_an_address_needs_read_and_everything_else_write() -> None:
    route = "api/v1/statements/<int:pk>/lines/"

    assert grant_needed("GET", route) == grant_needed("HEAD", route) == "statements:read"
    assert grant_needed("POST", route) == grant_needed("DELETE", route) == "statements:write"
    assert grant_needed("GET", "api/v1/me/") is None


# how it is kept


def test_only_a_hash_of_a_key_is_stored(owner: User, importer: Importer) -> None:
    key, text = create_api_key(name="n", user=owner, importer_ids=[importer.pk], grants=["*:read"])
    secret = text.removeprefix(f"carm_{key.prefix}_")

    with connection.cursor() as cursor:
        cursor.execute("SELECT platform_apikey::text FROM platform_apikey")
        (row,) = cursor.fetchone()

    assert len(secret) == 43  # 256 bits
    assert key.prefix in row
    assert secret not in row
    assert key_named(text) == key
    assert key_named(text + "x") is None
    assert key_named(text.replace(key.prefix, "00000000")) is None


def test_what_a_key_could_do_before_grants_it_can_do_after(owner: User, importer: Importer) -> None:
    writing, reading = made(owner, importer, by=owner), made(owner, importer, by=owner)
    loader = MigrationLoader(connection)
    migration = loader.get_migration("platform", "0007_key_grants")
    past = loader.project_state(("platform", "0007_key_grants"), at_end=False)
    steps = [type(one).__name__ for one in migration.operations]
    telling = migration.operations[steps.index("RunPython")]
    for step in migration.operations[: steps.index("RunPython")]:
        step.state_forwards("platform", past)
    with connection.cursor() as cursor:  # a table of before, in front of the one of today
        cursor.execute(
            "CREATE TEMP TABLE platform_apikey ON COMMIT DROP AS "
            "SELECT *, id = %s AS may_write FROM public.platform_apikey",
            [writing.pk],
        )

    telling.code(past.apps, connection.schema_editor())

    writing.refresh_from_db()
    reading.refresh_from_db()
    assert (writing.grants, reading.grants) == (["*:write"], ["*:read"])


def test_a_key_that_somebody_revoked_is_revoked(owner: User, importer: Importer) -> None:
    key = made(owner, importer, by=owner)

    with pytest.raises(IntegrityError), transaction.atomic():
        ApiKey.objects.filter(pk=key.pk).update(revoked_by=owner)


# who may make which


def test_an_owner_makes_a_key_for_their_importer(
    owner: User, importer: Importer, settings: Any
) -> None:
    key = made(owner, importer, by=owner, grants=["statement-files:write", "statements:read"])

    (event,) = events(importer)
    assert (key.user, key.created_by, key.importer_ids) == (owner, owner, [importer.pk])
    assert key.grants == ["statement-files:write", "statements:read"]
    days = (key.expires_at - key.created_at).total_seconds() / 86_400
    assert round(days, 3) == settings.API_KEY_DAYS == 365
    assert (event.action, event.actor, event.target_id) == (
        "API key created",
        "owner@maple.example",
        key.pk,
    )
    assert event.after["grants"] == key.grants
    assert key.secret_hash not in str(event.after)


@pytest.mark.parametrize("person", ["finance", "analyst", "staff_viewer", "other_finance"])
def test_who_does_not_manage_keys_makes_none(
    person: str, importer: Importer, request: pytest.FixtureRequest
) -> None:
    maker = request.getfixturevalue(person)

    with pytest.raises(Refused) as refused:
        made(maker, importer, by=maker)

    assert refused.value.reasons[0] == ("You do not manage the API keys of importer 123456782.")
    assert not ApiKey.objects.exists()


def test_the_right_is_asked_for_with_every_importer(
    owner: User, importer: Importer, stranger: Importer
) -> None:
    with importer_scope(stranger.pk):
        Membership.objects.create(importer=stranger, user=owner, role="finance")

    with pytest.raises(Refused) as refused:
        made(owner, importer, stranger, by=owner)

    assert refused.value.reasons == ["You do not manage the API keys of importer 100000009."]


def test_nobody_makes_a_key_of_somebody_who_may_do_more(
    owner: User, analyst: User, administrator: User, finance: User, importer: Importer
) -> None:
    with pytest.raises(Refused) as of_analyst:
        made(analyst, importer, by=owner)
    with pytest.raises(Refused) as of_administrator:
        made(administrator, importer, by=owner)

    assert of_analyst.value.reasons == [
        "analyst@broker.example may do more with importer 123456782 than you.",
        "analyst@broker.example may do more for the brokerage than you.",
    ]
    assert of_administrator.value.reasons == [
        "admin@broker.example may do more with importer 123456782 than you.",
        "admin@broker.example may do more for the brokerage than you.",
    ]
    assert made(finance, importer, by=owner).user == finance
    assert made(analyst, importer, by=administrator).user == analyst


def test_a_person_answers_only_for_importers_they_see(
    administrator: User, finance: User, importer: Importer, stranger: Importer
) -> None:
    with pytest.raises(Refused) as refused:
        made(finance, importer, stranger, by=administrator)

    assert refused.value.reasons == ["finance@maple.example does not see importer 100000009."]


def test_a_wrong_wish_is_refused_with_every_reason(owner: User, importer: Importer) -> None:
    wish = {"user": owner, "by": owner, "importers": [], "days": 731}

    reasons = refusal(issue_api_key, name=" ", grants=["statement:read"], **wish)
    too_long = refusal(issue_api_key, name="n" * 101, grants=[], **{**wish, "days": 0})

    assert reasons == [
        "Give the key a name that says what it is for.",
        "Choose at least one importer.",
        "There is no grant “statement:read”; one is a resource and a right, such as "
        "statements:read.",
        "A key works for 1 to 730 days.",
    ]
    assert too_long == [
        "The name has at most 100 characters.",
        "Choose at least one importer.",
        "Choose at least one thing that the key may read.",
        "A key works for 1 to 730 days.",
    ]


def test_a_form_sent_twice_makes_one_key(owner: User, importer: Importer) -> None:
    wish = uuid4()
    made(owner, importer, by=owner, wish=wish)

    with pytest.raises(Refused) as refused:
        made(owner, importer, by=owner, wish=wish)

    assert refused.value.reasons == ["This key was made already; it is shown only once."]
    assert ApiKey.objects.count() == 1


def test_who_may_answer_is_oneself_and_whom_one_looks_over(
    owner: User,
    finance: User,
    analyst: User,
    other_finance: User,
    administrator: User,
    importer: Importer,
    stranger: Importer,
) -> None:
    with importer_scope(importer.pk):
        assert set(people_for_keys(owner)) == {owner, finance}
        assert list(people_for_keys(finance)) == [finance]
    with importer_scope([importer.pk, stranger.pk]):
        everybody = {owner, finance, analyst, other_finance, administrator}
        assert set(people_for_keys(administrator)) == everybody


# by a command


def command(*arguments: str) -> dict[str, Any]:
    """The document that `create_api_key` answers."""
    out = StringIO()
    call_command("create_api_key", *arguments, "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def test_the_command_makes_a_key_with_grants(finance: User, importer: Importer) -> None:
    wish = ("--user", finance.email, "--importer", importer.bn9, "--name", "ERP")

    some = command(*wish, "--grant", "statements:read", "ledger-files:write")
    plain = command(*wish)
    writing = command(*wish, "--write", "--grant", "statements:read")

    assert some["grants"] == ["ledger-files:write", "statements:read"]
    assert plain["grants"] == ["*:read"]
    assert writing["grants"] == ["*:write"]
    assert key_named(some["key"]) == ApiKey.objects.order_by("id")[0]
    assert ApiKey.objects.order_by("id")[0].created_by is None
    assert [event.actor for event in events(importer)] == ["command"] * 3


def test_the_command_refuses_what_the_pages_refuse(
    finance: User, importer: Importer, capsys: Any
) -> None:
    wish = ("--user", finance.email, "--importer", importer.bn9, "--name", "ERP")

    with pytest.raises(SystemExit) as refused:
        call_command("create_api_key", *wish, "--grant", "statement:read", "--json")
    with pytest.raises(CommandError) as too_long:
        call_command("create_api_key", *wish, "--days", "731")

    assert refused.value.code == 1
    assert "There is no grant “statement:read”" in capsys.readouterr().out
    assert str(too_long.value) == "--days is 1 to 730"
    assert not ApiKey.objects.exists()


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


# lists


def test_a_person_looks_after_the_keys_of_the_importers_they_manage(
    owner: User,
    finance: User,
    administrator: User,
    other_finance: User,
    importer: Importer,
    stranger: Importer,
) -> None:
    ours = made(owner, importer, by=owner)
    theirs = made(other_finance, stranger, by=administrator)

    with importer_scope(importer.pk):
        assert list(keys_managed_by(owner)) == [ours]
        assert list(keys_managed_by(finance)) == []
    with importer_scope([importer.pk, stranger.pk]):
        assert list(keys_managed_by(administrator)) == [theirs, ours]


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("revoked_at", "expires_at", "is_replaced", "state"),
    [
        (None, NOW + 15 * DAY, False, KeyState.WORKING),
        (None, NOW + 14 * DAY, False, KeyState.EXPIRING),
        (None, NOW + 300 * DAY, True, KeyState.BEING_REPLACED),
        (None, NOW, True, KeyState.EXPIRED),
        (None, NOW, False, KeyState.EXPIRED),
        (NOW, NOW + DAY, False, KeyState.REVOKED),
        (NOW, NOW - DAY, True, KeyState.REVOKED),
    ],
)
def test_a_key_stands_in_one_state(
    revoked_at: datetime | None, expires_at: datetime, is_replaced: bool, state: KeyState
) -> None:
    facts = {"revoked_at": revoked_at, "expires_at": expires_at, "is_replaced": is_replaced}

    assert key_state(**facts, now=NOW) == state


def test_each_key_is_found_under_its_own_state_and_no_other(
    owner: User, importer: Importer
) -> None:
    working, soon, replaced, ended, revoked = (
        made(owner, importer, by=owner, name=name) for name in "abcde"
    )
    now = timezone.now()
    ApiKey.objects.filter(pk=soon.pk).update(expires_at=now + 5 * DAY)
    ApiKey.objects.filter(pk=replaced.pk).update(replaced_by=working)
    ApiKey.objects.filter(pk=ended.pk).update(expires_at=now - DAY)
    ApiKey.objects.filter(pk=revoked.pk).update(revoked_at=now)
    keys = {KeyState.WORKING: working, KeyState.EXPIRING: soon, KeyState.EXPIRED: ended}
    keys |= {KeyState.BEING_REPLACED: replaced, KeyState.REVOKED: revoked}

    for state in KeyState:
        assert list(in_state(ApiKey.objects.all(), state)) == [keys[state]]
        keys[state].refresh_from_db()
        assert state_of(keys[state]) == state
    assert in_state(ApiKey.objects.all(), "any").count() == 5


# letters


@pytest.mark.parametrize(
    ("made_before", "ends_in", "due"),
    [
        (350, 15, None),
        (351, 14, 14),
        (360, 4, 14),
        (362, 3, 3),
        (364, 1, 3),
        (366, 0, None),
        (1, 6, None),  # made for a week: its fortnight is no news
        (4, 3, 3),
    ],
)
def test_a_key_that_ends_is_announced_a_fortnight_and_three_days_before(
    made_before: int, ends_in: int, due: int | None
) -> None:
    facts = {"created_at": NOW - made_before * DAY, "expires_at": NOW + ends_in * DAY}

    assert warning_due(**facts, now=NOW) == due


def test_its_person_gets_one_letter_for_each_warning_in_their_language(
    owner: User, importer: Importer
) -> None:
    User.objects.filter(pk=owner.pk).update(language="fr")
    key = made(owner, importer, by=owner, name="ERP de nuit")
    key.created_at -= 360 * DAY
    for days in (20, 13, 12, 2, 1):
        key.expires_at = timezone.now() + days * DAY
        key.save(update_fields=["created_at", "expires_at"])
        warn_of_expiring_keys()
        warn_of_expiring_keys()

    fortnight, days = Letter.objects.order_by("id")
    assert (fortnight.to_address, days.to_address) == ("owner@maple.example",) * 2
    assert fortnight.subject == "La clé d’API « ERP de nuit » expire bientôt"
    assert f"carm_{key.prefix}…" in fortnight.text
    assert f"/keys/{key.pk}/" in fortnight.text
    assert key.secret_hash not in fortnight.text + fortnight.html


def test_the_letters_are_looked_for_every_day(settings: Any) -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["warn of expiring keys"]

    assert entry == {"task": warn_of_expiring_keys.name, "schedule": 86_400}


def test_nobody_is_told_of_a_key_that_is_revoked_replaced_or_whose_person_left(
    owner: User, finance: User, importer: Importer
) -> None:
    revoked, replaced, left = (
        made(person, importer, by=owner) for person in (owner, owner, finance)
    )
    soon = {"created_at": timezone.now() - 360 * DAY, "expires_at": timezone.now() + 2 * DAY}
    rotate_api_key(key=replaced, by=owner, overlap_days=14)
    ApiKey.objects.filter(pk__in=[revoked.pk, replaced.pk, left.pk]).update(**soon)
    ApiKey.objects.filter(pk=revoked.pk).update(revoked_at=timezone.now())
    User.objects.filter(pk=finance.pk).update(is_active=False)

    warn_of_expiring_keys()

    assert not Letter.objects.exists()
