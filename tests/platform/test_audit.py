"""The audit chain: written with the change it tells of, and no link can be cut unseen."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from carmsvc.platform import audit
from carmsvc.platform.audit import GENESIS, AuditEvent, BrokerageEvent
from carmsvc.platform.audit_chain import broken_links
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount, User
from tests.statements.door import line, statement_file


def tell(importer: Importer, *actions: str) -> list[AuditEvent]:
    return [
        audit.record(action, importer_id=importer.pk, by="worker", amount=at)
        for at, action in enumerate(actions)
    ]


def test_each_event_is_chained_to_the_one_before(scope: Importer) -> None:
    AuditEvent.objects.get()  # the importer's creation
    first, second = tell(scope, "one", "two")

    assert (first.sequence, second.sequence) == (2, 3)
    assert second.previous_hash == first.own_hash
    assert AuditEvent.objects.get(sequence=1).previous_hash == GENESIS
    assert broken_links(scope.pk) == []


def test_every_importer_has_a_chain_of_its_own(importer: Importer, stranger: Importer) -> None:
    for each in (importer, stranger):
        with importer_scope(each.pk):
            tell(each, "one")
            assert [event.sequence for event in AuditEvent.objects.order_by("sequence")] == [1, 2]
            assert broken_links(each.pk) == []


def test_who_and_what_are_told(account: ProgramAccount) -> None:
    file = statement_file(account, line("1", "1.00"))

    told = AuditEvent.objects.filter(target_kind="statementfile", target_id=file.pk)
    words = list(told.order_by("sequence").values_list("action", "actor"))

    assert words == [("file received", "command"), ("file loaded", "worker")]
    assert told.order_by("sequence")[0].details["file_name"] == "soa.csv"
    assert broken_links(account.importer_id) == []


def test_what_is_undone_was_never_told(scope: Importer) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell(scope, "something")
        raise ZeroDivisionError

    tell(scope, "something else")
    assert broken_links(scope.pk) == []
    assert not AuditEvent.objects.filter(action="something").exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda: AuditEvent.objects.update(actor="nobody"),
        lambda: AuditEvent.objects.all().delete(),
        lambda: _execute("TRUNCATE platform_auditevent"),
    ],
    ids=["update", "delete", "truncate"],
)
def test_the_application_can_neither_change_nor_remove(
    scope: Importer, change: Callable[[], Any]
) -> None:
    tell(scope, "one")

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        change()

    assert AuditEvent.objects.filter(action="one").exists()


def _execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


FORGERIES = {
    "a number that was left out": "sequence + 2, own_hash, repeat('a', 64)",
    "a number that was used": "sequence, own_hash, repeat('a', 64)",
    "a number of before": "0, own_hash, repeat('a', 64)",
    "another event before it": "sequence + 1, repeat('b', 64), repeat('a', 64)",
    "no hash": "sequence + 1, own_hash, ''",
    "a hash that is none": "sequence + 1, own_hash, repeat('G', 64)",
    "the hash of the event before": "sequence + 1, own_hash, own_hash",
}
COPIED = """
    INSERT INTO {table} ({importer} happened_at, actor, action, target_kind, details,
        sequence, previous_hash, own_hash)
    SELECT {importer} happened_at, actor, action, target_kind, details, {forged}
    FROM {table} ORDER BY sequence DESC LIMIT 1
"""


@pytest.mark.parametrize("forged", FORGERIES.values(), ids=FORGERIES.keys())
def test_the_database_refuses_an_event_that_does_not_follow(scope: Importer, forged: str) -> None:
    tell(scope, "one")
    audit.record_for_brokerage("one", by="test")
    chains = (("platform_auditevent", "importer_id,"), ("platform_brokerageevent", ""))

    for table, importer in chains:
        with pytest.raises(DatabaseError, match="audit event"), transaction.atomic():
            _execute(COPIED.format(table=table, importer=importer, forged=forged))
        follows = "sequence + 1, own_hash, repeat('a', 64)"
        _execute(COPIED.format(table=table, importer=importer, forged=follows))


def test_a_table_of_the_same_name_does_not_mislead_the_database(scope: Importer) -> None:
    tell(scope, "one")
    _execute("CREATE TEMP TABLE platform_auditevent (LIKE public.platform_auditevent)")
    forged = COPIED.format(table="public.platform_auditevent", importer="importer_id,",
                           forged="sequence + 5, own_hash, repeat('a', 64)")  # fmt: skip

    with pytest.raises(DatabaseError, match="does not come next"), transaction.atomic():
        _execute(forged)


def test_an_event_cannot_be_put_on_another_importers_chain(
    scope: Importer, stranger: Importer
) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        audit.record("one", importer_id=stranger.pk, by="test")


@pytest.mark.parametrize(
    "wish",
    [
        "UPDATE platform_brokerageevent SET actor = 'nobody'",
        "DELETE FROM platform_brokerageevent",
        "TRUNCATE platform_brokerageevent",
        "ALTER TABLE platform_auditevent DISABLE TRIGGER ALL",
        "DROP TRIGGER follows ON platform_auditevent",
        "CREATE OR REPLACE FUNCTION audit_event_follows() RETURNS trigger "
        "LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_cannot_get_around_the_chain(db: None, wish: str) -> None:
    audit.record_for_brokerage("one", by="test")

    with pytest.raises(DatabaseError), transaction.atomic():
        _execute(wish)

    assert BrokerageEvent.objects.get().actor == "test"


def test_the_brokerage_has_a_chain_of_its_own(administrator: User) -> None:
    audit.record_for_brokerage("one", by=administrator, before={"a": 1}, after={"a": 2})
    audit.record_for_brokerage("two", by="command", target=administrator, amount=3)

    told = list(BrokerageEvent.objects.order_by("sequence"))

    assert [(event.sequence, event.actor, event.actor_id) for event in told] == [
        (1, "admin@broker.example", administrator.pk),
        (2, "command", None),
    ]
    assert (told[0].before, told[0].after) == ({"a": 1}, {"a": 2})
    assert (told[1].target_kind, told[1].target_id) == ("user", administrator.pk)
    assert broken_links(None) == []


def test_an_event_of_before_the_later_columns_keeps_its_hash() -> None:
    event = AuditEvent(
        importer_id=7,
        sequence=1,
        happened_at=datetime(2026, 10, 17, 12, 0, tzinfo=UTC),
        actor="worker",
        action="file loaded",
        target_kind="statementfile",
        target_id=3,
        details={"b": 1, "a": "é"},
        previous_hash=GENESIS,
    )
    text = (
        '[7, 1, "2026-10-17T12:00:00+00:00", "worker", "file loaded", "statementfile", 3, '
        '{"a": "é", "b": 1}, "' + GENESIS + '"]'
    )

    assert event.hashed_text() == text
    assert event.computed_hash() == hashlib.sha256(text.encode()).hexdigest()
    event.came_from = {"how": "command"}
    assert event.computed_hash() != hashlib.sha256(text.encode()).hexdigest()
