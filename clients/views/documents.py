"""Pages about documents: an importer's, everybody's for staff, one and its life."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.downloads import kept_file
from carmsvc.platform.pdf_text import Unreadable
from clients.actions import Refused
from clients.actions import document_ends as ends
from clients.actions import documents as actions
from clients.actions.document_preview import preview
from clients.forms.documents import (
    DescriptionForm,
    DocumentFilterForm,
    DocumentForm,
    FileForm,
    ReasonForm,
)
from clients.models import (
    Document,
    DocumentDestruction,
    DocumentHold,
    DocumentRequest,
    DocumentVersion,
    Importer,
    ProgramAccount,
)
from clients.queries import documents as queries
from clients.rules import Permission
from clients.subjects import address_of, subject_of, words_of
from clients.views.asking import demand, permissions, tell_refusal

A_PAGE = 50
LONGEST_NUMBER = 19  # of a row, in digits
MANAGE, DESTROY = Permission.MANAGE_DOCUMENTS, Permission.DESTROY_DOCUMENTS
OPEN = (DocumentRequest.State.OPEN, DocumentRequest.State.SENT, DocumentRequest.State.SENT_BACK)


def demand_staff(request: HttpRequest, importer_id: int) -> None:
    """403 unless the person is of our staff and may manage the importer's documents."""
    if not request.user.is_staff_member:
        raise PermissionDenied
    demand(request, MANAGE, importer_id)


def importer_for(request: HttpRequest, importer_id: int, permission: Permission) -> Importer:
    """The importer, if the person sees it and may do this with it; else 404, or 403."""
    importer: Importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand(request, permission, importer_id)
    return importer


def document_for(request: HttpRequest, document_id: int, permission: Permission) -> Document:
    """The document, if the person sees it and may do this with it; else 404, or 403."""
    document: Document | None = queries.document_numbered(document_id)
    if document is None:
        raise Http404
    demand(request, permission, document.importer_id)
    return document


def accounts_of(importer_id: int) -> Any:
    return ProgramAccount.objects.filter(importer=importer_id)


def listed(request: HttpRequest, importer_id: int | None) -> dict[str, Any]:
    """The documents that fit, a page of them, and the form that asked."""
    form = DocumentFilterForm(request.GET)
    search, today = form.search(importer_id), today_in_toronto()
    rows = queries.documents(search, today)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return {"form": form, "search": search, "page": page, "today": today}


@require_safe
def importer_documents(request: HttpRequest, importer_id: int) -> HttpResponse:
    """An importer's documents, what it is asked to send, and its packages."""
    importer = importer_for(request, importer_id, Permission.VIEW)
    context = {
        "importer": importer,
        "may": permissions(request, importer_id),
        "requests": queries.requests(importer_id, OPEN),
        "packages": queries.packages(importer_id)[:5],
        **listed(request, importer_id),
    }
    return render(request, "clients/documents/importer.html", context)


@require_safe
def document_list(request: HttpRequest) -> HttpResponse:
    """Documents across the importers one sees; the staff's page."""
    if not request.user.is_staff_member:
        raise PermissionDenied
    waiting = Paginator(queries.requests(None, OPEN), A_PAGE).get_page(1)
    context = {**listed(request, None), "requests": waiting}
    return render(request, "clients/documents/list.html", context)


