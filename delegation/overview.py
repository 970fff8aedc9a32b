"""What this room knows of whether an importer is fine: whether we may act, and for how long."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from carmsvc.platform.tenancy import of_importers
from clients.models import Importer
from clients.overview import (
    Asked,
    Concern,
    Fact,
    Level,
    Section,
    address_of,
    register_concerns,
    register_facts,
    register_section,
)
from delegation.models import Delegation
from delegation.queries import lapses_of, shortfalls_of
from delegation.rules import ACTING, ProviderKind

SOON = timedelta(days=30)


def register_overview() -> None:
    """Tell the registry; called when the app is ready."""
    register_concerns("delegation", authority_missing, may_stop=True)
    register_facts("delegation", our_delegation, place=50)
    register_section(Section("delegation", "delegation/_alerts.html", lapses, 10))


def authority_missing(importers: Collection[int], today: date) -> Iterator[Concern]:
    """Clients for which no delegation of ours works, or one that works ends soon."""
    ours = Delegation.objects.filter(
        of_importers(importers), provider_kind=ProviderKind.OUR_BROKERAGE
    )
    acting = ours.filter(state__in=sorted(ACTING))
    lasting = dict(acting.order_by("id").values_list("importer_id", "effective_to"))
    missing = _("No delegation of ours works.")
    clients = Importer.objects.filter(of_importers(importers, "pk"), state=Importer.State.CLIENT)
    for pk in clients.values_list("pk", flat=True):
        address = address_of("importer-delegations", pk)
        if pk not in lasting:
            yield Concern(pk, Level.STOPPED, missing, address)
            continue
        ends_on = lasting[pk]
        if ends_on and ends_on <= today + SOON:
            sentence = _("Our delegation ends on %(day)s.") % {"day": ends_on}
            yield Concern(pk, Level.AT_RISK, sentence, address)


def our_delegation(asked: Asked) -> Iterator[Fact]:
    """Where our newest delegation stands."""
    rows = Delegation.objects.filter(
        importer=asked.importer, provider_kind=ProviderKind.OUR_BROKERAGE
    )
    newest = rows.order_by("-id").first()
    is_acting = bool(newest and newest.state in ACTING)
    ends = newest.effective_to if newest else None
    yield Fact(
        label=_("Delegation"),
        words=newest.get_state_display() if newest else _("None"),
        address=address_of("importer-delegations", asked.importer.pk),
        note=_("to %(day)s") % {"day": ends} if ends else "",
        level=Level.FINE if is_acting else Level.AT_RISK,
    )


def lapses(asked: Asked) -> Mapping[str, Any] | None:
    """What of our standing with the importer needs a look."""
    found = [(one, shortfalls_of(one)) for one in lapses_of(asked.importer.pk, asked.today)]
    return {"found": found} if found else None
