"""The clients app."""

from importlib import import_module

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    """Whose it is."""

    name = "clients"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what allauth tells of sign-ins; tell what is due in this room."""
        import_module("clients.account_events")
        import_module("clients.due").register_deadlines()
