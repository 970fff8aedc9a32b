"""Hostile PDF files and pictures: whatever they are, the answer is text, pixels or a reason."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from carmsvc.platform import pdf_text
from carmsvc.platform.pdf_text import PdfText, Unreadable
from clients.actions.document_checks import check_version
from clients.models import DocumentVersion, Importer
from tests.documents.conftest import Keep, pdf


def file(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "file"
    path.write_bytes(content)
    return path


def bomb(unpacked: int) -> bytes:
    """A page whose content unpacks to so many bytes."""
    packer = zlib.compressobj(9)
    block = b"q Q " * 2**18
    parts = [packer.compress(block) for _ in range(unpacked // len(block))]
    return pdf(stream=b"".join(parts) + packer.flush())


def test_the_text_of_a_page_is_read(tmp_path: Path) -> None:
    assert pdf_text.pdf_text(file(tmp_path, pdf("Cargo 7"))) == PdfText(1, "Cargo 7")


def test_a_page_is_drawn_as_pixels_only(tmp_path: Path) -> None:
    drawn = pdf_text.pdf_page(file(tmp_path, pdf("Cargo 7")), 0)

    image = Image.open(io.BytesIO(drawn))
    assert (image.format, image.size, image.info) == ("PNG", (600, 400), {})


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7", b"%PDF-1.7 <script>", b"", pdf()[:200].replace(b"obj", b"o")],
    ids=["a beginning", "a script", "nothing", "cut off"],
)
def test_what_is_no_pdf_is_damaged(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Unreadable) as why:
        pdf_text.pdf_text(file(tmp_path, content))

    assert why.value.code == "damaged"


def test_a_stream_that_unpacks_to_gigabytes_is_given_up_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_text, "TEXT_SECONDS", 3)
    monkeypatch.setattr(pdf_text, "MEMORY_BYTES", 256 * 2**20)

    content = bomb(2**30)
    assert len(content) < 2**22
    with pytest.raises(Unreadable):
        pdf_text.pdf_text(file(tmp_path, content))


def test_a_picture_that_claims_billions_of_pixels_is_not_drawn(tmp_path: Path) -> None:
    head = struct.pack("!IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    content = b"\x89PNG\r\n\x1a\n" + struct.pack("!I", len(head)) + chunk
    content += struct.pack("!I", zlib.crc32(chunk))

    with pytest.raises(Unreadable):
        pdf_text.redrawn(file(tmp_path, content))


def test_a_picture_loses_what_is_hidden_behind_it(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(out, "JPEG", comment=b"<script>alert(1)</script>")
    drawn = pdf_text.redrawn(file(tmp_path, out.getvalue() + b"<html>PK\x03\x04"))

    assert drawn.startswith(b"\x89PNG")
    assert b"script" not in drawn and b"html" not in drawn


def test_a_damaged_pdf_is_kept_and_says_why_it_has_no_text(scope: Importer, keep: Keep) -> None:
    version = keep(b"%PDF-1.7 damaged")

    assert check_version(importer_id=scope.pk, version_id=version.pk)
    read = DocumentVersion.objects.get()
    assert (read.state, read.text, read.text_note) == ("ready", "", "damaged")
