"""Every page's address."""

from django.urls import include, path

from carmsvc.platform import well_known
from clients.views.profile import choose_language

handler400 = "carmsvc.platform.error_pages.bad_request"
handler403 = "carmsvc.platform.error_pages.permission_denied"
handler404 = "carmsvc.platform.error_pages.page_not_found"
handler500 = "carmsvc.platform.error_pages.server_error"

urlpatterns = [
    path("", include("clients.urls")),
    path("", include("delegation.urls")),
    path("", include("statements.urls")),
    path("", include("reconciliation.urls")),
    path("account/", include("carmsvc.account_urls")),
    path("i18n/setlang/", choose_language, name="set_language"),
    path("api/v1/", include("carmsvc.api_urls")),
    path(".well-known/security.txt", well_known.security_txt, name="security-txt"),
    path(".well-known/change-password", well_known.change_password, name="change-password"),
    path("robots.txt", well_known.robots_txt, name="robots-txt"),
]
