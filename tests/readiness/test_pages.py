"""What people see of readiness, and what the pages let them do."""

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any

import pypdfium2 as pdfium
import pytest
from django.test import Client
from django.utils import timezone

from carmsvc.platform.audit import AuditEvent, BrokerageEvent
from carmsvc.platform.tenancy import importer_scope
from clients.actions.importer_profiles import change_profile
from clients.actions.readiness import keep_readiness
from clients.models import (
    ClientGroup,
    GroupedImporter,
    Importer,
    ProgramAccount,
    ReadinessAnswer,
    ReadinessSnapshot,
    StaffAssignment,
    User,
)
from tests.readiness.conftest import Browser
from tests.readiness.stories import (
    FIRST,
    answer,
    bond,
    document,
    person,
    put_account_right,
    put_business_right,
)

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def words_of(response: Any) -> str:
    text = re.sub(r"<(style|script).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return words_of(response)


def page(importer: Importer) -> str:
    return f"/importers/{importer.pk}/readiness/"


def kept(*importers: Importer, now: datetime | None = None) -> None:
    keep_readiness(importers=[one.pk for one in importers], now=now or timezone.now())


def test_the_page_says_the_verdict_why_it_matters_and_what_to_do(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    text = text_of(signed_in(analyst), page(importer))

    assert "Not ready" in text
    assert "R07 Our delegation in the portal works for the account" in text
    assert "Without it goods may be released, but we can neither file nor see" in text
    assert "Request the relationship by the business number" in text
    assert "CBSA, Customs Notice 25-16 · " in text
    assert "It was never kept: registers and history begin with the first time" in text


def test_rm_and_rmd_are_both_explained(
    signed_in: Browser, importer: Importer, finance: User
) -> None:
    text = text_of(signed_in(finance), page(importer))

    assert "RM is not RMD" in text
    assert "The program account for imports and exports" in text
    assert "Release on minimum documentation" in text


def test_each_account_and_area_has_its_verdict(
    signed_in: Browser, importer: Importer, analyst: User, reviewer: User
) -> None:
    with importer_scope(importer.pk):
        put_business_right(importer, analyst)
        put_account_right(ProgramAccount.objects.get(bn15=FIRST), analyst, reviewer)

    html = signed_in(analyst).get(page(importer)).content.decode()
    [table] = re.findall(r"<caption[^>]*>Readiness by program account</caption>.*?</table>",
                         html, re.DOTALL)  # fmt: skip

    rows = [
        " ".join(re.sub(r"<[^>]+>", " ", row).split())
        for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)[1:]
    ]
    assert rows == [
        "123456782RM0001 Ready Ready Ready Ready",
        "123456782RM0002 At risk At risk At risk At risk",
    ]


def test_accounts_of_which_the_same_is_said_stand_in_one_line(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    html = signed_in(analyst).get(page(importer)).content.decode()

    assert html.count('id="R16-123456782RM0001-123456782RM0002"') == 1
    assert 'id="R22-123456782RM0001"' in html  # to be answered for each


def test_a_failure_links_the_page_where_it_is_put_right(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    client = signed_in(analyst)
    html = client.get(page(importer)).content.decode()

    links = set(re.findall(r'<a href="(/[^"]*)">Go there</a>', html))
    assert links == {
        f"/importers/{importer.pk}/{place}"
        for place in (
            "delegations/", "documents/", "forecast/", "onboarding/", "payments/", "portal/",
            "profile/#accounts", "profile/#contacts", "profile/#names", "statements/",
        )
    }  # fmt: skip
    for link in links:
        address, _, anchor = link.partition("#")
        there = client.get(address)
        assert there.status_code == 200
        assert not anchor or f'id="{anchor}"' in there.content.decode()


def test_the_page_is_read_in_french(signed_in: Browser, importer: Importer, analyst: User) -> None:
    User.objects.filter(pk=analyst.pk).update(language="fr")
    client = Client(headers={"accept-language": "fr"})
    client.force_login(User.objects.get(pk=analyst.pk))

    text = text_of(client, page(importer))

    assert "Pas prêt" in text
    assert "mainlevée contre documentation minimale" in text


def test_how_it_stands_is_kept_on_demand_and_the_page_says_when(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    client = signed_in(analyst)

    answered = client.post(f"{page(importer)}keeping/", follow=True)

    assert "How it stands today is kept." in words_of(answered)
    assert "Kept for registers and history on" in words_of(answered)
    with importer_scope(importer.pk):
        ReadinessSnapshot.objects.update(verdict="ready")
    assert "Registers still show how it stood on" in text_of(client, page(importer))


def test_the_history_is_drawn_and_told_in_numbers(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    for month in (9, 10):
        kept(importer, now=datetime(2026, month, 5, 15, tzinfo=UTC))
    with importer_scope(importer.pk):
        person(importer, "Rosa Roy", analyst)
    kept(importer)

    response = signed_in(analyst).get(page(importer))

    text = words_of(response)
    assert "<svg" in response.content.decode()
    assert "Checks not met, month by month" in text
    assert "No longer met: R05" in text
    assert "Looked at for the first time" in text


def test_a_question_is_answered_on_a_page(
    signed_in: Browser, importer: Importer, finance: User
) -> None:
    client, address = signed_in(finance), f"{page(importer)}answers/new/"
    with importer_scope(importer.pk):
        proof = document(importer, finance)
    assert f'href="{address}?question=R21"' in client.get(page(importer)).content.decode()
    form = client.get(f"{address}?question=R22-{FIRST}").content.decode()
    assert f'<option value="R22-{FIRST}" selected>' in form
    said = {
        "question": f"R22-{FIRST}", "is_met": "no", "statement": "Two paper releases in May",
        "said_on": "2026-11-20", "evidence_reference": "", "evidence_document": proof.pk,
        "expires_on": "2026-12-31",
    }  # fmt: skip

    answered = client.post(address, said, follow=True)

    text = words_of(answered)
    assert "The answer is kept, and the checks know it." in text
    assert "Finance said on 2026-11-20 that it is not so." in text
    with importer_scope(importer.pk):
        made = ReadinessAnswer.objects.get()
    assert (made.question, made.is_met, made.evidence_document_id) == ("R22", False, proof.pk)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"evidence_reference": ""}, "Say what proves it: a document, or where you saw it."),
        ({"said_on": "2026-11-24"}, "The day lies in the future"),
        ({"said_on": "9999-12-31"}, "The day lies in the future"),
        ({"statement": "password: hunter2"}, "This seems to hold a password."),
        ({"question": "R07"}, "Select a valid choice."),
        ({"question": ""}, "This field is required."),
        ({"evidence_document": "4000000"}, "Select a valid choice."),
    ],
)
def test_the_form_says_what_is_wrong_and_keeps_nothing(
    signed_in: Browser, importer: Importer, analyst: User, said: dict[str, str], why: str
) -> None:
    usual = {
        "question": "R21", "is_met": "yes", "statement": "Seven years", "said_on": "2026-11-23",
        "evidence_reference": "Call",
    }  # fmt: skip

    answered = signed_in(analyst).post(f"{page(importer)}answers/new/", usual | said)

    assert answered.status_code == 422
    assert why in words_of(answered)
    with importer_scope(importer.pk):
        assert not ReadinessAnswer.objects.exists()


def test_an_answer_is_taken_back_on_the_page(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    with importer_scope(importer.pk):
        made = answer(importer, "R21", analyst)
    client, address = signed_in(analyst), f"/readiness-answers/{made.pk}/withdrawal/"
    assert f'action="{address}"' in client.get(page(importer)).content.decode()

    back = client.post(address, follow=True)
    again = client.post(address, follow=True)

    assert "The answer is taken back." in words_of(back)
    assert "It was taken back already." in words_of(again)
    assert f'action="{address}"' not in again.content.decode()


def test_who_only_looks_is_offered_nothing_to_do(
    signed_in: Browser, importer: Importer, staff_viewer: User, analyst: User
) -> None:
    with importer_scope(importer.pk):
        made = answer(importer, "R21", analyst)
    client = signed_in(staff_viewer)

    html = client.get(page(importer)).content.decode()

    assert "answers/new/" not in html
    assert "keeping/" not in html
    assert "withdrawal/" not in html
    assert client.get(f"{page(importer)}answers/new/").status_code == 403
    assert client.post(f"{page(importer)}keeping/").status_code == 403
    assert client.post(f"/readiness-answers/{made.pk}/withdrawal/").status_code == 403


def test_another_importers_pages_are_not_there(
    signed_in: Browser, importer: Importer, other_finance: User, analyst: User
) -> None:
    with importer_scope(importer.pk):
        made = answer(importer, "R21", analyst)
    client = signed_in(other_finance)

    for part in ("", "answers/new/", "report.pdf"):
        assert client.get(f"{page(importer)}{part}").status_code == 404
    assert client.post(f"{page(importer)}keeping/").status_code == 404
    assert client.post(f"/readiness-answers/{made.pk}/withdrawal/").status_code == 404


REGISTER = "/readiness/"


def names(client: Client, query: str = "") -> list[str]:
    html = client.get(f"{REGISTER}?{query}").content.decode()
    return re.findall(r'<a class="row-link"[^>]*>([^<]*)</a>', html)


@pytest.fixture
def both(importer: Importer, stranger: Importer, analyst: User, administrator: User) -> None:
    """Maple as it is, in a group and looked after by the analyst; Northern Optics at risk."""
    kept(importer, stranger)
    with importer_scope(importer.pk):
        StaffAssignment.objects.filter(user=analyst).update(is_lead=True)
        group = ClientGroup.objects.create(name="Furniture")
        GroupedImporter.objects.create(importer=importer, group=group)
    with importer_scope(stranger.pk):
        ReadinessSnapshot.objects.update(verdict="at_risk", failed_checks=["R18"])


def test_the_register_lists_every_importer_one_looks_after(
    signed_in: Browser, both: None, analyst: User, administrator: User
) -> None:
    text = text_of(signed_in(administrator), REGISTER)

    assert "1 Not ready" in text
    assert "1 At risk" in text
    assert "0 Ready" in text
    assert names(signed_in(administrator)) == ["Maple Furniture Inc.", "Northern Optics Ltd."]
    assert names(signed_in(analyst)) == ["Maple Furniture Inc."]


def test_the_register_is_narrowed(
    signed_in: Browser, both: None, analyst: User, administrator: User
) -> None:
    client, maple, northern = signed_in(administrator), *(
        ["Maple Furniture Inc."], ["Northern Optics Ltd."],
    )  # fmt: skip
    group = ClientGroup.objects.get().pk

    assert names(client, "verdict=at_risk") == northern
    assert names(client, "check=R07") == maple
    assert names(client, "check=R02") == maple + northern  # not known of either
    assert names(client, f"group={group}") == maple
    assert names(client, f"lead={analyst.pk}") == maple
    assert names(client, "lead=nobody") == northern
    assert names(client, "search=northern") == northern
    assert names(client, "search=123456782") == maple
    assert names(client, "search=northern&verdict=not_ready") == []
    assert "No importer fits" in text_of(client, f"{REGISTER}?search=nobody+at+all")


@pytest.mark.parametrize(
    "query",
    ["verdict=fine", "check=R99", "group=x", "lead=4000000", "after=x", "after=" + "9" * 30],
)
def test_what_cannot_be_looked_for_is_not_looked_for(
    signed_in: Browser, both: None, administrator: User, query: str
) -> None:
    assert len(names(signed_in(administrator), query)) == 2


def test_the_register_goes_on_behind_an_importer(
    signed_in: Browser, both: None, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clients.views.readiness_register.A_PAGE", 1)
    client = signed_in(administrator)

    first = client.get(REGISTER).content.decode()
    [following] = re.findall(r'rel="next" href="([^"]*)"', first)

    assert names(client) == ["Maple Furniture Inc."]
    assert names(client, following.removeprefix("?")) == ["Northern Optics Ltd."]


def test_an_importer_that_was_never_looked_at_is_listed_and_a_former_client_is_not(
    signed_in: Browser, importer: Importer, stranger: Importer, administrator: User
) -> None:
    kept(stranger)
    with importer_scope(stranger.pk):
        change_profile(importer=stranger, by=administrator, state="former")
    client = signed_in(administrator)

    assert names(client) == ["Maple Furniture Inc."]
    text = text_of(client, REGISTER)
    assert "Not looked at yet" in text
    assert "0 Not ready" in text


def test_the_register_is_exported_as_it_is_looked_for(
    signed_in: Browser, both: None, analyst: User, administrator: User
) -> None:
    client = signed_in(administrator)

    response = client.get(f"{REGISTER}export/?verdict=not_ready")

    assert response["Content-Disposition"] == 'attachment; filename="readiness-2026-11-23.csv"'
    header, *rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert [dict(zip(header, row, strict=True)) for row in rows] == [
        {
            "Importer": "Maple Furniture Inc.",
            "Business number": "123456782",
            "Readiness": "Not ready",
            "Looked at on": "2026-11-23",
            "Set-up": "Not ready",
            "Release prior to payment": "At risk",
            "Release by IID, PARS or RMD": "Not ready",
            "Blockers": "3",
            "Risks": "2",
            "Advice": "1",
            "Not known": "22",
            "Checks not met": "R07 R09 R16 R18",
            "Checks not known": ("R02 R03 R04 R05 R06 R10 R11 R13 R15 R17 R19 R20 R21 R22"),
            "Looked after by": "Analyst",
            "Client groups": "Furniture",
        }
    ]
    event = BrokerageEvent.objects.get(action="readiness register exported")
    assert (event.actor_id, event.details) == (
        administrator.pk, {"rows": 1, "wish": {"verdict": "not_ready"}},
    )  # fmt: skip


def test_an_importer_that_was_never_looked_at_has_empty_cells_in_the_export(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    response = signed_in(analyst).get(f"{REGISTER}export/")

    header, row = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert len(row) == len(header)
    assert row == ["Maple Furniture Inc.", "123456782", *[""] * 11, "Analyst", ""]


def test_the_register_is_for_staff(signed_in: Browser, owner: User) -> None:
    client = signed_in(owner)

    assert client.get(REGISTER).status_code == 403
    assert client.get(f"{REGISTER}export/").status_code == 403


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


def test_the_overview_tells_how_it_stood_last(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    client, address = signed_in(analyst), f"/importers/{importer.pk}/"
    assert "Not looked at yet" in text_of(client, address)

    kept(importer)

    text = text_of(client, address)
    assert "Not ready on 2026-11-23" in text
    assert "Not ready: 3 checks stop it." in text
