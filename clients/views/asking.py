"""What every room's pages ask before they act, and say when refused."""

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from clients import queries
from clients.rules import BROKERAGE_WIDE, Permission


def demand(request: HttpRequest, permission: Permission, importer_id: int) -> None:
    """Raise `PermissionDenied` (403) unless the person may do this with the importer."""
    if not queries.may(request.user, permission, importer_id):
        raise PermissionDenied


def demand_here(request: HttpRequest, permission: Permission) -> None:
    """Raise `PermissionDenied` (403) unless the person may do this for the whole brokerage."""
    if not queries.may_here(request.user, permission):
        raise PermissionDenied


def permissions(request: HttpRequest, importer_id: int) -> dict[str, bool]:
    """What the person may do, for templates: `{% if may.upload %}`."""
    allowed = queries.permissions_of(request.user, importer_id) | queries.permissions_here(
        request.user
    )
    return {permission.value: permission in allowed for permission in Permission}


def brokerage_rights(request: HttpRequest) -> dict[str, dict[str, bool]]:
    """Context processor: what the person may do for the whole brokerage, for the bar and lists:
    `{% if may_here.manage_staff %}`.
    """
    held = queries.permissions_here(getattr(request, "user", AnonymousUser()))
    return {"may_here": {permission.value: permission in held for permission in BROKERAGE_WIDE}}


def tell_refusal(request: HttpRequest, reasons: Iterable[str]) -> None:
    """Say every reason why a wish was refused."""
    for reason in reasons:
        messages.warning(request, reason)
