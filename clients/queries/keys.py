"""API keys: which ones a person looks after, where they stand, what they may be made for."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from carmsvc.platform.api_keys import ApiKey
from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.key_grants import READ, WRITE, api_resources, covers
from carmsvc.platform.tenancy import importers_in_scope
from clients.models import Importer, Membership, User
from clients.queries.access import importer_ids_for
from clients.queries.people import importers_where
from clients.rules import Permission
from clients.rules.keys import SOON, KeyState, key_state

LATEST_EVENTS = 100
STATE_WORDS: dict[str, Any] = {
    KeyState.WORKING: pgettext_lazy("API key", "Working"),
    KeyState.EXPIRING: _("Expires soon"),
    KeyState.BEING_REPLACED: _("Being replaced"),
    KeyState.EXPIRED: _("Expired"),
    KeyState.REVOKED: _("Revoked"),
}
# what people call the parts of the API; one that is not named here goes by its address
RESOURCE_WORDS: dict[str, Any] = {
    "api-keys": _("API keys"),
    "audit-events": _("Audit"),
    "client-groups": _("Client groups"),
    "deadlines": _("Deadlines"),
    "expected-entries": _("Expected entries"),
    "importers": _("Importers"),
    "importer-contacts": _("Contacts of importers"),
    "search": _("Search"),
    "invitations": _("Invitations"),
    "delegations": _("Delegations"),
    "agency-agreements": _("Agency agreements"),
    "forecasts": _("Forecasts"),
    "ledger-entries": _("Ledger entries"),
    "ledger-files": _("Ledger files"),
    "match-runs": _("Reconciliations"),
    "matches": pgettext_lazy("resource", "Matches"),
    "memberships": _("People"),
    "onboarding-checklists": _("Onboarding checklist"),
    "onboarding-steps": _("Onboarding steps"),
    "onboardings": _("Onboardings"),
    "pay-answers": _("Pay answers"),
    "payments": _("Payments"),
    "portal-permissions": _("Who can do what in the portal"),
    "portal-roles": _("Roles in the portal"),
    "portal-users": _("Portal people"),
    "portal-verifications": _("Verification of portal people"),
    "program-accounts": _("Program accounts"),
    "readiness": _("Readiness"),
    "readiness-answers": _("Answers on readiness"),
    "rulebook": _("Rulebook"),
    "security": _("Security for release"),
    "staff": _("Staff"),
    "staff-assignments": _("Staff of importers"),
    "statement-files": _("Statement files"),
    "statements": _("Statements"),
    "suggestions": _("Suggestions"),
    "support-requests": _("Requests for help"),
    "received-letters": _("Letters received"),
    "variances": _("Variances"),
}


def keys_managed_by(person: User) -> Any:
    """The keys of those importers of the open scope with which a person manages keys."""
    managed = importers_where(person, Permission.MANAGE_KEYS)
    return _with_people(ApiKey.objects.filter(importer_ids__overlap=managed))


def keys_seen_by(person: User) -> Any:
    """The keys that a person manages, and those they answer for."""
    managed = Q(importer_ids__overlap=importers_where(person, Permission.MANAGE_KEYS))
    return _with_people(ApiKey.objects.filter(managed | Q(user=person)))


def _with_people(keys: Any) -> Any:
    people = ("user", "created_by", "revoked_by", "replaced_by", "replaces")
    return keys.select_related(*people).order_by("-id")


def keys_of_importer(person: User, importer_id: int) -> Any:
    """The keys for an importer, if a person manages its keys; of other importers none."""
    if importer_id not in importers_where(person, Permission.MANAGE_KEYS):
        return ApiKey.objects.none()
    return keys_managed_by(person).filter(importer_ids__contains=[importer_id])


def key_of_wish(wish: UUID, person: User) -> ApiKey | None:
    """The key that a person made by this very form before."""
    key: ApiKey | None = ApiKey.objects.filter(wish=wish, created_by=person).first()
    return key


def importers_for_keys(person: User) -> Any:
    """The importers of the open scope for which a person may make a key."""
    managed = importers_where(person, Permission.MANAGE_KEYS)
    return Importer.objects.filter(pk__in=managed).order_by(Lower("legal_name"), "id")


def people_for_keys(person: User) -> Any:
    """Who may answer for a key that a person makes: themselves, and the people they look over."""
    managed = importers_where(person, Permission.MANAGE_KEYS)
    members = Membership.objects.filter(importer__in=managed).values("user_id")
    answering = Q(pk=person.pk) | Q(pk__in=members)
    if person.is_administrator:
        answering |= ~Q(staff_role="")
    return User.objects.filter(answering, is_active=True).order_by(Lower("full_name"), "id")


def state_of(key: ApiKey) -> KeyState:
    """Where a key stands now."""
    return key_state(
        revoked_at=key.revoked_at,
        expires_at=key.expires_at,
        is_replaced=key.replaced_by_id is not None,
        now=timezone.now(),
    )


def in_state(keys: Any, state: str) -> Any:
    """Those of the keys that stand so now; all of them for any other word."""
    if state not in STATE_WORDS:
        return keys
    now = timezone.now()
    alive = Q(revoked_at=None, expires_at__gt=now)
    alone = alive & Q(replaced_by=None)
    conditions = {
        KeyState.WORKING: alone & Q(expires_at__gt=now + SOON),
        KeyState.EXPIRING: alone & Q(expires_at__lte=now + SOON),
        KeyState.BEING_REPLACED: alive & ~Q(replaced_by=None),
        KeyState.EXPIRED: Q(revoked_at=None, expires_at__lte=now),
        KeyState.REVOKED: ~Q(revoked_at=None),
    }
    return keys.filter(conditions[KeyState(state)])


def opened_by(key: ApiKey) -> set[int]:
    """The importers that a key opens now: those it was made for that its person still sees."""
    return set(key.importer_ids) & set(importer_ids_for(key.user))


def ids_shown(key: ApiKey, person: User, managed: Iterable[int]) -> list[int]:
    """The importers of a key that concern a person: of a key they answer for those they see, of
    others those whose keys they manage. Of the rest nothing is told.
    """
    known = set(importers_in_scope()) if key.user_id == person.pk else set(managed)
    return [importer_id for importer_id in key.importer_ids if importer_id in known]


def importers_shown(keys: Iterable[ApiKey], person: User) -> dict[int, list[Importer]]:
    """For each key its importers that concern a person, by name."""
    managed = importers_where(person, Permission.MANAGE_KEYS)
    ids = {key.pk: set(ids_shown(key, person, managed)) for key in keys}
    found = Importer.objects.filter(pk__in=set().union(*ids.values()))
    named = list(found.order_by(Lower("legal_name"), "id"))
    return {key: [one for one in named if one.pk in shown] for key, shown in ids.items()}


def scope_of(grants: Iterable[str]) -> list[tuple[str, Any, str]]:
    """Each resource that grants open: its name, its word, and the widest right."""
    held = list(grants)
    rights = ((name, _right(held, name)) for name in api_resources())
    return [(name, RESOURCE_WORDS.get(name, name), right) for name, right in rights if right]


def _right(held: list[str], resource: str) -> str:
    if covers(held, f"{resource}:{WRITE}"):
        return WRITE
    return READ if covers(held, f"{resource}:{READ}") else ""


def history_of(key: ApiKey, importer_id: int) -> list[AuditEvent]:
    """What happened to a key, newest first, as the audit of one of its importers tells it."""
    events = AuditEvent.objects.filter(
        importer_id=importer_id, target_kind=ApiKey._meta.model_name, target_id=key.pk
    )
    return list(events.order_by("-id")[:LATEST_EVENTS])


def keys_ending_soon() -> list[ApiKey]:
    """Keys whose end is near and that nobody is replacing, with an active person."""
    keys = in_state(ApiKey.objects.filter(user__is_active=True), KeyState.EXPIRING)
    return list(keys.select_related("user").order_by("id"))
