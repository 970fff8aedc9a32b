"""The statements app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StatementsConfig(AppConfig):
    """Both sides' documents in."""

    name = "statements"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from clients.subjects import SubjectKind, register
        from statements.deadlines import register_deadlines

        register_deadlines()
        register(
            SubjectKind("statement", _("Statement of account"), "statements.Statement", "statement")
        )
