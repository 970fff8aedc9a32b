"""How the clients room's own things are found: importers, documents, contacts, people, staff."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.tenancy import importers_in_scope, of_importers
from clients.models import Importer, ImporterContact, Membership
from clients.models.importers import Folded
from clients.queries.documents import DocumentSearch, documents
from clients.queries.importers import importers_fitting, with_accounts
from clients.queries.staff import assignable_staff
from clients.rules import Permission, permissions_of_staff
from clients.search import Found, Kind, Sought, register


def register_search() -> None:
    """Tell the registry; called when the app is ready."""
    for kind in (
        Kind("importer", _("Importers"), importers, 10, resource="importers"),
        Kind("document", _("Documents"), documents_found, 50, resource="documents"),
        Kind("contact", _("Contacts"), contacts, 70, resource="importer-contacts"),
        Kind("person", pgettext_lazy("importers", "People"), people, 80, resource="memberships"),
        Kind("staff", _("Staff"), staff, 90, resource="staff", is_for_staff=True),
    ):
        register(kind)


def importers(sought: Sought, user: Any, limit: int) -> Iterator[Found]:
    """By name, trade name, business number or program account; names that begin so come first."""
    rows = with_accounts(Importer.objects.filter(importers_fitting(sought)))
    begins = When(folded_name__startswith=sought.folded, then=Value(0))
    for one in rows.order_by(Case(begins, default=Value(1)), "folded_name", "id")[:limit]:
        yield Found(
            title=one.legal_name,
            address=reverse("importer", args=[one.pk]),
            detail=", ".join([one.bn9, *_what_fits(one, sought)]),
            importer_id=one.pk,
            importer=one.legal_name,
            pk=one.pk,
        )


def _what_fits(importer: Any, sought: Sought) -> list[str]:
    """The account or trade name by which an importer was found."""
    accounts = [one for one in importer.account_numbers if one.startswith(sought.number or "-")]
    words = sought.folded.split()
    named = [
        name for name in importer.trade_name_list if any(word in name.lower() for word in words)
    ]
    return [*accounts[:1], *named[:1]]


def documents_found(sought: Sought, user: Any, limit: int) -> Iterator[Found]:
    """By what stands in them, their title, or a transaction number."""
    number = sought.transaction_range
    words = sought.number if number else sought.words.strip()
    rows = documents(DocumentSearch(words=words), today_in_toronto())
    for one in rows[:limit]:
        yield Found(
            title=one.title,
            address=reverse("document", args=[one.pk]),
            detail=", ".join(filter(None, [str(one.get_kind_display()), one.transaction_no])),
            importer_id=one.importer_id,
            importer=one.importer.legal_name,
            pk=one.pk,
        )


def contacts(sought: Sought, user: Any, limit: int) -> Iterator[Found]:
    """Whom to reach at importers, by name, e-mail address or telephone."""
    rows = ImporterContact.objects.filter(of_importers(importers_in_scope()))
    rows = rows.annotate(folded=Folded(F("name"))).filter(
        _called(sought, "folded") | Q(email__icontains=sought.words.strip())
    )
    for one in rows.select_related("importer").order_by("folded", "id")[:limit]:
        yield Found(
            title=one.name,
            address=reverse("importer-profile", args=[one.importer_id]) + "#contacts",
            detail=f"{one.get_function_display()}, {one.email or one.phone}",
            importer_id=one.importer_id,
            importer=one.importer.legal_name,
            pk=one.pk,
        )


def people(sought: Sought, user: Any, limit: int) -> Iterator[Found]:
    """Importers' own people who sign in here, by name or e-mail address."""
    rows = Membership.objects.filter(of_importers(importers_in_scope()))
    rows = rows.annotate(folded=Folded(F("user__full_name"))).filter(
        _called(sought, "folded") | Q(user__email__icontains=sought.words.strip())
    )
    for one in rows.select_related("importer", "user").order_by("folded", "id")[:limit]:
        yield Found(
            title=one.user.full_name,
            address=reverse("importer-people", args=[one.importer_id]),
            detail=f"{one.get_role_display()}, {one.user.email}",
            importer_id=one.importer_id,
            importer=one.importer.legal_name,
            pk=one.pk,
        )


def staff(sought: Sought, user: Any, limit: int) -> Iterator[Found]:
    """The brokerage's people, for those who manage them."""
    if Permission.MANAGE_STAFF not in permissions_of_staff(user.staff_role):
        return
    rows = assignable_staff().annotate(folded=Folded(F("full_name")))
    fitting = _called(sought, "folded") | Q(email__icontains=sought.words.strip())
    for one in rows.filter(fitting).order_by(Lower("full_name"), "id")[:limit]:
        yield Found(
            title=one.full_name,
            address=reverse("staff-member", args=[one.pk]),
            detail=f"{one.get_staff_role_display()}, {one.email}",
            pk=one.pk,
        )


def _called(sought: Sought, field: str) -> Q:
    words = sought.folded.split()
    found = Q() if words else Q(pk__in=[])
    for word in words:
        found &= Q(**{f"{field}__contains": word})
    return found
