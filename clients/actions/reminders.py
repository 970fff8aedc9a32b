"""Telling people of deadlines: once each, in time, in their language, not at night."""

import hashlib
from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carmsvc.platform.dates import toronto_day
from carmsvc.platform.outbox import Letter, put_letter
from carmsvc.platform.tenancy import importer_scope
from clients.actions.accounts import record_for_person
from clients.deadlines import Deadline, deadlines, kind_of, label_of
from clients.models import Importer, Notice, NoticeHours, NoticeMail, NoticePreference, User
from clients.queries.notices import (
    LONGEST_LATE_DAYS,
    Listener,
    Wishes,
    furthest_threshold,
    listeners,
    reached_thresholds,
    told_already,
    wishes,
)

MONDAY = 0
EARLIEST_DIGEST = time(6)
_LOCK = 0x0A0D18  # one teller at a time; the other waits and finds everything told


def remind(*, importers: Collection[int], now: datetime) -> int:
    """Tell people of what these importers' deadlines have reached; returns how many notices.

    Safe to run at any time and twice at once: a notice is written once for a person, a deadline
    and a threshold, and its letter is put in the outbox in the same transaction.
    """
    with importer_scope(importers):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_LOCK])
        notices = _new_notices(importers, now)
        Notice.objects.bulk_create(notices, batch_size=1000)
        _write_now(notices, now)
    return len(notices)


def tell_at_once(
    *,
    importer_id: int,
    roles: Collection[str],
    kind: str,
    key: str,
    subject: Any,
    due_on: date,
    address: str,
    to_lead: bool = False,
) -> int:
    """Tell the importer's people of these roles of one thing, now; returns how many. `to_lead`:
    whoever of our staff looks after the importer, too.

    In the transaction of what it tells of; who wants letters of this kind gets one.
    """
    now = timezone.now()
    told = Deadline(
        kind=kind,
        key=key,
        importer_id=importer_id,
        due_on=due_on,
        subject=subject,
        address=address,
    )
    heard = listeners([importer_id])[importer_id]
    people = [one for one in heard if one.role in roles or (to_lead and one.is_lead)]
    ways = wishes(listener.user for listener in people)
    notices = [_notice(told, key, listener, ways, now) for listener in people]
    Notice.objects.bulk_create(notices)
    _write_now(notices, now)
    return len(notices)


def _new_notices(importers: Collection[int], now: datetime) -> list[Notice]:
    today = toronto_day(now)
    due = deadlines(
        importers,
        today - timedelta(days=LONGEST_LATE_DAYS),
        today + timedelta(days=furthest_threshold()),
        only_open=True,
    )
    told = [
        (one, threshold, _key(one, threshold)) for one, threshold in reached_thresholds(due, today)
    ]
    who = listeners({one.importer_id for one, _threshold, _key in told})
    known = told_already(importers, {key for _one, _threshold, key in told})
    ways = wishes(listener.user for rows in who.values() for listener in rows)
    return [
        _notice(one, key, listener, ways, now)
        for one, threshold, key in told
        for listener in who[one.importer_id]
        if listener.hears(kind_of(one.kind), threshold, one.owner_id)
        and (one.importer_id, listener.user.pk, key) not in known
    ]


def _key(deadline: Deadline, threshold: int) -> str:
    return f"{deadline.key}@{threshold}"


def _notice(
    deadline: Deadline, key: str, listener: Listener, ways: Wishes, now: datetime
) -> Notice:
    mail, in_app = ways.way(listener.user, deadline.kind)
    with translation.override(listener.user.language):
        subject = str(deadline.subject)
    return Notice(
        importer_id=deadline.importer_id,
        user=listener.user,
        key=key,
        kind=deadline.kind,
        subject=subject,
        due_on=deadline.due_on,
        amount=deadline.amount,
        address=deadline.address,
        in_app=in_app,
        mail=mail,
        is_escalated=not (listener.role or listener.is_lead),
        created_at=now,
    )


def _write_now(notices: list[Notice], now: datetime) -> None:
    """One letter a person for what they want at once, held back while they want quiet."""
    by_person: dict[User, list[Notice]] = defaultdict(list)
    for notice in notices:
        if notice.mail == NoticeMail.NOW:
            by_person[notice.user].append(notice)
    ways = wishes(by_person)
    for person, told in by_person.items():
        once = hashlib.sha256("\n".join(sorted(one.key for one in told)).encode()).hexdigest()
        not_before = ways.may_write_at(person, now)
        _put(person, told, f"notices/{person.pk}/{once}", not_before if not_before > now else None)
    Notice.objects.filter(pk__in=[one.pk for rows in by_person.values() for one in rows]).update(
        mailed_at=now
    )


