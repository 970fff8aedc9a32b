"""The tenant wall: which importers a transaction may see and write.

PostgreSQL row-level security is the wall; this module opens a scope in it (`importer_scope`),
builds it in migrations (`Wall`) and refuses queries that forgot to open one (`ScopedManager`).
No scope means no rows. The web and the workers connect as `carm_app`, which owns nothing.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import connections, models, transaction
from django.db.migrations.operations.base import Operation
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.module_loading import import_string

APP_ROLE = "carm_app"
OWNER_ROLE = "carm_owner"
IMPORTERS_SETTING = "app.importers"
USER_SETTING = "app.user_id"
MANY = 200  # importers; from here on a condition that names each of them costs more than it saves

_importers: ContextVar[tuple[int, ...] | None] = ContextVar("importers", default=None)


class NoImporterInScope(RuntimeError):
    """A tenant table was asked for outside `importer_scope`."""


def importers_in_scope() -> tuple[int, ...]:
    """The importers that queries may see now; raises `NoImporterInScope` outside a scope."""
    importers = _importers.get()
    if importers is None:
        raise NoImporterInScope("Open an importer_scope() first.")
    return importers


@contextmanager
def importer_scope(importers: int | Iterable[int], using: str = "default") -> Iterator[None]:
    """One transaction that sees and writes these importers' rows only."""
    ids = (importers,) if isinstance(importers, int) else tuple(sorted(set(importers)))
    before, token = _importers.get(), _importers.set(ids)
    try:
        with transaction.atomic(using=using):
            _set_local(IMPORTERS_SETTING, _array(ids), using)
            yield
            if not connections[using].needs_rollback:
                # nested in an outer transaction the setting would outlive us
                _set_local(IMPORTERS_SETTING, _array(before or ()), using)
    finally:
        _importers.reset(token)


def of_importers(importers: Collection[int], field: str = "importer") -> models.Q:
    """A condition on rows: of these importers of the open scope.

    Where these are all of a large scope nothing is added: the wall says it already, by index,
    while PostgreSQL would compare each row with thousands of numbers once more.
    """
    if len(importers) >= MANY and set(importers_in_scope()) <= set(importers):
        return models.Q()
    return models.Q(**{f"{field}__in": numbered(importers)})


def numbered(numbers: Iterable[int]) -> Any:
    """Numbers for a condition `__in`; many as rows, which PostgreSQL hashes: it walks a list."""
    every = list(numbers)
    if len(every) < MANY:
        return every
    array = models.Value(every, output_field=ArrayField(models.BigIntegerField()))
    return models.Func(array, template="(SELECT unnest(%(expressions)s::bigint[]))")


@contextmanager
def user_scope(user_id: int, using: str = "default") -> Iterator[None]:
    """One transaction in which a person sees the rows that say what they may see."""
    with transaction.atomic(using=using):
        _set_local(USER_SETTING, str(user_id), using)
        yield
        if not connections[using].needs_rollback:
            _set_local(USER_SETTING, "", using)


def _array(ids: Iterable[int]) -> str:
    return "{" + ",".join(map(str, ids)) + "}"


def _set_local(setting: str, value: str, using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [setting, value])


class ScopedManager(models.Manager[Any]):
    """Refuses to query outside a scope, where the wall would silently answer no rows."""

    def get_queryset(self) -> models.QuerySet[Any]:
        importers_in_scope()
        return super().get_queryset()


class TenantKey(models.Model):
    """The bare number of an importer. The only thing known of one outside a scope."""

    id = models.BigAutoField(primary_key=True)

    class Meta:
        app_label = "platform"


def every_importer_id() -> list[int]:
    """All importers' numbers, for an administrator's scope and for the sweeps."""
    return list(TenantKey.objects.order_by("id").values_list("id", flat=True))


class TenantModel(models.Model):
    """A row that belongs to one importer. Its migration must raise a `Wall`."""

    # what the app role may do to the rows; money rows take this down to SELECT and INSERT
    app_may: tuple[str, ...] = ("SELECT", "INSERT", "UPDATE")

    importer = models.ForeignKey(
        "clients.Importer",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,  # the wall raises it
    )

    objects = ScopedManager()

    class Meta:
        abstract = True


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A reference between tenant tables; the constraint itself is the `Wall`'s composite one."""

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **options: Any) -> None:
        options["db_constraint"] = False
        super().__init__(to, on_delete, **options)


