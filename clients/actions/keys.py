"""Keys for integrations: made, rotated, revoked, and their end announced."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.api_keys import ApiKey, create_api_key, reason_against_use
from carmsvc.platform.key_grants import covers, unknown_grants
from carmsvc.platform.outbox import put_letter
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.models import Importer, User
from clients.queries import importer_ids_for, importers_where, permissions_here
from clients.queries.access import permissions_by_importer
from clients.queries.keys import keys_ending_soon, opened_by
from clients.rules import Permission
from clients.rules.keys import warning_due

LONGEST_NAME = 100


@transaction.atomic
def issue_api_key(
    *,
    name: str,
    user: User,
    importers: Iterable[Importer],
    grants: Iterable[str],
    by: object,
    days: int | None = None,
    within: ApiKey | None = None,
    wish: UUID | None = None,
) -> tuple[ApiKey, str]:
    """Make a key that `user` answers for; the second value is shown once, never again.

    `by` is who makes it (they manage the keys of every importer, and may do all that `user`
    may), or a word for a command. `within` is the key that asks: the new one gets no more than
    it has. The same `wish` makes one key only. Raises `Refused` with every reason.
    """
    chosen, wanted = sorted(set(importers), key=lambda one: one.pk), list(dict.fromkeys(grants))
    term = settings.API_KEY_DAYS if days is None else days
    reasons = [
        *_reasons_against_content(name.strip(), chosen, wanted, term),
        *_reasons_against_people(user, chosen, by),
        *_reasons_against_more(within, chosen, wanted),
    ]
    if reasons:
        raise Refused(*reasons)
    _once(wish)
    key, text = create_api_key(
        name=name.strip(),
        user=user,
        importer_ids=[one.pk for one in chosen],
        grants=wanted,
        expires_at=_end(term, within),
        created_by=by if isinstance(by, User) else None,
        wish=wish,
    )
    _tell("API key created", key, by, after=_content(key))
    return key, text


def _end(days: int, within: ApiKey | None = None) -> datetime:
    """So many days from now; a key made by a key does not outlive it."""
    end = timezone.now() + timedelta(days=days)
    return min(end, within.expires_at) if within else end


def _once(wish: UUID | None) -> None:
    """One key for a wish; of two at once the second waits and finds the first one's key."""
    if wish is None:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [str(wish)])
    if ApiKey.objects.filter(wish=wish).exists():
        raise Refused(_("This key was made already; it is shown only once."))


def _reasons_against_content(
    name: str, importers: list[Importer], grants: list[str], days: int
) -> Iterable[str]:
    if not name:
        yield _("Give the key a name that says what it is for.")
    if len(name) > LONGEST_NAME:
        yield _("The name has at most %(count)s characters.") % {"count": LONGEST_NAME}
    if not importers:
        yield _("Choose at least one importer.")
    if not grants:
        yield _("Choose at least one thing that the key may read.")
    for grant in unknown_grants(grants):
        yield _(
            "There is no grant “%(grant)s”; one is a resource and a right, such as statements:read."
        ) % {"grant": grant}
    yield from _reasons_against_days(days)


def _reasons_against_days(days: int) -> Iterable[str]:
    if not 1 <= days <= settings.API_KEY_MOST_DAYS:
        yield _("A key works for 1 to %(count)s days.") % {"count": settings.API_KEY_MOST_DAYS}


def _reasons_against_people(user: User, importers: list[Importer], by: object) -> Iterable[str]:
    """A key does what its person may, so nobody makes one for somebody who may do more."""
    ids, seen = [one.pk for one in importers], set(importer_ids_for(user))
    with importer_scope(ids):
        allowed = permissions_by_importer(user, ids)
        own = permissions_by_importer(by, ids) if isinstance(by, User) else {}
    for importer in importers:
        if own and Permission.MANAGE_KEYS not in own[importer.pk]:
            yield _("You do not manage the API keys of importer %(bn9)s.") % {"bn9": importer.bn9}
        if importer.pk not in seen:
            yield _("%(user)s does not see importer %(bn9)s.") % {
                "user": user,
                "bn9": importer.bn9,
            }
        elif own and not allowed[importer.pk] <= own[importer.pk]:
            yield _("%(user)s may do more with importer %(bn9)s than you.") % {
                "user": user,
                "bn9": importer.bn9,
            }
    if isinstance(by, User) and not permissions_here(user) <= permissions_here(by):
        yield _("%(user)s may do more for the brokerage than you.") % {"user": user}


def _reasons_against_more(
    within: ApiKey | None, importers: list[Importer], grants: list[str]
) -> Iterable[str]:
    """A key that asks hands on no more than it has."""
    if within is None:
        return
    for importer in importers:
        if importer.pk not in within.importer_ids:
            yield _("The key that asks does not open importer %(bn9)s.") % {"bn9": importer.bn9}
    for grant in grants:
        if not covers(within.grants, grant):
            yield _("The key that asks does not have the grant %(grant)s itself.") % {
                "grant": grant
            }


def _content(key: ApiKey) -> dict[str, Any]:
    return {
        "name": key.name,
        "prefix": key.prefix,
        "user": key.user.email,
        "grants": key.grants,
        "expires_at": key.expires_at,
    }


