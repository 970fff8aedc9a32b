"""Who asks, how they ask, and what came back, with every word of it."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.test import Client

from carmsvc.platform.api_keys import create_api_key
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
        cookies = {name: morsel.value for name, morsel in self.client.cookies.items()}
        with transaction.atomic():
            response = self._send(method, path, body, query, as_json)
            answer = _read(response)
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
        f"{head}\n{cookies}\n{content.decode('utf-8', 'replace')}".lower(),
        dict(response.headers),
        json.loads(content) if is_json and content else None,
    )


def _signed_in(name: str, person: User, role: str = "", **told: Any) -> Asker:
    held = STAFF_ROLES[person.staff_role] if person.staff_role else IMPORTER_ROLES[role]
    asker = Asker(name, held, is_staff=bool(person.staff_role), **told)
    asker.client.force_login(person)
    session = asker.client.session  # a password was given just now, so nobody is asked again
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
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


KEYS = {
    "writing key": ("*:write",),
    "reading key": ("*:read",),
    "narrow key": ("statements:read",),
}


def keys_of(ours: Tenant) -> list[Asker]:
    """Keys of the analyst: one that may everything, one that reads, one that reads one thing."""
    return [_key(name, grants, ours) for name, grants in KEYS.items()]


def _key(name: str, grants: tuple[str, ...], ours: Tenant) -> Asker:
    told = {"name": name, "user": ours.analyst, "importer_ids": [ours.importer.pk]}
    text = create_api_key(grants=grants, **told)[1]
    headers = {"Authorization": f"Bearer {text}"}
    held = STAFF_ROLES["analyst"]
    return Asker(name, held, is_staff=True, grants=grants, headers=headers)
