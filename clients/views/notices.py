"""What a person was told, and how they want to be told."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from carmsvc.platform.dates import today_in_toronto
from clients.actions.reminders import prefer, read_notices
from clients.deadlines import label_of
from clients.forms.notices import NoticeHoursForm, NoticeKindsForm
from clients.queries.notices import notices_of, unread_count, wishes

NOTICES_A_PAGE = 50


@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """What a person was told, newest first."""
    page = Paginator(notices_of(request.user), NOTICES_A_PAGE).get_page(request.GET.get("page"))
    rows = [(notice, label_of(notice.kind)) for notice in page]
    context = {"page": page, "rows": rows, "today": today_in_toronto()}
    return render(request, "clients/notices/list.html", context)


@require_safe
def notice_count(request: HttpRequest) -> HttpResponse:
    """How many are unread, for the bar; asked for after the page is there."""
    context = {"count": unread_count(request.user)}
    return render(request, "clients/notices/_count.html", context)


@require_POST
def notice_reading(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    read_notices(person=request.user)
    return redirect("notice-list")


@require_http_methods(["GET", "POST"])
def notice_settings(request: HttpRequest) -> HttpResponse:
    """How a person wants to be told of what, and when not."""
    person: Any = request.user
    hours = wishes([person]).hours_of(person)
    kinds_form = NoticeKindsForm(person, request.POST or None)
    hours_form = NoticeHoursForm(request.POST or None, instance=hours)
    if kinds_form.is_valid() and hours_form.is_valid():
        chosen = kinds_form.preferences(person)
        prefer(preferences=chosen, hours=hours_form.save(commit=False))
        messages.success(request, _("From now on you are told as you chose."))
        return redirect("notice-settings")
    status = 422 if kinds_form.errors or hours_form.errors else 200
    context = {"kinds_form": kinds_form, "hours_form": hours_form}
    return render(request, "clients/notices/settings.html", context, status=status)
