"""What is due and when: the list, the month, and the private calendar."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.tenancy import importer_scope, importers_in_scope
from clients import ical
from clients.actions.calendar import close_calendar, note_calendar_read, open_calendar
from clients.forms.deadlines import CalendarForm, DeadlineFilterForm
from clients.models import Importer
from clients.queries import importer_ids_for
from clients.queries.calendar import feed_of, open_feed
from clients.queries.deadlines import LOOKS_AHEAD, LOOKS_BACK, due_list, listed, month
from clients.rules import Permission
from clients.views.asking import demand, permissions

DEADLINES_A_PAGE = 100
YEARS = range(2000, 2101)


def _about(request: HttpRequest, importer_id: int | None) -> tuple[Collection[int], Any]:
    """The importers asked about, and what their pages need; 404 for one out of sight."""
    if importer_id is None:
        return importers_in_scope(), {}
    importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand(request, Permission.VIEW, importer_id)
    return [importer_id], {"importer": importer, "may": permissions(request, importer_id)}


@require_safe
def deadline_list(request: HttpRequest, importer_id: int | None = None) -> HttpResponse:
    """What is due, the most urgent first; without a wish what is overdue or comes soon."""
    importers, context = _about(request, importer_id)
    form, today = DeadlineFilterForm(request.GET), today_in_toronto()
    due = due_list(importers, today, **form.wish, is_staff=request.user.is_staff_member)
    page = Paginator(due, DEADLINES_A_PAGE).get_page(request.GET.get("page"))
    context |= {"page": page, "form": form, "wish": form.wish, "today": today}
    return render(request, "clients/deadlines/list.html", context)


@require_safe
def deadline_month(
    request: HttpRequest, year: int, month_no: int, importer_id: int | None = None
) -> HttpResponse:
    """A month at a glance, done or not."""
    if year not in YEARS or not 1 <= month_no <= 12:
        raise Http404
    importers, context = _about(request, importer_id)
    first, today = date(year, month_no, 1), today_in_toronto()
    weeks = month(importers, first, today, is_staff=request.user.is_staff_member)
    context |= {
        "weeks": weeks,
        "first": first,
        "before": first - timedelta(days=1),
        "after": (first + timedelta(days=31)).replace(day=1),
        "today": today,
        "count": sum(len(day.due) for week in weeks for day in week if day.is_of_month),
    }
    return render(request, "clients/deadlines/month.html", context)


@never_cache
@require_safe
def calendar_page(request: HttpRequest) -> HttpResponse:
    """A person's private calendar address: how to have one, and how to close it."""
    secret = request.session.pop("new_calendar", None)
    address = settings.BASE_URL + reverse("calendar-feed", args=[secret]) if secret else ""
    context = {"feed": feed_of(request.user), "form": CalendarForm(), "address": address}
    return render(request, "clients/deadlines/calendar.html", context)


@require_POST
def calendar_opening(request: HttpRequest) -> HttpResponse:
    """Make a new address; it is shown once."""
    form = CalendarForm(request.POST)
    if form.is_valid():
        secret = open_calendar(person=request.user, alarm_days=form.cleaned_data["alarm_days"])
        request.session["new_calendar"] = secret
    return redirect("calendar")


@require_POST
def calendar_closing(request: HttpRequest) -> HttpResponse:
    """Close the address; calendars that subscribe to it get nothing more."""
    close_calendar(person=request.user)
    return redirect("calendar")


@login_not_required
@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The deadlines of whoever holds this secret, for a calendar; 404 once it is closed."""
    feed = open_feed(secret)
    if feed is None:
        raise Http404
    note_calendar_read(feed=feed)
    person = feed.user
    importers = importer_ids_for(person)
    with importer_scope(importers), translation.override(person.language):
        today = today_in_toronto()
        days = {"first": today - LOOKS_BACK, "last": today + LOOKS_AHEAD}
        due = listed(importers, today, **days, is_staff=person.is_staff_member)
        body = ical.calendar_of(due, alarm_days=feed.alarm_days, written_at=timezone.now())
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="deadlines.ics"'
    response["Cache-Control"] = "private, max-age=900"
    response["X-Robots-Tag"] = "noindex"
    return response
