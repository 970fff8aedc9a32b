"""Pages of API keys: the list, a new one, one key with its history, rotating, revoking."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from carmsvc.platform.api_keys import ApiKey
from carmsvc.platform.audit_words import ACTIONS
from clients.actions import Refused
from clients.actions import keys as actions
from clients.forms.keys import KeyForm, RotationForm
from clients.models import Importer
from clients.queries import importers_where
from clients.queries import keys as reads
from clients.rules import Permission
from clients.rules.keys import KeyState
from clients.views.asking import demand, permissions, tell_refusal

KEYS_A_PAGE = 50
STILL_WORKS = (KeyState.WORKING, KeyState.EXPIRING, KeyState.BEING_REPLACED)


@require_safe
def key_list(request: HttpRequest) -> HttpResponse:
    """The keys of all importers whose keys the person manages, by importer and state."""
    _demand_anywhere(request)
    importers = reads.importers_for_keys(request.user)
    chosen = request.GET.get("importer", "")
    keys = reads.keys_managed_by(request.user)
    if chosen.isdecimal() and len(chosen) < 19:
        keys = reads.keys_of_importer(request.user, int(chosen))
    told = {"importers": importers, "chosen": chosen, "importer": None}
    return _list(request, keys, told)


@require_safe
def importer_keys(request: HttpRequest, importer_id: int) -> HttpResponse:
    """The keys of one importer, by state."""
    importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand(request, Permission.MANAGE_KEYS, importer_id)
    told = {"importer": importer, "may": permissions(request, importer_id)}
    return _list(request, reads.keys_of_importer(request.user, importer_id), told)


def _demand_anywhere(request: HttpRequest) -> None:
    if not importers_where(request.user, Permission.MANAGE_KEYS):
        raise PermissionDenied


def _list(request: HttpRequest, keys: Any, told: dict[str, Any]) -> HttpResponse:
    state = request.GET.get("state", "")
    page = Paginator(reads.in_state(keys, state), KEYS_A_PAGE).get_page(request.GET.get("page"))
    shown = reads.importers_shown(page, request.user)
    for key in page:
        _prepare(key, shown[key.pk])
    told |= {
        "page": page,
        "state": state,
        "states": reads.STATE_WORDS,
        "api_root": request.build_absolute_uri("/api/v1/"),
    }
    return render(request, "clients/keys/list.html", told)


def _prepare(key: Any, importers: list[Importer]) -> None:
    """What the templates say of a key."""
    key.state, key.importers = reads.state_of(key), importers
    key.state_word = reads.STATE_WORDS[key.state]
    key.works = key.state in STILL_WORKS


@never_cache
@require_http_methods(["GET", "POST"])
def key_new(request: HttpRequest) -> HttpResponse:
    """A new key, shown once in the answer; the same form again shows nothing."""
    _demand_anywhere(request)
    chosen = request.GET.get("importer", "")
    initial = {"importers": [chosen]} if chosen.isdecimal() and len(chosen) < 19 else {}
    form = KeyForm(request.POST or None, request.user, initial)
    if form.is_valid():
        made = reads.key_of_wish(form.cleaned_data["wish"], request.user)
        if made:
            return _shown_before(request, made)
        try:
            key, text = actions.issue_api_key(**form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            return _shown_once(request, key, text)
    told = {"form": form, "importer_chosen": chosen}
    return render(request, "clients/keys/new.html", told, status=422 if form.errors else 200)


def _shown_once(request: HttpRequest, key: ApiKey, text: str) -> HttpResponse:
    """The only page that tells a key. No cache keeps it, and a reload finds the key made."""
    _prepare(key, reads.importers_shown([key], request.user)[key.pk])
    told = {"key": key, "text": text, "api_root": request.build_absolute_uri("/api/v1/")}
    return render(request, "clients/keys/shown_once.html", told)


def _shown_before(request: HttpRequest, key: ApiKey) -> HttpResponse:
    messages.info(
        request,
        _("This key was made and shown already. If it was not stored, rotate it or revoke it."),
    )
    return redirect("key", key_id=key.pk)


@require_safe
def key_page(request: HttpRequest, key_id: int) -> HttpResponse:
    """A key: what it opens, how it is used, what happened to it."""
    key = get_object_or_404(reads.keys_seen_by(request.user), pk=key_id)
    return render(request, "clients/keys/key.html", _about(request, key))


def _about(request: HttpRequest, key: Any) -> dict[str, Any]:
    importers = reads.importers_shown([key], request.user)[key.pk]
    managed = set(importers_where(request.user, Permission.MANAGE_KEYS))
    _prepare(key, importers)
    told_by = next((one.pk for one in importers if one.pk in managed), None)
    opened = reads.opened_by(key)
    history: list[Any] = [*reads.history_of(key, told_by)] if told_by else []
    for event in history:
        event.word = ACTIONS[event.action].name
    return {
        "key": key,
        "scope": reads.scope_of(key.grants),
        "closed": [one for one in importers if one.pk not in opened],
        "may_manage": told_by is not None,
        "history": history,
    }


def _managed(request: HttpRequest, key_id: int) -> Any:
    """A key that the person manages; 404 when they do not see it, 403 when they only see it."""
    key = get_object_or_404(reads.keys_seen_by(request.user), pk=key_id)
    if not reads.keys_managed_by(request.user).filter(pk=key_id).exists():
        raise PermissionDenied
    return key


@never_cache
@require_http_methods(["GET", "POST"])
def key_rotation(request: HttpRequest, key_id: int) -> HttpResponse:
    """A new key in the place of this one, shown once; the old one goes on for a while."""
    key = _managed(request, key_id)
    form = RotationForm(request.POST or None)
    if form.is_valid():
        made = reads.key_of_wish(form.cleaned_data["wish"], request.user)
        if made:
            return _shown_before(request, made)
        try:
            new, text = actions.rotate_api_key(key=key, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            return _shown_once(request, new, text)
    told = _about(request, key) | {"form": form}
    return render(request, "clients/keys/rotation.html", told, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def key_revocation(request: HttpRequest, key_id: int) -> HttpResponse:
    """Revoke a key, after saying what that means."""
    key = _managed(request, key_id)
    if request.method == "GET":
        return render(request, "clients/keys/revocation.html", _about(request, key))
    try:
        revoked = actions.revoke_api_key(key=key, by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
        return redirect("key", key_id=key_id)
    if revoked:
        messages.success(request, _("“%(name)s” no longer works.") % {"name": key.name})
    else:
        messages.info(request, _("“%(name)s” was revoked before.") % {"name": key.name})
    return redirect("key-list")
