"""Pages about requests for help: the queue, an importer's, one and its thread, a new one."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from carmsvc.platform.dates import today_in_toronto
from clients.actions import Refused
from clients.actions import support as actions
from clients.actions.support_register import export_requests
from clients.forms.support import (
    AskForm,
    HandlingForm,
    MessageForm,
    NoteForm,
    StepForm,
    SupportFilterForm,
    handling_initial,
)
from clients.models import SupportRequest, User
from clients.queries import support as queries
from clients.queries.contacts import answers_for, contacts_waiting, prepared_text
from clients.queries.people import staff_looking_after
from clients.queries.service_levels import clock_of, near, service_levels
from clients.queries.support_people import staff_in_sight
from clients.rules import Permission
from clients.rules.service_levels import business_time_after
from clients.rules.support import OF_CLIENT, Wish, possible
from clients.subjects import address_of
from clients.views.asking import demand, permissions, tell_refusal
from clients.views.documents import importer_for

A_PAGE = 50
ASK, ANSWER = Permission.ASK_SUPPORT, Permission.ANSWER_SUPPORT
SUBJECT = ("subject_kind", "subject_id", "subject_key")


def request_for(request: HttpRequest, support_id: int, permission: Permission) -> SupportRequest:
    """The request for help, if the person sees it and may do this with it; else 404, or 403."""
    found = queries.request_numbered(support_id)
    if found is None:
        raise Http404
    demand(request, permission, found.importer_id)
    return found


def _listed(request: HttpRequest, importer_id: int | None, now: datetime) -> dict[str, Any]:
    is_staff = request.user.is_staff_member
    owners = staff_in_sight() if is_staff else []
    form = SupportFilterForm(request.GET, owners, is_staff=is_staff)
    search = form.search(importer_id)
    rows = queries.support_requests(search, request.user, now, _near_at(now))
    page = queries.page_after(rows, request.GET.get("after", ""), A_PAGE)
    for row in page.rows:
        row.clock = clock_of(row.clock_due_at, now).value
    return {"form": form, "search": search, "page": page, "now": now}


def _near_at(now: datetime) -> datetime:
    return business_time_after(now, near(), service_levels().hours)


@require_safe
def support_list(request: HttpRequest) -> HttpResponse:
    """Requests across the importers one sees: the staff's queue, or one's own questions."""
    now = timezone.now()
    context = _listed(request, None, now)
    if request.user.is_staff_member:
        context["tally"] = queries.tally(request.user, now, _near_at(now))
        context["contacts"] = contacts_waiting(now)
        context["export_query"] = urlencode(
            {name: value for name, value in request.GET.items() if name != "after"}
        )
    return render(request, "clients/support/list.html", context)


@require_safe
def support_export(request: HttpRequest) -> HttpResponse:
    """The requests that are looked for, as CSV; for staff."""
    if not request.user.is_staff_member:
        raise PermissionDenied
    now = timezone.now()
    search = SupportFilterForm(request.GET, staff_in_sight()).search(None)
    rows = queries.support_requests(search, request.user, now, _near_at(now))
    content = export_requests(rows=rows, search=search, by=request.user, now=now)
    name = {"Content-Disposition": f'attachment; filename="requests-{today_in_toronto()}.csv"'}
    return HttpResponse(content, content_type="text/csv", headers=name)


@require_safe
def importer_support(request: HttpRequest, importer_id: int) -> HttpResponse:
    """An importer's requests for help."""
    importer = importer_for(request, importer_id, Permission.VIEW)
    context = {
        "importer": importer,
        "may": permissions(request, importer_id),
        **_listed(request, importer_id, timezone.now()),
    }
    return render(request, "clients/support/importer.html", context)


