"""Icons, states and the other furniture of a page."""

from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

register = template.Library()

# state -> (icon, tint); the word beside it is the model's own
STATES = {
    "received": ("inbox", "calm"),
    "reading": ("loader-circle", "calm"),
    "needs_mapping": ("circle-help", "notice"),
    "rejected": ("triangle-alert", "notice"),
    "loaded": ("circle-check", "good"),
    "superseded": ("history", "quiet"),
    "requested": ("inbox", "calm"),
    "running": ("loader-circle", "calm"),
    "finished": ("circle-check", "good"),
    "parked": ("hand", "notice"),
    "open": ("circle-dot", "notice"),
    "explained": ("message-square", "good"),
    "in_case": ("landmark", "calm"),
    "resolved": ("check", "good"),
    "signed": ("badge-check", "good"),
    "accepted": ("circle-check", "good"),
    "expired": ("hourglass", "quiet"),
    "revoked": ("circle-x", "quiet"),
    "working": ("circle-check", "good"),
    "expiring": ("hourglass", "notice"),
    "being_replaced": ("rotate-ccw", "calm"),
    "proposed": ("hourglass", "calm"),
    "approved": ("circle-check", "good"),
    "withdrawn": ("rotate-ccw", "quiet"),
    "overdue": ("triangle-alert", "notice"),
    "due_today": ("calendar-clock", "notice"),
    "upcoming": ("circle-dot", "calm"),
    "done": ("circle-check", "good"),
    "active": ("circle-check", "good"),
    "deactivated": ("circle-x", "quiet"),
    "draft": ("pen-line", "quiet"),
    "insufficient": ("triangle-alert", "notice"),
    "suspended": ("hand", "notice"),
    "cancelled": ("circle-x", "quiet"),
    "unsigned": ("pen-line", "notice"),
    "not_yet": ("calendar-clock", "calm"),
    "in_force": ("circle-check", "good"),
    "lapsed": ("hourglass", "notice"),
    "sent": ("inbox", "calm"),
    "sent_back": ("rotate-ccw", "notice"),
    "hold": ("lock", "notice"),
    "infected": ("triangle-alert", "notice"),
    "unscanned": ("hourglass", "calm"),
    "packing": ("loader-circle", "calm"),
    "written": ("circle-check", "good"),
    "ended": ("circle-x", "quiet"),
    "fine": ("circle-check", "good"),
    "at_risk": ("triangle-alert", "notice"),
    "stopped": ("hand", "notice"),
    "prospect": ("circle-dot", "calm"),
    "client": ("circle-check", "quiet"),
    "former": ("circle-x", "quiet"),
    "inactive": ("circle-dot", "quiet"),
    "same": ("circle-check", "quiet"),
    "changes": ("pen-line", "notice"),
    "error": ("triangle-alert", "notice"),
    "new": ("inbox", "notice"),
    "waiting_client": ("user", "calm"),
    "waiting_cbsa": ("landmark", "calm"),
    "solved": ("circle-check", "good"),
    "closed": ("lock", "quiet"),
    "reopened": ("rotate-ccw", "notice"),
    "runs": ("clock", "calm"),
    "near": ("hourglass", "notice"),
    "breached": ("triangle-alert", "notice"),
    "stands": ("hand", "quiet"),
    "not_started": ("circle-dot", "quiet"),
    "in_progress": ("loader-circle", "calm"),
    "waiting": ("hourglass", "calm"),
    "blocked": ("hand", "notice"),
    "not_applicable": ("circle-x", "quiet"),
    "published": ("circle-check", "good"),
    "discarded": ("circle-x", "quiet"),
    "invited": ("mail", "calm"),
    "removed": ("circle-x", "quiet"),
    "answered": ("inbox", "notice"),
    "confirm": ("circle-check", "good"),
    "correct": ("pen-line", "notice"),
    "left": ("log-out", "notice"),
    "missing": ("plus", "notice"),
    "applied": ("circle-check", "good"),
    "declined": ("circle-x", "quiet"),
    "block": ("hand", "notice"),
    "high": ("triangle-alert", "notice"),
    "medium": ("info", "calm"),
    "not_ready": ("hand", "stop"),
    "ready": ("circle-check", "good"),
    "blocker": ("hand", "stop"),
    "advice": ("info", "calm"),
    "unknown": ("circle-help", "calm"),
    "passed": ("circle-check", "good"),
}
TURNING = {"reading", "running", "packing"}


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A drawing that says nothing by itself; a word always stands beside it."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        f" {extra}" if extra else "",
        static("vendor/lucide/icons.svg"),
        name,
    )


@register.simple_tag
def state(code: str, word: Any) -> SafeString:
    """A state as an icon and its word."""
    drawing, tint = STATES.get(code, ("info", "quiet"))
    turning = "icon--turning" if code in TURNING else ""
    return format_html(
        '<span class="state state--{}">{}{}</span>', tint, icon(drawing, turning), word
    )


@register.simple_tag
def brokerage_name() -> str:
    """Whose deployment this is."""
    return settings.BROKERAGE_NAME or "carmsvc"


@register.filter(is_safe=True)
def colon(words: Any) -> str:
    """Words before what they announce, with the colon of the reader's language."""
    return gettext("%(words)s:") % {"words": words}


@register.filter
def within(path: str, prefix: str) -> bool:
    """Whether a page's address lies under another."""
    return path.startswith(prefix)
