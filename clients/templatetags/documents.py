"""The documents about a thing, on the thing's own page."""

from collections.abc import Mapping
from typing import Any

from django import template

from carmsvc.platform.dates import today_in_toronto
from clients.queries import may
from clients.queries.documents import DocumentSearch, documents
from clients.rules import Permission

register = template.Library()
SHOWN = 10


@register.inclusion_tag("clients/documents/_about.html", takes_context=True)
def documents_about(
    context: Mapping[str, Any], kind: str, pk: int, importer_id: int
) -> dict[str, Any]:
    """What is kept about a row (`clients.subjects`), and a way to add to it."""
    search = DocumentSearch(importer_id=importer_id, subject_kind=kind, subject_id=pk)
    person = context["request"].user
    return {
        "documents": list(documents(search, today_in_toronto())[:SHOWN]),
        "may_add": may(person, Permission.MANAGE_DOCUMENTS, importer_id),
        "importer_id": importer_id,
        "about": f"{kind}-{pk}",
    }
