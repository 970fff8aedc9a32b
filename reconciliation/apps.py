"""The reconciliation app."""

from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    """Both sides meet."""

    name = "reconciliation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from reconciliation.deadlines import register_deadlines
        from reconciliation.ownership import register_ownership

        register_deadlines()
        register_ownership()
