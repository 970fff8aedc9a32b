"""What we may act on, agency agreements, their paper in both languages, the signed copy."""

import hashlib
from datetime import date, timedelta
from typing import Any

import pypdfium2 as pdfium
import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from carmsvc.platform import work
from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount, User
from delegation import tasks
from delegation.actions import (
    end_agreement,
    keep_signed_copy,
    park_exhausted_papers,
    write_paper,
)
from delegation.models import AgreementPaper
from delegation.queries import may_act
from delegation.rules import Act
from tests.delegation.stories import (
    PDF,
    TODAY,
    active,
    agreement,
    signed,
)


def refusal(act: Any) -> list[str]:
    with pytest.raises(Refused) as refused, transaction.atomic():
        act()
    return refused.value.reasons


def last_event(importer: Importer) -> AuditEvent:
    return AuditEvent.objects.filter(importer=importer).latest("id")


def test_may_we_act_is_asked_for_an_account_or_for_the_business(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    assert [one.code for one in may_act(scope, Act.FILE_CAD, TODAY).reasons] == ["no_delegation"]
    active(scope)
    assert [one.code for one in may_act(account, Act.FILE_CAD, TODAY).reasons] == ["no_agreement"]
    made = signed(scope, analyst)
    assert may_act(account, Act.FILE_CAD, TODAY)
    assert may_act(scope, Act.FILE_CAD, TODAY)
    end_agreement(agreement=made, on=TODAY, today=TODAY, reason="they left", by=analyst)
    answer = may_act(account, Act.FILE_CAD, TODAY)
    assert [one.code for one in answer.reasons] == ["agreement_not_in_force"]


def test_a_consultants_delegation_says_nothing_about_us(
    scope: Importer, account: ProgramAccount
) -> None:
    active(scope, provider_kind="trade_consultant", provider_name="T", provider_bn9="112345670")

    assert may_act(account, Act.ADJUST_CAD, TODAY).reasons[0].code == "no_delegation"


def test_an_agreement_that_names_another_business_covers_nothing(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    active(scope)
    signed(scope, analyst, importer_bn9="100000009")

    answer = may_act(account, Act.FILE_CAD, TODAY)
    assert [one.code for one in answer.reasons] == ["agreement_names_another"]


def test_an_agreement_needs_a_scope_and_days_in_order(scope: Importer) -> None:
    wish = {"scope": [], "ends_on": date(2025, 1, 1)}

    assert refusal(lambda: agreement(scope, **wish)) == [
        "Choose at least one thing that the agreement lets us do.",
        "The last day lies before the first day.",
    ]
    assert refusal(lambda: agreement(scope, scope=["pay", "bless"])) == [
        "There is no such act: bless."
    ]


def test_the_paper_is_a_tagged_pdf_in_both_languages(importer: Importer, analyst: User) -> None:
    with importer_scope(importer.pk):
        made = agreement(importer)
        paper = AgreementPaper.objects.get()

    assert write_paper(importer_id=importer.pk, paper_id=paper.pk) is True
    assert write_paper(importer_id=importer.pk, paper_id=paper.pk) is False

    with importer_scope(importer.pk):
        paper.refresh_from_db()
        content = paper.file.read()
        assert paper.state == "written"
        assert paper.sha256 == hashlib.sha256(content).hexdigest()
        assert content.startswith(b"%PDF-")
        document = pdfium.PdfDocument(content)
        assert pdfium.raw.FPDFCatalog_IsTagged(document.raw)
        pages = [page.get_textpage().get_text_range() for page in document]
        assert [text.splitlines()[0] for text in pages] == [
            "Agency agreement", "Contrat de mandat", "Signatures",
        ]  # fmt: skip
        assert "Maple Furniture Inc., business number 123456782" in pages[0]
        assert "1 janvier 2026" in pages[1]
        assert "Olivia Chen, President" in pages[2]
        assert last_event(importer).action == "agreement paper written"
        assert made.papers.count() == 1


def test_a_paper_that_fails_three_times_is_parked_and_told(
    importer: Importer, analyst: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_agreement: Any) -> bytes:
        raise OSError("no fonts")

    monkeypatch.setattr("delegation.actions.agreements.agreement_pdf", fails)
    with importer_scope(importer.pk):
        agreement(importer)
        paper = AgreementPaper.objects.get()
    for _ in range(work.MOST_ATTEMPTS):
        assert write_paper(importer_id=importer.pk, paper_id=paper.pk) is False
        with importer_scope(importer.pk):
            AgreementPaper.objects.update(leased_until=None)

    with importer_scope(importer.pk):
        paper.refresh_from_db()
        assert paper.parked_at is not None
        assert "no fonts" in paper.last_failure
        assert last_event(importer).action == "agreement paper parked"


def test_a_paper_whose_worker_died_three_times_is_parked_too(importer: Importer) -> None:
    with importer_scope(importer.pk):
        agreement(importer)
        AgreementPaper.objects.update(attempts=work.MOST_ATTEMPTS)

    assert park_exhausted_papers([importer.pk]) == 1
    assert park_exhausted_papers([importer.pk]) == 0
    with importer_scope(importer.pk):
        assert last_event(importer).action == "agreement paper parked"


def test_what_waits_for_a_worker_is_sent_again_by_the_sweep(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with importer_scope(importer.pk):
        agreement(importer)
    sent: list[dict[str, int]] = []
    monkeypatch.setattr(tasks.write_paper, "delay", lambda **told: sent.append(told))

    tasks.collect_papers()

    assert [one["importer_id"] for one in sent] == [importer.pk]


def test_the_signed_copy_is_kept_once_with_its_hash(scope: Importer, analyst: User) -> None:
    made = signed(scope, analyst)
    told = {"content": ContentFile(PDF, "b.pdf"), "file_name": "b.pdf", "by": analyst}

    assert made.signed_copy_sha256 == hashlib.sha256(PDF).hexdigest()
    assert refusal(
        lambda: keep_signed_copy(agreement=made, **told, signed_on=TODAY, today=TODAY)
    ) == ["A signed copy is kept already; draw up another agreement to replace it."]
    unsigned = agreement(scope)
    later = TODAY + timedelta(days=1)
    assert refusal(
        lambda: keep_signed_copy(agreement=unsigned, **told, signed_on=later, today=TODAY)
    ) == ["The day it was signed has not come yet."]


def test_an_agreement_ends_once_for_a_reason_on_a_day_that_has_come(
    scope: Importer, analyst: User
) -> None:
    made, told = signed(scope, analyst), {"today": TODAY, "by": analyst}

    assert refusal(
        lambda: end_agreement(agreement=made, on=TODAY + timedelta(days=1), reason="a", **told)
    ) == ["2026-11-24 has not come yet."]
    assert refusal(lambda: end_agreement(agreement=made, on=TODAY, reason=" ", **told)) == [
        "Say why: the reason stays in the history."
    ]
    end_agreement(agreement=made, on=TODAY, reason="they left", **told)
    assert refusal(lambda: end_agreement(agreement=made, on=TODAY, reason="again", **told)) == [
        "It ended on 2026-11-23 already."
    ]
