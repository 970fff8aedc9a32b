"""The pages of documents, as our staff and an importer's people see and use them."""

import hashlib
import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.outbox import Letter
from carmsvc.platform.tenancy import importer_scope
from clients.actions.document_packages import remove_old_packages, write_package
from clients.models import (
    Document,
    DocumentPackage,
    DocumentRequest,
    DocumentVersion,
    Importer,
    Membership,
    Notice,
    StaffAssignment,
    User,
)
from tests.conftest import PASSWORD, settle
from tests.documents.conftest import Browser, Keep, pdf, upload


def kept(keep: Keep, importer: Importer, **told: Any) -> DocumentVersion:
    with importer_scope(importer.pk):
        return keep(**told)


def text_of(response: Any) -> str:
    return response.content.decode()


def member(importer: Importer, role: str) -> User:
    person = User.objects.create_user(f"{role}@maple2.example", PASSWORD, full_name=role.title())
    with importer_scope(importer.pk):
        Membership.objects.create(importer=importer, user=person, role=role)
    return settle(person)


@pytest.mark.parametrize("person", ["administrator", "analyst", "staff_viewer", "owner", "finance"])
def test_whoever_sees_the_importer_reads_its_documents(
    person: str, request: pytest.FixtureRequest, signed_in: Browser, importer: Importer, keep: Keep
) -> None:
    version = kept(keep, importer, title="Bill 7")
    browser = signed_in(request.getfixturevalue(person))

    assert "Bill 7" in text_of(browser.get(f"/importers/{importer.pk}/documents/"))
    assert version.sha256 in text_of(browser.get(f"/documents/{version.document_id}/"))
    assert browser.get(f"/importers/{importer.pk}/document-packages/").status_code == 200


def test_a_download_is_never_shown_guessed_at_or_kept_by_a_browser(
    signed_in: Browser, importer: Importer, keep: Keep, finance: User
) -> None:
    version = kept(keep, importer)
    response = signed_in(finance).get(f"/document-versions/{version.pk}/file/")

    assert b"".join(response.streaming_content) == pdf()
    assert response["Content-Disposition"] == 'attachment; filename="bill.pdf"'
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Security-Policy"].endswith("; sandbox")
    with importer_scope(importer.pk):
        event = AuditEvent.objects.get(action="document opened")
    assert (event.actor, event.details["sha256"]) == (str(finance), version.sha256)


def test_a_preview_is_a_picture_drawn_anew(
    signed_in: Browser, importer: Importer, keep: Keep, finance: User
) -> None:
    version = kept(keep, importer)
    browser = signed_in(finance)
    response = browser.get(f"/document-versions/{version.pk}/pages/1/")

    assert response.content.startswith(b"\x89PNG")
    assert b"%PDF" not in response.content
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert browser.get(f"/document-versions/{version.pk}/pages/2/").status_code == 404
    with importer_scope(importer.pk):
        assert AuditEvent.objects.filter(action="document previewed").count() == 1


def test_a_stranger_finds_nothing_of_it(
    signed_in: Browser, importer: Importer, keep: Keep, other_finance: User
) -> None:
    version = kept(keep, importer)
    browser = signed_in(other_finance)

    for address in (
        f"/importers/{importer.pk}/documents/",
        f"/documents/{version.document_id}/",
        f"/document-versions/{version.pk}/file/",
        f"/document-versions/{version.pk}/pages/1/",
    ):
        assert browser.get(address).status_code == 404, address
    assert browser.get("/documents/").status_code == 403


@pytest.mark.parametrize("person", ["finance", "staff_viewer"])
def test_finance_and_viewers_read_only(
    person: str, request: pytest.FixtureRequest, signed_in: Browser, importer: Importer, keep: Keep
) -> None:
    version = kept(keep, importer)
    browser = signed_in(request.getfixturevalue(person))

    assert browser.get(f"/importers/{importer.pk}/documents/new/").status_code == 403
    for address in ("versions", "holds", "destructions"):
        answer = browser.post(f"/documents/{version.document_id}/{address}/")
        assert answer.status_code == 403, address


