"""“Ask about this”, on any page that shows something one can ask about."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from clients.queries.support import requests_about

register = template.Library()


@register.inclusion_tag("clients/support/_ask.html", takes_context=True)
def ask_about(
    context: Mapping[str, Any],
    kind: str,
    pk: int,
    importer_id: int,
    category: str = "other",
    words: str = "",
    is_small: bool = False,
) -> dict[str, Any]:
    """A button to ask about a row (`clients.subjects`), for who may ask; needs `may` in the page.

    It asks the database nothing, so that a list may have one a row.
    """
    may = context.get("may") or {}
    about = {"subject_kind": kind, "subject_id": pk, "category": category, "words": words}
    address = reverse("support-new", args=[importer_id])
    return {
        "address": f"{address}?{urlencode(about)}" if may.get("ask_support") else "",
        "is_small": is_small,
        "is_staff": may.get("answer_support"),
        "words": words,
    }


@register.inclusion_tag("clients/support/_ask.html", takes_context=True)
def ask_about_deadline(
    context: Mapping[str, Any], deadline: Any, label: str, is_small: bool = True
) -> dict[str, Any]:
    """A button to ask about a deadline: it is no row, and found again by day and key."""
    person = context["request"].user
    about = {
        "subject_kind": "deadline",
        "subject_key": f"{deadline.due_on}:{deadline.key}",
        "words": f"{label} {deadline.due_on} {deadline.subject}"[:200],
    }
    address = reverse("support-new", args=[deadline.importer_id])
    may_ask = not person.viewing and person.staff_role != person.StaffRole.VIEWER
    return {
        "address": f"{address}?{urlencode(about)}" if may_ask else "",
        "is_small": is_small,
        "is_staff": person.is_staff_member,
        "words": about["words"],
    }


@register.inclusion_tag("clients/support/_asked.html", takes_context=True)
def asked_about(context: Mapping[str, Any], kind: str, pk: int, importer_id: int) -> dict[str, Any]:
    """What was asked about a thing, on the thing's own page: one query."""
    return {"requests": list(requests_about(importer_id, kind, pk)[:5])}