def _tell(
    action: str, key: ApiKey, by: object, importer_ids: Iterable[int] | None = None, **told: Any
) -> None:
    """On the chain of each importer that the key was made for."""
    ids = key.importer_ids if importer_ids is None else importer_ids
    for importer_id in sorted(set(ids) & set(every_importer_id())):
        with importer_scope(importer_id):
            audit.record(action, importer_id=importer_id, by=by, target=key, **told)


@transaction.atomic
def rotate_api_key(
    *,
    key: ApiKey,
    by: User,
    overlap_days: int,
    days: int | None = None,
    within: ApiKey | None = None,
    wish: UUID | None = None,
) -> tuple[ApiKey, str]:
    """A new key with the same name, person, importers and grants; the old one goes on for
    `overlap_days` (0 ends it now) and no longer than it would have. Raises `Refused`.
    """
    old = _held(key)
    _once(wish)
    term = settings.API_KEY_DAYS if days is None else days
    with importer_scope(opened_by(old)):
        importers = list(Importer.objects.order_by("id"))
    reasons = [
        *_reasons_against_rotation(old, overlap_days),
        *_reasons_against_days(term),
        *_reasons_against_people(old.user, importers, by),
        *_reasons_against_more(within, importers, old.grants),
    ]
    if reasons:
        raise Refused(*reasons)
    new, text = create_api_key(
        name=old.name,
        user=old.user,
        importer_ids=[one.pk for one in importers],
        grants=old.grants,
        expires_at=_end(term),
        created_by=by,
        wish=wish,
    )
    _hand_on(old, new, overlap_days, by)
    return new, text


def _held(key: ApiKey) -> ApiKey:
    """The key as it is now; whoever changes it meanwhile waits."""
    return ApiKey.objects.select_for_update(of=("self",)).select_related("user").get(pk=key.pk)


def _reasons_against_rotation(old: ApiKey, overlap_days: int) -> Iterable[str]:
    if reason_against_use(old):
        yield _("This key no longer works; make a new one.")
    elif old.replaced_by_id:
        yield _("This key is being replaced already.")
    elif not opened_by(old):
        yield _("This key no longer opens any importer; make a new one.")
    if not 0 <= overlap_days <= settings.API_KEY_OVERLAP_DAYS:
        yield _("The old key goes on for 0 to %(count)s days.") % {
            "count": settings.API_KEY_OVERLAP_DAYS
        }


def _hand_on(old: ApiKey, new: ApiKey, overlap_days: int, by: User) -> None:
    before = {"expires_at": old.expires_at, "replaced_by": None}
    old.replaced_by = new
    old.expires_at = min(old.expires_at, timezone.now() + timedelta(days=overlap_days))
    old.save(update_fields=["replaced_by", "expires_at"])
    after = {"expires_at": old.expires_at, "replaced_by": new.prefix}
    _tell("API key rotated", old, by, before=before, after=after, name=old.name)
    _tell("API key created", new, by, after=_content(new), replaces=old.prefix)


@transaction.atomic
def revoke_api_key(*, key: ApiKey, by: User) -> bool:
    """End a key at once; False if it was revoked already. Raises `Refused`.

    Somebody who manages the keys of only some of its importers closes those for the key: it goes
    on for the others, which are not theirs to stop.
    """
    held = _held(key)
    managed = set(importers_where(by, Permission.MANAGE_KEYS)) & set(held.importer_ids)
    if not managed:
        raise Refused(_("You do not manage the API keys of any importer of this key."))
    if held.revoked_at:
        return False
    if opened_by(held) <= managed:
        _revoke(held, by)
    else:
        _narrow(held, managed, by)
    return True


def _revoke(key: ApiKey, by: User) -> None:
    key.revoked_at, key.revoked_by = timezone.now(), by
    key.save(update_fields=["revoked_at", "revoked_by"])
    told: dict[str, Any] = {"before": {"revoked_at": None}, "after": {"revoked_at": key.revoked_at}}
    _tell("API key revoked", key, by, name=key.name, user=key.user.email, **told)


def _narrow(key: ApiKey, closed: set[int], by: User) -> None:
    key.importer_ids = [one for one in key.importer_ids if one not in closed]
    key.save(update_fields=["importer_ids"])
    _tell("API key narrowed", key, by, closed, name=key.name, user=key.user.email)


def open_to_registered(*, key: ApiKey, importer: Importer, by: User) -> None:
    """A key that registered an importer sees it from then on."""
    held = _held(key)
    held.importer_ids = [*held.importer_ids, importer.pk]
    held.save(update_fields=["importer_ids"])
    _tell("API key widened", held, by, [importer.pk], name=held.name, user=held.user.email)


def warn_of_expiring_keys() -> int:
    """Write to those whose keys end soon, once for each warning; returns how many letters."""
    return sum(_warn(key) for key in keys_ending_soon())


def _warn(key: ApiKey) -> bool:
    days = warning_due(created_at=key.created_at, expires_at=key.expires_at, now=timezone.now())
    if days is None:
        return False
    link = settings.BASE_URL.rstrip("/") + reverse("key", args=[key.pk])
    with translation.override(key.user.language):
        told = {"key": key, "link": link}
        letter = put_letter(
            to=key.user.email,
            subject=_("The API key “%(name)s” expires soon") % {"name": key.name},
            text=render_to_string("clients/keys/letter.txt", told),
            html=render_to_string("clients/keys/letter.html", told),
            once=f"api-key:{key.pk}:expires-in-{days}",
        )
    return letter is not None
