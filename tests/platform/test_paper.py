"""A paper holds everything it shows: nothing is fetched, and nothing is silently left out."""

from pathlib import Path

import pypdfium2 as pdfium
import pytest

from carmsvc.platform.paper import NoNetwork, tagged_pdf


@pytest.fixture
def style(tmp_path: Path) -> Path:
    sheet = tmp_path / "paper.css"
    sheet.write_text("p { font-family: serif }", encoding="utf-8")
    return sheet


def test_a_paper_is_a_pdf_tagged_for_screen_readers(style: Path) -> None:
    document = pdfium.PdfDocument(tagged_pdf("<p>Échéance : 25 mars</p>", style))

    assert pdfium.raw.FPDFCatalog_IsTagged(document.raw)
    assert document[0].get_textpage().get_text_range() == "Échéance : 25 mars"


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/logo.png", "file:///etc/passwd", "data:image/png;base64,AAAA"]
)
def test_a_paper_that_names_an_address_is_not_written(address: str, style: Path) -> None:
    with pytest.raises(NoNetwork):
        tagged_pdf(f'<p>Logo</p><img alt="" src="{address}">', style)


def test_a_style_sheet_that_names_an_address_is_refused_too(style: Path) -> None:
    style.write_text("@import url('file:///etc/passwd');", encoding="utf-8")

    with pytest.raises(NoNetwork):
        tagged_pdf("<p>Logo</p>", style)
