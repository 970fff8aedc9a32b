"""Callers of the API: a key that writes, a key that reads, a stranger's key."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from carmsvc.platform.api_keys import create_api_key
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount, User
from reconciliation.models import MatchRun
from tests.books import Line, ledger, reconciled, soa

ROOT = "/api/v1/"


class Caller:
    """Asks below /api/v1/ and answers Django's test responses."""

    def __init__(self, key: str | None = None, person: User | None = None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}
        if person:
            self.client.force_login(person)

    def get(self, path: str, **parameters: Any) -> Any:
        address = path if path.startswith("http") else ROOT + path
        return self.client.get(address, parameters or None, headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = json.dumps(body if body is not None else {})
        told = {"headers": {**self.headers, **named}, "content_type": "application/json"}
        return self.client.post(ROOT + path, content, **told)

    def send(self, path: str, body: dict[str, Any], **headers: str) -> Any:
        """A multipart POST."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(ROOT + path, body, headers={**self.headers, **named})

    def delete(self, path: str) -> Any:
        return self.client.delete(ROOT + path, headers=self.headers)


@pytest.fixture
def key_for() -> Callable[..., Caller]:
    def made(user: User, *importers: Importer, grants: tuple[str, ...] = ("*:write",)) -> Caller:
        ids = [importer.pk for importer in importers]
        told = {"name": "test", "user": user, "importer_ids": ids, "grants": grants}
        return Caller(create_api_key(**told)[1])

    return made


@pytest.fixture
def api(analyst: User, importer: Importer, key_for: Any) -> Caller:
    """The analyst's writing key for Maple."""
    return key_for(analyst, importer)


@pytest.fixture
def reader(analyst: User, importer: Importer, key_for: Any) -> Caller:
    return key_for(analyst, importer, grants=("*:read",))


@pytest.fixture
def outsider(other_finance: User, stranger: Importer, key_for: Any) -> Caller:
    return key_for(other_finance, stranger)


@pytest.fixture
def upload() -> Callable[..., SimpleUploadedFile]:
    def made(text: str, name: str = "soa.csv") -> SimpleUploadedFile:
        return SimpleUploadedFile(name, text.encode(), "text/csv")

    return made


@pytest.fixture
def run(importer: Importer) -> MatchRun:
    """A finished run: two matches, one variance of each of two kinds, one suggestion."""
    with importer_scope(importer.pk):
        account = ProgramAccount.objects.get(bn15="123456782RM0001")
        statement = soa(
            account,
            Line("1", "100.00"),
            Line("2", "250.00"),
            Line("3", "40.00", parts=(("duty", "30.00"), ("gst", "10.00"))),
            Line("4", "77.00"),
            Line(None, "19.00"),
        )
        ledger(
            account,
            Line("1", "100.00"),
            Line("2", "250.00"),
            Line("3", "35.00", parts=(("duty", "25.00"), ("gst", "10.00"))),
            Line(None, "19.00"),
        )
        return reconciled(statement)


def problem(response: Any, status: int) -> dict[str, Any]:
    """The problem document of an answer that must be one."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body
