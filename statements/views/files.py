"""Pages of the statements room: files come in, are explained, and become statements."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.downloads import kept_file
from carmsvc.platform.spreadsheet_safe import csv_bytes
from clients.actions import Refused
from clients.models import Importer
from clients.rules import Permission
from clients.views import demand, permissions, tell_refusal
from statements import actions, queries
from statements.forms.files import LedgerUploadForm, LinesForm, MappingForm, StatementUploads
from statements.layouts.preview import preview, so_far
from statements.layouts.profiles import MappingProfile, Proposal
from statements.messages import describe
from statements.models import LedgerFile, Statement, StatementFile
from statements.queries.rulebook import why_due

PROBLEMS_SHOWN = 200
FILE_MODELS: dict[str, Any] = {"statement": StatementFile, "ledger": LedgerFile}


def _file(request: HttpRequest, kind: str, file_id: int, permission: Permission) -> Any:
    """A file the person sees and may do this with; else 404, or 403."""
    rows = FILE_MODELS[kind].objects.select_related(
        "importer", "program_account", "uploaded_by", "parked_for", "profile"
    )
    file = get_object_or_404(rows, pk=file_id)
    demand(request, permission, file.importer_id)
    return file


@require_http_methods(["GET", "POST"])
def statement_upload(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Send one or more statements of an importer."""
    importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand(request, Permission.UPLOAD, importer_id)
    accounts = queries.accounts_of(importer_id)
    options = {"accounts": accounts, "today": today_in_toronto(), "asked": request.GET}
    uploads = StatementUploads(request.POST or None, request.FILES or None, form_kwargs=options)
    if uploads.is_valid() and (received := _receive_statements(request, importer, uploads)):
        return _after_upload(request, received)
    context = {"importer": importer, "uploads": uploads}
    return _form_page(request, "statements/statement_upload.html", context, uploads.is_bound)


def _receive_statements(request: HttpRequest, importer: Importer, uploads: Any) -> list[Any]:
    received = []
    for form in uploads:
        told = {name: value for name, value in form.cleaned_data.items() if name != "DELETE"}
        if not told:
            continue
        try:
            received.append(
                actions.receive_statement_file(
                    importer_id=importer.pk,
                    file_name=told["content"].name,
                    by=request.user,
                    **told,
                )
            )
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
    return received


