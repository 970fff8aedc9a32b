"""Every page's address."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

urlpatterns = [
    path("", include("clients.urls")),
    path("", include("statements.urls")),
    path("", include("reconciliation.urls")),
    # people come by invitation and keep the address they were invited with
    path(
        "account/signup/",
        login_not_required(RedirectView.as_view(pattern_name="account_login")),
    ),
    path("account/email/", RedirectView.as_view(pattern_name="account_change_password")),
    path("account/", include("allauth.account.urls")),
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
    path("api/v1/", include("carmsvc.api_urls")),
]
