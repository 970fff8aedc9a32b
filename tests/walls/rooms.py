"""What the later rooms keep of an importer: delegations, agreements, documents, the rulebook."""

from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from clients.models import User
from clients.models.document_packages import DocumentPackage
from clients.models.document_requests import DocumentRequest
from clients.models.documents import (
    Document,
    DocumentDestruction,
    DocumentHold,
    DocumentVersion,
)
from clients.models.security import ReleaseStatus, SecurityAlert, SecurityInstrument
from delegation.models import (
    AgencyAgreement,
    AgreementPaper,
    DelegatedRole,
    Delegation,
    DelegationEvent,
)
from statements.models import RulebookEntry

ON = date(2026, 10, 1)


def content(tenant: Any, name: str) -> ContentFile:
    """A file that says whose it is."""
    return ContentFile(f"%PDF-1.7 {tenant.word}".encode(), name=name)


def rulebook_entry(analyst: User) -> RulebookEntry:
    """A value that somebody proposed; the rulebook is the brokerage's."""
    entry: RulebookEntry = RulebookEntry.objects.get_or_create(
        name="gst_rate", value="5", from_on=ON, source="s. 212", defaults={"proposed_by": analyst}
    )[0]
    return entry


def settle_delegation(tenant: Any, analyst: User) -> None:
    """A delegation with its evidence, a role and an event; a signed agreement with its paper."""
    word, of = tenant.word, {"importer": tenant.importer}
    delegation = Delegation.objects.create(
        **of,
        provider_kind="trade_consultant",
        provider_name=f"Provider {word}",
        provider_bn9=tenant.bn9,
        agreed_level="business",
        approved_by_name=f"Approver {word}",
        evidence_reference=f"Evidence {word}",
        evidence=content(tenant, "evidence.pdf"),
        evidence_name=f"{word}.pdf",
        evidence_sha256="0" * 64,
    )
    role = DelegatedRole.objects.create(**of, delegation=delegation, person=analyst, role="ppam")
    DelegationEvent.objects.create(
        **of, delegation=delegation, wish="create", to_state="draft", reason=word, happened_on=ON
    )
    agreement = AgencyAgreement.objects.create(
        **of, **_parties(tenant), scope=["file_cad"], effective_on=ON, signed_on=ON,
        legal_entity="corporation", signed_copy=content(tenant, "signed.pdf"),
        signed_copy_name=f"{word}.pdf", signed_copy_sha256="0" * 64,
        terminated_on=ON, termination_reason=word,
    )  # fmt: skip
    AgreementPaper.objects.create(
        **of, agreement=agreement, state="written", file=content(tenant, "paper.pdf"), sha256="0"
    )
    tenant.ids |= {
        "delegation_id": delegation.pk,
        "role_id": role.pk,
        "agreement_id": agreement.pk,
    }


def _parties(tenant: Any) -> dict[str, str]:
    sides = ("name", "address", "signatory", "signatory_title")
    words = {
        f"{who}_{name}": f"{name} {tenant.word}" for who in ("importer", "broker") for name in sides
    }
    return words | {"importer_bn9": tenant.bn9, "broker_bn9": tenant.bn9}


def settle_documents(tenant: Any, analyst: User) -> None:
    """A document with a version, a hold, a wish to destroy it, a request and a package."""
    word, of = tenant.word, {"importer": tenant.importer}
    document = Document.objects.create(
        **of, kind="other", title=f"Title {word}", retention_class="importation",
        transaction_no=f"12345{tenant.bn9}",
    )  # fmt: skip
    version = DocumentVersion.objects.create(
        **of, document=document, number=1, state="ready", file=content(tenant, "scan.pdf"),
        file_name=f"{word}.pdf", content_type="application/pdf", size=9, sha256="0" * 64,
        cleared_at=timezone.now(), text=word,
    )  # fmt: skip
    hold = DocumentHold.objects.create(
        **of, document=document, reason=word, placed_by=analyst, released_at=timezone.now(),
        released_by=analyst, release_reason=word,
    )  # fmt: skip
    destruction = DocumentDestruction.objects.create(
        **of, document=document, reason=word, asked_by=analyst
    )
    package = DocumentPackage.objects.create(
        **of, title=f"Package {word}", chosen_by={"words": word}, version_ids=[version.pk],
        state="written", file=content(tenant, "package.zip"), sha256="0" * 64,
        requested_by=analyst, expires_at=timezone.now() + timedelta(days=7),
    )  # fmt: skip
    request = DocumentRequest.objects.create(
        **of, kind="other", title=f"Wish {word}", explanation=word, due_on=ON,
        transaction_no=f"12345{tenant.bn9}", document=document, state="sent_back",
        decision_reason=word, asked_by=analyst, sent_by=analyst, sent_at=timezone.now(),
    )  # fmt: skip
    tenant.ids |= {
        "document_id": document.pk,
        "version_id": version.pk,
        "hold_id": hold.pk,
        "destruction_id": destruction.pk,
        "package_id": package.pk,
        "request_id": request.pk,
    }


def settle_security(tenant: Any, analyst: User) -> None:
    """A bond, one that has ended, the release status of an account and an alert."""
    word, of = tenant.word, {"importer": tenant.importer, "recorded_by": analyst}
    bond = {
        "form": "bond",
        "amount": "25000.00",
        "provider": f"Surety {word}",
        "number": f"Bond {word}",
        "evidence": word,
        "valid_from": ON,
    }
    of |= {"program_account_id": tenant.ids["account_id"]}
    standing = SecurityInstrument.objects.create(**of, **bond)
    SecurityInstrument.objects.create(
        **of, **bond, ended_on=ON, ended_at=timezone.now(), ended_by=analyst, end_reason=word
    )
    ReleaseStatus.objects.create(**of, status="enrolled", seen_on=ON, evidence=word)
    SecurityAlert.objects.create(
        importer=tenant.importer, program_account_id=tenant.ids["account_id"], measure="review",
        level="full", required="30000.00", posted="25000.00", has_risen=True, raised_on=ON,
    )  # fmt: skip
    tenant.ids["security_id"] = standing.pk
