"""Documents of the invented importers: kept, held, expiring, asked for; one audit package."""

from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile
from weasyprint import HTML

from carmsvc.demo.cast import MAPLE
from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.tenancy import importer_scope
from clients.actions.document_checks import check_version, versions_to_check
from clients.actions.document_packages import packages_waiting, request_package, write_package
from clients.actions.document_requests import request_document
from clients.actions.documents import keep_document, place_hold
from clients.models import Document, DocumentRequest, Importer, User
from clients.queries import importer_numbered


def seed_documents(by: User) -> None:
    """Make what is not there yet, for the importer of the story."""
    today, importer = today_in_toronto(), importer_numbered(MAPLE.bn9)
    with importer_scope(importer.pk):
        if not Document.objects.filter(importer=importer).exists():
            _keep(importer, today, by)
        if not DocumentRequest.objects.filter(importer=importer).exists():
            _ask(importer, today, by)
    for importer_id, version_id in versions_to_check([importer.pk]):
        check_version(importer_id=importer_id, version_id=version_id)
    for importer_id, package_id in packages_waiting([importer.pk]):
        write_package(importer_id=importer_id, package_id=package_id)


def _keep(importer: Importer, today: date, by: User) -> None:
    imported: dict[str, Any] = {"counted_from_on": _ago(today, 41)}
    told: list[tuple[str, str, dict[str, Any]]] = [
        (
            "commercial_invoice",
            "Invoice 4471, oak table tops",
            {"counted_from_on": _ago(today, 41)},
        ),
        ("cargo_control", "Bill of lading HLCU 88120", imported),
        ("commercial_invoice", "Invoice 1203, pine boards", {"counted_from_on": date(2019, 5, 6)}),
        ("ruling", "Advance ruling on seat frames", {"expires_on": today + timedelta(days=400)}),
        ("permit", "CFIA import permit for untreated wood", {"expires_on": _ago(today, -24)}),
        ("cbsa_decision", "Notice of a trade compliance verification", {}),
    ]
    for kind, title, days in told:
        version = keep_document(
            importer=importer, content=_page(title), by=by, kind=kind, title=title, **days
        )
        if kind == "cbsa_decision":
            place_hold(document=version.document, reason="Verification by the CBSA", by=by)
    request_package(
        importer=importer,
        title="Trade compliance verification",
        documents=Document.objects.filter(importer=importer).values("pk"),
        chosen_by={},
        language=importer.language,
        by=by,
    )


def _ask(importer: Importer, today: date, by: User) -> None:
    for kind, title, days in (
        ("certificate_of_origin", "Certificate of origin for the seat frames", 9),
        ("proof_of_payment", "Proof of the October payment", 3),
    ):
        request_document(
            importer=importer,
            by=by,
            today=today,
            kind=kind,
            title=title,
            due_on=today + timedelta(days=days),
        )


def _ago(today: date, days: int) -> date:
    return today - timedelta(days=days)


def _page(title: str) -> "ContentFile[bytes]":
    html = f"<h1>{title}</h1><p>Maple Furniture Inc. This document is invented.</p>"
    return ContentFile(HTML(string=html).write_pdf(), name=f"{title}.pdf")
