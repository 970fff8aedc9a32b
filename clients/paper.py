"""The cover and the index of an audit package: a tagged PDF, a page and a list."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from carmsvc.platform.spreadsheet_safe import csv_bytes
from clients.models import DocumentPackage

STYLE = settings.BASE_DIR / "static" / "css" / "package-paper.css"


def cover_pdf(package: DocumentPackage, rows: Sequence[dict[str, Any]]) -> bytes:
    """The first page of a package, in its language, tagged for screen readers."""
    from carmsvc.platform.paper import (
        tagged_pdf,  # heavy: only the worker that makes a package pays for it
    )

    with translation.override(package.language):
        html = _page("clients/documents/paper/cover.html", package, rows)
    return tagged_pdf(html, STYLE)


def index_html(package: DocumentPackage, rows: Sequence[dict[str, Any]]) -> bytes:
    """The list of what is in a package as a page that links to the files beside it."""
    with translation.override(package.language):
        return _page("clients/documents/paper/index.html", package, rows).encode()


def index_csv(package: DocumentPackage, rows: Sequence[dict[str, Any]]) -> bytes:
    """The same list for a spreadsheet."""
    with translation.override(package.language):
        header = [
            *(_("File"), _("Type"), _("Title"), _("Version"), _("Transaction number")),
            *(_("Counts from"), _("Sent on"), _("Sent by"), _("Size in bytes"), "SHA-256"),
        ]
        lines = [
            [
                *(
                    row["path"],
                    str(row["kind"]),
                    row["title"],
                    row["number"],
                    row["transaction_no"],
                ),
                *(row["counted_from_on"], row["uploaded_on"], row["uploaded_by"]),
                *(row["size"], row["sha256"]),
            ]
            for row in rows
        ]
    return bytes(csv_bytes(header, lines))


def _page(template: str, package: DocumentPackage, rows: Sequence[dict[str, Any]]) -> str:
    context = {"package": package, "rows": rows, "importer": package.importer}
    return render_to_string(template, context)