def test_the_importers_own_people_neither_hold_nor_ask(
    signed_in: Browser, importer: Importer, keep: Keep, owner: User
) -> None:
    version = kept(keep, importer)
    browser = signed_in(owner)

    assert browser.post(f"/documents/{version.document_id}/holds/").status_code == 403
    assert browser.get(f"/importers/{importer.pk}/document-requests/new/").status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_asks_the_database_no_more_for_more_documents(
    count: int,
    signed_in: Browser,
    importer: Importer,
    keep: Keep,
    analyst: User,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(count):
        kept(keep, importer, title=f"Bill {number}")
    browser = signed_in(analyst)
    browser.get("/documents/")

    with django_assert_max_num_queries(32):
        own = browser.get(f"/importers/{importer.pk}/documents/")
    with django_assert_max_num_queries(28):
        everybody = browser.get("/documents/")

    assert text_of(own).count("row-link") == text_of(everybody).count("row-link") == count


def test_a_request_goes_from_staff_to_the_importer_and_back_until_it_is_right(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    operations, viewer = member(importer, "operations"), member(importer, "viewer")
    staff, importers_own = signed_in(analyst), signed_in(operations)
    wish = {"kind": "permit", "title": "CFIA permit", "due_on": "2026-11-30"}
    asked = staff.post(f"/importers/{importer.pk}/document-requests/new/", wish)
    page = asked.url

    with importer_scope(importer.pk):
        assert [one.user for one in Notice.objects.all()] == [operations]
    assert [one.to_address for one in Letter.objects.all()] == [operations.email]
    assert "CFIA permit" in text_of(importers_own.get(f"/importers/{importer.pk}/"))
    assert signed_in(viewer).post(f"{page}answer/", {"file": upload()}).status_code == 403

    importers_own.post(f"{page}answer/", {"file": upload(pdf("Old permit"))})
    staff.post(f"{page}return/", {"reason": "Last year’s", "due_on": "2026-12-02"})
    assert "Last year’s" in text_of(importers_own.get(page))
    importers_own.post(f"{page}answer/", {"file": upload(pdf("New permit"))})
    staff.post(f"{page}acceptance/")

    with importer_scope(importer.pk):
        done = DocumentRequest.objects.get()
        assert (done.state, done.sent_by, done.decided_by) == ("accepted", operations, analyst)
        assert done.document.versions.count() == 2
        assert Notice.objects.count() == 2
    assert "CFIA permit" not in text_of(importers_own.get(f"/importers/{importer.pk}/"))
    again = importers_own.post(f"{page}answer/", {"file": upload()}, follow=True)
    assert "Nothing is to be sent for this request any more." in text_of(again)


def test_a_request_for_yesterday_is_refused(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    wish = {"kind": "permit", "title": "CFIA permit", "due_on": "2026-11-22"}
    answer = signed_in(analyst).post(f"/importers/{importer.pk}/document-requests/new/", wish)

    assert answer.status_code == 422
    assert "The day lies in the past" in text_of(answer)


def test_a_package_holds_what_was_chosen_and_its_hashes_are_right(
    signed_in: Browser, importer: Importer, keep: Keep, analyst: User
) -> None:
    kept(keep, importer, content=pdf("A"), title="../../Bill of lading", kind="cargo_control")
    kept(keep, importer, content=pdf("B"), title="Ruling", kind="ruling")
    browser = signed_in(analyst)
    own = f"/importers/{importer.pk}/document-packages/"
    page = browser.post(f"{own}?kind=cargo_control", {"title": "Verification"}).url
    with importer_scope(importer.pk):
        package = DocumentPackage.objects.get()
    assert browser.get(f"{page}file/").status_code == 404
    assert write_package(importer_id=importer.pk, package_id=package.pk)
    assert not write_package(importer_id=importer.pk, package_id=package.pk)

    response = browser.get(f"{page}file/")
    content = b"".join(response.streaming_content)
    archive = zipfile.ZipFile(io.BytesIO(content))

    names = ["cover.pdf", "index.html", "index.csv", "SHA256SUMS"]
    assert archive.namelist() == [*names, "documents/00001-bill-of-lading.pdf"]
    assert archive.read("documents/00001-bill-of-lading.pdf") == pdf("A")
    sums = dict(line.split("  ")[::-1] for line in archive.read("SHA256SUMS").decode().splitlines())
    assert sums == {
        name: hashlib.sha256(archive.read(name)).hexdigest()
        for name in archive.namelist()
        if name != "SHA256SUMS"
    }
    assert archive.read("cover.pdf").startswith(b"%PDF")
    with importer_scope(importer.pk):
        package.refresh_from_db()
    assert package.sha256 == hashlib.sha256(content).hexdigest()
    assert package.chosen_by == {"Type": "Bill of lading or cargo control document"}


def test_a_package_is_removed_after_a_week(
    importer: Importer, signed_in: Browser, keep: Keep, analyst: User
) -> None:

    kept(keep, importer)
    browser = signed_in(analyst)
    page = browser.post(
        f"/importers/{importer.pk}/document-packages/", {"title": "Verification"}
    ).url
    with importer_scope(importer.pk):
        package = DocumentPackage.objects.get()
    write_package(importer_id=importer.pk, package_id=package.pk)

    assert remove_old_packages([importer.pk], datetime(2026, 11, 30, 14, 59, tzinfo=UTC)) == 0
    assert remove_old_packages([importer.pk], datetime(2026, 11, 30, 15, 0, tzinfo=UTC)) == 1
    assert browser.get(f"{page}file/").status_code == 404
    assert "Removed after a week" in text_of(browser.get(page))


def test_a_package_of_an_altered_file_is_not_made(
    signed_in: Browser, importer: Importer, keep: Keep, analyst: User
) -> None:
    version = kept(keep, importer)
    with open(version.file.path, "wb") as file:
        file.write(b"%PDF-1.7 altered")
    signed_in(analyst).post(f"/importers/{importer.pk}/document-packages/", {"title": "V"})
    with importer_scope(importer.pk):
        package = DocumentPackage.objects.get()

    assert not write_package(importer_id=importer.pk, package_id=package.pk)
    with importer_scope(importer.pk):
        package.refresh_from_db()
    assert "Altered" in package.last_failure


def test_nobody_makes_a_package_of_nothing(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    own = f"/importers/{importer.pk}/document-packages/"
    answer = signed_in(analyst).post(own, {"title": "Empty"})

    assert answer.status_code == 422
    assert "No document that may be handed out fits" in text_of(answer)
    with importer_scope(importer.pk):
        assert not Document.objects.exists()


def test_staff_see_the_documents_of_their_importers_only(
    signed_in: Browser, importer: Importer, stranger: Importer, keep: Keep, analyst: User
) -> None:
    kept(keep, importer, title="Of Maple")
    with importer_scope((importer.pk, stranger.pk)):
        keep(importer=stranger, title="Of Optics")

    before = text_of(signed_in(analyst).get("/documents/"))
    with importer_scope(stranger.pk):
        StaffAssignment.objects.create(importer=stranger, user=analyst)
    after = text_of(signed_in(analyst).get("/documents/"))

    assert ("Of Maple" in before, "Of Optics" in before) == (True, False)
    assert ("Of Maple" in after, "Of Optics" in after) == (True, True)
