"""Runs through the API: asked for, read to the cent, explained, signed, reopened."""

import io
import json
from typing import Any

import pytest
from django.core.management import call_command

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount, User
from reconciliation.actions import run_match
from reconciliation.models import MatchRun
from tests.api.conftest import Caller, problem
from tests.books import Line, decided, ledger, reconciled, soa
from tests.statements import door

EXPLAINED = {"reason_code": "booked_wrong", "note": "Freight was left out."}


def test_a_run_is_asked_for_and_carried_out(api: Caller, importer: Importer) -> None:
    with importer_scope(importer.pk):
        account = ProgramAccount.objects.get(bn15="123456782RM0001")
        statement = soa(account, Line("1", "100.00"))
        ledger(account, Line("1", "100.00"))

    asked = api.post("match-runs/", {"statement": statement.pk})
    twice = api.post("match-runs/", {"statement": statement.pk})
    run_match(importer_id=importer.pk, run_id=asked.json()["id"])
    found = api.get(asked["Location"]).json()
    standing = api.post("match-runs/", {"statement": statement.pk})

    assert (asked.status_code, twice.status_code, standing.status_code) == (202, 202, 200)
    assert asked.json()["is_under_way"] is True
    assert asked.json()["totals"] is None
    assert asked.json()["id"] == twice.json()["id"] == standing.json()["id"]
    assert (found["state"], found["is_under_way"]) == ("finished", False)
    assert found["totals"]["residual"] == "0.00"


def test_the_command_and_the_api_say_the_same(api: Caller, run: MatchRun) -> None:
    printed = io.StringIO()
    call_command("reconcile", str(run.statement_id), "--json", stdout=printed)

    found = api.get(f"match-runs/{run.pk}/").json()

    assert found["totals"] == json.loads(printed.getvalue())["totals"]
    assert found["totals"]["statement_activity"] == "486.00"
    assert found["totals"]["ledger_in_scope"] == "404.00"
    assert found["totals"]["effects"] == "82.00"


def test_matches_and_suggestions_show_both_sides(api: Caller, run: MatchRun) -> None:
    matches = api.get("matches/", run=run.pk).json()["results"]
    (suggestion,) = api.get("suggestions/", run=run.pk).json()["results"]
    one = api.get(f"matches/{matches[0]['id']}/").json()

    assert [match["line_amount"] for match in matches] == ["100.00", "250.00"]
    assert {match["reason"] for match in matches} == {"010_exact"}
    assert one == matches[0]
    assert one["lines"][0]["amount"] == one["entries"][0]["amount"] == "100.00"
    assert (suggestion["line_amount"], suggestion["effect"]) == ("19.00", "0.00")
    assert suggestion["lines"][0]["transaction_no"] is None


def test_groups_are_paged_filtered_and_turned(api: Caller, run: MatchRun) -> None:
    first = api.get("matches/", run=run.pk, page_size=1).json()
    second = api.get(first["next"]).json()
    turned = api.get("matches/", run=run.pk, ordering="-group_no").json()["results"]
    number = second["results"][0]["lines"][0]["transaction_no"]
    found = api.get("matches/", run=run.pk, transaction_no=number).json()["results"]
    none = api.get("matches/", run=run.pk, match_pass="030_net").json()["results"]

    assert [row["id"] for row in turned] == [
        second["results"][0]["id"],
        first["results"][0]["id"],
    ]
    assert found == second["results"]
    assert none == []


@pytest.mark.parametrize("path", ["matches/", "suggestions/", "expected-entries/"])
def test_groups_need_a_run_that_one_may_see(api: Caller, run: MatchRun, path: str) -> None:
    for told in ({}, {"run": "999999"}, {"run": "x"}, {"run": "9" * 30}):
        assert problem(api.get(path, **told), 404)["errors"][0]["field"] == "run"
    for group in ("1", "x-y", f"{run.pk}-999", f"{run.pk}-{'9' * 30}", "999999-1"):
        problem(api.get(f"{path}{group}/"), 404)


def test_a_group_of_another_place_is_not_found(api: Caller, run: MatchRun) -> None:
    match = api.get("matches/", run=run.pk).json()["results"][0]["id"]

    problem(api.get(f"suggestions/{match}/"), 404)
    problem(api.post(f"suggestions/{match}/confirmation/"), 404)


