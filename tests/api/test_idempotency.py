"""A POST sent twice with one key is done once: in a row, at once, and around a crash."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from carmsvc.platform.idempotency import IdempotencyRecord, forget_old_answers
from carmsvc.platform.tenancy import TenantKey, importer_scope
from clients.models import Importer, User
from reconciliation.models import MatchRun, SignOff
from statements.models import StatementFile
from tests.api.conftest import Caller, problem
from tests.books import decided

OPTICS = {
    "legal_name": "Northern Optics Ltd.",
    "bn9": "100000009",
    "program_accounts": ["100000009RM0001"],
}
CSV = (
    "Transaction number,Transaction type,Release date,Amount\n12345000000017,CAD,2026-10-05,1.00\n"
)
OF_MAPLE = {"program_account": "123456782RM0001", "period_end": "2026-10-17"}


@pytest.fixture
def admin(administrator: User, importer: Importer, key_for: Any) -> Caller:
    return key_for(administrator, importer)


def test_the_same_again_answers_the_first_answer(admin: Caller) -> None:
    first = admin.post("importers/", OPTICS, Idempotency_Key="one")

    again = admin.post("importers/", dict(reversed(OPTICS.items())), Idempotency_Key="one")

    assert (first.status_code, again.status_code) == (201, 201)
    assert "Idempotent-Replay" not in first
    assert again["Idempotent-Replay"] == "true"
    assert again["Location"] == first["Location"]
    assert again.json() == first.json()
    assert TenantKey.objects.count() == 2


def test_another_body_under_the_same_key_is_refused(admin: Caller) -> None:
    admin.post("importers/", OPTICS, Idempotency_Key="one")

    told = problem(admin.post("importers/", {**OPTICS, "bn9": "1"}, Idempotency_Key="one"), 422)

    assert "another body" in told["detail"]


def test_a_key_belongs_to_one_principal_and_one_address(
    admin: Caller, analyst: User, importer: Importer, key_for: Any, run: MatchRun
) -> None:
    body = {"statement": run.statement_id}
    admin.post("match-runs/", body, Idempotency_Key="one")

    others = key_for(analyst, importer).post("match-runs/", body, Idempotency_Key="one")
    elsewhere = admin.post("importers/", OPTICS, Idempotency_Key="one")

    assert "Idempotent-Replay" not in others
    assert "Idempotent-Replay" not in elsewhere
    assert (others.status_code, elsewhere.status_code) == (200, 201)


def test_what_was_refused_may_be_tried_again(
    api: Caller, run: MatchRun, scope: Importer, analyst: User
) -> None:
    run = decided(run, analyst)
    variances = list(run.variances.all())
    path = f"match-runs/{run.pk}/sign-offs/"
    problem(api.post(path, Idempotency_Key="sign"), 409)
    run.variances.update(
        state="explained", reason_code="other", decided_at=timezone.now(), decided_by=analyst
    )

    signed = api.post(path, Idempotency_Key="sign")
    again = api.post(path, Idempotency_Key="sign")

    assert variances
    assert (signed.status_code, again.status_code) == (201, 201)
    assert SignOff.objects.count() == 1


def test_a_crash_before_the_commit_leaves_neither_change_nor_answer(
    admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:

        def crash(*_: Any) -> None:
            raise RuntimeError("killed")

        patched.setattr("carmsvc.platform.idempotency._keep", crash)
        assert admin.post("importers/", OPTICS, Idempotency_Key="one").status_code == 500
    assert TenantKey.objects.count() == 1
    assert not IdempotencyRecord.objects.exists()

    assert admin.post("importers/", OPTICS, Idempotency_Key="one").status_code == 201


def test_a_file_sent_twice_is_compared_by_its_content(api: Caller, upload: Any) -> None:
    first = api.send("statement-files/", OF_MAPLE | {"file": upload(CSV)}, Idempotency_Key="f")
    again = api.send("statement-files/", OF_MAPLE | {"file": upload(CSV)}, Idempotency_Key="f")
    other = api.send(
        "statement-files/", OF_MAPLE | {"file": upload(CSV + "\n")}, Idempotency_Key="f"
    )

    assert (first.status_code, again.status_code) == (202, 202)
    assert again["Idempotent-Replay"] == "true"
    problem(other, 422)


@pytest.mark.parametrize("key", ["x" * 256, "é", ""])
def test_a_key_that_is_no_key_is_refused(admin: Caller, key: str) -> None:
    told = problem(admin.post("importers/", OPTICS, Idempotency_Key=key), 400)

    assert told["errors"][0]["field"] == "Idempotency-Key"


def test_old_answers_are_forgotten(admin: Caller) -> None:
    admin.post("importers/", OPTICS, Idempotency_Key="one")
    assert forget_old_answers() == 0
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(days=8))

    assert forget_old_answers() == 1


def _at_once(*calls: Any) -> list[Any]:
    """The answers of calls that start together, each on its own connection."""
    answers, barrier = [], threading.Barrier(len(calls))

    def ask(call: Any) -> None:
        try:
            barrier.wait()
            answers.append(call())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_two_at_once_are_one_work(admin: Caller, importer: Importer) -> None:
    def ask() -> Any:
        other = Caller()
        other.headers = admin.headers
        return other.post("importers/", OPTICS, Idempotency_Key="both")

    answers = _at_once(ask, ask, ask)

    assert [one.status_code for one in answers] == [201, 201, 201]
    assert sum("Idempotent-Replay" in one for one in answers) == 2
    assert len({one.json()["id"] for one in answers}) == 1
    assert TenantKey.objects.count() == 2


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_the_same_file_twice_at_once_without_a_key_is_one_file(
    admin: Caller, importer: Importer, upload: Any
) -> None:
    def ask() -> Any:
        other = Caller()
        other.headers = admin.headers
        return other.send("statement-files/", OF_MAPLE | {"file": upload(CSV)})

    answers = _at_once(ask, ask)

    assert sorted(one.status_code for one in answers) == [200, 202]
    with importer_scope(importer.pk):
        assert StatementFile.objects.count() == 1
