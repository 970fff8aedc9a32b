"""The training app."""

from django.apps import AppConfig


class TrainingConfig(AppConfig):
    """Do their people know how."""

    name = "training"
    default_auto_field = "django.db.models.BigAutoField"
