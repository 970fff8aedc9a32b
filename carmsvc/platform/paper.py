"""Paper: HTML to a tagged PDF that holds everything it shows.

Importing this module imports WeasyPrint, which is heavy: import it where a paper is written.
"""

from pathlib import Path
from typing import Never

from weasyprint import CSS, HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher


class NoNetwork(FatalURLFetchingError):
    """The paper asked for something from outside; it is not written at all."""


class _Refusing(URLFetcher):
    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Never:
        raise NoNetwork(url)


def tagged_pdf(html: str, style: Path) -> bytes:
    """`html` in the style sheet `style` as a PDF tagged for screen readers.

    Raises `NoNetwork` if either names an address: nothing is fetched, and nothing is left out.
    """
    sheet = CSS(string=style.read_text(encoding="utf-8"), url_fetcher=_Refusing())
    page = HTML(string=html, url_fetcher=_Refusing())
    pdf: bytes = page.write_pdf(stylesheets=[sheet], pdf_tags=True)
    return pdf
