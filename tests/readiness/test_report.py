"""The report of an importer's readiness: a tagged PDF in English or French."""

from datetime import UTC, datetime

import pypdfium2 as pdfium
import pytest

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.tenancy import importer_scope
from clients.models import (
    Importer,
    ProgramAccount,
    User,
)
from tests.readiness.asking import page
from tests.readiness.conftest import Browser
from tests.readiness.stories import (
    FIRST,
    bond,
)

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def pdf_text(paper: pdfium.PdfDocument) -> str:
    pages = [paper[number].get_textpage().get_text_bounded() for number in range(len(paper))]
    return " ".join(" ".join(pages).split())


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            [
                "Readiness: Not ready",
                "Maple Furniture Inc. · 123456782",
                "Not met: Blocker (3)",
                "R13 The security is in force, and stays so",
                "It ended on 2026-11-22, and nothing followed.",
                "Ended on: 2026-11-22",
                "To do: Have it renewed, and record the new one",
                "RM is the program account for imports and exports; RMD is release on minimum",
            ],
        ),
        ("fr", ["Pas prêt", "Maple Furniture Inc. · 123456782", "2026-11-22", "R13 "]),
    ],
)
def test_the_report_is_a_tagged_paper_in_english_or_french(
    signed_in: Browser, importer: Importer, analyst: User, language: str, told: list[str]
) -> None:
    with importer_scope(importer.pk):
        account = ProgramAccount.objects.get(bn15=FIRST)
        bond(account, analyst, valid_to=datetime(2026, 11, 22, tzinfo=UTC).date())

    response = signed_in(analyst).get(f"{page(importer)}report.pdf?language={language}")

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == (
        f'attachment; filename="readiness-maple-furniture-inc-2026-11-23-{language}.pdf"'
    )
    paper = pdfium.PdfDocument(response.content)
    text = pdf_text(paper)
    assert [one for one in told if one not in text] == []
    assert pdfium.raw.FPDFCatalog_IsTagged(paper.raw)
    with importer_scope(importer.pk):
        event = AuditEvent.objects.get(action="readiness report made")
    assert event.after == {"language": language, "verdict": "not_ready"}


def test_the_report_speaks_the_readers_language_and_no_third_one(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    client = signed_in(analyst)

    assert "-en.pdf" in client.get(f"{page(importer)}report.pdf")["Content-Disposition"]
    assert client.get(f"{page(importer)}report.pdf?language=de").status_code == 404


def test_a_name_that_looks_like_a_page_is_written_as_it_is(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    name = '<img src="https://elsewhere.example/a.png"> & Sons'
    with importer_scope(importer.pk):
        Importer.objects.filter(pk=importer.pk).update(legal_name=name)

    response = signed_in(analyst).get(f"{page(importer)}report.pdf")

    assert name in pdf_text(pdfium.PdfDocument(response.content))
