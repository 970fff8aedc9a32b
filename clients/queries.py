"""Who may see which importers, and what they may do there."""

import re
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, OuterRef, Q, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext as _

from carmsvc.platform.api_keys import find_api_key
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import every_importer_id, importer_scope, user_scope
from clients.models import Importer, Membership, ProgramAccount, StaffAssignment, User
from clients.rules import Permission, permissions_of_importer_role, permissions_of_staff


def importer_ids_for(user: User | AnonymousUser) -> list[int]:
    """The importers a person may see; an administrator sees all of them."""
    if not isinstance(user, User) or not user.is_active:
        return []
    if user.is_administrator:
        return every_importer_id()
    rows: Any = StaffAssignment.own if user.is_staff_member else Membership.own
    with user_scope(user.pk):
        return list(rows.filter(user=user).values_list("importer_id", flat=True))


def importer_ids_for_request(request: HttpRequest) -> list[int]:
    """The scope of a request: its API key's importers that the key's maker still sees, or
    the signed-in person's. A key that is not valid opens no scope at all.
    """
    word, _, text = request.headers.get("Authorization", "").partition(" ")
    if word.lower() != "bearer":
        return importer_ids_for(request.user)
    key = find_api_key(text.strip())
    request.api_key = key  # type: ignore[attr-defined]
    if key is None:
        return []
    return sorted(set(key.importer_ids) & set(importer_ids_for(key.user)))


def permissions_of(user: User | AnonymousUser, importer_id: int) -> frozenset[Permission]:
    """Everything a person may do with an importer in their scope."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    if user.is_staff_member:
        return permissions_of_staff(user.staff_role)
    role = (
        Membership.objects.filter(user=user, importer_id=importer_id)
        .values_list("role", flat=True)
        .first()
    )
    return permissions_of_importer_role(role or "")


def may(user: User | AnonymousUser, permission: Permission, importer_id: int) -> bool:
    """Whether a person may do this with an importer in their scope."""
    return permission in permissions_of(user, importer_id)


def lead_for(importer_id: int) -> User | None:
    """The person of our staff whom an importer's stuck work is named to."""
    assignment = (
        StaffAssignment.objects.filter(importer_id=importer_id, user__is_active=True)
        .select_related("user")
        .order_by("-is_lead", "id")
        .first()
    )
    if assignment:
        lead: User = assignment.user
        return lead
    administrators = User.objects.filter(staff_role=User.StaffRole.ADMINISTRATOR, is_active=True)
    first: User | None = administrators.order_by("id").first()
    return first


def importer_by_bn9(bn9: str) -> Importer | None:
    """The importer with this BN9 in the open scope."""
    return Importer.objects.filter(bn9=bn9).first()


def importer_numbered(bn9: str) -> Importer:
    """The importer with this BN9 whoever may see it, for commands; raises `Refused`."""
    with importer_scope(every_importer_id()):
        importer = importer_by_bn9(bn9.strip())
    if importer is None:
        raise Refused(_("There is no importer with business number %(bn9)s.") % {"bn9": bn9})
    return importer


def account_numbered(bn15: str) -> ProgramAccount:
    """The program account with this BN15 whoever may see it, for commands; raises `Refused`."""
    with importer_scope(every_importer_id()):
        account: ProgramAccount | None = ProgramAccount.objects.filter(
            bn15=re.sub(r"\s", "", bn15).upper()
        ).first()
    if account is None:
        raise Refused(_("There is no program account %(bn15)s.") % {"bn15": bn15})
    return account


def person_called(email: str) -> User:
    """The active person with this e-mail address, for commands; raises `Refused`."""
    person = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if person is None:
        raise Refused(_("Nobody here has the e-mail address %(email)s.") % {"email": email})
    return person


# accents, case and punctuation aside; the embedded PostgreSQL has no ICU collations
_AS_PEOPLE_SORT = Func(
    F("legal_name"),
    template="regexp_replace(normalize(lower(%(expressions)s), NFD), '[^a-z0-9 ]', '', 'g')",
)


def importers_seen(search: str = "") -> Any:
    """The importers in the open scope by name, those that the words fit, with their accounts."""
    importers = Importer.objects.annotate(
        account_numbers=ArraySubquery(
            ProgramAccount.objects.filter(importer=OuterRef("pk")).values("bn15")
        ),
        lead_name=Subquery(
            StaffAssignment.objects.filter(importer=OuterRef("pk"), user__is_active=True)
            .order_by("-is_lead", "id")
            .values("user__full_name")[:1]
        ),
    )
    words = search.strip()
    if words:
        number = re.sub(r"\W", "", words).upper()
        importers = importers.filter(
            Q(legal_name__icontains=words) | Q(bn9__startswith=number[:9] or "-")
        )
    return importers.order_by(_AS_PEOPLE_SORT, "legal_name", "id")
