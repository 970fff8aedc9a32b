"""The report of an importer's readiness: a tagged PDF in English or in French."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from clients.queries.readiness import Readiness
from clients.queries.readiness_page import page_of

STYLE = settings.BASE_DIR / "static" / "css" / "readiness-paper.css"


class NoNetwork(ValueError):
    """The paper asked for something from outside; it holds everything it shows."""


def _refuse(address: str, *_arguments: Any, **_named: Any) -> Any:
    raise NoNetwork(address)


def report_pdf(found: Readiness, language: str) -> bytes:
    """Date, verdicts, and every check with its facts and sources, tagged for screen readers."""
    from weasyprint import CSS, HTML  # heavy: only whoever writes a paper pays for it

    with translation.override(language):
        context = {"readiness": found, "page": page_of(found), "importer": found.importer}
        html = render_to_string("clients/readiness/paper/report.html", context)
    style = CSS(string=STYLE.read_text(encoding="utf-8"), url_fetcher=_refuse)
    pdf: bytes = HTML(string=html, url_fetcher=_refuse).write_pdf(
        stylesheets=[style], pdf_tags=True
    )
    return pdf
