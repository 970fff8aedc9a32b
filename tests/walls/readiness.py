"""How ready an importer stood, and what somebody said of it."""

from datetime import date, datetime
from typing import Any

from carmsvc.platform.dates import TORONTO
from clients.models import ProgramAccount, ReadinessAnswer, ReadinessSnapshot, User

ON, FAR = date(2026, 10, 1), date(2027, 3, 31)


def settle_readiness(tenant: Any, analyst: User) -> None:
    """A day that was kept, and an answer with what proves it."""
    of, account = {"importer": tenant.importer}, ProgramAccount.objects.get(bn15=tenant.bn15)
    ReadinessSnapshot.objects.create(
        **of, taken_on=ON, checked_at=datetime(2026, 10, 1, 9, tzinfo=TORONTO),
        verdict="at_risk", accounts={tenant.bn15: "at_risk"}, failed_checks=["R04"], risks=1,
    )  # fmt: skip
    answer = ReadinessAnswer.objects.create(
        **of, question="R22", program_account=account, is_met=True, statement=f"IID {tenant.word}",
        evidence_reference=f"Releases {tenant.word}", said_on=ON, expires_on=FAR,
        evidence_document_id=tenant.ids["document_id"], recorded_by=analyst,
    )  # fmt: skip
    tenant.ids["readiness_answer_id"] = answer.pk
