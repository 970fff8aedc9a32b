"""An importer's readiness: its page, what people say, its report."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.refusals import Refused
from clients.actions.readiness import keep_readiness, note_report
from clients.actions.readiness_answers import answer_question, take_answer_back
from clients.forms.readiness import AnswerForm, first_day
from clients.models import Importer, ReadinessAnswer, User
from clients.queries import readiness as queries
from clients.queries.documents import documents_to_choose
from clients.queries.readiness_history import changes_of, months_kept
from clients.queries.readiness_page import page_of
from clients.readiness import checks
from clients.readiness_paper import report_pdf
from clients.rules import Permission
from clients.views.asking import demand, permissions, tell_refusal
from clients.views.documents import importer_for

ANSWER = Permission.TAKE_ONBOARDING_STEPS
SHOWN = 12  # answers


@require_safe
def importer_readiness(request: HttpRequest, importer_id: int) -> HttpResponse:
    """How ready an importer is now, why, what to do, and how it went."""
    importer = importer_for(request, importer_id, Permission.VIEW)
    today = today_in_toronto()
    found = queries.readiness_of(importer_id, today)
    kept = queries.newest_snapshots([importer_id]).get(importer_id)
    context = {
        "importer": importer,
        "may": permissions(request, importer_id),
        "page": page_of(found),
        "kept": kept,
        "is_kept": kept is not None and (kept.taken_on, kept.verdict) == (today, found.verdict),
        "months": months_kept(importer_id, today),
        "changes": changes_of(importer_id, today),
        "answers": queries.answers_of(importer_id)[:SHOWN],
        "titles": {one.code: one.title for one in checks()},
        "today": today,
    }
    return render(request, "clients/readiness/importer.html", context)


@require_POST
def readiness_keeping(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Keep how the importer stands now."""
    importer = importer_for(request, importer_id, Permission.MANAGE_ONBOARDING)
    keep_readiness(importers=[importer.pk], now=timezone.now(), by=request.user)
    messages.success(request, _("How it stands today is kept."))
    return redirect("importer-readiness", importer_id=importer_id)


@sensitive_post_parameters("statement", "evidence_reference")
@require_http_methods(["GET", "POST"])
def readiness_answer_new(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Say what was found out on a question that no data can answer."""
    importer = importer_for(request, importer_id, ANSWER)
    today = today_in_toronto()
    asked = queries.to_be_answered(queries.readiness_of(importer_id, today))
    documents = documents_to_choose(importer_id)
    begin = first_day(today) | {"question": request.GET.get("question", "")}
    form = AnswerForm(request.POST or None, initial=begin, asked=asked, documents=documents)
    if form.is_valid() and _answered(form, importer, request.user):
        messages.success(request, _("The answer is kept, and the checks know it."))
        return redirect("importer-readiness", importer_id=importer_id)
    status = 422 if form.is_bound else 200
    context = {"importer": importer, "form": form}
    return render(request, "clients/readiness/answer.html", context, status=status)


def _answered(form: AnswerForm, importer: Importer, by: User) -> bool:
    """Whether the answer was kept; else the form says why not."""
    try:
        answer_question(importer=importer, today=today_in_toronto(), by=by, **form.said())
    except Refused as refusal:
        form.add_error(None, refusal.reasons)
        return False
    return True


@require_POST
def readiness_answer_withdrawal(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Take an answer back."""
    answer = get_object_or_404(ReadinessAnswer.objects, pk=answer_id)
    demand(request, ANSWER, answer.importer_id)
    try:
        take_answer_back(answer=answer, by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        messages.success(request, _("The answer is taken back."))
    return redirect("importer-readiness", importer_id=answer.importer_id)


@require_safe
def readiness_report(request: HttpRequest, importer_id: int) -> HttpResponse:
    """The report as PDF, in the language asked for, or the reader's."""
    importer = importer_for(request, importer_id, Permission.VIEW)
    language = request.GET.get("language") or get_language() or "en"
    if language not in dict(User.Language.choices):
        raise Http404
    found = queries.readiness_of(importer_id, today_in_toronto())
    note_report(importer=importer, language=language, verdict=found.verdict.value, by=request.user)
    name = f"readiness-{slugify(importer.legal_name)}-{found.day}-{language}.pdf"
    told: dict[str, Any] = {"Content-Disposition": f'attachment; filename="{name}"'}
    pdf = report_pdf(found, language)
    return HttpResponse(pdf, content_type="application/pdf", headers=told)
