"""The statements app."""

from django.apps import AppConfig


class StatementsConfig(AppConfig):
    """Both sides' documents in."""

    name = "statements"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from statements.deadlines import register_deadlines

        register_deadlines()
