"""Looking at an importer as one of its roles: beginning it and ending it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clients.actions.viewing import begin_viewing, end_viewing
from clients.forms.staff import ViewingForm
from clients.models import Importer, Membership
from clients.rules import Permission
from clients.viewing import IN_SESSION, remember
from clients.views.asking import demand, permissions


@require_http_methods(["GET", "POST"])
def viewing_new(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Choose the role; from the next page on, the importer is seen as it sees itself."""
    importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand(request, Permission.VIEW_AS, importer_id)
    form = ViewingForm(request.POST or None, initial={"role": Membership.Role.OWNER})
    if form.is_valid():
        role, now = form.cleaned_data["role"], timezone.now()
        remember(request, begin_viewing(person=request.user, importer=importer, role=role, now=now))
        return redirect("importer", importer_id=importer_id)
    told = {"form": form, "importer": importer, "may": permissions(request, importer_id)}
    return render(request, "clients/viewing/new.html", told, status=422 if form.errors else 200)


@require_POST
def viewing_end(request: HttpRequest) -> HttpResponse:
    """Be oneself again, on the page of the importer that was looked at."""
    viewing = request.user.viewing
    if viewing is None:  # it had ended by itself
        return redirect("home")
    del request.session[IN_SESSION]
    end_viewing(person=request.user, viewing=viewing, because="ended")
    return redirect("importer", importer_id=viewing.importer_id)
