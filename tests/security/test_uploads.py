"""Files that people sent: taken away by those who may, and never run, shown or named as theirs."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from carmsvc.platform.downloads import kept_file
from carmsvc.platform.tenancy import importer_scope
from clients.actions.documents import keep_document
from clients.models import Importer, User
from statements.actions.payments import record_payment
from statements.models import StatementFile
from tests.books import Line, soa
from tests.documents.conftest import pdf
from tests.payments.conftest import PDF
from tests.security.test_headers import FILE_POLICY, policy_of
from tests.walls.addresses import Address
from tests.walls.asking import Asker

RUNS = {
    "page.html": b"<!doctype html><script>fetch('/account/security/')</script>",
    "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "page.xhtml": b"<html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></html>",
    "style.xsl": b"<?xml-stylesheet href='#x'?><x/>",
    "script.js": b"alert(1)",
    "really.pdf": b"<html><script>alert(1)</script></html>",
}
PLAIN = "attachment; filename="
NAMES = [
    ('quote".pdf', rf'{PLAIN}"quote\".pdf"'),
    ("a;b.pdf", f'{PLAIN}"a;b.pdf"'),
    (r"folder\name.pdf", f'{PLAIN}"name.pdf"'),
    ("../../name.pdf", f'{PLAIN}"name.pdf"'),
    ("line\r\nSet-Cookie: taken=1.pdf", f'{PLAIN}"lineSet-Cookie: taken=1.pdf"'),
    ("tab\t.pdf", f'{PLAIN}"tab.pdf"'),
    ("bill.pdf\u202efdp.exe", f'{PLAIN}"bill.pdffdp.exe"'),
    ("\r\n", f'{PLAIN}"file"'),
    ("reçu d’août.pdf", "attachment; filename*=utf-8''re%C3%A7u%20d%E2%80%99ao%C3%BBt.pdf"),
    ("漢字.pdf", "attachment; filename*=utf-8''%E6%BC%A2%E5%AD%97.pdf"),
]


def is_taken_away(answer: Any) -> bool:
    """As a download that no browser opens, guesses at, runs or keeps."""
    headers = answer.headers
    return (
        answer.status_code == 200
        and headers["Content-Disposition"].startswith("attachment")
        and headers["Content-Type"] == "application/octet-stream"
        and headers["X-Content-Type-Options"] == "nosniff"
        and policy_of(headers) == FILE_POLICY
        and headers["Cache-Control"] == "private, no-store"
        and headers["Cross-Origin-Resource-Policy"] == "same-origin"
    )


Sent = Callable[[bytes, str], list[str]]  # keeps a file, and tells where it is taken from


@pytest.fixture
def as_document(importer: Importer, analyst: User) -> Sent:
    def sent(content: bytes, name: str) -> list[str]:
        file = ContentFile(pdf() + content, name=name)  # what opens as a PDF and as more
        told = {"kind": "other", "title": "Other", "by": analyst}
        with importer_scope(importer.pk):
            version = keep_document(importer=importer, content=file, **told)
        number = version.document_id
        return [f"/document-versions/{version.pk}/file/", f"/api/v1/documents/{number}/content/"]

    return sent


@pytest.fixture
def as_proof(account: Any, analyst: User) -> Sent:
    def sent(content: bytes, name: str) -> list[str]:
        proof = ContentFile(PDF + content, name=name)
        told = {"amount": Decimal("10.00"), "paid_on": date(2026, 11, 2), "proof": proof}
        way = {"method": "online_banking", "payer": "importer", "sure": True, "by": analyst}
        payment = record_payment(account=account, **told, **way)
        return [f"/payments/{payment.pk}/proof/", f"/api/v1/payments/{payment.pk}/proof/"]

    return sent


@pytest.fixture
def as_statement(account: Any) -> Sent:
    def sent(content: bytes, name: str) -> list[str]:
        soa(account, Line("1", "10.00"))
        file = StatementFile.objects.get()
        file.original.save("original", ContentFile(content), save=False)
        stored = {"original": file.original.name, "file_name": name}
        StatementFile.objects.filter(pk=file.pk).update(**stored)
        page = reverse("file-original", kwargs={"kind": "statement", "file_id": file.pk})
        return [page, f"/api/v1/statement-files/{file.pk}/original/"]

    return sent


KINDS = ("as_document", "as_proof", "as_statement")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", RUNS)
def test_what_would_run_in_a_browser_is_only_taken_away(
    kind: str, name: str, request: Any, analyst: User
) -> None:
    places = request.getfixturevalue(kind)(RUNS[name], name)
    client = Client()
    client.force_login(analyst)

    assert [place for place in places if not is_taken_away(client.get(place))] == []


@pytest.mark.parametrize(("name", "said"), NAMES)
def test_a_name_is_told_as_browsers_read_it_and_says_nothing_but_itself(
    name: str, said: str
) -> None:
    """Quoted, or in the encoding of RFC 5987 where it is not plain ASCII."""
    answer = kept_file(ContentFile(b"x"), name)

    assert answer["Content-Disposition"] == said
    assert list(answer.headers) == ["Content-Type", "Content-Length", "Content-Disposition"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("name", "said"), [one for one in NAMES if one[0].strip()])
def test_so_it_is_whatever_was_sent(
    kind: str, name: str, said: str, request: Any, analyst: User
) -> None:
    client = Client()
    client.force_login(analyst)

    for place in request.getfixturevalue(kind)(b"x", name):
        answer = client.get(place)
        assert answer["Content-Disposition"] == said
        assert is_taken_away(answer)
        assert "taken" not in answer.cookies


@pytest.mark.parametrize("name", RUNS)
def test_a_document_that_would_run_is_not_taken_in_at_all(
    name: str, importer: Importer, analyst: User
) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(analyst)
    asked = {"kind": "other", "title": "x", "language": "en"}
    asked["file"] = ContentFile(RUNS[name], name=name)

    answer = client.post(f"/importers/{importer.pk}/documents/new/", asked)

    assert answer.status_code == 422
    assert "By its content the file is none of these" in answer.content.decode()


def test_a_way_out_of_the_folder_is_only_a_name(as_document: Sent, settings: Any) -> None:
    as_document(b"x", "../../../outside.txt")
    kept = [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]

    assert len(kept) == 1
    assert not (settings.MEDIA_ROOT.parent / "outside.txt").exists()
    assert "outside" not in kept[0].name


def test_no_address_serves_the_folder_of_files(
    as_document: Sent, settings: Any, analyst: User
) -> None:
    as_document(b"x", "bill.pdf")
    [kept] = [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    name = kept.relative_to(settings.MEDIA_ROOT)
    client = Client()
    client.force_login(analyst)

    for path in (f"/no-public-files/{name}", f"/files/{name}", f"/static/../files/{name}"):
        assert client.get(path).status_code == 404


# Addresses that hand out a file, and of which type; any other is of one of these types too.
BYTES = "application/octet-stream"
HANDED_OUT = {
    "version-file": BYTES,
    "document-package-file": BYTES,
    "payment-proof": BYTES,
    "delegation-evidence-file": BYTES,
    "agreement-signed-copy": BYTES,
    "file-original": BYTES,
    "api-document-content": BYTES,
    "api-document-package-file": BYTES,
    "api-statement-file-original": BYTES,
    "api-ledger-file-original": BYTES,
    "api-payment-proof": BYTES,
    # made here, of what people wrote
    "agreement-paper": "application/pdf",
    "file-problems": "text/csv",
    "payments-csv": "text/csv",
    "importer-payments-csv": "text/csv",
    "delegation-register-export": "text/csv",
    "importer-audit-export": "text/csv",
    "audit-export": "text/csv",
    "brokerage-audit-export": "text/csv",
    "calendar-feed": "text/calendar; charset=utf-8",
}
FIXED_TYPES = {*HANDED_OUT.values(), "text/csv; charset=utf-8"}
OF_A_BROWSERS_KIND = ("text/html", "image/svg", "application/xhtml", "text/xml", "application/xml")


def handed_out(asker: Asker, paths: dict[Address, str]) -> dict[str, str]:
    """The type of each file that these addresses answer with."""
    found = {}
    for address, path in paths.items():
        headers = asker.ask("get", path).headers
        if "Content-Disposition" in headers:
            found[address.name] = headers["Content-Type"]
            assert policy_of(headers) == FILE_POLICY
    return found


def test_every_address_that_hands_out_a_file_gives_it_a_fixed_type(
    askers: list[Asker], page_paths: dict[Address, str], api_paths: dict[Address, str]
) -> None:
    found = handed_out(askers[-1], page_paths | api_paths)

    assert {name: found.get(name) for name in HANDED_OUT} == HANDED_OUT
    assert set(found.values()) - FIXED_TYPES == set()
    assert [kind for kind in found.values() if kind.startswith(OF_A_BROWSERS_KIND)] == []


def test_the_one_way_to_hand_out_a_file_fixes_everything() -> None:
    answer = kept_file(ContentFile(b"<script>"), "x.html")

    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="x.html"'
