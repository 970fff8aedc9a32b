"""The report of an importer's readiness: a tagged PDF in English or in French."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from clients.queries.readiness import Readiness
from clients.queries.readiness_page import page_of

STYLE = settings.BASE_DIR / "static" / "css" / "readiness-paper.css"


def report_pdf(found: Readiness, language: str) -> bytes:
    """Date, verdicts, and every check with its facts and sources, tagged for screen readers."""
    from carmsvc.platform.paper import tagged_pdf  # heavy: only whoever writes a paper pays for it

    with translation.override(language):
        context = {"readiness": found, "page": page_of(found), "importer": found.importer}
        html = render_to_string("clients/readiness/paper/report.html", context)
    return tagged_pdf(html, STYLE)
