"""Pages about what an importer is asked to send, and about packages for an audit."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.downloads import kept_file
from clients.actions import Refused
from clients.actions import document_packages as packages
from clients.actions import document_requests as actions
from clients.forms.documents import (
    DocumentFilterForm,
    FileForm,
    PackageForm,
    ReasonForm,
    RequestForm,
    SendBackForm,
)
from clients.models import DocumentPackage, DocumentRequest
from clients.queries import documents as queries
from clients.rules import Permission
from clients.views.asking import demand, permissions, tell_refusal
from clients.views.documents import (
    A_PAGE,
    MANAGE,
    demand_staff,
    importer_for,
    tell_version,
)


@require_http_methods(["GET", "POST"])
def request_new(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Ask an importer for a document."""
    importer = importer_for(request, importer_id, Permission.VIEW)
    demand_staff(request, importer_id)
    form = RequestForm(request.POST or None)
    if form.is_valid():
        today = today_in_toronto()
        try:
            wish = actions.request_document(
                importer=importer, by=request.user, today=today, **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            messages.success(request, _("Asked: the importer’s people are told."))
            return redirect("document-request", request_id=wish.pk)
    status = 422 if form.is_bound else 200
    context = {"importer": importer, "form": form}
    return render(request, "clients/documents/request_new.html", context, status=status)


def _wish(request: HttpRequest, request_id: int, permission: Permission) -> DocumentRequest:
    wish: DocumentRequest = get_object_or_404(queries.requests(), pk=request_id)
    demand(request, permission, wish.importer_id)
    return wish


@require_safe
def request_page(request: HttpRequest, request_id: int) -> HttpResponse:
    """One request: what is to be sent by when, where it is, what was said of it."""
    wish = _wish(request, request_id, Permission.VIEW)
    context = {
        "wish": wish,
        "importer": wish.importer,
        "may": permissions(request, wish.importer_id),
        "today": today_in_toronto(),
        "file_form": FileForm(),
        "reason_form": ReasonForm(),
        "back_form": SendBackForm(),
    }
    return render(request, "clients/documents/request.html", context)


@require_POST
def request_answer(request: HttpRequest, request_id: int) -> HttpResponse:
    """Send what was asked for."""
    wish = _wish(request, request_id, MANAGE)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        tell_refusal(request, [str(one) for errors in form.errors.values() for one in errors])
        return redirect("document-request", request_id=request_id)
    try:
        content = form.cleaned_data["file"]
        version = actions.answer_request(wish=wish, content=content, by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        tell_version(request, version)
    return redirect("document-request", request_id=request_id)


@require_POST
def request_acceptance(request: HttpRequest, request_id: int) -> HttpResponse:
    """What was sent is right."""
    wish = _wish(request, request_id, Permission.VIEW)
    demand_staff(request, wish.importer_id)
    try:
        actions.accept_answer(wish=wish, by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        messages.success(request, _("Accepted."))
    return redirect("document-request", request_id=request_id)


@require_POST
def request_return(request: HttpRequest, request_id: int) -> HttpResponse:
    """What was sent will not do."""
    wish = _wish(request, request_id, Permission.VIEW)
    demand_staff(request, wish.importer_id)
    form = SendBackForm(request.POST)
    if not form.is_valid():
        tell_refusal(request, [_("Say why, and by when it is to be sent again.")])
        return redirect("document-request", request_id=request_id)
    try:
        today = today_in_toronto()
        actions.send_back(wish=wish, today=today, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        messages.success(request, _("Sent back: the importer’s people are told."))
    return redirect("document-request", request_id=request_id)


@require_POST
def request_withdrawal(request: HttpRequest, request_id: int) -> HttpResponse:
    """It is not needed any more."""
    wish = _wish(request, request_id, Permission.VIEW)
    demand_staff(request, wish.importer_id)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        actions.withdraw_request(wish=wish, reason=reason, by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    return redirect("document-request", request_id=request_id)


@require_http_methods(["GET", "POST"])
def importer_packages(request: HttpRequest, importer_id: int) -> HttpResponse:
    """An importer's packages; asking for one of the documents that a search finds."""
    importer = importer_for(request, importer_id, Permission.VIEW)
    filters = DocumentFilterForm(request.GET)
    search = filters.search(importer_id)
    documents = queries.documents(search, today_in_toronto())
    form = PackageForm(request.POST or None)
    if request.method == "POST":
        demand(request, MANAGE, importer_id)
    if form.is_valid():
        try:
            package = packages.request_package(
                importer=importer,
                documents=documents.order_by().values("pk"),
                chosen_by=filters.told(),
                language=get_language() or "en",
                by=request.user,
                **form.cleaned_data,
            )
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            return redirect("document-package", package_id=package.pk)
    context = {
        "importer": importer,
        "may": permissions(request, importer_id),
        "filters": filters,
        "count": documents.count(),
        "form": form,
        "page": Paginator(queries.packages(importer_id), A_PAGE).get_page(request.GET.get("page")),
    }
    status = 422 if form.is_bound else 200
    return render(request, "clients/documents/packages.html", context, status=status)


def _package(request: HttpRequest, package_id: int) -> DocumentPackage:
    package: DocumentPackage = get_object_or_404(queries.packages(), pk=package_id)
    demand(request, Permission.VIEW, package.importer_id)
    return package


@require_safe
def package_page(request: HttpRequest, package_id: int) -> HttpResponse:
    """One package: how far it is, and its file."""
    package = _package(request, package_id)
    context = {"package": package, "importer": package.importer}
    part = request.headers.get("HX-Request") == "true"
    name = "_package.html" if part else "package.html"
    return render(request, f"clients/documents/{name}", context)


@require_safe
def package_file(request: HttpRequest, package_id: int) -> HttpResponse | FileResponse:
    """The package's ZIP file."""
    package = _package(request, package_id)
    try:
        content = packages.open_package(package=package, by=request.user)
    except Refused:
        raise Http404 from None
    return kept_file(content, f"documents-{package.pk}.zip")
