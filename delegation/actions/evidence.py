"""Evidence of a delegation, the proxy roles of our staff in it, and the register as a file."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.core.files import File
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.refusals import Refused
from carmsvc.platform.spreadsheet_safe import Cell, csv_bytes
from clients.models import User
from delegation.models import DelegatedRole, Delegation
from delegation.rules import Level

LARGEST = 20 * 2**20  # bytes of a scan
# what such a file begins with
KINDS = (b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")

EVIDENCE = ("evidence_reference", "evidence_on", "evidence", "evidence_name", "evidence_sha256")


def check_scan(content: "File[bytes]") -> str:
    """The SHA-256 of a scan in hexadecimal; raises `Refused` for what is no scan, or too large."""
    if content.size > LARGEST:
        raise Refused(_("The file is larger than 20 MB: send a smaller scan."))
    content.seek(0)
    if not content.read(16).startswith(KINDS):
        raise Refused(_("Send a PDF, a PNG or a JPEG; this file is none of them."))
    content.seek(0)
    digest = hashlib.sha256()
    for block in content.chunks():
        digest.update(block)
    content.seek(0)
    return digest.hexdigest()


def keep_evidence(
    *,
    delegation: Delegation,
    reference: str,
    evidence_on: date,
    by: User,
    content: "File[bytes] | None" = None,
    file_name: str = "",
) -> None:
    """Keep what proves a delegation: where it is written, its day, and a scan of it."""
    before = _evidence(delegation)
    digest = check_scan(content) if content else ""
    delegation.evidence_reference, delegation.evidence_on = reference.strip(), evidence_on
    if content:
        delegation.evidence.save(file_name, content, save=False)
        delegation.evidence_name, delegation.evidence_sha256 = file_name[-255:], digest
    delegation.save(update_fields=list(EVIDENCE))
    _tell("delegation evidence kept", delegation, by, before=before, after=_evidence(delegation))


def _evidence(delegation: Delegation) -> dict[str, Any]:
    return {name: str(getattr(delegation, name) or "") for name in EVIDENCE if name != "evidence"}


def open_evidence(*, delegation: Delegation, by: User) -> Any:
    """The scan, for whoever may see it; who took it is told."""
    if not delegation.evidence:
        raise Refused(_("No file is kept with this delegation."))
    told = {"file_name": delegation.evidence_name, "sha256": delegation.evidence_sha256}
    _tell("delegation evidence opened", delegation, by, **told)
    return delegation.evidence.open("rb")


def give_role(*, delegation: Delegation, person: User, role: str, by: User) -> DelegatedRole:
    """Record that one of our staff holds a proxy role in the portal. Raises `Refused`."""
    if not delegation.is_ours:
        raise Refused(_("Our staff hold roles in our own delegation only."))
    if not person.is_staff_member or not person.is_active:
        raise Refused(_("Choose somebody of the brokerage’s staff who can sign in."))
    level = delegation.approved_level or delegation.agreed_level
    if (role == DelegatedRole.Role.PBAM) != (level == Level.BUSINESS):
        raise Refused(
            _("The portal gives pBAM with business management, and pPAM with program management.")
        )
    held = {"importer_id": delegation.importer_id, "delegation": delegation, "person": person}
    if DelegatedRole.objects.filter(**held).exists():
        raise Refused(_("%(name)s holds a role already.") % {"name": person.full_name})
    place = DelegatedRole.objects.create(**held, role=role)
    after = {"email": person.email, "role": role}
    _tell("delegation role recorded", delegation, by, after=after)
    return place


def take_role(*, place: DelegatedRole, by: User) -> None:
    """Record that somebody of our staff no longer holds a proxy role."""
    before = {"email": place.person.email, "role": place.role}
    delegation = place.delegation
    place.delete()
    _tell("delegation role taken off", delegation, by, before=before)


def export_register(
    *, header: Sequence[str], rows: Iterable[Sequence[Cell]], by: User, wish: dict[str, Any]
) -> bytes:
    """The register as CSV; that it was taken is told on the brokerage's chain."""
    listed = list(rows)
    audit.record_for_brokerage("delegation register exported", by=by, rows=len(listed), wish=wish)
    return csv_bytes(header, listed)


def _tell(action: str, delegation: Delegation, by: User, **told: Any) -> None:
    importer_id = delegation.importer_id
    audit.record(action, importer_id=importer_id, by=by, target=delegation, **told)
