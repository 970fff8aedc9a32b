"""Where an event came from: filled in by itself, and never what the sender claims."""

from typing import Any

import pytest
from celery import shared_task
from django.test import Client, RequestFactory

from carmsvc.platform import audit
from carmsvc.platform.api_keys import ApiKey, create_api_key
from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.audit_origin import network_address, origin
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount, User
from reconciliation.actions import explain_variances
from reconciliation.models import MatchRun, Variance
from tests.books import decided
from tests.pages.conftest import october
from tests.statements.door import line, statement_file

PROXY = {"REMOTE_ADDR": "10.0.0.1"}


@pytest.fixture
def run(importer: Importer, administrator: User) -> MatchRun:
    """A run whose differences are all explained, so that it can be signed."""
    with importer_scope(importer.pk):
        run = october(ProgramAccount.objects.get(bn15="123456782RM0001"))
        run = decided(run, administrator)
        numbers = list(Variance.objects.filter(run=run).values_list("group_no", flat=True))
        explain_variances(
            run=run, group_nos=numbers, reason_code="timing", note="", by=administrator
        )
        return run


def last(importer: Importer) -> AuditEvent:
    with importer_scope(importer.pk):
        event: AuditEvent = AuditEvent.objects.order_by("-sequence")[0]
        return event


def test_a_change_on_a_page_says_the_address_and_the_request(
    run: MatchRun, analyst: User, importer: Importer
) -> None:
    client = Client(REMOTE_ADDR="203.0.113.7")
    client.force_login(analyst)

    response = client.post(f"/runs/{run.pk}/sign-offs/")

    told = last(importer)
    assert (told.actor, told.actor_id) == ("analyst@broker.example", analyst.pk)
    assert told.came_from == {
        "how": "page",
        "address": "203.0.113.7",
        "request": response["X-Request-ID"],
    }


def test_a_change_through_the_api_names_the_key(
    run: MatchRun, analyst: User, importer: Importer
) -> None:
    key, text = create_api_key(
        name="ledger system", user=analyst, importer_ids=[importer.pk], grants=["*:write"]
    )

    response = Client(REMOTE_ADDR="2001:db8::7").post(
        f"/api/v1/match-runs/{run.pk}/sign-offs/", headers={"Authorization": f"Bearer {text}"}
    )

    assert ApiKey.objects.get() == key
    told = last(importer).came_from
    assert told == {
        "how": "api key",
        "key": key.prefix,
        "address": "2001:db8::7",
        "request": response["X-Request-ID"],
    }


def test_each_request_has_a_number_of_its_own(db: None) -> None:
    answers = [Client().get("/account/login/", headers={"X-Request-ID": "mine"}) for _ in range(2)]

    numbers = {answer["X-Request-ID"] for answer in answers}
    assert len(numbers) == 2
    assert "mine" not in numbers


@pytest.mark.parametrize(
    ("forwarded", "behind", "address"),
    [
        ("198.51.100.9", False, "10.0.0.1"),  # nobody in front of us wrote this
        ("198.51.100.9", True, "198.51.100.9"),
        ("1.2.3.4, 198.51.100.9", True, "198.51.100.9"),  # the left one is a claim
        ("1.2.3.4,198.51.100.9 ", True, "198.51.100.9"),
        ("", True, "10.0.0.1"),
        ("198.51.100.9, <script>", True, None),
    ],
)
def test_the_address_is_the_one_our_own_proxy_saw(
    settings: Any, forwarded: str, behind: bool, address: str | None
) -> None:
    settings.BEHIND_TLS_PROXY = behind
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded}, **PROXY)

    assert network_address(request) == address


def test_a_connection_through_a_socket_has_no_address() -> None:
    assert network_address(RequestFactory().get("/", REMOTE_ADDR="")) is None


@shared_task
def _ask_for_origin() -> Any:
    return origin()


def test_a_worker_names_its_task() -> None:
    done = _ask_for_origin.apply(task_id="5f0c")

    assert done.get() == {"how": "worker", "task": "5f0c"}


def test_what_nobody_asked_for_through_the_web_is_a_command(scope: Importer) -> None:
    assert audit.record("one", importer_id=scope.pk, by="command").came_from == {"how": "command"}


def test_the_next_thing_in_the_thread_does_not_inherit_a_request(db: None) -> None:
    Client().get("/account/login/")

    assert origin() == {"how": "command"}


def test_staff_who_look_as_a_role_are_told_under_their_own_name(
    importer: Importer, analyst: User
) -> None:
    with importer_scope(importer.pk):
        account = ProgramAccount.objects.get(bn15="123456782RM0001")
        file = statement_file(account, line("1", "1.00"))
    client = Client(REMOTE_ADDR="203.0.113.7")
    client.force_login(analyst)
    client.post(f"/importers/{importer.pk}/viewing/", {"role": "finance"})

    response = client.get(f"/statement-files/{file.pk}/original/")

    assert response.status_code == 200
    told = last(importer)
    assert (told.action, told.actor, told.actor_id) == (
        "original opened",
        "analyst@broker.example",
        analyst.pk,
    )
    assert told.came_from["viewing"] == "finance"
