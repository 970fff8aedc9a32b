"""What every address of the API has in common: who asks, pages, parameters, problems, limits."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis.exceptions import RedisError

from carmsvc.platform.api_keys import ApiKey
from carmsvc.platform.openapi import openapi_document
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount, User
from reconciliation.models import MatchRun
from statements.models import Statement
from tests.api.conftest import Caller, problem
from tests.books import Line, ledger, reconciled, soa

LISTS = (
    "importers/",
    "program-accounts/",
    "statement-files/",
    "ledger-files/",
    "statements/",
    "ledger-entries/",
    "match-runs/",
    "variances/",
)


def test_without_a_key_the_answer_is_401_and_never_a_redirect(db: None) -> None:
    for path in (*LISTS, "me/", "importers/1/"):
        response = Caller().get(path)
        problem(response, 401)
        assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("text", ["carm_x", "carm_deadbeef_no", "", "something else"])
def test_a_wrong_key_is_told_so(importer: Importer, text: str) -> None:
    problem(Caller(text or " ").get("me/"), 401)


@pytest.mark.parametrize(
    "change",
    [
        {"revoked_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
    ],
)
def test_a_revoked_or_expired_key_opens_nothing(api: Caller, change: dict[str, Any]) -> None:
    ApiKey.objects.update(**change)

    problem(api.get("importers/"), 401)


def test_a_wrong_key_beside_a_good_session_is_still_refused(administrator: User) -> None:
    caller = Caller("carm_deadbeef_no", administrator)

    problem(caller.get("importers/"), 401)


def test_a_reading_key_reads_and_nothing_else(reader: Caller, run: MatchRun) -> None:
    assert reader.get("match-runs/").status_code == 200

    told = problem(reader.post("match-runs/", {"statement": run.statement_id}), 403)

    assert told["detail"] == "This API key lacks the grant match-runs:write."


def test_a_session_needs_its_csrf_token(analyst: User, run: MatchRun) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(analyst)

    assert client.get("/api/v1/importers/").status_code == 200
    response = client.post("/api/v1/match-runs/", {"statement": 1}, "application/json")
    problem(response, 403)


def test_a_signed_in_person_asks_without_a_key(analyst: User, run: MatchRun) -> None:
    assert Caller(person=analyst).get(f"match-runs/{run.pk}/").status_code == 200


def test_me_says_what_may_be_done_where(api: Caller, reader: Caller, importer: Importer) -> None:
    writing, reading = api.get("me/").json(), reader.get("me/").json()

    assert writing["person"]["email"] == "analyst@broker.example"
    assert writing["importers"][0]["id"] == importer.pk
    assert "sign_off" in writing["importers"][0]["permissions"]
    assert reading["importers"][0]["permissions"] == ["view"]
    assert reading["key"]["grants"] == ["*:read"]
    assert "secret" not in str(writing)


def test_what_is_not_there_is_a_problem_document(api: Caller) -> None:
    for path in ("importers/999/", "nothing/here/", "statements/99999999999999999999/"):
        problem(api.get(path), 404)


def test_another_method_is_a_problem_document(api: Caller, importer: Importer) -> None:
    response = api.delete(f"importers/{importer.pk}/")

    problem(response, 405)
    assert response["Allow"] == "GET, HEAD"


def test_an_unknown_parameter_is_refused_by_name(api: Caller) -> None:
    for path in LISTS:
        told = problem(api.get(path, colour="red"), 400)
        assert told["errors"][0]["field"] == "colour"


def test_an_unknown_field_is_refused_by_name(api: Caller) -> None:
    told = problem(api.post("match-runs/", {"statement": 1, "soon": True}), 400)

    assert told["errors"] == [
        {"field": "soon", "pointer": "/soon", "message": "There is no such field."}
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page_size", "0"),
        ("page_size", "501"),
        ("page_size", "many"),
        ("ordering", "legal_name; drop table"),
        ("ordering", "importer__legal_name"),
        ("cursor", "not-a-cursor"),
        ("cursor", "W10"),
        ("period_end", "yesterday"),
        ("importer", "1.5"),
        ("importer", "9" * 30),
        ("program_account", "\x00"),
    ],
)
def test_a_parameter_out_of_bounds_is_refused_by_name(api: Caller, name: str, value: str) -> None:
    told = problem(api.get("statements/", **{name: value}), 400)

    assert told["errors"][0]["field"] == name


@pytest.mark.parametrize("body", ["[", "[]", '"x"', '{"statement": "one"}', "{}"])
def test_a_body_that_makes_no_sense_is_a_problem(api: Caller, body: str) -> None:
    response = api.client.post(
        "/api/v1/match-runs/", body, content_type="application/json", headers=api.headers
    )

    problem(response, 400)


def test_another_content_type_is_refused(api: Caller) -> None:
    response = api.client.post(
        "/api/v1/match-runs/", "<a/>", content_type="text/xml", headers=api.headers
    )

    problem(response, 415)


def test_a_failure_of_ours_is_a_problem_that_tells_nothing(
    api: Caller, run: MatchRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr("reconciliation.actions.request_run", fail)

    response = api.post("match-runs/", {"statement": run.statement_id})

    problem(response, 500)
    assert "42" not in response.content.decode()


def _statements(importer: Importer, months: range) -> list[int]:
    with importer_scope(importer.pk):
        account = ProgramAccount.objects.get(bn15="123456782RM0001")
        days = [date(2026, month, 17) for month in months]
        return [soa(account, Line("1", f"{day.month}.00"), last=day).pk for day in days]


def test_pages_follow_each_other_and_lead_back(api: Caller, importer: Importer) -> None:
    numbers = _statements(importer, range(1, 8))

    seen, page = [], api.get("statements/", page_size=3, ordering="period_end").json()
    assert page["previous"] is None
    while True:
        seen += [row["id"] for row in page["results"]]
        if not page["next"]:
            break
        page = api.get(page["next"]).json()
    back = api.get(page["previous"]).json()

    assert seen == numbers
    assert [row["id"] for row in back["results"]] == numbers[3:6]
    again = api.get(back["next"]).json()
    assert [row["id"] for row in again["results"]] == numbers[6:]


def test_a_row_that_comes_meanwhile_moves_no_page(api: Caller, importer: Importer) -> None:
    numbers = _statements(importer, range(1, 5))
    first = api.get("statements/", page_size=2).json()
    _statements(importer, range(5, 7))

    second = api.get(first["next"]).json()

    assert [row["id"] for row in first["results"]] == [numbers[3], numbers[2]]
    assert [row["id"] for row in second["results"]] == [numbers[1], numbers[0]]


def test_many_rows_with_one_value_are_paged_without_loss(api: Caller, importer: Importer) -> None:
    with importer_scope(importer.pk):
        account = ProgramAccount.objects.get(bn15="123456782RM0001")
        ledger(account, *(Line(str(n), "5.00") for n in range(25)))

    seen, page = [], api.get("ledger-entries/", page_size=4, ordering="-amount").json()
    while page["results"]:
        seen += [row["id"] for row in page["results"]]
        page = api.get(page["next"]).json() if page["next"] else {"results": []}

    assert len(seen) == len(set(seen)) == 25


def test_a_cursor_of_another_order_is_refused(api: Caller, importer: Importer) -> None:
    _statements(importer, range(1, 4))
    page = api.get("statements/", page_size=1, ordering="period_end").json()

    problem(api.get(page["next"].replace("ordering=period_end", "ordering=id")), 400)


def test_every_answer_tells_the_limit_and_429_when_to_come_again(
    api: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("carmsvc.platform.throttling._rate", lambda: (2, 3600))

    answers = [api.get("importers/") for _ in range(3)]

    assert [one["RateLimit-Remaining"] for one in answers] == ["1", "0", "0"]
    assert {one["RateLimit-Limit"] for one in answers} == {"2"}
    problem(answers[2], 429)
    assert 0 < int(answers[2]["Retry-After"]) <= 3600


def test_without_a_cache_nobody_is_held_up(api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def add(self, *_: Any, **__: Any) -> None:
            raise RedisError("gone")

    monkeypatch.setattr("carmsvc.platform.throttling.cache", Gone())

    assert api.get("importers/").status_code == 200


@pytest.mark.parametrize("path", LISTS)
def test_lists_ask_the_same_queries_for_one_and_for_three(
    api: Caller,
    importer: Importer,
    run: MatchRun,
    path: str,
    django_assert_max_num_queries: Any,
) -> None:
    _count_queries(api, path)
    one = _count_queries(api, path)
    with importer_scope(importer.pk):
        account = ProgramAccount.objects.get(bn15="123456782RM0002")
        ProgramAccount.objects.create(importer=importer, bn15="123456782RM0003")
        for serial in range(3):
            soa(account, Line(str(serial), "10.00"))
            ledger(account, Line(str(serial), "9.00"))
        statement = Statement.objects.get(program_account=account, superseded_by=None)
        reconciled(statement)

    assert _count_queries(api, path) == one
    with django_assert_max_num_queries(18):
        api.get(path)


def _count_queries(api: Caller, path: str) -> int:
    with CaptureQueriesContext(connections["default"]) as queries:
        assert api.get(path).status_code == 200
    return len(queries)


def test_the_schema_is_for_everybody_and_the_page_has_nothing_inline(db: None) -> None:
    schema = Client().get("/api/v1/schema/", headers={"Accept": "application/json"})
    page = Client().get("/api/v1/docs/", headers={"Accept": "text/html"})

    assert schema.status_code == 200
    assert schema.json()["openapi"] == "3.1.0"
    assert page.status_code == 200
    text = page.content.decode()
    assert "<style" not in text
    assert text.count("<script") == text.count("<script src=")


def test_the_document_is_valid_openapi_without_a_warning(db: None) -> None:
    written = io.StringIO()

    call_command("spectacular", "--validate", "--fail-on-warn", stdout=written)

    assert written.getvalue().startswith("openapi: 3.1.0")


def test_every_operation_is_described_and_tells_its_problems(db: None) -> None:
    for path, operations in openapi_document()["paths"].items():
        for method, operation in operations.items():
            assert operation["description"], (method, path)
            assert {"400", "401", "429"} <= operation["responses"].keys(), (method, path)
            keyed = {parameter["name"] for parameter in operation.get("parameters", ())}
            assert ("Idempotency-Key" in keyed) == (method == "post"), path


def test_the_index_names_every_resource(api: Caller) -> None:
    found = api.get("").json()

    assert set(LISTS) <= {f"{name}/" for name in found}
    assert api.get(found["importers"]).status_code == 200


def test_a_forgotten_slash_is_added_with_method_and_body(api: Caller, run: MatchRun) -> None:
    asked = api.get("statements", current="true")
    posted = api.post("match-runs", {"statement": run.statement_id})

    assert (asked.status_code, posted.status_code) == (308, 308)
    assert asked["Location"] == "/api/v1/statements/?current=true"
    problem(api.get("statement/"), 404)


def test_an_instant_beyond_every_clock_is_refused(api: Caller) -> None:
    problem(api.get("statement-files/?uploaded_from=0632-01-18T04:46:47%2B17:00"), 400)
