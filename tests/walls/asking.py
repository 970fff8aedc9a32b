"""Who asks, how they ask, and what came back, with every word of it."""

import io
import json
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pypdfium2
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from django.db import transaction
from django.test import Client
from django.utils import timezone

from carmsvc.platform.api_keys import ApiKey, create_api_key
from carmsvc.platform.tenancy import importer_scope
from clients.models import StaffAssignment, User
from clients.rules.permissions import IMPORTER_ROLES, STAFF_ROLES, Permission
from tests.walls.world import IMPORTER_ROLES as PEOPLE
from tests.walls.world import Tenant


@dataclass(frozen=True)
class Answer:
    """What came back: its status, where it leads, and every word of body and headers."""

    status: int
    location: str
    words: str
    headers: Mapping[str, str]
    document: Any = None

    def markers(self, tenant: Tenant, said: str) -> list[str]:
        """The words of an importer in it, but for those that the asker said themself."""
        known = said.lower()
        return [one for one in tenant.markers if one in self.words and one not in known]


@dataclass
class Asker:
    """Somebody at the door, and what the permission matrix gives their role."""

    name: str
    held: frozenset[Permission] = frozenset()
    is_signed_in: bool = True
    is_staff: bool = False
    sees_ours: bool = True
    grants: tuple[str, ...] | None = None  # of a key
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def sees_everything(self) -> bool:
        return self.name == "administrator"

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        query: Any = None,
        *,
        as_json: bool = False,
        after: Callable[[], object] = lambda: None,
    ) -> Answer:
        """Ask, read everything, look at what it did, and leave nothing behind."""
        return self._undone(lambda: self._send(method, path, body, query, as_json), after)

    def send(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> Answer:
        """The same with a request as it goes over the wire."""
        kind = headers.pop("Content-Type", "")
        told = headers | self.headers
        return self._undone(
            lambda: self.client.generic(method, path, content, kind, headers=told), lambda: None
        )

    def _undone(self, send: Callable[[], Any], after: Callable[[], object]) -> Answer:
        cookies = {name: morsel.value for name, morsel in self.client.cookies.items()}
        with transaction.atomic():
            answer = _read(send())
            after()
            transaction.set_rollback(True)
        self.client.cookies.clear()
        for name, value in cookies.items():
            self.client.cookies[name] = value
        return answer

    def _send(self, method: str, path: str, body: Any, query: Any, as_json: bool) -> Any:
        ask: Callable[..., Any] = getattr(self.client, method)
        told = {"headers": self.headers, "query_params": query}
        if method in ("get", "head", "options"):
            return ask(path, **told)
        if as_json and not _has_file(body):
            return ask(path, json.dumps(body or {}), content_type="application/json", **told)
        if method == "post":
            return ask(path, body or {}, **told)
        return ask(path, **told)


def _has_file(body: Any) -> bool:
    return isinstance(body, dict) and any(hasattr(value, "read") for value in body.values())


def _read(response: Any) -> Answer:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    head = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    cookies = response.cookies.output()
    is_json = "json" in response.headers.get("Content-Type", "")
    return Answer(
        response.status_code,
        response.headers.get("Location", ""),
        f"{head}\n{cookies}\n{words_in(content)}".lower(),
        dict(response.headers),
        json.loads(content) if is_json and content else None,
    )


def words_in(content: bytes) -> str:
    """Every word of a file: the bytes as text, and what is packed into a PDF, a ZIP, a workbook."""
    said = content.decode("utf-8", "replace")
    if content.startswith(b"PK\x03\x04"):
        said += "".join(f"\n{name}\n{words_in(inside)}" for name, inside in _unpacked(content))
    if content.startswith(b"%PDF-") and b"startxref" in content:
        said += _printed(content)
    return said


def _unpacked(content: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return [(name, package.read(name)) for name in package.namelist()]


def _printed(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def _signed_in(name: str, person: User, role: str = "", **told: Any) -> Asker:
    held = STAFF_ROLES[person.staff_role] if person.staff_role else IMPORTER_ROLES[role]
    asker = Asker(name, held, is_staff=bool(person.staff_role), **told)
    asker.client.force_login(person)
    session = asker.client.session  # a password was given just now, so nobody is asked again
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(person.pk)
    session.save()
    return asker


def askers_of(ours: Tenant, administrator: User, viewer: User, nobody: User) -> list[Asker]:
    """Everybody who may come. `viewer` is of the staff; `nobody` an analyst without an importer."""
    with importer_scope(ours.importer.pk):
        StaffAssignment.objects.create(importer=ours.importer, user=viewer)
    return [
        Asker("signed out", is_signed_in=False, sees_ours=False),
        *(_signed_in(role, ours.people[role], role) for role in PEOPLE),
        _signed_in("staff analyst", ours.analyst),
        _signed_in("staff viewer", viewer),
        _signed_in("unassigned analyst", nobody, sees_ours=False),
        _signed_in("administrator", administrator),
    ]


KEYS = {  # by name: its grants, and whether it opens anything
    "writing key": (("*:write",), True),
    "reading key": (("*:read",), True),
    "narrow key": (("statements:read",), True),
    "key that names too many": (("*:write",), True),
    "expired key": (("*:write",), False),
    "revoked key": (("*:write",), False),
    "key of somebody who left": (("*:write",), False),
}


def key_of(name: str, ours: Tenant, theirs: Tenant, both: User) -> Asker:
    """A key for our importer. `both` looks after both: a key opens what it was made for only."""
    grants, opens = KEYS[name]
    told = {"name": name, "user": both, "importer_ids": [ours.importer.pk]}
    if name == "key that names too many":  # more than its person sees
        told |= {"user": ours.analyst, "importer_ids": [ours.importer.pk, theirs.importer.pk]}
    if name == "key of somebody who left":
        told |= {"user": _somebody_who_left(ours)}
    key, text = create_api_key(grants=grants, **told)
    now = timezone.now()
    if name == "expired key":
        ApiKey.objects.filter(pk=key.pk).update(expires_at=now - timedelta(seconds=1))
    if name == "revoked key":
        ApiKey.objects.filter(pk=key.pk).update(revoked_at=now)
    return Asker(
        name,
        STAFF_ROLES["analyst"],
        is_staff=True,
        is_signed_in=opens,
        grants=grants,
        headers={"Authorization": f"Bearer {text}"},
    )


def _somebody_who_left(ours: Tenant) -> User:
    person = User.objects.create_user("left@broker.example", staff_role="analyst")
    with importer_scope(ours.importer.pk):
        StaffAssignment.objects.create(importer=ours.importer, user=person)
    User.objects.filter(pk=person.pk).update(is_active=False)
    return person
