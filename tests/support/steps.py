"""Words and steps on a request in a scope of their own, and who was told of them."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from carmsvc.platform.tenancy import importer_scope
from clients.actions.support import take_step, write_message
from clients.models import (
    Notice,
    SupportRequest,
    User,
)
from clients.rules.support import Wish
from tests.support.conftest import TORONTO


def say(request: SupportRequest, by: User | None, text: str = "Words.", **told: Any) -> Any:
    with importer_scope(request.importer_id):
        return write_message(request=request, by=by, text=text, now=timezone.now(), **told)


def step(request: SupportRequest, wish: Wish, by: User, **told: Any) -> SupportRequest:
    with importer_scope(request.importer_id):
        return take_step(request=request, wish=wish, by=by, now=timezone.now(), **told)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TORONTO)


def told_to(request: SupportRequest) -> list[tuple[str, str]]:
    """Who was told in the application, and of what kind."""
    with importer_scope(request.importer_id):
        return list(Notice.objects.order_by("id").values_list("user__email", "kind"))