@require_http_methods(["GET", "POST"])
def ledger_upload(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Send one or more exports of the broker's own book for an importer."""
    importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand(request, Permission.UPLOAD, importer_id)
    accounts = queries.accounts_of(importer_id)
    form = LedgerUploadForm(request.POST or None, request.FILES or None, accounts=accounts)
    if form.is_valid():
        told = {
            "importer_id": importer_id,
            "program_account": form.cleaned_data["program_account"],
            "covers": form.cleaned_data["covers"],
            "by": request.user,
        }
        contents = form.cleaned_data["content"]
        received = [
            actions.receive_ledger_file(content=content, file_name=content.name, **told)
            for content in contents
        ]
        return _after_upload(request, received)
    context = {"importer": importer, "form": form}
    return _form_page(request, "statements/ledger_upload.html", context, form.is_bound)


def _form_page(
    request: HttpRequest, template: str, context: dict[str, Any], is_answered: bool
) -> HttpResponse:
    return render(request, template, context, status=422 if is_answered else 200)


def _after_upload(request: HttpRequest, received: list[Any]) -> HttpResponse:
    new = sum(one.is_new for one in received)
    if new:
        text = ngettext("%(count)s file received.", "%(count)s files received.", new)
        messages.success(request, text % {"count": new})
    for one in received:
        if not one.is_new:
            text = _("%(file)s is already here; nothing was doubled.")
            messages.info(request, text % {"file": one.file})
    file = received[0].file
    if len(received) > 1:
        return redirect("importer", importer_id=file.importer_id)
    kind = "ledger" if isinstance(file, LedgerFile) else "statement"
    return redirect("file", kind=kind, file_id=file.pk)


@require_safe
def file_page(request: HttpRequest, kind: str, file_id: int) -> HttpResponse:
    """How far we got with a file, and what is asked of a person."""
    file = _file(request, kind, file_id, Permission.VIEW)
    problems = queries.problems_page(file, PROBLEMS_SHOWN)
    for problem in (*problems["errors"], *problems["warnings"]):
        problem.text = describe(problem.code, problem.params)
    context = {
        "file": file,
        "kind": kind,
        "may": permissions(request, file.importer_id),
        "statement": queries.statement_of(file),
        "refusal_text": describe(**file.refusal) if file.refusal else "",
        **problems,
    }
    return render(request, "statements/file.html", context)


@require_http_methods(["GET", "POST"])
def file_mapping(request: HttpRequest, kind: str, file_id: int) -> HttpResponse:
    """How a new file's columns would be read, and what a person must say first."""
    file = _file(request, kind, file_id, Permission.CONFIRM_MAPPING)
    if file.state != file.State.NEEDS_MAPPING:
        return redirect("file", kind=kind, file_id=file_id)
    proposal = Proposal.from_json(file.proposal)
    form = MappingForm(proposal.questions, request.POST or None)
    is_look_only = "look" in request.POST
    if not is_look_only and form.is_valid() and _confirmed(request, file, form):
        return redirect("file", kind=kind, file_id=file_id)
    profile = so_far(proposal, form.answers())
    context = {
        "file": file,
        "kind": kind,
        "form": form,
        "columns": _columns(proposal, profile),
        "unread": [h for h in profile.headers if h and h not in profile.column_map.values()],
        "diff": proposal.header_diff,
        "preview": preview(profile, file.proposal["sample"]),
    }
    return _form_page(request, "statements/mapping.html", context, form.is_bound)


def _columns(proposal: Proposal, profile: MappingProfile) -> list[tuple[str, str, str]]:
    """(field, heading, how sure) of each column that is read."""
    sure, place = proposal.confidence, profile.headers.index
    columns = sorted(profile.column_map.items(), key=lambda one: place(one[1]))
    return [(name, heading, sure.get(name, "")) for name, heading in columns]


def _confirmed(request: HttpRequest, file: Any, form: MappingForm) -> bool:
    name = form.cleaned_data["name"]
    try:
        actions.confirm_mapping(file=file, answers=form.answers(), name=name, by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
        return False
    messages.success(request, _("Confirmed. The file is being read."))
    return True


@require_safe
def file_progress(request: HttpRequest, kind: str, file_id: int) -> HttpResponse:
    """The live part of a file's page; once there is news, the whole page again."""
    file = _file(request, kind, file_id, Permission.VIEW)
    response = render(request, "statements/_progress.html", {"file": file, "kind": kind})
    if not queries.is_under_way(file):
        response["HX-Refresh"] = "true"
    return response


@require_safe
def file_original(request: HttpRequest, kind: str, file_id: int) -> FileResponse | HttpResponse:
    """The file as it was uploaded."""
    file = _file(request, kind, file_id, Permission.VIEW)
    try:
        original = actions.open_original(file=file, by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
        return redirect("file", kind=kind, file_id=file_id)
    return kept_file(original, file.file_name)


@require_safe
def file_problems(request: HttpRequest, kind: str, file_id: int) -> HttpResponse:
    """Every bad row as CSV, to work through beside the file."""
    file = _file(request, kind, file_id, Permission.VIEW)
    header = [_("Row"), _("Column"), _("Value"), _("What is wrong"), _("Suggestion")]
    severity = "warning" if request.GET.get("severity") == "warning" else "error"
    problems = queries.problems_of(file, severity)
    actions.note_rows_exported(file=file, severity=severity, by=request.user)
    rows = (
        (
            one.row_no,
            one.column,
            one.value,
            describe(one.code, one.params),
            one.suggestion,
        )
        for one in problems.iterator(chunk_size=5000)
    )
    headers = {
        "Content-Disposition": f'attachment; filename="{kind}-{file_id}-rows.csv"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(csv_bytes(header, rows), content_type="text/csv", headers=headers)


@require_POST
def file_repairs(request: HttpRequest, kind: str, file_id: int) -> HttpResponse:
    """Confirm every suggested repair of a rejected file and read it again."""
    file = _file(request, kind, file_id, Permission.CONFIRM_MAPPING)
    try:
        count = actions.confirm_repairs(file=file, by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        text = ngettext("%(count)s repair confirmed.", "%(count)s repairs confirmed.", count)
        messages.success(request, text % {"count": count})
    return redirect("file", kind=kind, file_id=file_id)


@require_POST
def file_attempts(request: HttpRequest, kind: str, file_id: int) -> HttpResponse:
    """Give a parked file new tries."""
    file = _file(request, kind, file_id, Permission.UPLOAD)
    try:
        actions.send_again(file=file, by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        messages.success(request, _("The file is being read again."))
    return redirect("file", kind=kind, file_id=file_id)


@require_safe
def statement_page(request: HttpRequest, statement_id: int) -> HttpResponse:
    """A statement: how it ties out, when it is due and why, and its lines."""
    rows = Statement.objects.select_related("importer", "program_account", "file__uploaded_by")
    statement = get_object_or_404(rows, pk=statement_id)
    demand(request, Permission.VIEW, statement.importer_id)
    form = LinesForm(request.GET)
    order, after = request.GET.get("order", "row_no"), request.GET.get("after", "")
    page = queries.statement_lines(
        statement,
        **form.chosen(),
        order=order,
        after=int(after) if after.isdecimal() and len(after) < 19 else None,
    )
    context = {
        "statement": statement,
        "importer": statement.importer,
        "today": today_in_toronto(),
        "form": form,
        "order": order,
        "page": page,
        "is_filtered": any(form.chosen().values()),
        "may": permissions(request, statement.importer_id),
        "why_due": why_due(statement),
    }
    return render(request, "statements/statement.html", context)
