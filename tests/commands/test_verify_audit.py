"""`verify_audit`: whatever is done to the chains behind our back is found, and named."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from carmsvc.platform import audit, audit_anchors, audit_chain
from carmsvc.platform.audit import AuditEvent, BrokerageEvent
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer
from tests.commands.test_commands import run, wrong_usage

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
EVENTS, BROKERAGE = "platform_auditevent", "platform_brokerageevent"


@pytest.fixture
def chains(importer: Importer, stranger: Importer) -> tuple[Importer, Importer]:
    """Two importers' chains of five events and the brokerage's of three."""
    for tenant in (importer, stranger):
        with importer_scope(tenant.pk):
            for number in range(2, 6):
                audit.record("looked", importer_id=tenant.pk, by="test", number=number)
    for number in range(1, 4):
        audit.record_for_brokerage("looked", by="test", number=number)
    return importer, stranger


def behind_our_back(*statements: str) -> None:
    """As the owner of the tables, with the triggers off: what only who holds the database can."""
    with connections["owner"].cursor() as cursor:
        for table in (EVENTS, BROKERAGE):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        for table in (EVENTS, BROKERAGE):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def told(document: dict[str, Any], importer_id: int | None) -> list[str]:
    (chain,) = (one for one in document["chains"] if one["importer"] == importer_id)
    return [problem["message"] for problem in chain["problems"]]


def test_whole_chains_are_told_with_where_they_end(chains: tuple[Importer, Importer]) -> None:
    code, document = run("verify_audit")

    with importer_scope([one.pk for one in chains]):
        last = AuditEvent.objects.get(importer=chains[0], sequence=5)
    assert code == 0
    assert (document["checked"], document["broken"]) == (3, 0)
    assert [(one["importer"], one["bn9"], one["events"]) for one in document["chains"]] == [
        (None, None, 3),
        (chains[0].pk, "123456782", 5),
        (chains[1].pk, "100000009", 5),
    ]
    assert document["chains"][1]["head"] == {"sequence": 5, "hash": last.own_hash}
    assert document["chains"][1]["problems"] == []


TAMPERING = {
    "edited": ("SET actor = 'nobody'", 3, ["event 3 was edited"]),
    "its time": ("SET happened_at = happened_at - interval '1 day'", 3, ["event 3 was edited"]),
    "its details": ("SET details = '{\"number\": 9}'", 3, ["event 3 was edited"]),
    "what was before": ("SET before = '{}'", 3, ["event 3 was edited"]),
    "where it came from": ('SET came_from = \'{"how": "page"}\'', 3, ["event 3 was edited"]),
    "who": ("SET actor_id = 99", 3, ["event 3 was edited"]),
    "its hash": (
        "SET own_hash = repeat('1', 64)",
        3,
        ["event 3 was edited", "event 4 does not follow the event before it"],
    ),
}


@pytest.mark.parametrize(("change", "at", "problems"), TAMPERING.values(), ids=TAMPERING.keys())
def test_an_edit_is_found(
    chains: tuple[Importer, Importer], change: str, at: int, problems: list[str]
) -> None:
    ours, theirs = chains
    behind_our_back(f"UPDATE {EVENTS} {change} WHERE importer_id = {ours.pk} AND sequence = {at}")

    code, document = run("verify_audit")

    assert (code, document["broken"]) == (1, 1)
    assert told(document, ours.pk) == problems
    assert told(document, theirs.pk) == told(document, None) == []


def test_an_edit_of_the_brokerages_chain_is_found(chains: tuple[Importer, Importer]) -> None:
    behind_our_back(f"UPDATE {BROKERAGE} SET action = 'nothing' WHERE sequence = 2")

    code, document = run("verify_audit")

    assert code == 1
    assert told(document, None) == ["event 2 was edited"]


@pytest.mark.parametrize(
    ("gone", "problems"),
    [
        ("= 1", ["event 1 is missing", "event 2 does not follow the event before it"]),
        ("= 3", ["event 3 is missing", "event 4 does not follow the event before it"]),
        ("IN (2, 3)", ["events 2 to 3 are missing", "event 4 does not follow the event before it"]),
    ],
)
def test_a_removed_event_is_found(
    chains: tuple[Importer, Importer], gone: str, problems: list[str]
) -> None:
    behind_our_back(f"DELETE FROM {EVENTS} WHERE importer_id = {chains[0].pk} AND sequence {gone}")

    code, document = run("verify_audit", "--importer", chains[0].bn9)

    assert (code, document["checked"]) == (1, 1)
    assert told(document, chains[0].pk) == problems


def test_events_put_in_another_order_are_found(chains: tuple[Importer, Importer]) -> None:
    where = f"WHERE importer_id = {chains[0].pk} AND sequence"
    behind_our_back(
        f"UPDATE {EVENTS} SET sequence = 99 {where} = 2",
        f"UPDATE {EVENTS} SET sequence = 2 {where} = 3",
        f"UPDATE {EVENTS} SET sequence = 3 {where} = 99",
    )

    _, document = run("verify_audit")

    assert told(document, chains[0].pk) == [
        "event 2 does not follow the event before it",
        "event 2 was edited",
        "event 3 does not follow the event before it",
        "event 3 was edited",
        "event 4 does not follow the event before it",
    ]


def test_an_inserted_event_is_found(chains: tuple[Importer, Importer]) -> None:
    copied = "happened_at, actor, action, target_kind, details, previous_hash, own_hash"
    where = f"WHERE importer_id = {chains[0].pk}"
    behind_our_back(
        f"UPDATE {EVENTS} SET sequence = sequence + 100 {where} AND sequence > 3",
        f"UPDATE {EVENTS} SET sequence = sequence - 99 {where} AND sequence > 100",
        f"INSERT INTO {EVENTS} (importer_id, sequence, {copied}) "
        f"SELECT importer_id, 4, {copied} FROM {EVENTS} {where} AND sequence = 3",
        f"INSERT INTO {EVENTS} (importer_id, sequence, {copied}) "
        f"SELECT importer_id, 0, {copied} FROM {EVENTS} {where} AND sequence = 1",
    )

    _, document = run("verify_audit")

    problems = told(document, chains[0].pk)
    assert problems[:2] == ["event 0 is out of place", "event 0 was edited"]
    assert "event 4 does not follow the event before it" in problems
    assert "event 4 was edited" in problems


def test_events_swapped_between_importers_are_found(chains: tuple[Importer, Importer]) -> None:
    ours, theirs = (one.pk for one in chains)
    behind_our_back(
        f"UPDATE {EVENTS} SET sequence = 98 WHERE importer_id = {ours} AND sequence = 3",
        f"UPDATE {EVENTS} SET importer_id = {ours} WHERE importer_id = {theirs} AND sequence = 3",
        f"UPDATE {EVENTS} SET importer_id = {theirs}, sequence = 3 WHERE sequence = 98",
    )

    _, document = run("verify_audit")

    for importer_id in (ours, theirs):
        assert "event 3 was edited" in told(document, importer_id)


def test_a_chain_written_anew_by_somebody_who_knows_how_is_found_against_an_old_answer(
    chains: tuple[Importer, Importer], tmp_path: Path
) -> None:
    ours = chains[0].pk
    answer = tmp_path / "yesterday.json"
    answer.write_text(json.dumps(run("verify_audit")[1]))
    behind_our_back(f"DELETE FROM {EVENTS} WHERE importer_id = {ours} AND sequence = 5")
    with importer_scope(ours):
        audit.record("looked", importer_id=ours, by="test", number=55)

    assert run("verify_audit")[0] == 0
    code, document = run("verify_audit", "--against", str(answer))

    assert code == 1
    assert told(document, ours) == ["event 5 is not the one it was"]


@pytest.mark.parametrize(
    ("table", "where"), [(EVENTS, "WHERE importer_id = {ours} AND"), (BROKERAGE, "WHERE")]
)
def test_a_chain_that_was_cut_off_is_found_against_an_old_answer(
    chains: tuple[Importer, Importer], tmp_path: Path, table: str, where: str
) -> None:
    answer = tmp_path / "yesterday.json"
    answer.write_text(json.dumps(run("verify_audit")[1]))
    assert run("verify_audit", "--against", str(answer))[0] == 0

    where = where.format(ours=chains[0].pk)
    behind_our_back(f"DELETE FROM {table} {where} sequence >= 3")

    assert run("verify_audit")[0] == 0
    code, document = run("verify_audit", "--against", str(answer))
    last = 5 if table == EVENTS else 3
    assert code == 1
    assert told(document, chains[0].pk if table == EVENTS else None) == [
        f"event {last} was the last one once and is gone"
    ]


def test_a_chain_that_was_cut_off_is_found_by_what_the_brokerages_chain_keeps(
    chains: tuple[Importer, Importer],
) -> None:
    assert audit_anchors.keep_heads() == 2
    assert audit_anchors.keep_heads() == 0  # nothing has moved since
    behind_our_back(f"DELETE FROM {EVENTS} WHERE importer_id = {chains[0].pk} AND sequence > 3")

    code, document = run("verify_audit")

    assert code == 1
    assert told(document, chains[0].pk) == ["event 5 was the last one once and is gone"]


def test_an_importer_that_vanished_with_its_chain_is_found(
    chains: tuple[Importer, Importer],
) -> None:
    audit_anchors.keep_heads()
    gone = chains[1].pk
    behind_our_back(
        f"DELETE FROM {EVENTS} WHERE importer_id = {gone}",
        f"DELETE FROM clients_programaccount WHERE importer_id = {gone}",
        f"DELETE FROM clients_importer WHERE id = {gone}",
    )

    code, document = run("verify_audit")

    assert code == 1
    assert told(document, gone) == ["event 5 was the last one once and is gone"]


def test_a_chain_is_walked_slice_by_slice(
    chains: tuple[Importer, Importer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_chain, "SLICE", 2)
    slices: list[int] = []

    walk = audit_chain.walked(chains[0].pk, after_slice=lambda: slices.append(1))

    assert (walk.events, walk.head.sequence, len(slices)) == (5, 5, 3)
    assert walk.problems == []


def test_problems_beyond_a_thousand_are_counted_not_listed(
    chains: tuple[Importer, Importer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_chain, "MOST_TOLD", 2)
    behind_our_back(f"UPDATE {EVENTS} SET actor = 'x' WHERE importer_id = {chains[0].pk}")

    (chain,) = run("verify_audit", "--importer", chains[0].bn9)[1]["chains"]

    assert (chain["problem_count"], len(chain["problems"])) == (5, 2)


@pytest.mark.parametrize("text", ["", "[]", '{"chains": [{}]}', '{"importers": []}'])
def test_a_file_that_is_no_answer_is_wrong_usage(
    chains: tuple[Importer, Importer], tmp_path: Path, text: str
) -> None:
    other = tmp_path / "other.json"
    other.write_text(text)

    assert "other.json" in wrong_usage("verify_audit", "--against", str(other))


def test_an_event_of_the_brokerage_is_not_an_importers(chains: tuple[Importer, Importer]) -> None:
    assert BrokerageEvent.objects.count() == 3
    _, document = run("verify_audit", "--importer", chains[0].bn9)
    assert [one["importer"] for one in document["chains"]] == [chains[0].pk]
