"""The wall as PostgreSQL sees it: what the app role can never do, whatever the code forgets."""

from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, InternalError, connection, connections, transaction

from carmsvc.platform import audit
from carmsvc.platform.tenancy import (
    NoImporterInScope,
    TenantModel,
    every_importer_id,
    importer_scope,
)
from clients.models import Importer, Membership, ProgramAccount
from clients.queries import importer_ids_for
from statements.models import Statement, StatementLine
from tests.books import Line, ledger, reconciled, soa

TENANT_MODELS = [m for m in apps.get_models() if issubclass(m, TenantModel)] + [Importer]
NAMES = [model.__name__ for model in TENANT_MODELS]


@pytest.fixture
def two_books(importer: Importer, stranger: Importer) -> tuple[Importer, Importer]:
    """Both importers with a statement, a ledger and a run of their own."""
    for tenant in (importer, stranger):
        with importer_scope(tenant.pk):
            account = ProgramAccount.objects.order_by("bn15").first()
            ledger(account, Line("1", "90.00"))
            reconciled(soa(account, Line("1", "100.00"), Line("2", "5.00")))
            audit.record("looked", importer_id=tenant.pk, by="test")
    return importer, stranger


def rows_seen(model: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
        return cursor.fetchone()[0]


def query(sql: str, *parameters: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else cursor.rowcount


@pytest.mark.parametrize("model", TENANT_MODELS, ids=NAMES)
def test_every_tenant_table_has_its_wall_raised_and_forced(db: None, model: Any):
    table = model._meta.db_table
    [(enabled, forced, owner)] = query(
        "SELECT relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner) "
        "FROM pg_class WHERE oid = %s::regclass", table,
    )  # fmt: skip
    policies = query(
        "SELECT policyname, cmd, roles::text, qual, with_check FROM pg_policies "
        "WHERE tablename = %s", table,
    )  # fmt: skip

    assert (enabled, forced) == (True, True)
    assert owner == "carm_owner"
    by_name = {name: (cmd, roles, using, check) for name, cmd, roles, using, check in policies}
    cmd, roles, using, check = by_name.pop("tenant")
    assert (cmd, roles) == ("ALL", "{carm_app}")
    assert "app.importers" in using and "app.importers" in check
    assert by_name.pop("owner_all")[1] == "{carm_owner}"
    for cmd, roles, using, _ in by_name.values():  # a person's own rows, to read only
        assert (cmd, roles) == ("SELECT", "{carm_app}")
        assert "app.user_id" in using


def test_every_table_with_an_importer_is_a_tenant_table(db: None):
    with_importer = query(
        "SELECT table_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND column_name = 'importer_id'"
    )
    assert {name for (name,) in with_importer} <= {m._meta.db_table for m in TENANT_MODELS}


def test_the_app_role_owns_nothing_and_cannot_bypass_the_wall(db: None):
    [(role, superuser, bypasses)] = query(
        "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    owned = query("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")

    assert (role, superuser, bypasses) == ("carm_app", False, False)
    assert owned == [(0,)]


def test_no_definer_function_and_no_materialised_view_walks_around_the_wall(db: None):
    ours = "pronamespace = 'public'::regnamespace AND prosecdef"
    assert query(f"SELECT proname FROM pg_proc WHERE {ours}") == []
    assert query("SELECT relname FROM pg_class WHERE relkind = 'm'") == []


@pytest.mark.parametrize(
    "wish",
    [
        "SET ROLE carm_owner",
        "ALTER TABLE statements_statement DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON statements_statement",
        "TRUNCATE statements_statement",
        "CREATE TABLE mine (id int)",
        "ALTER ROLE carm_app BYPASSRLS",
    ],
)
def test_the_app_role_cannot_take_the_wall_down(db: None, wish: str):
    with pytest.raises(DatabaseError), transaction.atomic():
        query(wish)


@pytest.mark.parametrize("model", TENANT_MODELS, ids=NAMES)
def test_no_scope_sees_no_rows(two_books: Any, model: Any):
    assert rows_seen(model) == 0


@pytest.mark.parametrize("model", TENANT_MODELS, ids=NAMES)
def test_a_scope_sees_its_own_rows_only(two_books: tuple[Importer, Importer], model: Any):
    column = "id" if model is Importer else "importer_id"
    for tenant in two_books:
        with importer_scope(tenant.pk):
            seen = query(f'SELECT DISTINCT {column} FROM "{model._meta.db_table}"')
            assert seen in ([], [(tenant.pk,)])


def test_the_books_of_the_story_really_hold_rows(two_books: tuple[Importer, Importer]):
    """Else the two tests above would prove nothing."""
    with importer_scope(two_books[0].pk):
        filled = {model.__name__ for model in TENANT_MODELS if rows_seen(model)}
    assert {"StatementLine", "LedgerEntry", "MatchRun", "Placement", "Variance"} <= filled
    assert {"Importer", "ProgramAccount", "Statement", "AuditEvent"} <= filled


def test_a_write_across_the_wall_is_refused(two_books: tuple[Importer, Importer]):
    ours, theirs = two_books
    with importer_scope(theirs.pk):
        their_statement = Statement.objects.get()
    with importer_scope(ours.pk):
        with pytest.raises(DatabaseError), transaction.atomic():
            ProgramAccount.objects.create(importer=theirs, bn15="100000009RM0009")
        with pytest.raises(DatabaseError), transaction.atomic():  # our row, their statement
            StatementLine.objects.create(
                importer=ours,
                statement=their_statement,
                row_no=1,
                transaction_type="CAD",
                amount="1.00",
                filed_by="ours",
            )
        changed = Statement.objects.filter(pk=their_statement.pk).update(line_count=0)
    assert changed == 0


def test_a_reference_across_the_wall_is_refused(two_books: tuple[Importer, Importer]):
    ours, theirs = two_books
    with importer_scope(theirs.pk):
        their_account = ProgramAccount.objects.get()
    with importer_scope(ours.pk), pytest.raises(DatabaseError), transaction.atomic():
        Statement.objects.update(program_account=their_account)
        query("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "wish",
    [
        "UPDATE statements_statementline SET amount = amount + 1",
        "DELETE FROM statements_statementline",
        "UPDATE statements_ledgerentry SET amount = amount + 1",
        "DELETE FROM statements_ledgerentry",
        "UPDATE reconciliation_placement SET line_amount = 0",
        "DELETE FROM reconciliation_placement",
        "UPDATE platform_auditevent SET actor = 'nobody'",
        "DELETE FROM platform_auditevent",
    ],
)
def test_money_and_audit_rows_are_append_only(two_books: tuple[Importer, Importer], wish: str):
    with importer_scope(two_books[0].pk), pytest.raises(DatabaseError), transaction.atomic():
        query(wish)


def test_nothing_can_be_placed_in_a_finished_run(two_books: tuple[Importer, Importer]):
    wish = (
        "INSERT INTO reconciliation_placement (importer_id, run_id, place, reason, group_no, "
        "part_no, line_id, line_amount) SELECT importer_id, run_id, place, reason, "
        "group_no + 1000, 1, 0 - line_id, line_amount FROM reconciliation_placement "
        "WHERE line_id IS NOT NULL"
    )
    with importer_scope(two_books[0].pk), pytest.raises(DatabaseError), transaction.atomic():
        query(wish)


@pytest.mark.parametrize(
    ("lie", "told"),
    [
        ("entries_in_scope = entries_in_scope + 1", "entries"),
        ("ledger_in_scope = 91, effects = 14", "entries"),
        ("statement_activity = 104, effects = 14", "lines"),
    ],
)
def test_a_run_that_does_not_add_up_cannot_be_called_finished(
    two_books: tuple[Importer, Importer], lie: str, told: str
):
    with importer_scope(two_books[0].pk):
        query("UPDATE reconciliation_matchrun SET state = 'running'")
        with pytest.raises(DatabaseError, match=told), transaction.atomic():
            query(f"UPDATE reconciliation_matchrun SET {lie}, state = 'finished'")


def test_a_line_left_out_keeps_a_run_from_finishing(two_books: tuple[Importer, Importer]):
    with importer_scope(two_books[0].pk):
        query("UPDATE reconciliation_matchrun SET state = 'running'")
        statement = Statement.objects.get()
        StatementLine.objects.create(
            importer=two_books[0],
            statement=statement,
            row_no=9,
            transaction_type="CAD",
            amount="0.00",
            filed_by="ours",
        )
        query("UPDATE statements_statement SET line_count = line_count + 1")
        with pytest.raises((InternalError, DatabaseError), match="lines"), transaction.atomic():
            query("UPDATE reconciliation_matchrun SET state = 'finished'")


def test_a_query_outside_a_scope_is_an_error_not_an_empty_page(db: None):
    with pytest.raises(NoImporterInScope):
        Statement.objects.count()


def test_a_scope_ends_where_it_ends(two_books: tuple[Importer, Importer]):
    ours, theirs = two_books
    with importer_scope(ours.pk):
        with importer_scope(theirs.pk):
            assert Importer.objects.get() == theirs
        assert Importer.objects.get() == ours
    assert rows_seen(Importer) == 0


def test_a_broken_setting_shuts_everything(two_books: tuple[Importer, Importer]):
    with pytest.raises(DatabaseError), transaction.atomic():
        query("SELECT set_config('app.importers', 'everything', true)")
        rows_seen(Statement)


def test_people_see_the_importers_they_were_given(
    two_books: Any, administrator: Any, analyst: Any, finance: Any, other_finance: Any
):
    ours, theirs = two_books
    assert importer_ids_for(administrator) == every_importer_id()
    assert importer_ids_for(analyst) == [ours.pk]
    assert importer_ids_for(finance) == [ours.pk]
    assert importer_ids_for(other_finance) == [theirs.pk]
    finance.is_active = False
    assert importer_ids_for(finance) == []


def test_a_person_without_a_scope_sees_only_their_own_membership(finance: Any, other_finance: Any):
    from carmsvc.platform.tenancy import user_scope

    with user_scope(finance.pk):
        assert [m.user_id for m in Membership.own.all()] == [finance.pk]
    assert list(Membership.own.all()) == []


def test_the_owner_connection_is_never_the_web_s(db: None):
    assert connections["default"].settings_dict["USER"] == "carm_app"
