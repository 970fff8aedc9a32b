"""The audit chain: written with the change it tells of, and no link can be cut unseen."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction

from carmsvc.platform import audit
from carmsvc.platform.audit import GENESIS, AuditEvent, broken_links
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount
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


# written as the owner, who is above the wall; the app role is refused before it comes to that
TAMPERING = {
    "an actor": ("UPDATE {t} SET actor = 'nobody' WHERE sequence = 3", "event 3 was edited"),
    "details": (
        "UPDATE {t} SET details = '{{\"amount\": 9}}' WHERE sequence = 3",
        "event 3 was edited",
    ),
    "a time": (
        "UPDATE {t} SET happened_at = happened_at - interval '1 day' WHERE sequence = 3",
        "event 3 was edited",
    ),
    "an event": ("DELETE FROM {t} WHERE sequence = 3", "event 3 is missing before event 4"),
    "the first event": ("DELETE FROM {t} WHERE sequence = 1", "event 1 is missing before event 2"),
    "a hash": (
        "UPDATE {t} SET own_hash = repeat('1', 64) WHERE sequence = 3",
        "event 4 does not follow the event before it",
    ),
}


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize(("change", "complaint"), TAMPERING.values(), ids=TAMPERING.keys())
def test_a_change_behind_our_back_is_seen(importer: Importer, change: str, complaint: str) -> None:
    with importer_scope(importer.pk):
        tell(importer, "one", "two", "three")
        assert broken_links(importer.pk) == []

    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE platform_auditevent DISABLE TRIGGER USER")
        cursor.execute(change.format(t="platform_auditevent"))
        cursor.execute("ALTER TABLE platform_auditevent ENABLE TRIGGER USER")

    with importer_scope(importer.pk):
        assert complaint in broken_links(importer.pk)


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
