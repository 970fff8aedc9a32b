"""Holes made on purpose, so that a test can see the walls' tests find them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.models import Importer, ProgramAccount


def everything(request: HttpRequest) -> list[int]:
    """Whoever asks, everything is theirs to see: a scope that forgot to ask who it is for."""
    return every_importer_id()


def register_of_all(request: HttpRequest) -> HttpResponse:
    """Somebody wanted one list of all clients, and opened a scope of all to get it."""
    with importer_scope(every_importer_id()):
        names = Importer.objects.values_list("legal_name", flat=True)
        return HttpResponse("\n".join(names), "text/plain")


def renaming(request: HttpRequest, importer_id: int) -> HttpResponse:
    """The importer is believed from the address, and what is in the body is believed too."""
    named = request.POST.get("account", request.POST.get("account_id", 0))
    with importer_scope(every_importer_id()):
        ProgramAccount.objects.filter(pk=named).update(name="Renamed")
    return HttpResponse("Done")


def failing(request: HttpRequest) -> HttpResponse:
    """A failure that nobody thought of."""
    raise ZeroDivisionError


urlpatterns: list[Any] = [
    path("", include("carmsvc.urls")),
    path("breach/all/", register_of_all, name="breach-all"),
    path("breach/<int:importer_id>/renaming/", renaming, name="breach-renaming"),
    path("breach/failing/", failing, name="breach-failing"),
    path("api/v1/breach/", register_of_all, name="breach-api"),
]
