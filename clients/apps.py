"""The clients app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from clients.subjects import SubjectKind, register

SUBJECTS = (
    SubjectKind("document", _("Document"), "clients.Document", "document"),
    SubjectKind(
        "onboarding_step", _("Onboarding step"), "clients.OnboardingStep", "onboarding-step"
    ),
    SubjectKind(
        "support_request", _("Request for help"), "clients.SupportRequest", "support-request"
    ),
)


class ClientsConfig(AppConfig):
    """Whose it is."""

    name = "clients"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what allauth tells of sign-ins; tell what is due in this room."""
        import_module("clients.account_events")
        import_module("clients.due").register_deadlines()
        import_module("clients.at_a_glance").register_overview()
        import_module("clients.findable").register_search()
        import_module("clients.support_due").register_deadlines()
        import_module("clients.support_overview").register_support()
        import_module("clients.onboarding_overview").register_onboarding()
        import_module("clients.portal_due").register_portal()
        import_module("clients.checks").register_checks()
        import_module("clients.readiness_overview").register_readiness()
        for kind in SUBJECTS:
            register(kind)
