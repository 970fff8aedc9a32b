"""The virus scanner: what it finds is set apart, and nothing is served before its word."""

import socket
import struct
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from carmsvc.platform.antivirus import Scan, ScannerAway, scan
from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.actions.document_checks import check_version, versions_to_check
from clients.actions.documents import add_version, open_version
from clients.models import DocumentVersion, Importer, User
from clients.queries.documents import document_numbered
from tests.documents.conftest import EICAR, Browser, Keep, pdf, upload


class Clamd:
    """A server that speaks clamd's INSTREAM and finds the EICAR test file."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.server.getsockname()[1]}"
        self.answer: bytes | None = None
        self.got: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as told:
                assert told.read(10) == b"zINSTREAM\0"
                content = b""
                while length := struct.unpack("!L", told.read(4))[0]:
                    content += told.read(length)
                self.got.append(content)
                found = b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if EICAR in content else None
                connection.sendall(self.answer or found or b"stream: OK\0")


@pytest.fixture
def clamd(settings: Any) -> Iterator[Clamd]:
    server = Clamd()
    settings.CLAMD_ADDRESS = server.address
    yield server
    server.server.close()


@pytest.fixture
def away(settings: Any) -> None:
    """A scanner is set up, and nobody listens there."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        settings.CLAMD_ADDRESS = f"127.0.0.1:{unused.getsockname()[1]}"


def test_the_scanner_is_sent_the_whole_file_and_its_word_is_taken(clamd: Clamd) -> None:
    large = b"x" * 200_000

    assert scan([large, b"end"]) == Scan("clamd")
    assert scan([b"before", EICAR]) == Scan("clamd", "Win.Test.EICAR_HDB-1")
    assert clamd.got == [large + b"end", b"before" + EICAR]


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"hello\0", b"\0"])
def test_any_other_answer_means_that_nothing_is_known(clamd: Clamd, answer: bytes) -> None:
    clamd.answer = answer

    with pytest.raises(ScannerAway):
        scan([b"x"])


def test_a_scanner_that_is_not_there_means_that_nothing_is_known(away: None) -> None:
    with pytest.raises(ScannerAway):
        scan([b"x"])


def test_a_clean_file_is_served_at_once(clamd: Clamd, scope: Importer, keep: Keep) -> None:
    version = keep()

    assert (version.scanner, version.is_served) == ("clamd", True)
    assert clamd.got == [pdf()]


def test_an_infected_file_is_set_apart_and_never_served(
    clamd: Clamd,
    scope: Importer,
    keep: Keep,
    analyst: User,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        version = keep(EICAR, "eicar.txt")

    assert (version.state, version.finding) == ("infected", "Win.Test.EICAR_HDB-1")
    assert version.file.name.startswith("quarantine/")
    with pytest.raises(Refused, match="A virus was found"):
        open_version(version=version, by=analyst)
    event = AuditEvent.objects.get(action="document infected")
    assert event.details["virus"] == "Win.Test.EICAR_HDB-1"
    assert versions_to_check([scope.pk]) == []


def test_a_newer_infected_version_leaves_the_clean_one(
    clamd: Clamd, scope: Importer, keep: Keep, analyst: User
) -> None:
    first = keep()
    second = add_version(document=first.document, content=upload(EICAR, "e.txt"), by=analyst)

    assert (first.is_served, second.is_served) == (True, False)
    shown = document_numbered(first.document_id).newest
    assert [one.state for one in shown] == ["infected", "received"]


def test_while_the_scanner_is_away_the_file_is_held_and_then_cleared_by_a_worker(
    away: None, scope: Importer, keep: Keep, analyst: User, settings: Any, request: Any
) -> None:
    version = keep()
    with pytest.raises(Refused, match="not scanned for viruses yet"):
        open_version(version=version, by=analyst)
    assert not check_version(importer_id=scope.pk, version_id=version.pk)

    version.refresh_from_db()
    assert (version.is_served, version.state) == (False, "received")
    assert version.last_failure.startswith("ScannerAway")
    DocumentVersion.objects.update(leased_until=None)  # the wait is over
    settings.CLAMD_ADDRESS = request.getfixturevalue("clamd").address
    assert versions_to_check([scope.pk]) == [(scope.pk, version.pk)]
    assert check_version(importer_id=scope.pk, version_id=version.pk)

    version.refresh_from_db()
    assert (version.is_served, version.scanner, version.pages) == (True, "clamd", 1)
    assert open_version(version=version, by=analyst).read() == pdf()


def test_whoever_sends_a_virus_is_told_what_to_do(
    clamd: Clamd, signed_in: Browser, importer: Importer, owner: User
) -> None:
    wish = {"kind": "other", "title": "Note", "language": "en", "file": upload(EICAR, "n.txt")}
    page = signed_in(owner).post(f"/importers/{importer.pk}/documents/new/", wish, follow=True)

    html = page.content.decode()
    assert "Refused: a virus was found (Win.Test.EICAR_HDB-1)." in html
    assert "/file/" not in html
    with importer_scope(importer.pk):
        version = DocumentVersion.objects.get()
    answer = signed_in(owner).get(f"/document-versions/{version.pk}/file/")
    assert answer.status_code == 302
