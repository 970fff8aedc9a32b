"""Every page's address."""

from django.urls import include, path

from clients.views.profile import choose_language

urlpatterns = [
    path("", include("clients.urls")),
    path("", include("delegation.urls")),
    path("", include("statements.urls")),
    path("", include("reconciliation.urls")),
    path("account/", include("carmsvc.account_urls")),
    path("i18n/setlang/", choose_language, name="set_language"),
    path("api/v1/", include("carmsvc.api_urls")),
]