def test_a_confirmed_suggestion_becomes_a_match(
    api: Caller, run: MatchRun, importer: Importer
) -> None:
    (suggestion,) = api.get("suggestions/", run=run.pk).json()["results"]

    told = api.post(f"suggestions/{suggestion['id']}/confirmation/")
    run_match(importer_id=importer.pk, run_id=told.json()["id"])
    matches = api.get("matches/", run=told.json()["id"], match_pass="045_confirmed").json()
    late = api.post(f"suggestions/{suggestion['id']}/refusal/")

    assert told.status_code == 202
    assert told["Location"] == told.json()["status_url"]
    assert [match["line_amount"] for match in matches["results"]] == ["19.00"]
    problem(late, 409)


def test_a_refused_suggestion_comes_back_as_variances(
    api: Caller, run: MatchRun, importer: Importer
) -> None:
    (suggestion,) = api.get("suggestions/", run=run.pk).json()["results"]

    told = api.post(f"suggestions/{suggestion['id']}/refusal/")
    run_match(importer_id=importer.pk, run_id=told.json()["id"])

    following = told.json()["id"]
    assert api.get("suggestions/", run=following).json()["results"] == []
    assert api.get(f"match-runs/{run.pk}/").json()["superseded_by"] == following


def test_variances_are_read_and_filtered(api: Caller, run: MatchRun) -> None:
    def found(**told: Any) -> list[Any]:
        return api.get("variances/", run=run.pk, **told).json()["results"]  # type: ignore[no-any-return]

    (differing,) = found(kind="amount_differs")

    assert len(found()) == 2
    assert (differing["line_amount"], differing["entry_amount"]) == ("40.00", "35.00")
    assert (differing["effect"], differing["components"]) == ("5.00", {"duty": "5.00"})
    assert [one["kind"] for one in found(ordering="-effect")] == [
        "not_in_ledger",
        "amount_differs",
    ]
    assert found(transaction_no=differing["transaction_no"]) == [differing]
    assert len(found(state="open", current="true", statement=run.statement_id)) == 2
    assert found(state="explained") == []


def test_a_variance_is_explained_and_reopened(api: Caller, run: MatchRun) -> None:
    pk = api.get("variances/", run=run.pk).json()["results"][0]["id"]
    path = f"variances/{pk}/explanation/"

    no_reason = problem(api.post(path, {"note": "?"}), 400)
    explained = api.post(path, EXPLAINED)
    twice = api.post(path, EXPLAINED)
    reopened = api.delete(path)
    nothing = api.delete(path)

    assert no_reason["errors"][0]["field"] == "reason_code"
    assert explained.status_code == 201
    assert (explained.json()["state"], explained.json()["decided_by"]) == (
        "explained",
        "analyst@broker.example",
    )
    problem(twice, 409)
    assert reopened.status_code == 200
    assert (reopened.json()["state"], reopened.json()["note"]) == ("open", "")
    problem(nothing, 409)


def test_a_run_is_signed_by_two_and_reopened_with_a_reason(
    api: Caller, run: MatchRun, analyst: User, reviewer: User, importer: Importer, key_for: Any
) -> None:
    still_open = problem(api.post(f"match-runs/{run.pk}/sign-offs/"), 409)
    with importer_scope(importer.pk):
        run = decided(run, analyst)
    path, second = f"match-runs/{run.pk}/sign-offs/", key_for(reviewer, importer)
    for variance in api.get("variances/", run=run.pk).json()["results"]:
        api.post(f"variances/{variance['id']}/explanation/", EXPLAINED)

    first, same, other = api.post(path), api.post(path), second.post(path)
    signed = api.get(f"match-runs/{run.pk}/").json()["sign_offs"]
    silent = problem(api.post(f"match-runs/{run.pk}/reopening/", {}), 400)
    reopened = api.post(f"match-runs/{run.pk}/reopening/", {"reason": "A file came late."})

    assert [one["message"] for one in still_open["errors"]] == [
        "2 variances are still open.",
        "1 suggestion waits for somebody to confirm or refuse it.",
    ]
    assert (first.status_code, other.status_code) == (201, 201)
    assert "other" in problem(same, 409)["detail"]
    assert [one["role"] for one in signed] == ["preparer", "reviewer"]
    assert silent["errors"][0]["field"] == "reason"
    assert reopened.status_code == 200
    assert {one["reopen_reason"] for one in reopened.json()["sign_offs"]} == {"A file came late."}


