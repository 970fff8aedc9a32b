"""The pages of delegation, as staff and an importer's people see them."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, User
from delegation.actions import write_paper
from delegation.models import AgencyAgreement, AgreementPaper, DelegatedRole, Delegation
from tests.delegation.conftest import Browser
from tests.delegation.stories import PARTIES, PDF, TODAY, active, agreement, requested, signed

pytestmark = pytest.mark.usefixtures("on_the_day")


@pytest.fixture
def ours(importer: Importer) -> Delegation:
    with importer_scope(importer.pk):
        return active(importer)


@pytest.fixture
def paper(importer: Importer) -> AgencyAgreement:
    with importer_scope(importer.pk):
        return agreement(importer)


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def fresh(row: Any) -> Any:
    with importer_scope(row.importer_id):
        row.refresh_from_db()
    return row


def test_the_importers_tab_shows_what_is_agreed_and_approved(
    signed_in: Browser, analyst: User, importer: Importer, ours: Delegation
) -> None:
    html = text_of(signed_in(analyst).get(f"/importers/{importer.pk}/delegations/"))

    assert "Approved in the portal as agreed." in html
    assert html.count("name not verified") == 2
    assert "No agency agreement yet" in html


def test_without_a_delegation_the_tab_says_what_follows_and_what_to_do(
    signed_in: Browser, analyst: User, finance: User, importer: Importer
) -> None:
    address = f"/importers/{importer.pk}/delegations/"
    of_staff, of_importer = (text_of(signed_in(one).get(address)) for one in (analyst, finance))

    assert "late accounting penalties follow (Customs Notice 25-16)" in of_staff
    assert of_staff.count("Prepare a request") == 2
    assert "Prepare a request" not in of_importer


@pytest.mark.parametrize("who", ["administrator", "analyst", "staff_viewer", "owner", "finance"])
def test_everybody_of_the_importer_and_its_staff_reads_its_pages(
    who: str, request: pytest.FixtureRequest, signed_in: Browser, importer: Importer,
    ours: Delegation, paper: AgencyAgreement,
) -> None:  # fmt: skip
    browser = signed_in(request.getfixturevalue(who))

    for address in (
        f"/importers/{importer.pk}/delegations/",
        f"/delegations/{ours.pk}/",
        f"/agency-agreements/{paper.pk}/",
        f"/importers/{importer.pk}/",
    ):
        assert browser.get(address).status_code == 200, address


def test_a_stranger_finds_none_of_it(
    signed_in: Browser, other_finance: User, importer: Importer, ours: Delegation,
    paper: AgencyAgreement,
) -> None:  # fmt: skip
    browser = signed_in(other_finance)
    of_delegation, of_agreement = f"/delegations/{ours.pk}/", f"/agency-agreements/{paper.pk}/"
    for address in (
        f"/importers/{importer.pk}/delegations/",
        f"/importers/{importer.pk}/delegations/new/",
        f"/importers/{importer.pk}/agency-agreements/new/",
        *(of_delegation, f"{of_delegation}terms/", f"{of_delegation}transitions/revoke/"),
        *(f"{of_delegation}evidence/", f"{of_delegation}evidence/file/"),
        *(of_agreement, f"{of_agreement}paper/", f"{of_agreement}signed-copy/"),
    ):
        assert browser.get(address).status_code == 404, address
    for address in (
        *(f"{of_delegation}roles/", f"{of_delegation}roles/1/removal/"),
        *(f"{of_agreement}signing/", f"{of_agreement}ending/", f"{of_agreement}paper/"),
    ):
        assert browser.post(address).status_code == 404, address


def test_an_importers_finance_reads_and_changes_nothing(
    signed_in: Browser, finance: User, importer: Importer, ours: Delegation,
    paper: AgencyAgreement,
) -> None:  # fmt: skip
    browser = signed_in(finance)
    html = text_of(browser.get(f"/delegations/{ours.pk}/"))
    assert "Record the revocation" not in html
    assert "Record the role" not in html

    for address in (
        f"/importers/{importer.pk}/delegations/new/",
        f"/importers/{importer.pk}/agency-agreements/new/",
        f"/delegations/{ours.pk}/terms/",
        f"/delegations/{ours.pk}/evidence/",
        f"/delegations/{ours.pk}/evidence/file/",
        f"/delegations/{ours.pk}/transitions/revoke/",
        f"/agency-agreements/{paper.pk}/paper/",
        f"/agency-agreements/{paper.pk}/signed-copy/",
        "/delegations/",
        "/delegations/export/",
    ):
        assert browser.get(address).status_code == 403, address


def test_the_owner_answers_but_does_not_manage(
    signed_in: Browser, owner: User, ours: Delegation
) -> None:
    browser = signed_in(owner)
    html = text_of(browser.get(f"/delegations/{ours.pk}/"))

    assert "Record the revocation" in html
    assert "Suspend" not in html
    assert browser.get(f"/delegations/{ours.pk}/transitions/suspend/").status_code == 403
    told = {"on": TODAY, "reason": "We changed our broker."}
    assert browser.post(f"/delegations/{ours.pk}/transitions/revoke/", told).status_code == 302
    assert fresh(ours).state == "revoked"


def test_a_request_is_prepared_and_one_at_a_time(
    signed_in: Browser, analyst: User, importer: Importer
) -> None:
    told = {"provider_kind": "our_brokerage", "level": "program", "ticks": ["1", "2"],
            "accounts": ["123456782RM0001"], "review_on": "2027-03-01"}  # fmt: skip
    address, browser = f"/importers/{importer.pk}/delegations/new/", signed_in(analyst)

    assert browser.post(address, told).status_code == 302
    again = browser.post(address, told)

    with importer_scope(importer.pk):
        made = Delegation.objects.get()
    assert (made.agreed_level, made.agreed_accounts, made.agreed_ticks, made.review_on) == (
        "program", ["123456782RM0001"], [1, 2], date(2027, 3, 1),
    )  # fmt: skip
    assert again.status_code == 422
    assert "There is a delegation of carmsvc already" in text_of(again)


def test_a_step_that_does_not_follow_is_refused_on_the_page_with_what_does(
    signed_in: Browser, analyst: User, importer: Importer
) -> None:
    with importer_scope(importer.pk):
        asked = requested(importer)
    address, browser = f"/delegations/{asked.pk}/transitions/suspend/", signed_in(analyst)

    assert "does not follow from the state" in text_of(browser.get(address))
    refused = browser.post(address, {"on": TODAY, "reason": "credit"})

    assert refused.status_code == 422
    assert "“suspend” is not possible. Possible: withdraw, approve" in text_of(refused)
    assert browser.get(f"/delegations/{asked.pk}/transitions/bless/").status_code == 404


def test_a_reason_that_is_needed_is_asked_for(
    signed_in: Browser, analyst: User, ours: Delegation
) -> None:
    refused = signed_in(analyst).post(f"/delegations/{ours.pk}/transitions/suspend/", {"on": TODAY})

    assert refused.status_code == 422
    assert fresh(ours).state == "active"


def test_what_is_agreed_is_changed_and_decided_anew(
    signed_in: Browser, analyst: User, importer: Importer
) -> None:
    with importer_scope(importer.pk):
        ours = active(importer, agreed_ticks=[1])
    told = {"level": "business", "ticks": ["1"], "effective_to": "2026-12-31"}
    browser, address = signed_in(analyst), f"/delegations/{ours.pk}/terms/"

    assert browser.get(address).status_code == 200
    assert browser.post(address, told | {"effective_from": "2027-01-01"}).status_code == 422
    assert browser.post(address, told).status_code == 302
    assert fresh(ours).effective_to == date(2026, 12, 31)


def test_evidence_is_kept_and_taken_by_who_may(
    signed_in: Browser, analyst: User, staff_viewer: User, ours: Delegation
) -> None:
    browser, address = signed_in(analyst), f"/delegations/{ours.pk}/evidence/"
    scan = SimpleUploadedFile("mail.pdf", PDF)
    told = {"reference": "Portal e-mail", "evidence_on": TODAY}

    assert browser.get(f"{address}file/").status_code == 404
    assert browser.post(address, told | {"content": scan}).status_code == 302
    assert b"".join(browser.get(f"{address}file/").streaming_content) == PDF
    assert signed_in(staff_viewer).get(f"{address}file/").status_code == 403
    bad = SimpleUploadedFile("mail.pdf", b"MZ")
    assert browser.post(address, told | {"content": bad}).status_code == 422
    assert fresh(ours).evidence_name == "mail.pdf"


def test_roles_of_our_staff_are_recorded_and_taken_off(
    signed_in: Browser, analyst: User, ours: Delegation
) -> None:
    browser, address = signed_in(analyst), f"/delegations/{ours.pk}/roles/"

    wrong = browser.post(address, {"person": analyst.pk, "role": "ppam"}, follow=True)
    assert "pPAM with program management" in text_of(wrong)
    assert "Choose somebody" in text_of(browser.post(address, {"role": "pbam"}, follow=True))
    shown = browser.post(address, {"person": analyst.pk, "role": "pbam"}, follow=True)
    assert "Take the role off Analyst" in text_of(shown)
    with importer_scope(ours.importer_id):
        place = DelegatedRole.objects.get()
    browser.post(f"{address}{place.pk}/removal/")
    with importer_scope(ours.importer_id):
        assert DelegatedRole.objects.count() == 0


def test_the_page_decides_for_the_program_account_that_is_chosen(
    signed_in: Browser, analyst: User, importer: Importer
) -> None:
    with importer_scope(importer.pk):
        asked = requested(importer, agreed_level="program", agreed_accounts=["123456782RM0001"])
    browser, address = signed_in(analyst), f"/delegations/{asked.pk}/"

    assert "Decided for 123456782RM0001" in text_of(browser.get(address))
    chosen = browser.get(address, {"account": "123456782RM0002"})
    assert "Decided for 123456782RM0002" in text_of(chosen)
    strange = browser.get(address, {"account": "100000009RM0001"})
    assert "Decided for 123456782RM0001" in text_of(strange)


def test_an_agreement_is_drawn_up_put_on_paper_signed_and_ended(
    signed_in: Browser, analyst: User, importer: Importer
) -> None:
    browser = signed_in(analyst)
    told = PARTIES | {"scope": ["pay", "file_cad"], "effective_on": "2026-01-01"}
    address = f"/importers/{importer.pk}/agency-agreements/new/"

    assert browser.post(address, told | {"ends_on": "2025-01-01"}).status_code == 422
    made = browser.post(address, told)
    page = made.url
    assert "A worker is making it" in text_of(browser.get(page))
    early = browser.get(f"{page}paper/", follow=True)
    assert "still being made" in text_of(early)

    with importer_scope(importer.pk):
        number = AgreementPaper.objects.get().pk
    write_paper(importer_id=importer.pk, paper_id=number)
    assert b"".join(browser.get(f"{page}paper/").streaming_content).startswith(b"%PDF")
    assert browser.post(f"{page}paper/").status_code == 302

    copy = {"content": SimpleUploadedFile("signed.pdf", PDF), "signed_on": TODAY}
    assert browser.get(f"{page}signed-copy/").status_code == 404
    assert browser.post(f"{page}signing/", {"signed_on": TODAY}).status_code == 422
    assert browser.post(f"{page}signing/", copy).status_code == 302
    assert b"".join(browser.get(f"{page}signed-copy/").streaming_content) == PDF
    assert "In force" in text_of(browser.get(page))

    assert browser.post(f"{page}ending/", {"on": TODAY}).status_code == 422
    assert browser.post(f"{page}ending/", {"on": TODAY, "reason": "They left."}).status_code == 302
    assert "They left." in text_of(browser.get(page))
    with importer_scope(importer.pk):
        told_of = set(AuditEvent.objects.values_list("action", flat=True))
    assert {
        "agency agreement drawn up", "agreement paper opened", "agency agreement signed",
        "signed agreement opened", "agency agreement ended",
    } <= told_of  # fmt: skip


def test_an_agreement_of_another_business_number_is_warned_of(
    signed_in: Browser, analyst: User, importer: Importer
) -> None:
    with importer_scope(importer.pk):
        made = signed(importer, analyst, importer_bn9="100000009")

    page = text_of(signed_in(analyst).get(f"/agency-agreements/{made.pk}/"))
    assert "This agreement names another business number" in page


def test_the_overview_warns_of_what_is_insufficient_or_lapsed_and_of_nothing_else(
    signed_in: Browser, analyst: User, importer: Importer, ours: Delegation
) -> None:
    browser, address = signed_in(analyst), f"/importers/{importer.pk}/"

    assert "Our delegation" not in text_of(browser.get(address))
    told = {"on": TODAY, "level": "business", "ticks": ["1"], "approved_by_name": "Olivia"}
    browser.post(f"/delegations/{ours.pk}/transitions/change/", told)
    html = text_of(browser.get(address))
    assert "Visibility ticks that are not set in the portal: 2, 3." in html
    browser.post(f"/delegations/{ours.pk}/transitions/revoke/", {"on": TODAY, "reason": "so"})
    assert "The importer removed it in the portal." in text_of(browser.get(address))
