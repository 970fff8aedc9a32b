"""What the clients room itself knows of whether an importer is fine, and shows on its overview."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carmsvc.platform.tenancy import of_importers
from clients.deadlines import deadlines
from clients.models import DocumentRequest, Importer, ProgramAccount, ReleaseStatus
from clients.overview import (
    Asked,
    Concern,
    Fact,
    Level,
    Section,
    address_of,
    register_concerns,
    register_facts,
    register_section,
)
from clients.queries.deadlines import LOOKS_BACK, listed
from clients.queries.documents import requests_to_answer
from clients.queries.importer_profiles import contacts_of
from clients.queries.register import staff_of
from clients.queries.security import release_statuses
from clients.queries.staff import lead_of, named_lead
from clients.queries.timeline import newest_events

SUSPENDED = ReleaseStatus.Status.SUSPENDED
NEXT_DEADLINES, NEWEST_EVENTS, SHOWN_CONTACTS = 3, 6, 5


def register_overview() -> None:
    """Tell the registry; called when the app is ready."""
    register_concerns("deadlines", overdue)
    register_concerns("names", names_that_differ)
    register_concerns("release", release_suspended, may_stop=True)
    register_concerns("staff", looked_after_by_nobody, is_for_staff=True)
    register_facts("documents", documents_asked_for, place=40)
    of_clients = "clients/importers"
    for section in (
        Section("documents", "clients/documents/_to_do.html", documents_to_send, 20),
        Section("deadlines", f"{of_clients}/_next.html", next_deadlines, 10, is_beside=True),
        Section("staff", f"{of_clients}/_staff.html", assigned_staff, 20, is_beside=True),
        Section("contacts", f"{of_clients}/_contacts_short.html", contacts, 30, is_beside=True),
        Section("timeline", f"{of_clients}/_newest.html", newest, 90),
    ):
        register_section(section)


def overdue(importers: Collection[int], today: date) -> Iterator[Concern]:
    """Deadlines that have gone by undone."""
    late = deadlines(importers, today - LOOKS_BACK, today - timedelta(days=1), only_open=True)
    for importer_id, count in Counter(one.importer_id for one in late).items():
        sentence = ngettext(
            "%(count)s deadline is overdue.", "%(count)s deadlines are overdue.", count
        )
        address = address_of("importer-deadlines", importer_id)
        yield Concern(importer_id, Level.AT_RISK, sentence % {"count": count}, address)


def names_that_differ(importers: Collection[int], today: date) -> Iterator[Concern]:
    """Legal names that are not, to the letter, the ones at the CBSA."""
    rows = Importer.objects.filter(of_importers(importers, "pk")).exclude(name_at_cbsa="")
    for pk, ours, theirs in rows.values_list("pk", "legal_name", "name_at_cbsa"):
        if ours != theirs:
            sentence = _("The legal name is not the one at the CBSA, to the letter.")
            address = address_of("importer-profile", pk) + "#names"
            yield Concern(pk, Level.AT_RISK, sentence, address)


def release_suspended(importers: Collection[int], today: date) -> Iterator[Concern]:
    """Accounts in use whose release prior to payment is suspended: goods wait for payment."""
    noted = ReleaseStatus.objects.filter(of_importers(importers), status=SUSPENDED)
    statuses = release_statuses(noted.order_by().values_list("program_account", flat=True))
    rows = ProgramAccount.objects.filter(
        pk__in=[one for one, status in statuses.items() if status.status == SUSPENDED]
    )
    in_use = rows.exclude(status=ProgramAccount.Status.CLOSED)
    for account in in_use.exclude(profile=ProgramAccount.Profile.EXPORTER):
        sentence = _("Release prior to payment is suspended for %(account)s.")
        yield Concern(
            account.importer_id,
            Level.STOPPED,
            sentence % {"account": account.bn15},
            address_of("importer-profile", account.importer_id) + "#accounts",
        )


def looked_after_by_nobody(importers: Collection[int], today: date) -> Iterator[Concern]:
    """Importers that no member of the staff is named for."""
    rows = Importer.objects.filter(of_importers(importers, "pk")).exclude(
        state=Importer.State.FORMER
    )
    alone = rows.annotate(lead_id=named_lead("id")).filter(lead_id=None)
    for pk in alone.values_list("pk", flat=True):
        sentence = _("Nobody of the staff looks after it.")
        yield Concern(pk, Level.AT_RISK, sentence, address_of("importer-staff", pk))


def documents_asked_for(asked: Asked) -> Iterator[Fact]:
    """How many documents the importer is still asked for."""
    waiting = DocumentRequest.objects.filter(
        importer=asked.importer, state__in=DocumentRequest.WAITS_FOR_IMPORTER
    )
    days = sorted(waiting.values_list("due_on", flat=True))
    late = sum(day < asked.today for day in days)
    note = ngettext("%(count)s overdue", "%(count)s overdue", late) % {"count": late}
    yield Fact(
        label=_("Documents asked for"),
        words=str(len(days)),
        address=address_of("importer-documents", asked.importer.pk),
        note=note if late else "",
        level=Level.AT_RISK if late else Level.FINE,
    )


def documents_to_send(asked: Asked) -> Mapping[str, Any] | None:
    """What the importer's people are asked to send."""
    found = requests_to_answer(asked.importer.pk)
    return {"requests_to_answer": found} if found else None


def next_deadlines(asked: Asked) -> Mapping[str, Any]:
    """What is due next: overdue first."""
    found = listed([asked.importer.pk], asked.today, is_staff=asked.is_staff)
    return {"deadlines": found[:NEXT_DEADLINES], "deadline_count": len(found)}


def assigned_staff(asked: Asked) -> Mapping[str, Any]:
    """Who of the brokerage looks after the importer: its lead and those who stand in."""
    leads, others = staff_of(asked.importer.pk)
    named = lead_of(asked.importer.pk)
    leads = leads or ([named] if named else [])
    return {"leads": leads, "backups": [one for one in others if one not in leads]}


def contacts(asked: Asked) -> Mapping[str, Any]:
    """Whom to reach at the importer."""
    found = list(contacts_of(asked.importer.pk)[: SHOWN_CONTACTS + 1])
    return {"contacts": found[:SHOWN_CONTACTS], "has_more_contacts": len(found) > SHOWN_CONTACTS}


def newest(asked: Asked) -> Mapping[str, Any]:
    """What happened last."""
    events = newest_events(asked.importer.pk, is_staff=asked.is_staff, limit=NEWEST_EVENTS)
    return {"events": events}
