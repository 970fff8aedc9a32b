"""The pages of one importer as tabs: groups, and the pages inside the group one is in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clients.rules import Permission

register = template.Library()


@dataclass(frozen=True)
class Page:
    """A page of an importer: its word, the name of its address, and what opens it."""

    word: Any
    name: str
    permission: Permission = Permission.VIEW
    is_alone: bool = False  # the addresses under it are other tabs'
    also: str = ""  # the name of another address that shows it


@dataclass(frozen=True)
class Group:
    """Pages that belong together, under one word."""

    word: Any
    pages: tuple[Page, ...]


# a new page is a line here
GROUPS = (
    Group(
        _("Overview"),
        (
            Page(_("Overview"), "importer", is_alone=True),
            Page(_("Profile"), "importer-profile"),
            Page(_("Timeline"), "importer-timeline"),
        ),
    ),
    Group(
        pgettext_lazy("tab", "Set-up"),
        (
            Page(_("Readiness"), "importer-readiness"),
            Page(_("Onboarding"), "importer-onboarding", also="onboarding"),
        ),
    ),
    Group(
        pgettext_lazy("tab", "Money"),
        (
            Page(_("Statements"), "importer-statements"),
            Page(_("Payments"), "importer-payments"),
            Page(_("Forecast"), "importer-forecast"),
        ),
    ),
    Group(
        pgettext_lazy("tab", "Authority"),
        (
            Page(_("Delegation"), "importer-delegations"),
            Page(_("Portal people"), "importer-portal"),
        ),
    ),
    Group(_("Documents"), (Page(_("Documents"), "importer-documents"),)),
    Group(_("Help"), (Page(_("Help"), "importer-support"),)),
    Group(
        pgettext_lazy("tab", "Access"),
        (
            Page(_("People"), "importer-people"),
            Page(_("Invitations"), "importer-invitations", Permission.MANAGE_PEOPLE),
            Page(_("Staff"), "importer-staff", Permission.ASSIGN_STAFF),
            Page(_("API keys"), "importer-keys", Permission.MANAGE_KEYS),
            Page(_("View as"), "viewing-new", Permission.VIEW_AS),
            Page(_("Audit"), "importer-audit", Permission.READ_AUDIT),
        ),
    ),
)


@dataclass(frozen=True)
class Tab:
    """A tab as drawn: where it leads, and whether one is there."""

    word: Any
    address: str
    is_here: bool
    inside: tuple["Tab", ...] = ()


@register.simple_tag(takes_context=True)
def importer_tabs(context: Mapping[str, Any], importer: Any) -> list[Tab]:
    """The groups the person may open, each leading to its first page."""
    may, request = context["may"], context["request"]
    return [
        _group(group, tabs)
        for group in GROUPS
        if (tabs := (*_tabs(group, importer, may, request),))
    ]


def _tabs(
    group: Group, importer: Any, may: Mapping[str, bool], request: HttpRequest
) -> Iterator[Tab]:
    for page in group.pages:
        if may.get(page.permission.value):
            address = reverse(page.name, args=[importer.pk])
            yield Tab(page.word, address, _is_here(page, address, request))


def _is_here(page: Page, address: str, request: HttpRequest) -> bool:
    match = request.resolver_match
    if match and page.also and match.url_name == page.also:
        return True
    return request.path == address if page.is_alone else request.path.startswith(address)


def _group(group: Group, tabs: tuple[Tab, ...]) -> Tab:
    word = tabs[0].word if len(tabs) == 1 else group.word
    return Tab(word, tabs[0].address, any(tab.is_here for tab in tabs), tabs)
