"""An agency agreement as a bilingual, tagged PDF for signing."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from delegation.models import AgencyAgreement
from delegation.wording import ACTS

STYLE = settings.BASE_DIR / "static" / "css" / "agreement-paper.css"


class NoNetwork(ValueError):
    """The paper asked for something from outside; it holds everything it shows."""


def _refuse(address: str, *_arguments: Any, **_named: Any) -> Any:
    raise NoNetwork(address)


def agreement_pdf(agreement: AgencyAgreement) -> bytes:
    """The agreement in English and in French, side by side of the law: both texts are equal.

    Tagged for screen readers. Nothing is fetched.
    """
    from weasyprint import CSS, HTML  # heavy: only the worker that writes a paper pays for it

    acts = [word for act, word in ACTS.items() if act.value in agreement.scope]
    context = {"agreement": agreement, "acts": acts}
    html = render_to_string("delegation/paper/agreement.html", context)
    style = CSS(string=STYLE.read_text(encoding="utf-8"), url_fetcher=_refuse)
    page = HTML(string=html, url_fetcher=_refuse)
    pdf: bytes = page.write_pdf(stylesheets=[style], pdf_tags=True)
    return pdf
