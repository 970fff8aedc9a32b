"""Pages of invitations: sending them, and the one door that strangers come in by."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients.actions import Refused
from clients.actions import invitations as actions
from clients.forms.people import InvitationForm, NewcomerForm
from clients.models import Importer, Invitation
from clients.queries import invitations as reads
from clients.rules import InvitationState, Permission
from clients.views.asking import demand, demand_here, permissions, tell_refusal

A_PAGE = 50
IN_SESSION = "invitation"  # the hash of the token whose link this browser opened
STATUS = {"unknown": 404, "accepted": 410, "expired": 410, "revoked": 410}


@require_safe
def importer_invitations(request: HttpRequest, importer_id: int) -> HttpResponse:
    """The invitations of an importer's people, by state."""
    importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand(request, Permission.MANAGE_PEOPLE, importer_id)
    told = {"importer": importer, "may": permissions(request, importer_id)}
    return _list(request, reads.invitations_to(importer_id), told)


@require_safe
def staff_invitations(request: HttpRequest) -> HttpResponse:
    """The invitations of the brokerage's own people, by state."""
    demand_here(request, Permission.MANAGE_STAFF)
    return _list(request, reads.invitations_of_staff(), {"importer": None})


def _list(request: HttpRequest, invitations: Any, told: dict[str, Any]) -> HttpResponse:
    state = request.GET.get("state", "")
    rows = reads.in_state(invitations, state)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    for invitation in page:
        invitation.state = reads.state_of(invitation)
    told |= {"page": page, "state": state, "states": reads.STATE_WORDS}
    return render(request, "clients/invitations/list.html", told)


@require_http_methods(["GET", "POST"])
def importer_invitation_new(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Invite somebody to be one of an importer's people."""
    importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand(request, Permission.MANAGE_PEOPLE, importer_id)
    form = InvitationForm(request.POST or None, initial={"language": importer.language})
    if form.is_valid():
        try:
            wish = {**form.cleaned_data, "importers": [importer]}
            invitation = actions.invite(**wish, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            messages.success(request, _("%(email)s is invited.") % {"email": invitation.email})
            return redirect("importer-people", importer_id=importer_id)
    told = {"form": form, "importer": importer, "may": permissions(request, importer_id)}
    return render(request, "clients/invitations/new.html", told, status=422 if form.errors else 200)


@require_POST
def invitation_sending(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Send an invitation again: a new link, the old one is dead."""
    invitation = _managed(request, invitation_id)
    try:
        actions.send_again(invitation=invitation, by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        messages.success(
            request,
            _("A new invitation is on its way to %(email)s; the earlier link no longer works.")
            % {"email": invitation.email},
        )
    return _back(invitation)


@require_POST
def invitation_revocation(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Take an invitation back."""
    invitation = _managed(request, invitation_id)
    try:
        actions.revoke_invitation(invitation=invitation, by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        messages.success(
            request, _("The invitation of %(email)s is revoked.") % {"email": invitation.email}
        )
    return _back(invitation)


def _managed(request: HttpRequest, invitation_id: int) -> Any:
    return get_object_or_404(reads.invitations_managed_by(request.user), pk=invitation_id)


def _back(invitation: Any) -> HttpResponse:
    """To the list that the invitation stands in."""
    if invitation.staff_role:
        return redirect("staff-invitations")
    return redirect("importer-invitations", importer_id=invitation.importer_ids[0])


@login_not_required
@csrf_exempt
@never_cache
def invitation_link(request: HttpRequest, token: str) -> HttpResponse:
    """Where the letter leads: the token goes out of the address, whatever it is worth.

    Refuses no method and asks for no CSRF token: a refusal would log the address.
    """
    request.session[IN_SESSION] = actions.hash_of(token)
    response = redirect("invitation")
    # here only: a form on a page without referrer would post without its origin
    response["Referrer-Policy"] = "no-referrer"
    return response


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def invitation_page(request: HttpRequest) -> HttpResponse:
    """Who invites, to what; and the way in."""
    offer = reads.offer_behind(request.session.get(IN_SESSION, ""))
    if offer.invitation and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(offer.invitation.language)  # the letter's, until they choose another
    if offer.state != InvitationState.OPEN:
        return _closed(request, offer)
    if request.user.is_authenticated:
        return _as_signed_in(request, offer)
    if offer.account:
        return _told(request, offer, "sign_in")
    return _as_newcomer(request, offer)


def _closed(request: HttpRequest, offer: reads.Offer) -> HttpResponse:
    told = {"offer": offer, "invitation": offer.invitation}
    return render(request, "clients/invitations/closed.html", told, status=STATUS[offer.state])


def _told(
    request: HttpRequest, offer: reads.Offer, way: str, form: NewcomerForm | None = None
) -> HttpResponse:
    told = {"offer": offer, "invitation": offer.invitation, "way": way, "form": form}
    status = 422 if form and form.errors else 200
    return render(request, "clients/invitations/offer.html", told, status=status)


def _as_signed_in(request: HttpRequest, offer: reads.Offer) -> HttpResponse:
    """Somebody with an account confirms, if the invitation is theirs to take."""
    reason = reads.reason_against_accepting(_known(offer), request.user)
    if reason or request.method != "POST":
        return _told(request, offer, reason or "confirm")
    try:
        actions.accept_with_account(token_hash=request.session[IN_SESSION], person=request.user)
    except Refused:
        return redirect("invitation")
    del request.session[IN_SESSION]
    messages.success(request, _("Welcome. What you were invited to is open to you now."))
    return redirect("home")


def _as_newcomer(request: HttpRequest, offer: reads.Offer) -> HttpResponse:
    """Somebody new says their name and sets a password, and is signed in."""
    invitation = _known(offer)
    known = {"full_name": invitation.full_name, "language": invitation.language}
    form = NewcomerForm(request.POST or None, initial=known)
    if not form.is_valid():
        return _told(request, offer, "newcomer", form)
    token_hash = request.session[IN_SESSION]
    try:
        person = actions.accept_as_newcomer(token_hash=token_hash, **form.cleaned_data)
    except Refused as refusal:
        if reads.offer_behind(token_hash).state != InvitationState.OPEN:
            return redirect("invitation")
        form.add_error("password", refusal.reasons)
        return _told(request, offer, "newcomer", form)
    del request.session[IN_SESSION]
    record_authentication(request, person, method="password")  # a second factor can be set up now
    return perform_login(request, person, redirect_url="/")


def _known(offer: reads.Offer) -> Invitation:
    if offer.invitation is None:
        raise Http404
    return offer.invitation


@login_not_required
@require_POST
def invitation_other_account(request: HttpRequest) -> HttpResponse:
    """Sign out of the account that the invitation is not for, and go on with it."""
    token_hash = request.session.get(IN_SESSION, "")
    logout(request)
    request.session[IN_SESSION] = token_hash
    return redirect("invitation")
