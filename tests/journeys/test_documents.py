"""A document's way in a real browser: asked for, sent, accepted, held, packed, computed again."""

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from clients.actions.document_packages import packages_waiting, write_package
from clients.models import Importer, User
from tests.documents.conftest import pdf


def test_a_permit_is_asked_for_sent_accepted_held_and_packed(
    visit: Callable[..., Page],
    accessible: Callable[[Page], None],
    importer: Importer,
    analyst: User,
    owner: User,
    tmp_path: Path,
) -> None:
    permit = tmp_path / "permit.pdf"
    permit.write_bytes(pdf("CFIA permit 88"))
    staff = visit(analyst)
    staff.goto(f"/importers/{importer.pk}/documents/")
    accessible(staff)
    staff.get_by_role("link", name="Ask for a document").click()
    accessible(staff)
    staff.get_by_label("What is to be sent").fill("CFIA permit")
    staff.get_by_label("Type").select_option("permit")
    staff.get_by_label("To be sent by").fill("2026-11-30")
    staff.get_by_role("button", name="Ask").click()
    expect(staff.get_by_text("Asked: the importer’s people are told.")).to_be_visible()
    accessible(staff)
    asked = staff.url

    own = visit(owner)
    own.goto(f"/importers/{importer.pk}/")
    own.get_by_role("link", name="CFIA permit").click()
    own.get_by_label("File").set_input_files(permit)
    own.get_by_role("button", name="Send", exact=True).click()
    expect(own.get_by_text("Sent, to be looked at")).to_be_visible()

    staff.goto(asked)
    accessible(staff)
    staff.get_by_role("button", name="Accept").click()
    expect(staff.get_by_text("Accepted.")).to_be_visible()
    staff.get_by_role("link", name="CFIA permit").last.click()
    staff.get_by_label("Why it is held").fill("CBSA verification")
    staff.get_by_role("button", name="Place a hold").click()
    expect(staff.get_by_text("On legal hold").first).to_be_visible()
    accessible(staff)

    staff.goto(f"/importers/{importer.pk}/document-packages/")
    staff.get_by_label("Title of the package").fill("Verification")
    accessible(staff)
    staff.get_by_role("button", name="Make the package").click()
    expect(staff.get_by_role("heading", name="Verification")).to_be_visible()
    accessible(staff)
    for importer_id, package_id in packages_waiting([importer.pk]):
        write_package(importer_id=importer_id, package_id=package_id)
    with staff.expect_download() as download:
        staff.get_by_role("link", name="Download the ZIP file").click()

    with zipfile.ZipFile(download.value.path()) as archive:
        sums = archive.read("SHA256SUMS").decode().splitlines()
        for line in sums:
            digest, name = line.split("  ")
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest
        assert archive.read("documents/00001-cfia-permit.pdf") == pdf("CFIA permit 88")
    assert len(sums) == 4
