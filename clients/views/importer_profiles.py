"""An importer's profile: names, accounts, contacts; and everything that happened to it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.refusals import Refused
from clients.actions import importer_contacts, importer_profiles, warnings_about
from clients.forms.importers import AccountForm, ContactForm, NewAccountForm, ProfileForm
from clients.models import Importer, ImporterContact, ProgramAccount
from clients.queries.importer_profiles import accounts_with_facts, contacts_of, name_compared
from clients.queries.register import staff_of
from clients.queries.timeline import A_PAGE, timeline
from clients.rules import Permission
from clients.rules.timeline import HEADINGS
from clients.views.asking import demand, permissions

EDIT, CONTACTS = Permission.EDIT_PROFILE, Permission.EDIT_CONTACTS


def _importer(request: HttpRequest, importer_id: int, permission: Permission) -> Importer:
    importer: Importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand(request, permission, importer_id)
    return importer


@require_safe
def importer_profile(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Names beside those at the CBSA, accounts with what is known of them, people, contacts."""
    importer = _importer(request, importer_id, Permission.VIEW)
    leads, backups = staff_of(importer_id)
    context = {
        "importer": importer,
        "may": permissions(request, importer_id),
        "compared": name_compared(importer),
        "warnings": warnings_about(importer.bn9),
        "accounts": accounts_with_facts(importer_id, today_in_toronto()),
        "contacts": contacts_of(importer_id),
        "leads": leads,
        "backups": backups,
    }
    return render(request, "clients/importers/profile.html", context)


def _form_page(
    request: HttpRequest, form: forms.Form, importer: Importer, title: str, place: str
) -> HttpResponse:
    context = {"importer": importer, "form": form, "title": title, "place": place}
    status = 422 if form.is_bound else 200
    return render(request, "clients/importers/form.html", context, status=status)


def _done(request: HttpRequest, form: forms.Form, act: Callable[[], object], word: str) -> bool:
    """Whether the form was sent, valid and granted; a refusal is said on the form."""
    if not form.is_valid():
        return False
    try:
        changed = act()
    except Refused as refusal:
        form.add_error(None, refusal.reasons)
        return False
    messages.success(request, _("Nothing was changed.") if changed is False else word)
    return True


def _back(importer_id: int, place: str) -> HttpResponse:
    address: Any = redirect("importer-profile", importer_id=importer_id)
    address["Location"] += f"#{place}"
    return address  # type: ignore[no-any-return]


@require_http_methods(["GET", "POST"])
def importer_profile_change(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Change what is known of an importer itself."""
    importer = _importer(request, importer_id, EDIT)
    known = {name: getattr(importer, name) for name in importer_profiles.PROFILE}
    known["is_resident"] = {True: "yes", False: "no"}.get(importer.is_resident, "")
    form = ProfileForm(request.POST or None, initial=known)

    def act() -> bool:
        told = {name: value for name, value in form.cleaned_data.items() if name in form.data}
        return importer_profiles.change_profile(importer=importer, by=request.user, **told)

    if _done(request, form, act, _("The profile is kept.")):
        return _back(importer_id, "names")
    return _form_page(request, form, importer, _("Change the profile"), "names")


@require_http_methods(["GET", "POST"])
def account_new(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Add a program account."""
    importer = _importer(request, importer_id, EDIT)
    form = NewAccountForm(request.POST or None, initial={"bn15": f"{importer.bn9}RM"})

    def act() -> object:
        told = form.cleaned_data
        return importer_profiles.add_account(importer=importer, by=request.user, **told)

    if _done(request, form, act, _("The program account is added.")):
        return _back(importer_id, "accounts")
    return _form_page(request, form, importer, _("Add a program account"), "accounts")


@require_http_methods(["GET", "POST"])
def account_change(request: HttpRequest, account_id: int) -> HttpResponse:
    """Change what is known of a program account."""
    rows = ProgramAccount.objects.select_related("importer")
    account = get_object_or_404(rows, pk=account_id)
    demand(request, EDIT, account.importer_id)
    known = {name: getattr(account, name) for name in importer_profiles.ACCOUNT}
    form = AccountForm(request.POST or None, initial=known)

    def act() -> bool:
        told = form.cleaned_data
        return importer_profiles.change_account(account=account, by=request.user, **told)

    if _done(request, form, act, _("The program account is kept.")):
        return _back(account.importer_id, "accounts")
    return _form_page(request, form, account.importer, account.bn15, "accounts")


@require_http_methods(["GET", "POST"])
def contact_new(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Add somebody to reach."""
    importer = _importer(request, importer_id, CONTACTS)
    form = ContactForm(request.POST or None, initial={"language": importer.language})

    def act() -> object:
        told = form.cleaned_data
        return importer_contacts.add_contact(importer=importer, by=request.user, **told)

    if _done(request, form, act, _("The contact is kept.")):
        return _back(importer_id, "contacts")
    return _form_page(request, form, importer, _("Add a contact"), "contacts")


def _contact(request: HttpRequest, contact_id: int) -> ImporterContact:
    rows = ImporterContact.objects.select_related("importer")
    contact: ImporterContact = get_object_or_404(rows, pk=contact_id)
    demand(request, CONTACTS, contact.importer_id)
    return contact


@require_http_methods(["GET", "POST"])
def contact_change(request: HttpRequest, importer_contact_id: int) -> HttpResponse:
    """Change who is reached, or how."""
    contact = _contact(request, importer_contact_id)
    form = ContactForm(request.POST or None, initial=importer_contacts.told_of(contact))

    def act() -> bool:
        told = form.cleaned_data
        return importer_contacts.change_contact(contact=contact, by=request.user, **told)

    name, importer = contact.name, contact.importer
    if _done(request, form, act, _("The contact is kept.")):
        return _back(contact.importer_id, "contacts")
    return _form_page(request, form, importer, name, "contacts")


@require_http_methods(["GET", "POST"])
def contact_removal(request: HttpRequest, importer_contact_id: int) -> HttpResponse:
    """Take a contact off the importer; asked for first."""
    contact = _contact(request, importer_contact_id)
    if request.method == "POST":
        importer_contacts.remove_contact(contact=contact, by=request.user)
        messages.success(request, _("%(name)s is removed.") % {"name": contact.name})
        return _back(contact.importer_id, "contacts")
    context = {"importer": contact.importer, "contact": contact}
    return render(request, "clients/importers/contact_removal.html", context)


@require_safe
def importer_timeline(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Everything that happened, newest first; the importer's people see what is theirs."""
    importer = _importer(request, importer_id, Permission.VIEW)
    before, heading = request.GET.get("before", ""), request.GET.get("kind", "")
    page = timeline(
        importer_id,
        is_staff=request.user.is_staff_member,
        heading=heading,
        before=int(before) if before.isdecimal() and len(before) < 19 else None,
        limit=A_PAGE,
    )
    context = {
        "importer": importer,
        "may": permissions(request, importer_id),
        "page": page,
        "heading": heading if heading in HEADINGS else "",
        "headings": list(HEADINGS),
    }
    return render(request, "clients/importers/timeline.html", context)
