"""The reconciliation app."""

from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    """Both sides meet."""

    name = "reconciliation"
    default_auto_field = "django.db.models.BigAutoField"
