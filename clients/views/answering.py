"""Administrators' pages: prepared answers, and letters that came in and were set aside."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients.actions import Refused, received_letters
from clients.actions.canned_answers import retire_answer, write_answer
from clients.forms.support import CannedAnswerForm
from clients.models import CannedAnswer, ReceivedLetter
from clients.queries.contacts import letters_set_aside
from clients.rules import Permission
from clients.rules.canned import PLACES
from clients.views.asking import demand_here, tell_refusal

A_PAGE = 50
MANAGE = Permission.MANAGE_MAIL


@require_safe
def answer_list(request: HttpRequest) -> HttpResponse:
    """The prepared answers, those in use first."""
    demand_here(request, MANAGE)
    rows = CannedAnswer.objects.select_related("changed_by")
    context = {"answers": rows.order_by("retired_at", "name")}
    return render(request, "clients/support/answers.html", context)


@require_http_methods(["GET", "POST"])
def answer_new(request: HttpRequest) -> HttpResponse:
    """Write a prepared answer."""
    demand_here(request, MANAGE)
    return _answer(request, CannedAnswer())


@require_http_methods(["GET", "POST"])
def answer_page(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Change a prepared answer; it is in use again."""
    demand_here(request, MANAGE)
    return _answer(request, get_object_or_404(CannedAnswer, pk=answer_id))


def _answer(request: HttpRequest, answer: CannedAnswer) -> HttpResponse:
    form = CannedAnswerForm(request.POST or None, instance=answer, label_suffix="")
    if form.is_valid():
        try:
            write_answer(answer=answer, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            messages.success(request, _("Saved."))
            return redirect("answer-list")
    places = [f"{{{place}}}" for place in PLACES]
    context = {"form": form, "answer": answer, "places": places}
    status = 422 if form.is_bound else 200
    return render(request, "clients/support/answer.html", context, status=status)


@require_POST
def answer_retiring(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Take a prepared answer out of use."""
    demand_here(request, MANAGE)
    retire_answer(answer=get_object_or_404(CannedAnswer, pk=answer_id), by=request.user)
    return redirect("answer-list")


@require_safe
def received_list(request: HttpRequest) -> HttpResponse:
    """Letters that came in and were not taken."""
    demand_here(request, MANAGE)
    state = request.GET.get("state", "")
    page = Paginator(letters_set_aside(state), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "clients/support/received.html", {"page": page, "state": state})


@require_POST
def received_dismissal(request: HttpRequest, received_id: int) -> HttpResponse:
    """Nothing is to be done about a letter; its words go."""
    demand_here(request, MANAGE)
    letter = get_object_or_404(ReceivedLetter, pk=received_id)
    if not received_letters.dismiss_letter(letter=letter, by=request.user):
        tell_refusal(request, [_("Somebody has looked at this letter already.")])
    return redirect("received-list")


@require_POST
def received_contact(request: HttpRequest, received_id: int) -> HttpResponse:
    """Treat a letter as one from the public."""
    demand_here(request, MANAGE)
    letter = get_object_or_404(ReceivedLetter, pk=received_id)
    try:
        made = received_letters.take_as_contact(letter=letter, by=request.user, now=timezone.now())
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
        return redirect("received-list")
    if made is None:
        tell_refusal(request, [_("Somebody has looked at this letter already.")])
        return redirect("received-list")
    return redirect("contact-page", contact_id=made.pk)