def _put(person: User, told: list[Notice], once: str, not_before: datetime | None) -> Letter | None:
    """Put one letter with these notices in the outbox, in the person's language."""
    told = sorted(told, key=lambda one: (one.due_on, one.importer_id, one.key))
    names = dict(
        Importer.objects.filter(pk__in={one.importer_id for one in told}).values_list(
            "pk", "legal_name"
        )
    )
    with translation.override(person.language):
        context = {
            "person": person,
            "rows": [
                {
                    "notice": one,
                    "label": label_of(one.kind),
                    "importer": names[one.importer_id],
                    "link": settings.BASE_URL + one.address,
                }
                for one in told
            ],
            "settings_link": settings.BASE_URL + reverse("notice-settings"),
        }
        return put_letter(
            to=person.email,
            subject=_subject(told, names),
            text=render_to_string("clients/notices/letter.txt", context),
            html=render_to_string("clients/notices/letter.html", context),
            once=once,
            not_before=not_before,
        )


def _subject(told: list[Notice], names: dict[int, str]) -> str:
    first = told[0]
    if len(told) == 1:
        return _("%(what)s %(day)s: %(subject)s, %(importer)s") % {
            "what": label_of(first.kind),
            "day": first.due_on,
            "subject": first.subject,
            "importer": names[first.importer_id],
        }
    return ngettext(
        "%(count)s deadline, the first on %(day)s",
        "%(count)s deadlines, the first on %(day)s",
        len(told),
    ) % {"count": len(told), "day": first.due_on}


def send_digests(*, importers: Collection[int], now: datetime) -> int:
    """Put the day's and the week's collected notices in the outbox; returns how many letters.

    A person's digest goes once a day (on Monday the weekly one too), when their quiet hours end.
    """
    letters = 0
    with importer_scope(importers):
        waiting = Notice.objects.filter(
            importer__in=importers,
            mailed_at=None,
            mail__in=[NoticeMail.DAILY, NoticeMail.WEEKLY],
            user__is_active=True,
        ).select_related("user")
        rows = waiting.select_for_update(of=("self",), skip_locked=True).order_by("user_id", "id")
        for person, group in groupby(rows, key=lambda one: one.user):
            letters += _digest(person, list(group), now)
    return letters


def _digest(person: User, waiting: list[Notice], now: datetime) -> int:
    local = now.astimezone(ZoneInfo(person.time_zone))
    if wishes([person]).may_write_at(person, now) > local or local.time() < EARLIEST_DIGEST:
        return 0
    told = [one for one in waiting if one.mail == NoticeMail.DAILY or local.weekday() == MONDAY]
    if not told or not _put(person, told, f"digest/{person.pk}/{local.date()}", None):
        return 0
    Notice.objects.filter(pk__in=[one.pk for one in told]).update(mailed_at=now)
    return 1


def read_notices(*, person: User, notice_ids: Collection[int] | None = None) -> int:
    """Mark a person's notices as read, all of them unless some are named; how many were not."""
    chosen = Q() if notice_ids is None else Q(pk__in=notice_ids)
    unread = Notice.objects.filter(chosen, user=person, read_at=None)
    return int(unread.update(read_at=timezone.now()))


@transaction.atomic
def prefer(*, preferences: Collection[NoticePreference], hours: NoticeHours) -> None:
    """Keep how a person wants to be told from now on."""
    before = _as_told(hours.user)
    NoticePreference.objects.bulk_create(
        preferences,
        update_conflicts=True,
        unique_fields=["user", "kind"],
        update_fields=["mail", "in_app"],
    )
    hours.save()
    after = _as_told(hours.user)
    if before != after:
        record_for_person(hours.user, "notices chosen", before=before, after=after)


def _as_told(person: User) -> dict[str, str | bool]:
    """How a person is told of each kind of thing, and when not, for the audit."""
    rows = NoticePreference.objects.filter(user=person).order_by("kind")
    told: dict[str, str | bool] = {one.kind: one.mail for one in rows if one.in_app}
    told |= {one.kind: f"{one.mail}, not shown" for one in rows if not one.in_app}
    hours = NoticeHours.objects.filter(user=person).first()
    if hours:
        told["quiet"] = f"{hours.quiet_from:%H:%M}–{hours.quiet_until:%H:%M}"
        told["quiet_on_weekends"] = hours.quiet_on_weekends
    return told