@require_http_methods(["GET", "POST"])
def document_new(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Keep a new document."""
    importer = importer_for(request, importer_id, MANAGE)
    form = DocumentForm(
        request.POST or None,
        request.FILES or None,
        accounts=accounts_of(importer_id),
        initial={"language": importer.language},
    )
    about = _about(request, importer_id)
    if form.is_valid():
        told = dict(form.cleaned_data) | about
        try:
            version = actions.keep_document(
                importer=importer, content=told.pop("file"), by=request.user, **told
            )
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            tell_version(request, version)
            return redirect("document", document_id=version.document_id)
    status = 422 if form.is_bound else 200
    context = {"importer": importer, "form": form, "about": _said_of(importer_id, about)}
    return render(request, "clients/documents/new.html", context, status=status)


def _about(request: HttpRequest, importer_id: int) -> dict[str, Any]:
    """The thing a new document is about, as the address says it: `?about=statement-12`."""
    kind, _dash, number = request.GET.get("about", "").rpartition("-")
    if not kind:
        return {}
    is_number = number.isascii() and number.isdigit() and len(number) < LONGEST_NUMBER
    if not is_number or subject_of(importer_id, kind, int(number)) is None:
        raise Http404
    return {"subject_kind": kind, "subject_id": int(number)}


def _said_of(importer_id: int, about: dict[str, Any]) -> str:
    """What a document is about, in words."""
    if not about:
        return ""
    kind = about["subject_kind"]
    return words_of(kind, subject_of(importer_id, kind, about["subject_id"]))


def tell_version(request: HttpRequest, version: DocumentVersion) -> None:
    """Say what became of a file that was sent."""
    if version.state == version.State.INFECTED:
        told = {"virus": version.finding}
        messages.error(
            request,
            _("Refused: a virus was found (%(virus)s). Clean your computer, send a clean copy.")
            % told,
        )
    elif version.cleared_at:
        messages.success(request, _("The file is kept."))
    else:
        messages.warning(request, _("The file is kept and waits for the virus scanner."))


@require_safe
def document_page(request: HttpRequest, document_id: int) -> HttpResponse:
    """One document: what it is, its versions, how long it is kept, what holds it."""
    document = document_for(request, document_id, Permission.VIEW)
    context = {
        "document": document,
        "importer": document.importer,
        "may": permissions(request, document.importer_id),
        "holds": queries.holds_of(document),
        "destructions": queries.destructions_of(document),
        "today": today_in_toronto(),
        "file_form": FileForm(),
        "reason_form": ReasonForm(),
        "subject": _subject(document),
    }
    return render(request, "clients/documents/document.html", context)


def _subject(document: Document) -> dict[str, str] | None:
    """What a document is about, in words and with its page; None if nothing, or it is gone."""
    kind, number = document.subject_kind, document.subject_id
    row = subject_of(document.importer_id, kind, number) if number is not None else None
    return row and {"words": words_of(kind, row), "address": address_of(kind, number)}


@require_http_methods(["GET", "POST"])
def document_description(request: HttpRequest, document_id: int) -> HttpResponse:
    """Change what is said of a document."""
    document = document_for(request, document_id, MANAGE)
    form = DescriptionForm(
        request.POST or None,
        accounts=accounts_of(document.importer_id),
        initial={name: getattr(document, name) for name in DescriptionForm.base_fields},
    )
    if form.is_valid():
        try:
            actions.describe_document(document=document, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            messages.success(request, _("What is said of the document is changed."))
            return redirect("document", document_id=document_id)
    status = 422 if form.is_bound else 200
    context = {"document": document, "importer": document.importer, "form": form}
    return render(request, "clients/documents/description.html", context, status=status)


@require_POST
def document_versions(request: HttpRequest, document_id: int) -> HttpResponse:
    """Add a newer version."""
    document = document_for(request, document_id, MANAGE)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        tell_refusal(request, [str(one) for errors in form.errors.values() for one in errors])
        return redirect("document", document_id=document_id)
    try:
        content = form.cleaned_data["file"]
        version = actions.add_version(document=document, content=content, by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        tell_version(request, version)
    return redirect("document", document_id=document_id)


def _version(request: HttpRequest, version_id: int) -> DocumentVersion:
    version = queries.version_numbered(version_id)
    if version is None:
        raise Http404
    demand(request, Permission.VIEW, version.importer_id)
    return version


@require_safe
def version_file(request: HttpRequest, version_id: int) -> HttpResponse | FileResponse:
    """A version as a download that no browser guesses at, opens or keeps."""
    version = _version(request, version_id)
    try:
        content = actions.open_version(version=version, by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
        return redirect("document", document_id=version.document_id)
    return kept_file(content, version.file_name)


@require_safe
def version_preview(request: HttpRequest, version_id: int, page: int) -> HttpResponse:
    """A page of a PDF, or a picture, drawn anew: no byte of the file itself is sent."""
    version = _version(request, version_id)
    try:
        picture = preview(version=version, page=page, by=request.user)
    except (Refused, Unreadable):
        raise Http404 from None
    alone = {"Content-Security-Policy": "sandbox; default-src 'none'"}
    return HttpResponse(picture, content_type="image/png", headers=alone)


def _reason(request: HttpRequest) -> str:
    form = ReasonForm(request.POST)
    return str(form.cleaned_data["reason"]) if form.is_valid() else ""


@require_POST
def document_holds(request: HttpRequest, document_id: int) -> HttpResponse:
    """Place a legal hold."""
    document = document_for(request, document_id, Permission.VIEW)
    demand_staff(request, document.importer_id)
    try:
        actions.place_hold(document=document, reason=_reason(request), by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    return redirect("document", document_id=document_id)


@require_POST
def hold_release(request: HttpRequest, hold_id: int) -> HttpResponse:
    """Release a legal hold."""
    hold = get_object_or_404(DocumentHold.objects.select_related("document"), pk=hold_id)
    demand_staff(request, hold.importer_id)
    try:
        ends.release_hold(hold=hold, reason=_reason(request), by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    return redirect("document", document_id=hold.document_id)


@require_POST
def document_destructions(request: HttpRequest, document_id: int) -> HttpResponse:
    """Ask that a document be destroyed."""
    document = document_for(request, document_id, DESTROY)
    on = today_in_toronto()
    try:
        ends.ask_destruction(document=document, reason=_reason(request), on=on, by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        messages.success(request, _("Asked. Another administrator has to approve it."))
    return redirect("document", document_id=document_id)


def _wish(request: HttpRequest, destruction_id: int) -> DocumentDestruction:
    rows = DocumentDestruction.objects.select_related("document")
    wish: DocumentDestruction = get_object_or_404(rows, pk=destruction_id)
    demand(request, DESTROY, wish.importer_id)
    return wish


@require_POST
def destruction_approval(request: HttpRequest, destruction_id: int) -> HttpResponse:
    """Approve what another asked: the content is destroyed."""
    wish = _wish(request, destruction_id)
    try:
        ends.approve_destruction(wish=wish, on=today_in_toronto(), by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        messages.success(request, _("The content is destroyed; what it was stays written down."))
    return redirect("document", document_id=wish.document_id)


@require_POST
def destruction_refusal(request: HttpRequest, destruction_id: int) -> HttpResponse:
    """Leave the document as it is."""
    wish = _wish(request, destruction_id)
    try:
        ends.refuse_destruction(wish=wish, by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    return redirect("document", document_id=wish.document_id)
