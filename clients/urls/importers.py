"""Importers: the register, profiles, lists of clients, search, security."""

from django.urls import path

from clients.urls.places import OF_IMPORTER
from clients.views import (
    client_lists,
    importer_profiles,
    importers,
    search,
    security,
)

CLIENT_LIST = "client-lists/<int:list_id>/"
REACH = "importer-contacts/<int:importer_contact_id>/"
urlpatterns = [
    path("importers/", importers.importer_list, name="importer-list"),
    path("importers/export/", importers.importer_export, name="importer-export"),
    path("importers/new/", importers.importer_new, name="importer-new"),
    path("client-lists/", client_lists.client_lists, name="client-lists"),
    path("client-lists/template.csv", client_lists.client_list_file, name="client-list-template"),
    path(CLIENT_LIST, client_lists.client_list, name="client-list"),
    path(
        f"{CLIENT_LIST}confirmation/",
        client_lists.client_list_confirmation,
        name="client-list-confirmation",
    ),
    path(
        f"{CLIENT_LIST}withdrawal/",
        client_lists.client_list_withdrawal,
        name="client-list-withdrawal",
    ),
    path(OF_IMPORTER, importers.importer_page, name="importer"),
    path(f"{OF_IMPORTER}profile/", importer_profiles.importer_profile, name="importer-profile"),
    path(
        f"{OF_IMPORTER}profile/change/",
        importer_profiles.importer_profile_change,
        name="importer-profile-change",
    ),
    path(f"{OF_IMPORTER}timeline/", importer_profiles.importer_timeline, name="importer-timeline"),
    path(
        f"{OF_IMPORTER}program-accounts/new/",
        importer_profiles.account_new,
        name="program-account-new",
    ),
    path(
        "program-accounts/<int:account_id>/",
        importer_profiles.account_change,
        name="program-account",
    ),
    path(f"{OF_IMPORTER}contacts/new/", importer_profiles.contact_new, name="importer-contact-new"),
    path(REACH, importer_profiles.contact_change, name="importer-contact"),
    path(f"{REACH}removal/", importer_profiles.contact_removal, name="importer-contact-removal"),
    path("search/", search.search_page, name="search"),
    path(f"{OF_IMPORTER}security/new/", security.security_new, name="security-new"),
    path(f"{OF_IMPORTER}release-status/", security.release_status, name="release-status"),
    path("security/<int:security_id>/change/", security.security_change, name="security-change"),
    path("security/<int:security_id>/ending/", security.security_ending, name="security-ending"),
]
