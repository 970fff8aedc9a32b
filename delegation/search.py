"""How delegations are found: by the provider's name or business number."""

from collections.abc import Iterator
from typing import Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.tenancy import importers_in_scope, of_importers
from clients.models.importers import Folded
from clients.search import BN9_RANGE, Found, Kind, Sought, number_range, register
from delegation.models import Delegation


def register_search() -> None:
    """Tell the registry; called when the app is ready."""
    register(Kind("delegation", _("Delegations"), delegations, 60, resource="delegations"))


def delegations(sought: Sought, user: Any, limit: int) -> Iterator[Found]:
    """Delegations to a provider called so, or of an importer called so; the newest first."""
    named = Q() if sought.folded else Q(pk__in=[])
    for word in sought.folded.split():
        named &= Q(folded__contains=word) | Q(importer__folded_name__contains=word)
    bounds = number_range(sought.number, BN9_RANGE)
    if bounds:
        named |= Q(provider_bn9__range=bounds) | Q(importer__bn9__range=bounds)
    rows = Delegation.objects.filter(of_importers(importers_in_scope()))
    rows = rows.annotate(folded=Folded(F("provider_name"))).filter(named)
    for one in rows.select_related("importer").order_by("-id")[:limit]:
        yield Found(
            title=one.provider_name or one.get_provider_kind_display(),
            address=reverse("delegation", args=[one.pk]),
            detail=f"{one.get_provider_kind_display()}, {one.get_state_display()}",
            importer_id=one.importer_id,
            importer=one.importer.legal_name,
            pk=one.pk,
        )
