"""An importer's onboarding with a step that was proved and talked about, and one given up."""

from datetime import date
from typing import Any

from clients.models import (
    ChecklistVersion,
    Onboarding,
    OnboardingComment,
    OnboardingEvent,
    OnboardingStep,
    User,
)
from clients.rules.onboarding_checklist import shipped

ON = date(2026, 10, 1)


def settle_onboarding(tenant: Any, analyst: User) -> None:
    """A running onboarding with one step of the importer's, and an earlier one."""
    word, of = tenant.word, {"importer": tenant.importer}
    told = {"variant": "resident", "version": 1, "stale_days": 7, "started_on": ON}
    Onboarding.objects.create(**of, **told, state="cancelled", ended_on=ON, end_reason=word)
    onboarding = Onboarding.objects.create(**of, **told, lead=analyst, started_by=analyst)
    step = OnboardingStep.objects.create(
        **of, onboarding=onboarding, code="A4", version=1, position=1, parties=["importer"],
        is_for_importer=True, is_ready=True, due_on=ON, evidence_reference=f"Proof {word}",
        evidence_document_id=tenant.ids["document_id"],
    )  # fmt: skip
    OnboardingEvent.objects.create(
        **of, step=step, wish="start", from_state="not_started", to_state="in_progress",
        reason=word, happened_on=ON, recorded_by=analyst,
    )  # fmt: skip
    OnboardingComment.objects.create(
        **of, step=step, text=f"Said {word}", written_by=analyst, is_for_staff=False
    )
    draft = ChecklistVersion.objects.get_or_create(
        number=2,
        defaults={"document": shipped().told(), "note": "A draft", "drafted_by": analyst},
    )[0]
    tenant.ids |= {
        "onboarding_id": onboarding.pk,
        "step_id": step.pk,
        "number": draft.number,
    }
