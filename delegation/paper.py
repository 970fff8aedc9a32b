"""An agency agreement as a bilingual, tagged PDF for signing."""

from typing import Any

from django.conf import settings
from django.http import FileResponse
from django.template.loader import render_to_string

from delegation.models import AgencyAgreement
from delegation.wording import ACTS

STYLE = settings.BASE_DIR / "static" / "css" / "agreement-paper.css"


def agreement_pdf(agreement: AgencyAgreement) -> bytes:
    """The agreement in English and in French, side by side of the law: both texts are equal.

    Tagged for screen readers. Nothing is fetched.
    """
    from carmsvc.platform.paper import (
        tagged_pdf,  # heavy: only the worker that writes a paper pays for it
    )

    acts = [word for act, word in ACTS.items() if act.value in agreement.scope]
    context = {"agreement": agreement, "acts": acts}
    html = render_to_string("delegation/paper/agreement.html", context)
    return tagged_pdf(html, STYLE)


def paper_file(content: Any, agreement: AgencyAgreement) -> FileResponse:
    """The paper for signing as a download."""
    name = f"agency-agreement-{agreement.importer_bn9}-{agreement.pk}.pdf"
    return FileResponse(content, as_attachment=True, filename=name, content_type="application/pdf")
