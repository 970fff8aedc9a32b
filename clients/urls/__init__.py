"""Addresses of the clients room, a module a noun."""

from clients.urls import deadlines, documents, importers, onboarding, people, portal, support

urlpatterns = [
    *importers.urlpatterns,
    *people.urlpatterns,
    *deadlines.urlpatterns,
    *documents.urlpatterns,
    *support.urlpatterns,
    *onboarding.urlpatterns,
    *portal.urlpatterns,
]
