"""How importers stand is kept day by day, and a change of verdict is told once."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, connections

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.outbox import Letter
from carmsvc.platform.tenancy import importer_scope
from clients.actions import readiness as actions
from clients.actions.importer_profiles import change_profile
from clients.actions.portal import note_departure
from clients.actions.readiness import keep_readiness
from clients.models import Importer, Notice, ProgramAccount, ReadinessSnapshot, User
from clients.queries.readiness_history import changes_of, months_kept
from clients.tasks import keep_readiness as keep_readiness_task
from delegation.models import Delegation
from delegation.rules import Wish
from tests.delegation.stories import active, signed, step
from tests.readiness.stories import FIRST, SECOND, answer, bond, person

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def keep(importer: Importer, now: datetime = NOW, **told: Any) -> int:
    return keep_readiness(importers=[importer.pk], now=now, **told)


def rows(importer: Importer) -> list[tuple[date, str, bool]]:
    """(day, verdict, whether it is the newest) of everything that was kept, the oldest first."""
    with importer_scope(importer.pk):
        kept = ReadinessSnapshot.objects.filter(importer=importer).order_by("taken_on")
        return list(kept.values_list("taken_on", "verdict", "is_newest"))


def changes(importer: Importer) -> list[tuple[str, str]]:
    """The verdicts before and after each change that the audit tells."""
    with importer_scope(importer.pk):
        events = AuditEvent.objects.filter(action="readiness changed").order_by("id")
        return [(one.before["verdict"], one.after["verdict"]) for one in events]


def notices(importer: Importer) -> list[tuple[str, str]]:
    with importer_scope(importer.pk):
        told = Notice.objects.filter(kind="readiness", key__startswith="readiness/")
        return list(told.order_by("id").values_list("user__email", "subject"))


@pytest.fixture
def at_risk(scope: Importer, analyst: User) -> Importer:
    """An importer whom nothing stops, and of whom much is not known."""
    signed(scope, analyst)
    active(scope)
    return scope


def revoke(importer: Importer) -> None:
    """What stops it: our delegation is taken away."""
    step(Delegation.objects.get(importer=importer), Wish.REVOKE)


def test_a_day_has_one_row_that_tells_how_it_stood(
    at_risk: Importer, account: ProgramAccount, analyst: User
) -> None:
    assert keep(at_risk) == 1

    [kept] = ReadinessSnapshot.objects.all()
    assert {
        "taken_on": kept.taken_on, "checked_at": kept.checked_at, "is_newest": kept.is_newest,
        "verdict": kept.verdict, "areas": (kept.set_up, kept.rpp, kept.release),
        "accounts": kept.accounts, "failed": kept.failed_checks, "unknown": kept.unknown_checks,
        "counts": (kept.blockers, kept.risks, kept.advice, kept.not_known),
        "questions": kept.questions,
    } == {
        "taken_on": TODAY, "checked_at": NOW, "is_newest": True,
        "verdict": "at_risk", "areas": ("at_risk", "at_risk", "at_risk"),
        "accounts": {FIRST: "at_risk", SECOND: "at_risk"}, "failed": ["R16", "R18"],
        "unknown": [
            "R02", "R03", "R04", "R05", "R06", "R10", "R11", "R13", "R15", "R17", "R19", "R20",
            "R21", "R22",
        ],
        "counts": (0, 2, 1, 22),
        "questions": [
            "R03", f"R11-{FIRST}", f"R11-{SECOND}", "R17",
            *(f"{code}-{bn15}" for code in ("R19", "R20") for bn15 in (FIRST, SECOND)), "R21",
            f"R22-{FIRST}", f"R22-{SECOND}",
        ],
    }  # fmt: skip


def test_the_row_of_today_is_brought_up_to_date(at_risk: Importer, analyst: User) -> None:
    keep(at_risk)
    person(at_risk, "Rosa Roy", analyst)

    assert keep(at_risk, NOW + timedelta(hours=1)) == 0

    [kept] = ReadinessSnapshot.objects.all()
    assert kept.checked_at == NOW + timedelta(hours=1)
    assert "R05" in kept.failed_checks


def test_the_next_day_has_a_row_of_its_own_and_is_the_newest(at_risk: Importer) -> None:
    keep(at_risk)

    assert keep(at_risk, NOW + timedelta(days=1)) == 1

    assert rows(at_risk) == [
        (TODAY, "at_risk", False), (date(2026, 11, 24), "at_risk", True),
    ]  # fmt: skip


def test_the_day_is_the_day_in_toronto(at_risk: Importer) -> None:
    keep(at_risk, datetime(2026, 11, 24, 4, 59, tzinfo=UTC))

    assert [day for day, _verdict, _newest in rows(at_risk)] == [TODAY]


def test_who_waited_past_midnight_leaves_the_newer_day_alone(at_risk: Importer) -> None:
    keep(at_risk)
    keep(at_risk, NOW + timedelta(days=1))

    assert keep(at_risk, NOW + timedelta(hours=2)) == 0

    assert [day for day, _verdict, _newest in rows(at_risk)] == [TODAY, date(2026, 11, 24)]


def test_a_change_of_verdict_is_told_once_on_the_audit_and_to_the_lead(
    at_risk: Importer, analyst: User, reviewer: User, finance: User
) -> None:
    keep(at_risk)
    revoke(at_risk)

    for minutes in (1, 2, 3):
        keep(at_risk, NOW + timedelta(minutes=minutes))

    assert changes(at_risk) == [("at_risk", "not_ready")]
    assert notices(at_risk) == [(analyst.email, "At risk → Not ready")]


def test_the_audit_names_the_checks_before_and_after(at_risk: Importer) -> None:
    keep(at_risk)
    revoke(at_risk)
    keep(at_risk, NOW + timedelta(minutes=1))

    event = AuditEvent.objects.get(action="readiness changed")
    assert (event.before["failed_checks"], event.after["failed_checks"]) == (
        ["R16", "R18"], ["R07", "R16", "R18"],
    )  # fmt: skip
    assert event.target_id == ReadinessSnapshot.objects.get().pk


def test_a_change_since_yesterday_is_told_today(at_risk: Importer) -> None:
    keep(at_risk)
    revoke(at_risk)

    keep(at_risk, NOW + timedelta(days=1))

    assert changes(at_risk) == [("at_risk", "not_ready")]


def test_the_first_day_is_no_change(scope: Importer) -> None:
    keep(scope)

    assert (changes(scope), notices(scope)) == ([], [])


def test_the_reader_is_told_in_their_language(at_risk: Importer, analyst: User) -> None:
    User.objects.filter(pk=analyst.pk).update(language="fr")
    keep(at_risk)
    revoke(at_risk)

    keep(at_risk, NOW + timedelta(minutes=1))

    assert notices(at_risk) == [(analyst.email, "À risque → Pas prêt")]


def test_a_letter_tells_of_the_change_and_links_the_page(at_risk: Importer, analyst: User) -> None:
    keep(at_risk)
    revoke(at_risk)

    keep(at_risk, NOW + timedelta(minutes=1))

    letter = Letter.objects.get(to_address=analyst.email, text__contains="At risk → Not ready")
    assert f"/importers/{at_risk.pk}/readiness/" in letter.text


def test_a_former_client_is_not_looked_at(scope: Importer, analyst: User) -> None:
    change_profile(importer=scope, by=analyst, state="former")

    assert (keep(scope), rows(scope)) == (0, [])


def test_only_those_are_looked_at_of_whom_something_was_recorded(
    at_risk: Importer, analyst: User
) -> None:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        keep(at_risk, NOW + timedelta(hours=1))
    later = NOW + timedelta(hours=2)

    keep(at_risk, later, only_moved=True)
    assert ReadinessSnapshot.objects.get().checked_at == NOW + timedelta(hours=1)

    with time_machine.travel(NOW + timedelta(minutes=90), tick=False):
        person(at_risk, "Rosa Roy", analyst)
    keep(at_risk, later, only_moved=True)
    assert ReadinessSnapshot.objects.get().checked_at == later


def test_what_was_recorded_a_moment_before_may_not_have_been_seen(
    at_risk: Importer, analyst: User
) -> None:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        person(at_risk, "Rosa Roy", analyst)
    kept, later = NOW + timedelta(hours=1, seconds=30), NOW + timedelta(hours=1, minutes=10)
    keep(at_risk, kept)

    keep(at_risk, later, only_moved=True)
    assert ReadinessSnapshot.objects.get().checked_at == later

    keep(at_risk, later + timedelta(minutes=10), only_moved=True)
    assert ReadinessSnapshot.objects.get().checked_at == later


def test_its_own_words_on_the_audit_are_no_reason_to_look_again(
    at_risk: Importer, analyst: User
) -> None:
    keep(at_risk)
    kept = NOW + timedelta(hours=1)
    with time_machine.travel(kept, tick=False):
        revoke(at_risk)
    keep(at_risk, kept + timedelta(hours=1))
    with time_machine.travel(kept + timedelta(hours=2), tick=False):
        answer(at_risk, "R17", analyst)

    keep(at_risk, kept + timedelta(hours=3), only_moved=True)

    assert ReadinessSnapshot.objects.get().checked_at == kept + timedelta(hours=2)


def test_a_new_day_is_looked_at_though_nothing_was_recorded(at_risk: Importer) -> None:
    keep(at_risk)

    assert keep(at_risk, NOW + timedelta(days=1), only_moved=True) == 1


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each answers when all begin in the same moment, each with a connection of its own."""
    answers: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(place: int) -> None:
        try:
            start.wait()
            answers[place] = acts[place]()
        except Exception as error:
            answers[place] = error
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_two_at_once_keep_one_row_and_tell_a_change_once(
    transactional_db: None, importer: Importer, analyst: User
) -> None:
    with importer_scope(importer.pk):
        signed(importer, analyst)
        active(importer)
    first = at_once(*[lambda: keep(importer)] * 4)
    with importer_scope(importer.pk):
        revoke(importer)

    second = at_once(*[lambda: keep(importer, NOW + timedelta(minutes=1))] * 4)

    assert (sorted(first), second) == ([0, 0, 0, 1], [0, 0, 0, 0])
    assert rows(importer) == [(TODAY, "not_ready", True)]
    assert changes(importer) == [("at_risk", "not_ready")]
    assert len(notices(importer)) == 1


