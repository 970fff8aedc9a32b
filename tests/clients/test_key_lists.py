"""What is told of API keys in lists, and in letters before they end."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from carmsvc.platform.api_keys import ApiKey
from carmsvc.platform.outbox import Letter
from carmsvc.platform.tenancy import importer_scope
from clients.actions.keys import rotate_api_key
from clients.models import Importer, User
from clients.queries.keys import in_state, keys_managed_by, state_of
from clients.rules.keys import KeyState, key_state, warning_due
from clients.tasks import warn_of_expiring_keys
from tests.clients.keys import NOW, made

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