class ImporterScope:
    """Middleware: a request runs in one transaction, in the scope of who signed in.

    A response of 400 or above rolls back, so a refused request leaves nothing half-saved.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.importer_ids_for = import_string(settings.IMPORTER_SCOPE_RESOLVER)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with importer_scope(self.importer_ids_for(request)):
            response = self.get_response(request)
            if response.status_code >= 400:
                transaction.set_rollback(True)
            if response.streaming and not isinstance(response, FileResponse):
                raise RuntimeError("A streaming body would run outside the importer's scope.")
            return response


class OwnerMigrates:
    """Database router: only the owner role builds tables."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner"


class Wall(Operation):
    """Migration operation: row-level security on a tenant table, and its composite keys.

    `parents` maps a reference column to the tenant table it points at. With `bulk=True` the
    policy itself proves the parent (measured free at a million rows, where a foreign key's
    row trigger costs three seconds); else a foreign key on (importer_id, column) does.
    `own_rows` says which rows a person sees of themselves before any scope is open: the name of
    a user column, or a condition with `{person}` in it.
    `only_while` maps a parent table to a condition under which it takes rows (bulk only).
    """

    reversible = True

    def __init__(
        self,
        model_name: str,
        *,
        parents: dict[str, str] | None = None,
        bulk: bool = False,
        column: str = "importer_id",
        own_rows: str | None = None,
        only_while: dict[str, str] | None = None,
    ) -> None:
        self.model_name, self.parents, self.bulk = model_name, parents or {}, bulk
        self.column, self.own_rows, self.only_while = column, own_rows, only_while or {}

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        options = {"parents": self.parents, "bulk": self.bulk, "column": self.column}
        options |= {"own_rows": self.own_rows, "only_while": self.only_while}
        return (type(self).__name__, [self.model_name], options)

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The wall changes no model state."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for statement in self.statements(self._table(app_label, to_state)):
            schema_editor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        table = self._table(app_label, from_state)
        for policy in ("tenant", "owner_all", "own_rows"):
            schema_editor.execute(f'DROP POLICY IF EXISTS {policy} ON "{table}"')
        schema_editor.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
        schema_editor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')

    def describe(self) -> str:
        return f"Raise the tenant wall around {self.model_name}"

    def _table(self, app_label: str, state: Any) -> str:
        return str(state.apps.get_model(app_label, self.model_name)._meta.db_table)

    def statements(self, table: str) -> Iterator[str]:
        """The SQL of the wall. The sub-select is evaluated once a query, not once a row.

        Its text becomes an array inside it, for the same reason; the second cast only tells
        PostgreSQL that it is one value and not a set of rows.
        """
        setting = f"nullif(current_setting('{IMPORTERS_SETTING}', true), '')::bigint[]"
        seen = f"{self.column} = ANY ((SELECT {setting})::bigint[])"
        written = " AND ".join([seen, *self._parent_checks()])
        yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
        yield f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY'
        yield (
            f'CREATE POLICY tenant ON "{table}" TO {APP_ROLE} USING ({seen}) WITH CHECK ({written})'
        )
        yield (
            f'CREATE POLICY owner_all ON "{table}" TO {OWNER_ROLE} USING (true) WITH CHECK (true)'
        )
        if self.own_rows:
            person = f"(SELECT nullif(current_setting('{USER_SETTING}', true), '')::bigint)"
            whose = self.own_rows if "{" in self.own_rows else self.own_rows + " = {person}"
            yield (
                f'CREATE POLICY own_rows ON "{table}" FOR SELECT TO {APP_ROLE} '
                f"USING ({whose.format(person=person)})"
            )
        if self.column == "importer_id" and not self.bulk:
            yield (
                f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_wall_key" UNIQUE (importer_id, id)'
            )
        yield from self._foreign_keys(table)

    def _parent_checks(self) -> Iterator[str]:
        if self.bulk:
            for column, parent in self.parents.items():
                rows = f'SELECT importer_id, id FROM "{parent}"'
                if parent in self.only_while:
                    rows += f" WHERE {self.only_while[parent]}"
                yield f"(importer_id, {column}) IN ({rows})"

    def _foreign_keys(self, table: str) -> Iterator[str]:
        if not self.bulk and self.column == "importer_id":
            yield (
                f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_importer_wall" '
                'FOREIGN KEY (importer_id) REFERENCES "clients_importer" (id)'
            )
            for column, parent in self.parents.items():
                yield (
                    f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_{column}_wall" '
                    f"FOREIGN KEY (importer_id, {column}) "
                    f'REFERENCES "{parent}" (importer_id, id) DEFERRABLE INITIALLY DEFERRED'
                )
