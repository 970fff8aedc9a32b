"""Work as a row: claimed once, leased, given back, parked after three, revived by a person."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, connections

from carmsvc.platform import work
from carmsvc.platform.tenancy import importer_scope
from clients.models import ProgramAccount, User
from statements.actions import park_exhausted_files
from statements.models import StatementFile
from statements.queries import files_waiting
from tests.statements.door import bring_statement, line, text

NOW = datetime(2026, 10, 20, 15, 0, tzinfo=UTC)


@pytest.fixture
def clock(settings: Any) -> Any:
    """A clock that moves when it is told to, with a lease of a minute."""
    settings.WORK_LEASE_SECONDS, settings.WORK_RETRY_SECONDS = 60.0, 10.0
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def row(clock: Any, account: ProgramAccount) -> StatementFile:
    return bring_statement(account, text([line("1", "1.00")])).file


def claim(row: StatementFile) -> uuid.UUID | None:
    return work.claim(StatementFile, row.pk)


def claimed(row: StatementFile) -> uuid.UUID:
    token = claim(row)
    assert token
    return token


def is_waiting(row: StatementFile) -> bool:
    return (row.importer_id, row.pk) in files_waiting(StatementFile)


def now(row: StatementFile) -> StatementFile:
    row.refresh_from_db()
    return row


def test_a_row_is_claimed_once(row: StatementFile) -> None:
    token = claimed(row)

    assert claim(row) is None
    assert (now(row).state, row.attempts, row.claim_token) == ("reading", 1, token)
    assert not is_waiting(row)


def test_a_lease_that_ran_out_may_be_claimed_by_another(clock: Any, row: StatementFile) -> None:
    first = claimed(row)
    clock.shift(timedelta(seconds=59))
    assert claim(row) is None

    clock.shift(timedelta(seconds=2))

    assert is_waiting(row)
    second = claimed(row)
    assert second != first
    assert now(row).attempts == 2


def test_a_lease_that_is_renewed_does_not_run_out(clock: Any, row: StatementFile) -> None:
    token = claimed(row)
    clock.shift(timedelta(seconds=50))

    work.renew(StatementFile, row.pk, token, rows_read=500)
    clock.shift(timedelta(seconds=50))

    assert claim(row) is None
    assert now(row).rows_read == 500


def test_whoever_wakes_up_after_the_lease_has_lost_the_claim(
    clock: Any, row: StatementFile
) -> None:
    sleeper = claimed(row)
    clock.shift(timedelta(seconds=61))
    newer = claimed(row)

    with pytest.raises(work.LostClaim):
        work.renew(StatementFile, row.pk, sleeper, rows_read=9)
    with pytest.raises(work.LostClaim):
        work.hold(StatementFile, row.pk, sleeper)
    assert work.give_back(StatementFile, row.pk, sleeper, "slept", None) is False

    assert (now(row).claim_token, row.rows_read, row.last_failure) == (newer, 0, "")
    assert work.hold(StatementFile, row.pk, newer) == row


def test_failed_work_waits_longer_each_time(clock: Any, row: StatementFile) -> None:
    for attempt, wait in ((1, 10), (2, 20)):
        token = claimed(row)
        assert work.give_back(StatementFile, row.pk, token, "no luck", None) is False
        assert (now(row).state, row.attempts) == ("received", attempt)
        clock.shift(timedelta(seconds=wait - 1))
        assert claim(row) is None
        clock.shift(timedelta(seconds=2))
        assert is_waiting(row)


def fail_three_times(clock: Any, row: StatementFile, person: User) -> list[bool]:
    parked = []
    for _ in range(3):
        token = claimed(row)
        parked.append(work.give_back(StatementFile, row.pk, token, "no luck", person))
        clock.shift(timedelta(minutes=5))
    return parked


def test_the_third_failure_parks_and_names_a_person(
    clock: Any, row: StatementFile, analyst: User
) -> None:
    assert fail_three_times(clock, row, analyst) == [False, False, True]

    assert (now(row).parked_for, row.last_failure, row.state) == (analyst, "no luck", "received")
    assert not is_waiting(row)
    assert claim(row) is None


def test_parked_work_gets_three_new_tries_from_a_person(
    clock: Any, row: StatementFile, analyst: User
) -> None:
    fail_three_times(clock, row, analyst)

    assert work.send_again(StatementFile, row.pk)
    assert (now(row).parked_at, row.parked_for) == (None, None)
    assert fail_three_times(clock, row, analyst) == [False, False, True]


def test_work_that_is_not_parked_is_not_sent_again(row: StatementFile) -> None:
    assert not work.send_again(StatementFile, row.pk)


def die_three_times(clock: Any, row: StatementFile) -> None:
    """Its worker is killed without a word, three times."""
    for _ in range(3):
        claimed(row)
        clock.shift(timedelta(seconds=61))


def test_work_whose_worker_died_three_times_is_not_tried_a_fourth_time(
    clock: Any, row: StatementFile, analyst: User
) -> None:
    die_three_times(clock, row)
    assert claim(row) is None

    assert park_exhausted_files([row.importer_id]) == 1

    assert now(row).parked_for == analyst
    assert "stopped three times" in row.last_failure
    assert park_exhausted_files([row.importer_id]) == 0


def test_work_in_its_third_try_is_not_parked_while_the_lease_runs(
    clock: Any, row: StatementFile, analyst: User
) -> None:
    die_three_times(clock, row)
    clock.shift(timedelta(seconds=-2))

    assert park_exhausted_files([row.importer_id]) == 0


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_late_worker_that_is_just_loading_is_not_parked_under_its_hands(
    importer: Any, analyst: User
) -> None:
    """Its lease ran out during the load, in which nothing is renewed; the row is locked."""
    with importer_scope(importer.pk):
        account = ProgramAccount.objects.first()
        row = bring_statement(account, text([line("1", "1.00")])).file
        long_ago = NOW - timedelta(days=1)
        StatementFile.objects.update(state="reading", attempts=3, leased_until=long_ago)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '3s'")  # who waits for the worker fails here
    loading = connections.create_connection("owner")
    try:
        with loading.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "SELECT 1 FROM statements_statementfile WHERE id = %s FOR UPDATE", [row.pk]
            )
            assert park_exhausted_files([importer.pk]) == 0
            cursor.execute(
                "UPDATE statements_statementfile SET state = 'loaded' WHERE id = %s", [row.pk]
            )
            cursor.execute("COMMIT")
    finally:
        loading.close()
        connection.close()  # and its timeout with it

    assert park_exhausted_files([importer.pk]) == 0
    with importer_scope(importer.pk):
        assert now(row).state == "loaded"
        assert row.parked_at is None
