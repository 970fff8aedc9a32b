"""Addresses of the clients room."""

from django.urls import path

from clients import views

urlpatterns = [
    path("importers/", views.importer_list, name="importer-list"),
    path("importers/new/", views.importer_new, name="importer-new"),
]
