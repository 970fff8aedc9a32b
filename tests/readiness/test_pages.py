"""What people see of readiness, and what the pages let them do."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from carmsvc.platform.tenancy import importer_scope
from clients.models import (
    Importer,
    ProgramAccount,
    ReadinessAnswer,
    ReadinessSnapshot,
    User,
)
from tests.readiness.asking import kept, page, text_of, words_of
from tests.readiness.conftest import Browser
from tests.readiness.stories import (
    FIRST,
    answer,
    document,
    person,
    put_account_right,
    put_business_right,
)

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


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

    links = set(re.findall(r'<a href="(/[^"]*)">Go there<span', html))
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


def test_the_overview_tells_how_it_stood_last(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    client, address = signed_in(analyst), f"/importers/{importer.pk}/"
    assert "Not looked at yet" in text_of(client, address)

    kept(importer)

    text = text_of(client, address)
    assert "Not ready on 2026-11-23" in text
    assert "Not ready: 3 checks stop it." in text
