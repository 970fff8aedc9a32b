"""What people and programs are told when something is wrong: what to do, nothing of the inside."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError, connections
from django.test import Client

from clients.models import User
from tests.pages.test_run_page import text_of

SECRET = "the inside 42"
INSIDE = ("Traceback", "Exception", "Error", "django.", "psycopg", "/work/", ".py", SECRET)
FAULTS = [
    (RuntimeError(SECRET), 500),
    (SuspiciousOperation(SECRET), 400),
    (OperationalError(SECRET), 500),
]
BOTH = {
    400: ("We could not read this request", "Nous n’avons pas pu lire cette demande"),
    403: ("This form is no longer valid", "Ce formulaire n’est plus valide"),
    500: ("Something went wrong on our side", "Une erreur s’est produite de notre côté"),
}
ONE = {
    403: ("Your role does not allow this", "Votre rôle ne permet pas cela"),
    404: ("Page not found", "Page introuvable"),
    429: ("Too many tries", "Trop d’essais"),
}


def caller(language: str = "en", **told: Any) -> Client:
    headers = {"accept-language": language}
    return Client(raise_request_exception=False, headers=headers, **told)


def tells_nothing(answer: Any) -> bool:
    words = answer.content.decode()
    return [word for word in INSIDE if word in words] == []


def problem_in(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("application/problem+json")
    told: dict[str, Any] = json.loads(answer.content)
    assert told["status"] == status
    assert set(told) == {"type", "title", "status", "detail", "errors", "instance"}
    assert tells_nothing(answer)
    return told


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Whatever is asked next fails with this error, before any view."""

    def fail_with(error: Exception) -> None:
        def fail(*_: Any) -> None:
            raise error

        monkeypatch.setattr("clients.viewing.ViewingAs.__call__", fail)

    return fail_with


@pytest.mark.parametrize(("error", "status"), FAULTS)
def test_a_fault_is_told_in_both_languages_and_as_a_problem(
    error: Exception, status: int, failing: Any
) -> None:
    """Without a database: no fixture of this test opens one."""
    failing(error)
    page, problem = caller().get("/importers/"), caller().get("/api/v1/importers/")

    assert page.status_code == status
    assert [sentence for sentence in BOTH[status] if sentence not in text_of(page)] == []
    assert tells_nothing(page)
    assert problem_in(problem, status)["instance"] == "/api/v1/importers/"


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """The database refuses every query from here on."""

    def refuse(*_: Any, **__: Any) -> None:
        raise OperationalError(f"connection to server failed: {SECRET}")

    for name in ("default", "owner"):
        monkeypatch.setattr(connections[name], "cursor", refuse)


@pytest.mark.parametrize("path", ["/account/login/", "/importers/", "/nowhere/", "/"])
def test_without_a_database_people_are_told_to_come_again(path: str, no_database: None) -> None:
    answer = caller().get(path)

    assert answer.status_code == 500
    assert [sentence for sentence in BOTH[500] if sentence not in text_of(answer)] == []
    assert tells_nothing(answer)


@pytest.mark.parametrize("path", ["importers/", "me/", "nowhere/"])
def test_without_a_database_programs_get_a_problem(path: str, no_database: None) -> None:
    key = {"Authorization": "Bearer carm_00000000_x"}

    problem_in(caller().get(f"/api/v1/{path}", headers=key), 500)


@pytest.mark.django_db
@pytest.mark.parametrize("place", [0, 1])
def test_a_page_that_is_not_there(place: int) -> None:
    answer = caller("en" if place == 0 else "fr").get("/nowhere/")

    assert answer.status_code == 404
    assert ONE[404][place] in text_of(answer)
    assert tells_nothing(answer)


@pytest.mark.parametrize("place", [0, 1])
def test_a_page_that_ones_role_does_not_allow(place: int, finance: User) -> None:
    client = caller("en" if place == 0 else "fr")
    client.force_login(finance)
    answer = client.get("/staff/")

    assert answer.status_code == 403
    assert ONE[403][place] in text_of(answer)
    assert tells_nothing(answer)


@pytest.mark.django_db
@pytest.mark.parametrize("place", [0, 1])
def test_too_many_tries(place: int) -> None:
    client = caller("en" if place == 0 else "fr")
    asked = {"email": "a@maple.example"}
    *_, answer = [client.post("/account/password/reset/", asked) for _ in range(6)]

    assert answer.status_code == 429
    assert ONE[429][place] in text_of(answer)
    assert tells_nothing(answer)


@pytest.mark.django_db
def test_a_form_without_its_token() -> None:
    answer = caller(enforce_csrf_checks=True).post("/account/login/", {"login": SECRET})

    assert answer.status_code == 403
    assert [sentence for sentence in BOTH[403] if sentence not in text_of(answer)] == []
    assert tells_nothing(answer)


def test_the_api_without_its_token(finance: User) -> None:
    client = caller(enforce_csrf_checks=True)
    client.force_login(finance)

    problem_in(client.post("/api/v1/match-runs/", {}, "application/json"), 403)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/api/v1/nowhere/", 401),
        ("get", "/api/nowhere/", 404),
        ("post", "/api/v1/schema/", 405),
        ("post", "/api/v1/docs/", 405),
        ("get", "/api/v1/importers/", 401),
    ],
)
def test_the_api_says_everything_as_a_problem(
    method: str, path: str, status: int, db: None
) -> None:
    problem_in(getattr(caller(), method)(path), status)


@pytest.mark.parametrize("accept", ["text/html", "application/yaml", "image/png"])
def test_a_program_that_takes_no_json_is_told_so_in_json(accept: str, finance: User) -> None:
    client = caller()
    client.force_login(finance)

    answer = client.get("/api/v1/importers/", headers={"accept": accept})

    problem_in(answer, 406)


def test_a_body_that_is_too_large_is_refused_before_it_is_read(
    finance: User, settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    client = caller()
    client.force_login(finance)
    body = json.dumps({"statement": "9" * 2_000})

    page = client.post("/account/profile/", {"full_name": "x" * 2_000})
    problem = client.post("/api/v1/match-runs/", body, "application/json")

    assert page.status_code == 400
    assert BOTH[400][0] in text_of(page)
    assert problem.status_code in {400, 413}
    problem_in(problem, problem.status_code)


def test_a_form_with_thousands_of_fields_is_refused(finance: User) -> None:
    client = caller()
    client.force_login(finance)
    asked = {f"field{number}": "x" for number in range(1_001)}

    assert client.post("/account/profile/", asked).status_code == 400
    problem_in(client.post("/api/v1/statement-files/", asked), 400)