def test_an_importers_own_people_read_and_decide_nothing(
    run: MatchRun, importer: Importer, finance: User, key_for: Any
) -> None:
    theirs = key_for(finance, importer)
    variance = theirs.get("variances/", run=run.pk).json()["results"][0]["id"]
    (suggestion,) = theirs.get("suggestions/", run=run.pk).json()["results"]

    problem(theirs.post("match-runs/", {"statement": run.statement_id}), 403)
    problem(theirs.post(f"variances/{variance}/explanation/", EXPLAINED), 403)
    problem(theirs.post(f"suggestions/{suggestion['id']}/confirmation/"), 403)
    problem(theirs.post(f"match-runs/{run.pk}/sign-offs/"), 403)


def test_a_run_that_is_not_parked_is_not_sent_again(api: Caller, run: MatchRun) -> None:
    problem(api.post(f"match-runs/{run.pk}/attempts/"), 409)


def test_a_big_page_of_matches_asks_no_more_queries(
    api: Caller, importer: Importer, django_assert_max_num_queries: Any
) -> None:
    with importer_scope(importer.pk):
        account = ProgramAccount.objects.get(bn15="123456782RM0001")
        lines = [Line(str(serial), "10.00") for serial in range(60)]
        statement = soa(account, *lines)
        ledger(account, *lines)
    asked = api.post("match-runs/", {"statement": statement.pk}).json()["id"]
    run_match(importer_id=importer.pk, run_id=asked)

    with django_assert_max_num_queries(16):
        page = api.get("matches/", run=asked, page_size=60).json()

    assert len(page["results"]) == 60


def test_the_api_says_what_moved_and_answers_404_when_nothing_was_signed(
    importer: Importer, analyst: User, api: Caller, outsider: Caller
) -> None:
    with importer_scope(importer.pk):
        account = ProgramAccount.objects.get(bn15="123456782RM0001")
        door.ledger_file(account, door.entry("1", "45.00"))
        run = reconciled(door.statement(account, door.line("1", "50.00")))
    (variance,) = api.get("variances/", run=run.pk).json()["results"]
    api.post(f"variances/{variance['id']}/explanation/", EXPLAINED)
    api.post(f"match-runs/{run.pk}/sign-offs/")
    with importer_scope(importer.pk):
        file = door.ledger_file(account, door.entry("1", "50.00"))
        after = reconciled(run.statement)

    body = api.get(f"match-runs/{after.pk}/moved/").json()

    assert (body["signed_run"], body["ledger_files"]) == (run.pk, [file.pk])
    assert body["sign_offs"][0]["signed_by"] == analyst.email
    assert body["figures"][1] == {
        "key": "amount_differs",
        "before": "5.00",
        "after": "0.00",
        "difference": "-5.00",
        "count_before": 1,
        "count_after": 0,
    }
    assert (body["new"], body["gone_count"], body["gone"][0]["effect"]) == ([], 1, "5.00")
    problem(api.get(f"match-runs/{run.pk}/moved/"), 404)
    problem(outsider.get(f"match-runs/{after.pk}/moved/"), 404)


def test_every_variance_of_a_kind_is_explained_in_one_call(
    api: Caller, reader: Caller, outsider: Caller, run: MatchRun
) -> None:
    path = f"match-runs/{run.pk}/explanations/"
    wish = EXPLAINED | {"kind": "not_in_ledger", "count": 1}

    changed = problem(api.post(path, wish | {"count": 7}), 409)
    problem(api.post(path, wish | {"kind": "nothing"}), 400)
    problem(reader.post(path, wish), 403)
    problem(outsider.post(path, wish), 404)
    explained = api.post(path, wish)

    assert "1 variances of this kind are open now, not 7" in changed["detail"]
    assert (explained.status_code, explained.json()) == (200, {"explained": 1})
    states = {one["kind"]: one["state"] for one in api.get("variances/").json()["results"]}
    assert states == {"not_in_ledger": "explained", "amount_differs": "open"}


@pytest.mark.parametrize("verdict", ["confirmation", "refusal"])
def test_what_was_said_of_a_pair_is_taken_back(
    api: Caller, outsider: Caller, run: MatchRun, verdict: str
) -> None:
    pair = api.get("suggestions/", run=run.pk).json()["results"][0]["id"]
    path = f"suggestions/{pair}/{verdict}/"
    early = problem(api.delete(path), 409)
    following = api.post(path).json()["id"]
    run_match(importer_id=run.importer_id, run_id=following)

    problem(outsider.delete(path), 404)
    asked = api.delete(path)
    run_match(importer_id=run.importer_id, run_id=asked.json()["id"])

    assert early["detail"] == "Nobody has said this of the pair."
    assert asked.status_code == 202
    again = api.get("suggestions/", run=asked.json()["id"]).json()["results"]
    assert [one["line_amount"] for one in again] == ["19.00"]
    problem(api.delete(path), 409)
