"""Addresses of the clients room."""

from django.urls import path

from clients.views import importers

urlpatterns = [
    path("importers/", importers.importer_list, name="importer-list"),
    path("importers/new/", importers.importer_new, name="importer-new"),
]
