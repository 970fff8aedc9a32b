"""The clients app."""

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    """Whose it is."""

    name = "clients"
    default_auto_field = "django.db.models.BigAutoField"
