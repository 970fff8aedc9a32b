"""The statements app."""

from typing import Any

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clients.subjects import SubjectKind


def place_of_line(line: Any) -> str:
    """A line has no page: it is found on its statement by its number."""
    address = reverse("statement", args=[line.statement_id])
    number = line.transaction_no or ""
    return f"{address}?search={number}#lines" if number else f"{address}#lines"


def words_of_line(line: Any) -> str:
    """A line by its number, or its row."""
    return line.transaction_no or str(line.row_no)


SUBJECTS = (
    SubjectKind("statement", _("Statement of account"), "statements.Statement", "statement"),
    SubjectKind(
        "statement_line", _("Statement line"), "statements.StatementLine",
        place=place_of_line, words=words_of_line,
    ),
    SubjectKind("payment", _("Payment"), "statements.Payment", "payment"),
)  # fmt: skip


class StatementsConfig(AppConfig):
    """Both sides' documents in."""

    name = "statements"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from clients.overview import register_concerns
        from clients.subjects import register
        from statements.checks import register_checks
        from statements.deadlines import register_deadlines
        from statements.overview import register_overview
        from statements.queries.security import security_concerns
        from statements.search import register_search

        register_checks()
        register_deadlines()
        register_overview()
        register_search()
        register_concerns("security", security_concerns)
        for kind in SUBJECTS:
            register(kind)
