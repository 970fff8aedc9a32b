"""The delegation app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from clients.subjects import SubjectKind, register


class DelegationConfig(AppConfig):
    """May we act for them."""

    name = "delegation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from delegation.checks import register_checks
        from delegation.deadlines import register_deadlines
        from delegation.overview import register_overview
        from delegation.search import register_search

        register_checks()
        register_deadlines()
        register_overview()
        register_search()
        register(SubjectKind("delegation", _("Delegation"), "delegation.Delegation", "delegation"))
