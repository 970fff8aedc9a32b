"""A person's own pages: profile, security, where they are signed in, the language of the pages."""

from allauth.mfa.webauthn.views import remove_webauthn
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.i18n import set_language

from clients.actions import Refused
from clients.actions import accounts as actions
from clients.adapter import keep_language
from clients.forms.profile import ProfileForm
from clients.queries import accounts as queries


@login_not_required
def not_here(request: HttpRequest) -> HttpResponse:
    """A door of allauth's that this house does not have."""
    raise Http404


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, language and time zone."""
    saved = {name: getattr(request.user, name) for name in actions.PROFILE}
    form = ProfileForm(request.POST or None, initial=saved)
    if form.is_valid():
        try:
            actions.change_profile(person=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            return _saved(request)
    status = 422 if form.errors else 200
    return render(request, "clients/profile/profile.html", {"form": form}, status=status)


def _saved(request: HttpRequest) -> HttpResponse:
    response = redirect("profile")
    keep_language(response, request.user.language)
    with translation.override(request.user.language):
        messages.success(request, _("Your profile is saved."))
    return response


@never_cache
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Password, factors and sessions at a glance."""
    context = {
        "security": queries.security_of(request.user),
        "sessions": queries.sessions_of(request.user),
        "here": request.session.session_key,
    }
    return render(request, "clients/profile/security.html", context)


@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    """Choose which second factor to set up; where people are led who need one."""
    if queries.has_second_factor(request.user):
        return redirect("security")
    is_required = queries.needs_second_factor(request.user)
    return render(request, "clients/profile/second_factor.html", {"is_required": is_required})


@never_cache
@require_http_methods(["GET", "POST"])
def passkey_removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a passkey, unless it is the last factor of somebody who needs one."""
    security = queries.security_of(request.user)
    if security.is_last_factor and pk in {passkey.pk for passkey in security.passkeys}:
        messages.warning(
            request, _("You need a second factor: add another one before you remove this.")
        )
        return redirect("security")
    response: HttpResponse = remove_webauthn(request, pk=pk)
    return response


@require_POST
def session_ending(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign out of one place."""
    if not actions.end_session(person=request.user, session_id=session_id):
        raise Http404
    messages.success(request, _("That session has ended."))
    return redirect("security")


@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """Sign out of every place, this one too."""
    actions.sign_out_everywhere(person=request.user)
    request.session.flush()
    messages.success(request, _("You are signed out everywhere."))
    return redirect(settings.LOGIN_URL)


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """The other language, here and from now on for somebody who is signed in."""
    response: HttpResponse = set_language(request)
    wanted = request.POST.get("language", "")
    if request.user.is_authenticated and wanted in dict(settings.LANGUAGES):
        actions.change_profile(person=request.user, language=wanted)
    return response
