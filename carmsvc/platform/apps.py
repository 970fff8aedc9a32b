"""The platform app: the app role's grants follow every migration."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PlatformConfig(AppConfig):
    """What every room stands on."""

    name = "carmsvc.platform"
    label = "platform"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("carmsvc.platform.well_known")  # its deployment check
        post_migrate.connect(grant_after_migrate)


def grant_after_migrate(app_config: AppConfig, using: str, **_: Any) -> None:
    """Once per migrate, after the last app, give the app role its rights."""
    from django.apps import apps

    from carmsvc.platform.grants import grant_to_app_role

    last = [config for config in apps.get_app_configs() if config.models_module][-1]
    if using == "owner" and app_config.label == last.label:
        grant_to_app_role(using)
