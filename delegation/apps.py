"""The delegation app."""

from django.apps import AppConfig


class DelegationConfig(AppConfig):
    """May we act for them."""

    name = "delegation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from delegation.deadlines import register_deadlines

        register_deadlines()
