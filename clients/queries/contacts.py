"""What belongs to the brokerage alone: contacts, prepared answers, letters that came in."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q

from clients.models import CannedAnswer, Contact, ContactMessage, HelpWanted, ReceivedLetter, User
from clients.queries.support import UNDER_WAY_STATES
from clients.rules.canned import filled


def contacts(state: str = "") -> Any:
    """Contacts under way, or all of them, the most urgent promise first."""
    rows = Contact.objects.select_related("owner")
    if state != "all":
        rows = rows.filter(state__in=UNDER_WAY_STATES)
    return rows.order_by(F("clock_due_at").asc(nulls_last=True), "id")


def contacts_waiting(now: datetime) -> tuple[int, int]:
    """How many contacts are under way, and how many of them are overdue."""
    rows = Contact.objects.filter(state__in=UNDER_WAY_STATES)
    return rows.count(), rows.filter(clock_due_at__lt=now).count()


def contact_thread(contact: Contact) -> Any:
    """What was written, the oldest first."""
    return ContactMessage.objects.filter(contact=contact).select_related("author").order_by("id")


def answers_for(category: str = "") -> Any:
    """Prepared answers in use: of a category and of none, by name."""
    rows = CannedAnswer.objects.filter(retired_at=None)
    return rows.filter(Q(category="") | Q(category=category)) if category else rows


def prepared_text(answer: CannedAnswer, wanted: HelpWanted, by: User, **facts: str) -> str:
    """A prepared answer in the language of who asked, with its places filled."""
    known = {"number": wanted.number, "title": wanted.title, "staff": by.full_name}
    return filled(answer.text_in(wanted.language), known | facts)


def letters_set_aside(state: str = "") -> Any:
    """Letters that came in and wait for somebody to look at them; or those of a state."""
    rows = ReceivedLetter.objects.defer("raw")
    if state == "ignored":
        return rows.filter(state=ReceivedLetter.State.IGNORED).order_by("-id")
    stuck = Q(state=ReceivedLetter.State.SET_ASIDE) | Q(parked_at__isnull=False)
    return rows.filter(stuck).order_by("-id")