@require_http_methods(["GET", "POST"])
def support_new(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Ask; about a thing when the address names one. What staff ask goes to the importer."""
    importer = importer_for(request, importer_id, ASK)
    about = _about(request)
    form = AskForm(request.POST or None, request.FILES or None, initial=_first_words(request))
    if form.is_valid():
        told = dict(form.cleaned_data)
        told["files"] = told.pop("attachments")
        try:
            made = actions.open_request(
                importer=importer,
                by=request.user,
                source="page",
                now=timezone.now(),
                **told,
                **about,
            )
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            messages.success(
                request, _("Your request has the number %(number)s.") % {"number": made.number}
            )
            return redirect("support-request", support_id=made.pk)
    status = 422 if form.is_bound else 200
    context = {
        "importer": importer,
        "form": form,
        "about": about,
        "may": permissions(request, importer_id),
        "about_words": request.GET.get("words", "")[:250],
    }
    return render(request, "clients/support/new.html", context, status=status)


def _about(request: HttpRequest) -> dict[str, Any]:
    """What the address names; whether it is there, the action says."""
    said = {name: request.GET.get(name, "")[:200] for name in SUBJECT}
    number = said["subject_id"]
    known = int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else None
    if not said["subject_kind"]:
        return {}
    return {
        "subject_kind": said["subject_kind"][:30],
        "subject_id": known,
        "subject_key": said["subject_key"] if known is None else "",
    }


def _first_words(request: HttpRequest) -> dict[str, str]:
    return {
        "title": request.GET.get("words", "")[:200],
        "category": request.GET.get("category", ""),
    }


@require_safe
def support_page(request: HttpRequest, support_id: int) -> HttpResponse:
    """One request: what it is, what was written, and what one may do with it."""
    found = request_for(request, support_id, Permission.VIEW)
    return _page(request, found)


def _page(
    request: HttpRequest, found: SupportRequest, form: MessageForm | None = None
) -> HttpResponse:
    now, may = timezone.now(), permissions(request, found.importer_id)
    person: Any = request.user
    steps = possible(found.standing, is_staff=person.is_staff_member)
    context = {
        "wanted": found,
        "importer": found.importer,
        "may": may,
        "thread": queries.thread_of(found, person),
        "clock": clock_of(found.clock_due_at, now).value,
        "today": today_in_toronto(),
        "steps": [step.value for step in steps],
        "form": form or MessageForm(initial={"text": _prepared(request, found)}),
        "step_form": StepForm(initial={"case_no": found.case_no}),
        "subject_address": _subject_address(found),
    }
    if may["answer_support"]:
        owners = staff_choices(found.importer_id)
        context["note_form"] = NoteForm(auto_id="id_note_%s")
        context["answers"] = answers_for(found.category)
        context["handling_form"] = HandlingForm(
            initial=handling_initial(found), owners=owners, auto_id="id_handling_%s"
        )
    status = 422 if form else 200
    return render(request, "clients/support/request.html", context, status=status)


def staff_choices(importer_id: int) -> Any:
    """Who of the staff can look after a request: those of the importer, and administrators."""
    numbers = [one.pk for one in staff_looking_after(importer_id)]
    administrators = User.objects.filter(staff_role=User.StaffRole.ADMINISTRATOR, is_active=True)
    return (User.objects.filter(pk__in=numbers) | administrators).order_by("full_name", "id")


def _subject_address(found: SupportRequest) -> str:
    if found.subject_id:
        return address_of(found.subject_kind, found.subject_id)
    return ""


def _prepared(request: HttpRequest, found: SupportRequest) -> str:
    """The prepared answer that was chosen, filled; staff only."""
    number = request.GET.get("answer", "")
    if not (request.user.is_staff_member and number.isdecimal() and len(number) < 19):
        return ""
    answer = answers_for().filter(pk=int(number)).first()
    if answer is None:
        return ""
    asker = found.asked_by.full_name if found.asked_by else found.outside_name
    name, case = "" if found.asked_by == request.user else asker, found.case_no
    facts = {"name": name, "importer": found.importer.legal_name, "case": case}
    return prepared_text(answer, found, request.user, **facts)


@require_POST
def support_messages(request: HttpRequest, support_id: int) -> HttpResponse:
    """Write to the other side; staff may take a step with it."""
    found = request_for(request, support_id, ASK)
    form = MessageForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, found, form)
    told, then = dict(form.cleaned_data), form.cleaned_data["then"]
    told.pop("then")
    told["files"] = told.pop("attachments")
    who = {"request": found, "by": request.user, "now": timezone.now()}
    try:
        if then and request.user.is_staff_member:
            actions.take_step(wish=Wish(then), **told, **who)
        else:
            actions.write_message(**told, **who)
    except Refused as refusal:
        form.add_error(None, refusal.reasons)
        return _page(request, found, form)
    messages.success(request, _("Your message is sent."))
    return redirect("support-request", support_id=support_id)


@require_POST
def support_notes(request: HttpRequest, support_id: int) -> HttpResponse:
    """Write among the staff."""
    found = request_for(request, support_id, ANSWER)
    form = NoteForm(request.POST)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    who = {"request": found, "by": request.user, "now": timezone.now()}
    try:
        actions.write_message(text=text, is_staff_only=True, **who)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    return redirect("support-request", support_id=support_id)


@require_POST
def support_step(request: HttpRequest, support_id: int, wish: str) -> HttpResponse:
    """Take a request one step further."""
    if wish not in set(Wish):
        raise Http404
    needed = ASK if Wish(wish) in OF_CLIENT else ANSWER
    found = request_for(request, support_id, needed)
    form = StepForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(*[str(one) for errors in form.errors.values() for one in errors])
        actions.take_step(
            request=found,
            wish=Wish(wish),
            by=request.user,
            now=timezone.now(),
            **form.cleaned_data,
        )
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    return redirect("support-request", support_id=support_id)


@require_POST
def support_handling(request: HttpRequest, support_id: int) -> HttpResponse:
    """Say who looks after a request, what it is, how urgent."""
    found = request_for(request, support_id, ANSWER)
    form = HandlingForm(request.POST, owners=staff_choices(found.importer_id))
    try:
        if not form.is_valid():
            raise Refused(*[str(one) for errors in form.errors.values() for one in errors])
        actions.handle_request(
            request=found, by=request.user, now=timezone.now(), **form.cleaned_data
        )
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        messages.success(request, _("Saved."))
    return redirect("support-request", support_id=support_id)
