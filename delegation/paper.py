"""An agency agreement as a bilingual, tagged PDF for signing."""

from django.conf import settings
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
