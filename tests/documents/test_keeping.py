"""Keeping documents: what is taken, what is said of it, who sees it."""

import hashlib
from datetime import date
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.actions.document_checks import check_version
from clients.actions.document_ends import (
    approve_destruction,
    ask_destruction,
    refuse_destruction,
    release_hold,
)
from clients.actions.documents import (
    add_version,
    describe_document,
    keep_document,
    open_version,
    place_hold,
)
from clients.models import Document, DocumentHold, DocumentVersion, Importer, ProgramAccount, User
from clients.queries.documents import DocumentSearch, documents
from tests.books import Line, soa
from tests.documents.conftest import EICAR, TODAY, Keep, pdf, upload


def actions_told() -> list[str]:
    rows = AuditEvent.objects.filter(action__startswith="document").order_by("sequence")
    return list(rows.values_list("action", flat=True))


def found(words: str, importer_id: int | None = None) -> list[str]:
    rows = documents(DocumentSearch(importer_id=importer_id, words=words), TODAY)
    return [one.title for one in rows]


def test_a_document_is_kept_with_the_hash_size_and_type_of_its_content(
    scope: Importer, keep: Keep, analyst: User
) -> None:
    version = keep(counted_from_on=date(2026, 10, 1))

    assert version.sha256 == hashlib.sha256(pdf()).hexdigest()
    assert (version.size, version.content_type) == (len(pdf()), "application/pdf")
    assert (version.number, version.uploaded_by) == (1, analyst)
    assert version.document.destroy_after_on == date(2032, 12, 31)
    assert "bill" not in version.file.name
    assert actions_told() == ["document kept", "document version kept"]


def test_a_new_version_leaves_the_older_one_as_it_was(
    scope: Importer, keep: Keep, analyst: User
) -> None:
    first = keep()
    second = add_version(document=first.document, content=upload(pdf("Corrected")), by=analyst)

    assert (first.number, second.number) == (1, 2)
    assert open_version(version=first, by=analyst).read() == pdf()
    assert open_version(version=second, by=analyst).read() == pdf("Corrected")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<html><script>alert(1)</script></html>", "invoice.pdf"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "stamp.png"),
        (b"  <!doctype html><p>hello", "letter.txt"),
        (b"MZ\x90\x00", "invoice.pdf"),
        (b"PK\x03\x04macro", "sheet.xlsm"),
        (b"#!/bin/sh\nrm -rf /", "note.txt"),
        (b"GIF89a/*%PDF-1.7*/", "polyglot.pdf"),
        (b"text\x00more", "note.txt"),
    ],
)
def test_what_a_file_is_goes_by_its_content_not_its_name(
    scope: Importer, keep: Keep, content: bytes, name: str
) -> None:
    with pytest.raises(Refused, match="By its content"):
        keep(content, name)

    assert not Document.objects.exists()


def test_an_empty_file_is_refused(scope: Importer, keep: Keep) -> None:
    with pytest.raises(Refused, match="empty"):
        keep(b"")


def test_everything_wrong_is_told_at_once(scope: Importer, keep: Keep) -> None:
    with pytest.raises(Refused) as refusal:
        keep(b"", title=" ", transaction_no="12")

    assert list(refusal.value.reasons) == [
        "Give the document a title of at most 200 characters.",
        "A transaction number has 14 digits; “12” has not.",
        "The file is empty.",
    ]


def test_a_document_cannot_be_about_another_importers_things(
    scope: Importer, stranger: Importer, keep: Keep, account: ProgramAccount
) -> None:
    statement = soa(account, Line("000000011", "10.00"))
    with importer_scope(stranger.pk):
        strange = ProgramAccount.objects.get()
    both = (scope.pk, stranger.pk)

    about = keep(subject_kind="statement", subject_id=statement.pk)
    with importer_scope(both), pytest.raises(Refused, match="no such program account"):
        keep(program_account=strange)
    with importer_scope(both), pytest.raises(Refused, match="not this importer’s"):
        keep(importer=stranger, subject_kind="statement", subject_id=statement.pk)
    with pytest.raises(Refused, match="not this importer’s"):
        keep(subject_kind="password", subject_id=1)

    assert about.document.subject_id == statement.pk


def test_the_database_itself_refuses_a_version_of_a_strangers_document(
    scope: Importer, stranger: Importer, keep: Keep
) -> None:
    version = keep()
    with importer_scope((scope.pk, stranger.pk)):
        with pytest.raises(DatabaseError), transaction.atomic():
            DocumentVersion.objects.create(
                importer=stranger,
                document=version.document,
                number=7,
                file_name="x",
                content_type="text/plain",
                size=1,
                sha256="0" * 64,
            )
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_documents_are_found_by_title_text_and_number_without_accents(
    scope: Importer, keep: Keep
) -> None:
    keep(pdf("Permis pour b\xe9tail"), title="Décision de l’ASFC", transaction_no="12345000000011")
    for version in DocumentVersion.objects.all():
        assert check_version(importer_id=scope.pk, version_id=version.pk)

    for words in ("decision", "DÉCISION", "bétail", "betail permis", "12345000000011"):
        assert found(words) == ["Décision de l’ASFC"], words
    assert found("wheat") == []


