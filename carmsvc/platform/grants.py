"""What the app role may do to each table; the one other half of the wall."""

from typing import Any

from django.apps import apps
from django.db import connections

from carmsvc.platform.tenancy import APP_ROLE

EVERYTHING = ("SELECT", "INSERT", "UPDATE", "DELETE")


def grant_to_app_role(using: str, **_: Any) -> None:
    """Give the app role its rights on every table that exists; called after each migrate."""
    connection = connections[using]
    rights = {
        model._meta.db_table: getattr(model, "app_may", EVERYTHING)
        for model in apps.get_models(include_auto_created=True)
    }
    rights["django_migrations"] = ("SELECT",)
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True):
            _grant(cursor, table, rights[table])
        if "django_migrations" in connection.introspection.table_names(cursor):
            _grant(cursor, "django_migrations", rights["django_migrations"])
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def _grant(cursor: Any, table: str, rights: tuple[str, ...]) -> None:
    cursor.execute(f'REVOKE ALL ON "{table}" FROM {APP_ROLE}')
    cursor.execute(f'GRANT {", ".join(rights)} ON "{table}" TO {APP_ROLE}')
