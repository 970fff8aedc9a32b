"""The frame as an app: its commands and the demonstration."""

from importlib import import_module

from django.apps import AppConfig


class FrameConfig(AppConfig):
    """Commands that span every room; the Celery application every task belongs to."""

    name = "carmsvc"
    label = "carmsvc"

    def ready(self) -> None:
        import_module("carmsvc.celery")