def test_nobody_finds_a_strangers_document(scope: Importer, stranger: Importer, keep: Keep) -> None:
    keep(title="Secret ruling")
    with importer_scope((scope.pk, stranger.pk)):
        assert found("secret") == ["Secret ruling"]
        assert found("secret", stranger.pk) == []
    with importer_scope(stranger.pk):
        assert found("secret") == []


def test_a_described_document_tells_what_changed(
    scope: Importer, keep: Keep, analyst: User
) -> None:
    document = keep().document

    described = describe_document(
        document=document, by=analyst, title="Ruling", kind="ruling", expires_on=date(2027, 3, 31)
    )

    event = AuditEvent.objects.filter(action="document described").get()
    assert (event.before["title"], event.after["title"]) == ("Bill of lading", "Ruling")
    assert described.destroy_after_on == date(2033, 12, 31)


def over(keep: Keep) -> Document:
    """A document that was kept long enough."""
    return keep(counted_from_on=date(2019, 5, 6)).document


def test_a_document_ends_by_two_peoples_word_and_leaves_its_hashes(
    scope: Importer,
    keep: Keep,
    administrator: User,
    second_administrator: User,
    django_capture_on_commit_callbacks: object,
) -> None:
    document = over(keep)
    version = document.versions.get()
    place = version.file.path
    wish = ask_destruction(document=document, reason="Time is over", on=TODAY, by=administrator)
    with pytest.raises(Refused, match="another person"):
        approve_destruction(wish=wish, on=TODAY, by=administrator)

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        approve_destruction(wish=wish, on=TODAY, by=second_administrator)

    version.refresh_from_db()
    assert not Path(place).exists()
    assert (version.file.name, version.text) == ("", "")
    assert version.sha256 == hashlib.sha256(pdf()).hexdigest()
    with pytest.raises(Refused, match="destroyed"):
        open_version(version=version, by=administrator)
    event = AuditEvent.objects.get(action="document destroyed")
    assert event.before == {"sha256": [version.sha256]}


@pytest.mark.parametrize(
    ("counted_from", "reason"),
    [(None, "not known"), (date(2020, 11, 22), "kept to 2026-12-31")],
)
def test_a_document_does_not_end_before_its_time(
    scope: Importer, keep: Keep, administrator: User, counted_from: date | None, reason: str
) -> None:
    document = keep(counted_from_on=counted_from).document

    with pytest.raises(Refused, match=reason):
        ask_destruction(document=document, reason="Tidy", on=TODAY, by=administrator)


def test_a_hold_stops_the_end_even_after_it_was_asked_for(
    scope: Importer, keep: Keep, administrator: User, second_administrator: User, analyst: User
) -> None:
    document = over(keep)
    wish = ask_destruction(document=document, reason="Over", on=TODAY, by=administrator)
    hold = place_hold(document=document, reason="CBSA verification", by=analyst)

    with pytest.raises(Refused, match="legal hold"):
        approve_destruction(wish=wish, on=TODAY, by=second_administrator)
    with pytest.raises(Refused, match="already"):
        place_hold(document=document, reason="Again", by=analyst)
    with pytest.raises(Refused, match="Say why"):
        release_hold(hold=hold, reason=" ", by=analyst)
    release_hold(hold=hold, reason="Verification closed", by=analyst)
    approve_destruction(wish=wish, on=TODAY, by=second_administrator)

    assert Document.objects.get().destroyed_at
    assert DocumentHold.objects.get().release_reason == "Verification closed"
    with pytest.raises(Refused, match="destroyed"):
        add_version(document=document, content=upload(), by=analyst)


def test_a_refused_destruction_leaves_everything_and_may_be_asked_again(
    scope: Importer, keep: Keep, administrator: User, second_administrator: User
) -> None:
    document = over(keep)
    wish = ask_destruction(document=document, reason="Over", on=TODAY, by=administrator)
    with pytest.raises(Refused, match="already"):
        ask_destruction(document=document, reason="Me too", on=TODAY, by=second_administrator)
    refuse_destruction(wish=wish, by=second_administrator)

    with pytest.raises(Refused, match="decided already"):
        approve_destruction(wish=wish, on=TODAY, by=second_administrator)
    assert ask_destruction(document=document, reason="Over", on=TODAY, by=administrator).pk
    assert document.versions.get().file


def test_the_virus_test_file_is_text_and_taken_where_no_scanner_is_set_up(
    scope: Importer, keep: Keep
) -> None:
    version = keep(EICAR, "eicar.txt")

    assert (version.scanner, version.is_served) == ("", True)


def test_keeping_asks_for_a_known_type(scope: Importer, analyst: User) -> None:
    with pytest.raises(Refused, match="no such type"):
        keep_document(importer=scope, content=upload(), by=analyst, kind="meme", title="x")


@pytest.mark.parametrize("named", ["counted_from_on", "expires_on"])
def test_a_day_from_which_nothing_can_be_counted_is_refused(
    named: str, scope: Importer, keep: Keep
) -> None:
    with pytest.raises(Refused, match="lie before the year 2101"):
        keep(kind="permit", **{named: date(9999, 12, 31)})
