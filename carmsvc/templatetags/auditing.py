"""Events of the audit as people read them: who did what, to what, from where, before and after."""

from typing import Any, NamedTuple

from django import template
from django.apps import apps
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.audit_words import ACTIONS, KINDS
from carmsvc.templatetags.auditing_words import (
    FIELDS,
    ORIGINS,
    PROBLEMS,
    PROCESSES,
    TOTALS,
    VALUES,
)
from carmsvc.templatetags.figures import money
from clients.rules import Permission, permissions_of_staff
from reconciliation.forms import Reason
from reconciliation.models import VarianceKind
from reconciliation.queries import PASS_LABELS

register = template.Library()
NOTHING = "–"
LONGEST = 300  # of a value on a page; the export holds all of it

# where an object is shown; what is not here has no page of its own
PAGES = {
    "importer": ("importer", "importer_id"),
    "statement": ("statement", "statement_id"),
    "matchrun": ("run", "run_id"),
    "clientgroup": ("group", "group_id"),
    "apikey": ("key", "key_id"),
    "delegation": ("delegation", "delegation_id"),
    "agencyagreement": ("agreement", "agreement_id"),
    "document": ("document", "document_id"),
    "documentrequest": ("document-request", "request_id"),
    "documentpackage": ("document-package", "package_id"),
    "payment": ("payment", "payment_id"),
    "clientlist": ("client-list", "list_id"),
    "portaluser": ("portal-user", "portal_user_id"),
    "portalverification": ("portal-verification", "verification_id"),
    "onboarding": ("onboarding", "onboarding_id"),
    "onboardingstep": ("onboarding-step", "step_id"),
}
# what is told on a page of its importer
PAGES_OF_IMPORTER = {
    "readinesssnapshot": "importer-readiness",
    "readinessanswer": "importer-readiness",
}
FILES = {"statementfile": "statement", "ledgerfile": "ledger"}


class Row(NamedTuple):
    """One field of an event: its name, what it was and what it is."""

    name: Any
    before: Any
    after: Any


@register.filter
def who(event: Any) -> Any:
    """Who did it: a person by their address, a process by a word."""
    return PROCESSES.get(event.actor, event.actor)


@register.filter
def did(event: Any) -> Any:
    """What they did, as the rest of a sentence that begins with who."""
    known = ACTIONS.get(event.action)
    return known.did if known else event.action


@register.filter
def object_word(event: Any) -> str:
    """What it was done to: `Variance 12`."""
    if not event.target_kind:
        return ""
    word = KINDS.get(event.target_kind, event.target_kind)
    return f"{word} {event.target_id}" if event.target_id is not None else str(word)


@register.filter
def object_address(event: Any) -> str:
    """The page of what it was done to, if it has one."""
    kind, number = event.target_kind, event.target_id
    if kind in FILES:
        return reverse("file", kwargs={"kind": FILES[kind], "file_id": number})
    if kind in ("variance", "decision") and "run" in event.details:
        return reverse("run", kwargs={"run_id": event.details["run"]})
    if kind == "user":
        if event.chain is None:
            return ""
        return reverse("importer-people", kwargs={"importer_id": event.chain})
    if kind in PAGES_OF_IMPORTER:
        return reverse(PAGES_OF_IMPORTER[kind], args=[event.chain])
    if kind not in PAGES:
        return ""
    name, key = PAGES[kind]
    return reverse(name, kwargs={key: number})


@register.filter
def changes(event: Any) -> list[Row]:
    """The fields that differ, with what they were and what they are."""
    before, after = event.before or {}, event.after or {}
    names = dict.fromkeys([*before, *after])
    rows = [(name, before.get(name), after.get(name)) for name in names]
    words = _choices(event.target_kind)
    return [Row(_field(n), _told(n, b, words), _told(n, a, words)) for n, b, a in rows if b != a]


@register.filter
def facts(event: Any) -> list[Row]:
    """What else is told of an event, without what is empty."""
    told = [(name, value) for name, value in event.details.items() if value not in (None, "", [])]
    words = _choices(event.target_kind)
    return [Row(_field(name), None, _told(name, value, words)) for name, value in told]


@register.filter
def origin(event: Any) -> list[Any]:
    """From where: how it came in, the address, the number of the request."""
    told = event.came_from or {}
    how = ORIGINS.get(told.get("how"), told.get("how", ""))
    key, role = told.get("key"), told.get("viewing")
    first = f"{how} {key}…" if key else how
    looking = _("looking as %(role)s") % {"role": _value("role", role)} if role else ""
    return [one for one in (first, looking, told.get("address")) if one]


@register.filter
def problem_word(problem: dict[str, Any]) -> Any:
    """What is wrong with an event, in the reader's language."""
    if problem.get("up_to"):
        return _("this event and those up to no. %(last)s are missing") % {"last": problem["up_to"]}
    return PROBLEMS.get(problem["what"], problem["message"])


@register.filter
def reads_audit(user: Any) -> bool:
    """Whether somebody of the brokerage's staff reads the audit of their importers."""
    role = getattr(user, "staff_role", "")
    return Permission.READ_AUDIT in permissions_of_staff(role)


def _field(name: str) -> Any:
    return FIELDS.get(name, name.strip("_").replace("_", " "))


def _choices(kind: str) -> dict[str, dict[Any, Any]]:
    """The words of each field of what an event is about, by the codes it stores."""
    models = [one for one in apps.get_models() if one._meta.model_name == kind]
    fields = [field for model in models for field in model._meta.fields if field.choices]
    return {field.name: dict(field.flatchoices) for field in fields}


def _told(name: str, value: Any, words: dict[str, dict[Any, Any]]) -> Any:
    own = words.get(name, {})
    known = isinstance(value, str) and value in own and value != ""
    return own[value] if known else _value(name, value)


def _value(name: str, value: Any) -> Any:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list) and all(isinstance(one, str | int) for one in value):
        return _cut(", ".join(str(VALUES.get(one, one)) for one in value)) or NOTHING
    if isinstance(value, dict | list):
        return _cut(_plain(value))
    if name == "reason_code":
        return dict(Reason.choices).get(value, value)
    return VALUES.get(value, _cut(str(value)))


def _plain(value: Any) -> str:
    """What is nested, in words: `Matched (Same number and amount (1 · 100.00))`."""
    if isinstance(value, dict):
        if value.keys() >= {"count", "amount"}:
            return f"{value['count']} · {money(value['amount'])}"
        told = [f"{_key(key)} ({_plain(v)})" for key, v in value.items() if isinstance(v, dict)]
        flat = [f"{_key(key)} {_plain(v)}" for key, v in value.items() if not isinstance(v, dict)]
        return ", ".join([*flat, *told])
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    return NOTHING if value is None else str(value)


def _key(name: str) -> Any:
    kinds = dict(VarianceKind.choices)
    return TOTALS.get(name) or PASS_LABELS.get(name) or kinds.get(name) or _field(name)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
