"""Requests for help as pages and the API list them; nobody but staff reads what staff wrote."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q

from carmsvc.platform.tenancy import importers_in_scope, of_importers
from clients.models import SupportAttachment, SupportMessage, SupportRequest, User
from clients.rules.support import CLOCK_STANDS, UNDER_WAY

UNDER_WAY_STATES = [state.value for state in UNDER_WAY]
STANDING_STATES = [state.value for state in CLOCK_STANDS]


@dataclass(frozen=True)
class SupportSearch:
    """Which requests are asked for; nothing said is what is under way in the open scope."""

    importer_id: int | None = None
    words: str = ""
    state: str = ""  # a state, "all", or empty for what is under way
    category: str = ""
    owner: str = ""  # a person's number, "me", "nobody"
    clock: str = ""  # breached, near

    @property
    def is_narrow(self) -> bool:
        """Whether anything is said beside the importer."""
        return self != SupportSearch(importer_id=self.importer_id)


@dataclass(frozen=True)
class SupportPage:
    """Some requests, and after which place the next page begins."""

    rows: list[Any]
    after: str


def support_requests(
    search: SupportSearch, person: User, now: datetime, near_at: datetime | None = None
) -> Any:
    """Requests that fit, the most urgent promise first, those without a promise after them."""
    whose = [search.importer_id] if search.importer_id else list(importers_in_scope())
    rows = SupportRequest.objects.filter(of_importers(whose)).filter(_is_in(search.state))
    if search.category:
        rows = rows.filter(category=search.category)
    if search.owner:
        rows = rows.filter(_owned(search.owner, person))
    if search.clock == "breached":
        rows = rows.filter(clock_due_at__lt=now)
    if search.clock == "near" and near_at:
        rows = rows.filter(clock_due_at__range=(now, near_at))
    if search.words.strip():
        rows = rows.filter(_says(" ".join(search.words.split()), person))
    people = ("importer", "owner", "asked_by")
    return rows.select_related(*people).order_by(F("clock_due_at").asc(nulls_last=True), "id")


def _is_in(state: str) -> Q:
    if state == "all":
        return Q()
    return Q(state=state) if state else Q(state__in=UNDER_WAY_STATES)


def _owned(owner: str, person: User) -> Q:
    if owner == "nobody":
        return Q(owner=None)
    if owner == "me":
        return Q(owner=person)
    return Q(owner_id=int(owner)) if owner.isdecimal() and len(owner) < 19 else Q(pk=None)


def _says(words: str, person: User) -> Q:
    """By number, subject, case, who asked, or what was written where the person may read it."""
    written = messages_for(person).filter(
        importer=OuterRef("importer"), request=OuterRef("pk"), text__icontains=words
    )
    digits = "".join(one for one in words if one.isdigit())
    by_number = Q(number=f"SR-{digits[:4]}-{digits[4:]}") if len(digits) == 8 else Q()
    return (
        Q(title__icontains=words)
        | Q(case_no__icontains=words)
        | Q(asked_by__full_name__icontains=words)
        | Q(Exists(written))
        | by_number
    )


def page_after(rows: Any, after: str, size: int) -> SupportPage:
    """The rows behind a place, whatever came or went meanwhile; the first for a strange one."""
    place = _place(after)
    if place:
        due, number = place
        none_left = Q(clock_due_at=None)
        if due is None:
            rows = rows.filter(none_left, pk__gt=number)
        else:
            tied = Q(clock_due_at=due, pk__gt=number)
            rows = rows.filter(Q(clock_due_at__gt=due) | tied | none_left)
    found = list(rows[: size + 1])
    return SupportPage(found[:size], _after(found[size - 1]) if len(found) > size else "")


def _after(row: Any) -> str:
    due = row.clock_due_at
    return f"{due.isoformat()}_{row.pk}" if due else f"_{row.pk}"


def _place(after: str) -> tuple[datetime | None, int] | None:
    due, _line, number = after.partition("_")
    if not (number.isdecimal() and len(number) < 19):
        return None
    try:
        at = datetime.fromisoformat(due) if due else None
    except ValueError:
        return None
    return None if at and at.tzinfo is None else (at, int(number))


def tally(person: User, now: datetime, near_at: datetime) -> dict[str, int]:
    """How many requests under way there are in the open scope, and how many need somebody."""
    rows = SupportRequest.objects.filter(
        of_importers(importers_in_scope()), state__in=UNDER_WAY_STATES
    )
    counts: dict[str, int] = rows.aggregate(
        under_way=Count("id"),
        breached=Count("id", filter=Q(clock_due_at__lt=now)),
        near=Count("id", filter=Q(clock_due_at__range=(now, near_at))),
        mine=Count("id", filter=Q(owner=person)),
        nobody=Count("id", filter=Q(owner=None)),
    )
    return counts


def request_numbered(request_id: int) -> SupportRequest | None:
    """One request of the open scope; None if it is not there."""
    rows = SupportRequest.objects.filter(of_importers(importers_in_scope()), pk=request_id)
    found: SupportRequest | None = rows.select_related("importer", "owner", "asked_by").first()
    return found


def messages_for(person: User) -> Any:
    """The messages that a person may read: everybody's, and among the staff only for staff.

    Every page, answer and search goes through here.
    """
    rows = SupportMessage.objects.all()
    return rows if person.is_staff_member else rows.filter(is_staff_only=False)


def thread_of(request: SupportRequest, person: User) -> Any:
    """What was written on a request as far as a person may read it, the oldest first."""
    attachments = SupportAttachment.objects.filter(importer=request.importer_id).select_related(
        "document"
    )
    rows = messages_for(person).filter(importer=request.importer_id, request=request)
    return (
        rows.select_related("author")
        .prefetch_related(Prefetch("attachments", attachments.order_by("id"), to_attr="files"))
        .order_by("id")
    )


def requests_about(importer_id: int, kind: str, pk: int) -> Any:
    """What was asked about a thing, the newest first."""
    rows = SupportRequest.objects.filter(importer=importer_id, subject_kind=kind, subject_id=pk)
    return rows.order_by("-id")


def waiting_for_client(importer_ids: Any) -> Any:
    """What waits for an answer of the importers' own people, the oldest first."""
    rows = SupportRequest.objects.filter(of_importers(importer_ids), state="waiting_client")
    return rows.select_related("importer").order_by("client_due_on", "id")