def somebody_waits() -> bool:
    """Whether a connection waits for a lock that somebody else holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
            " WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def test_whoever_answers_and_the_keeper_do_not_wait_for_each_other(
    transactional_db: None, importer: Importer, analyst: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with importer_scope(importer.pk):
        signed(importer, analyst)
        active(importer)
    keep(importer)
    with importer_scope(importer.pk):
        revoke(importer)
    tell, holds = actions._tell_change, threading.Event()

    def slowly(*told: Any) -> None:
        holds.set()
        until = time.monotonic() + 20
        while not somebody_waits() and time.monotonic() < until:
            time.sleep(0.01)
        tell(*told)

    def answers() -> str:
        holds.wait(20)
        with importer_scope(importer.pk):
            return answer(importer, "R17", analyst).question

    monkeypatch.setattr(actions, "_tell_change", slowly)

    assert at_once(lambda: keep(importer, NOW + timedelta(minutes=1)), answers) == [0, "R17"]
    assert changes(importer) == [("at_risk", "not_ready")]


def test_the_task_keeps_every_importer(importer: Importer, stranger: Importer) -> None:
    keep_readiness_task()
    keep_readiness_task()

    assert [rows(one) for one in (importer, stranger)] == [[(TODAY, "not_ready", True)]] * 2


def test_what_goes_wrong_at_some_leaves_the_others_kept(
    importer: Importer,
    stranger: Importer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    good = keep_readiness

    def fails(*, importers: list[int], **told: Any) -> int:
        if importers == [importer.pk]:
            raise ValueError("broken")
        return good(importers=importers, **told)

    monkeypatch.setattr("clients.tasks.AT_ONCE", 1)
    monkeypatch.setattr("clients.actions.readiness.keep_readiness", fails)

    keep_readiness_task()

    assert (rows(importer), len(rows(stranger))) == ([], 1)
    assert f"readiness of importers {importer.pk}… was not kept" in caplog.text


def test_the_history_tells_each_change_and_the_state_of_each_month(
    at_risk: Importer, account: ProgramAccount, analyst: User
) -> None:
    days = [datetime(2026, month, 5, 12, tzinfo=UTC) for month in (9, 10)]
    keep(at_risk, days[0])
    keep(at_risk, days[0] + timedelta(days=1))
    rosa = person(at_risk, "Rosa Roy", analyst)
    keep(at_risk, days[1])
    note_departure(portal_user=rosa, left_on=TODAY, by=analyst)
    keep(at_risk)

    told = changes_of(at_risk.pk, TODAY)
    months = months_kept(at_risk.pk, TODAY)

    assert [(one.kept.taken_on, one.newly_failed, one.no_longer_failed) for one in told] == [
        (TODAY, ["R06"], ["R07"]),  # our delegation is approved since today
        (date(2026, 10, 5), ["R05"], []),
        (date(2026, 9, 5), ["R07", "R16", "R18"], []),
    ]
    assert [(one.month, one.kept.taken_on) for one in months] == [
        (date(2026, 9, 1), date(2026, 9, 6)),
        (date(2026, 10, 1), date(2026, 10, 5)),
        (date(2026, 11, 1), TODAY),
    ]
    assert {name: int(count) for name, count in months[-1].counts.items()} == {
        "blockers": 1, "risks": 3, "advice": 1, "not_known": 20,
    }  # fmt: skip


def test_what_was_put_right_is_told_too(
    at_risk: Importer, account: ProgramAccount, analyst: User
) -> None:
    held = bond(account, analyst, valid_to=TODAY)
    keep(at_risk)
    bond(account, analyst, replaces=held, valid_to=date(2028, 1, 1))

    keep(at_risk, NOW + timedelta(days=1))

    assert changes_of(at_risk.pk, date(2026, 11, 24))[0].no_longer_failed == ["R13"]
