"""The reconciliation app."""

from typing import Any

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clients.subjects import SubjectKind, register


def place_of_variance(variance: Any) -> str:
    """A variance is on the page of its run."""
    return f"{reverse('run', args=[variance.run_id])}#variance-{variance.pk}"


def words_of_variance(variance: Any) -> str:
    """A variance by its number, or its kind."""
    return variance.transaction_no or str(variance.get_kind_display())


class ReconciliationConfig(AppConfig):
    """Both sides meet."""

    name = "reconciliation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from reconciliation.checks import register_checks
        from reconciliation.deadlines import register_deadlines
        from reconciliation.overview import register_overview
        from reconciliation.ownership import register_ownership

        register_checks()
        register_deadlines()
        register_overview()
        register_ownership()
        register(
            SubjectKind(
                "variance", _("Variance"), "reconciliation.Variance",
                place=place_of_variance, words=words_of_variance,
            )
        )  # fmt: skip
