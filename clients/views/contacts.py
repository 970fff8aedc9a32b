"""The public contact page, and the staff's pages about what came from it."""

from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients.actions import Refused
from clients.actions import contacts as actions
from clients.forms.contact import ContactForm
from clients.forms.support import ContactHandlingForm, MessageForm, MoveForm, NoteForm, StepForm
from clients.models import Contact, User
from clients.queries import contacts as queries
from clients.queries import may
from clients.queries.service_levels import clock_of
from clients.queries.support import page_after
from clients.queries.support_people import staff_in_sight
from clients.rules import Permission
from clients.rules.support import Wish, possible
from clients.views.asking import demand_here, tell_refusal

A_PAGE = 50
ANSWER = Permission.ANSWER_CONTACTS
MANY = 429


@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """Anybody writes to the brokerage. The answer is the same whoever they are."""
    form = ContactForm(request.POST or None)
    if not form.is_bound:
        return render(request, "clients/support/contact.html", {"form": form})
    if not form.is_valid():
        return _again(request, form)
    if not _may_go(request, form.cleaned_data["address"]):
        return render(request, "429.html", status=MANY)
    try:
        made = actions.receive_contact(
            now=timezone.now(), language=(get_language() or "en")[:2], **form.told()
        )
    except Refused as refusal:
        form.add_error(None, refusal.reasons)
        return _again(request, form)
    request.session["contact"] = made.number
    return redirect("contact-thanks")


def _again(request: HttpRequest, form: ContactForm) -> HttpResponse:
    form.errors  # noqa: B018  # said of what was sent, before it is made fresh
    context = {"form": form.again()}
    return render(request, "clients/support/contact.html", context, status=422)


def _may_go(request: HttpRequest, address: str) -> bool:
    return bool(ratelimit.consume(request, action="contact", key=address.lower()))


@never_cache
@login_not_required
@require_safe
def contact_thanks(request: HttpRequest) -> HttpResponse:
    """What was sent, has a number."""
    context = {"number": request.session.get("contact", "")}
    return render(request, "clients/support/thanks.html", context)


def contact_for(request: HttpRequest, contact_id: int) -> Contact:
    """The contact, for who may answer the public; else 403, or 404."""
    demand_here(request, ANSWER)
    return get_object_or_404(Contact.objects.select_related("owner", "moved_by"), pk=contact_id)


@require_safe
def contact_list(request: HttpRequest) -> HttpResponse:
    """What the public wrote, the most urgent promise first."""
    demand_here(request, ANSWER)
    state, now = request.GET.get("state", ""), timezone.now()
    page = page_after(queries.contacts(state), request.GET.get("after", ""), A_PAGE)
    for row in page.rows:
        row.clock = clock_of(row.clock_due_at, now).value
    context = {"page": page, "state": state, "now": now}
    return render(request, "clients/support/contacts.html", context)


@require_safe
def contact_page(request: HttpRequest, contact_id: int) -> HttpResponse:
    """One contact and its thread."""
    return _page(request, contact_for(request, contact_id))


def _page(request: HttpRequest, found: Contact, form: MessageForm | None = None) -> HttpResponse:
    initial = {name: getattr(found, name) for name in ("owner", "category", "priority")}
    steps = possible(found.standing, is_staff=True)
    handling = ContactHandlingForm(initial=initial, owners=_owners(), auto_id="id_handling_%s")
    context = {
        "wanted": found,
        "thread": queries.contact_thread(found),
        "clock": clock_of(found.clock_due_at, timezone.now()).value,
        "steps": [] if found.moved_at else [step.value for step in steps],
        "answers": queries.answers_for(found.category),
        "form": form or MessageForm(initial={"text": _prepared(request, found)}),
        "note_form": NoteForm(auto_id="id_note_%s"),
        "step_form": StepForm(),
        "move_form": MoveForm(),
        "handling_form": handling,
    }
    status = 422 if form else 200
    return render(request, "clients/support/contact_page.html", context, status=status)


def _owners() -> Any:
    numbers = [one.pk for one in staff_in_sight()]
    return User.objects.filter(pk__in=numbers).order_by("full_name")


def _prepared(request: HttpRequest, found: Contact) -> str:
    number = request.GET.get("answer", "")
    known = number.isdecimal() and len(number) < 19
    answer = queries.answers_for().filter(pk=int(number)).first() if known else None
    if answer is None:
        return ""
    facts = {"name": found.name, "importer": found.company, "case": ""}
    return queries.prepared_text(answer, found, request.user, **facts)


@require_POST
def contact_messages(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Write to them; a step may go with it."""
    found = contact_for(request, contact_id)
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    who = {"contact": found, "by": request.user, "now": timezone.now()}
    text, then = form.cleaned_data["text"], form.cleaned_data["then"]
    try:
        if then:
            actions.step_contact(wish=Wish(then), text=text, **who)
        else:
            actions.answer_contact(text=text, **who)
    except Refused as refusal:
        form.add_error(None, refusal.reasons)
        return _page(request, found, form)
    messages.success(request, _("Your message is sent."))
    return redirect("contact-page", contact_id=contact_id)


@require_POST
def contact_notes(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Write among the staff."""
    found = contact_for(request, contact_id)
    form = NoteForm(request.POST)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    who = {"contact": found, "by": request.user, "now": timezone.now()}
    try:
        actions.answer_contact(text=text, is_staff_only=True, **who)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    return redirect("contact-page", contact_id=contact_id)


@require_POST
def contact_step(request: HttpRequest, contact_id: int, wish: str) -> HttpResponse:
    """Take a contact one step further."""
    found = contact_for(request, contact_id)
    try:
        if wish not in set(Wish):
            raise Refused(_("There is no such step."))
        actions.step_contact(
            contact=found,
            wish=Wish(wish),
            by=request.user,
            now=timezone.now(),
            text=request.POST.get("text", ""),
        )
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    return redirect("contact-page", contact_id=contact_id)


@require_POST
def contact_handling(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Say who looks after a contact, what it is, how urgent."""
    found = contact_for(request, contact_id)
    form = ContactHandlingForm(request.POST, owners=_owners())
    try:
        if not form.is_valid():
            raise Refused(*[str(one) for errors in form.errors.values() for one in errors])
        actions.handle_contact(
            contact=found, by=request.user, now=timezone.now(), **form.cleaned_data
        )
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        messages.success(request, _("Saved."))
    return redirect("contact-page", contact_id=contact_id)


@require_POST
def contact_moving(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Hand a contact to an importer's staff."""
    found = contact_for(request, contact_id)
    form = MoveForm(request.POST)
    if not form.is_valid() or not may(
        request.user, Permission.ANSWER_SUPPORT, form.cleaned_data["importer"].pk
    ):
        tell_refusal(request, [_("Choose the importer it belongs to.")])
        return redirect("contact-page", contact_id=contact_id)
    try:
        made = actions.move_contact(
            contact=found,
            importer=form.cleaned_data["importer"],
            by=request.user,
            now=timezone.now(),
        )
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
        return redirect("contact-page", contact_id=contact_id)
    messages.success(request, _("It goes on with the importer, under the same number."))
    return redirect("support-request", support_id=made.pk)
