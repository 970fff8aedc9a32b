"""An importer's people in the portal: a manager, somebody removed, a round to decide on."""

from datetime import date
from typing import Any

from django.utils import timezone

from clients.models import (
    PortalRole,
    PortalUser,
    PortalVerification,
    PortalVerificationLine,
    User,
)

ON = date(2026, 10, 1)


def settle_portal(tenant: Any, analyst: User) -> None:
    """A manager with a role, a leaver who is removed, a round with a line to decide on."""
    word, of = tenant.word, {"importer": tenant.importer}
    person = PortalUser.objects.create(
        **of, name=f"Manager {word}", email=f"manager@{word}.example".lower(), kind="employee",
        recorded_on=ON, recorded_by=analyst,
    )  # fmt: skip
    PortalUser.objects.create(
        **of, name=f"Leaver {word}", email=f"leaver@{word}.example".lower(), kind="employee",
        recorded_on=ON, left_on=ON, state="removed", removed_on=ON,
    )  # fmt: skip
    role = PortalRole.objects.create(
        **of, portal_user=person, role="bam", recorded_on=ON, evidence=f"Screenshot {word}"
    )
    round_ = PortalVerification.objects.create(
        **of, state="answered", due_on=ON, started_on=ON, started_by=analyst,
        answered_at=timezone.now(), answered_by=tenant.people["owner"],
    )  # fmt: skip
    said = {"said_name": f"New {word}", "said_email": f"new@{word}.example".lower()}
    accounts = {"asked_account": tenant.bn15, "said_account": tenant.bn15}
    line = PortalVerificationLine.objects.create(
        **of, **said, **accounts, verification=round_, portal_user=person, portal_role=role,
        asked_name=person.name, asked_email=person.email, asked_role="bam", answer="left",
        note=f"Said {word}", decision_reason=f"Because {word}",
    )  # fmt: skip
    PortalVerification.objects.create(
        **of, state="withdrawn", due_on=ON, started_on=ON, started_by=analyst,
        ended_at=timezone.now(), withdrawn_by=analyst, withdrawal_reason=f"Because {word}",
    )  # fmt: skip
    tenant.ids |= {
        "portal_user_id": person.pk,
        "portal_role_id": role.pk,
        "verification_id": round_.pk,
        "portal_line_id": line.pk,
    }
