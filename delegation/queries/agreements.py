"""Agency agreements and their papers."""

from collections.abc import Collection
from typing import Any

from django.conf import settings

from carmsvc.platform.tenancy import of_importers
from carmsvc.platform.work import MOST_ATTEMPTS
from clients.models import Importer
from delegation.models import AgencyAgreement, AgreementPaper
from delegation.rules import AgreementFacts


def agreements_of(importer_id: int) -> Any:
    """An importer's agency agreements, the newest first."""
    return AgencyAgreement.objects.filter(importer=importer_id).order_by("-id")


def usual_parties(importer: Importer) -> dict[str, Any]:
    """Who is party to an agreement with an importer unless somebody says otherwise."""
    return {
        "importer_name": importer.legal_name,
        "importer_bn9": importer.bn9,
        "broker_name": settings.BROKERAGE_NAME,
        "broker_bn9": settings.BROKERAGE_BUSINESS_NUMBER,
        "broker_address": settings.BROKERAGE_ADDRESS,
    }


def agreement_facts(importers: Collection[int]) -> dict[int, tuple[AgreementFacts, ...]]:
    """What of the agreements of these importers decides about authority, by importer."""
    found: dict[int, list[AgreementFacts]] = {one: [] for one in importers}
    rows = AgencyAgreement.objects.filter(of_importers(importers)).select_related("importer")
    for row in rows.order_by("id"):
        found[row.importer_id].append(row.facts(row.importer.bn9))
    return {one: tuple(facts) for one, facts in found.items()}


def papers_waiting() -> list[tuple[int, int]]:
    """(importer, paper) of what a worker still has to write, in the open scope."""
    waiting = AgreementPaper.objects.filter(AgreementPaper.is_waiting(), attempts__lt=MOST_ATTEMPTS)
    return list(waiting.order_by("id").values_list("importer_id", "id"))
