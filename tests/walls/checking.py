"""Tries addresses and says what it found: a finding is a hole, or an address nobody thought of.

What must come back follows from the case and the permission matrix:
another importer's object is 404 whoever asks; a role too small is 403; signed out leads to the
sign-in page, or is 401 in the API; and no answer holds a word of the other importer's.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse

from carmsvc.platform.tenancy import importer_scope
from tests.walls.addresses import Address
from tests.walls.asking import Answer, Asker
from tests.walls.cases import Case, Need
from tests.walls.test_world import TENANT_MODELS
from tests.walls.wishes import MEANS_SEVERAL, filters, named, orders
from tests.walls.world import Tenant

# what a list may be asked for; a page leaves alone what it does not know
SEARCH = {"search": "Optik", "q": "Optik", "importer": "Optik", "words": "Optik", "person": "Optik"}
# the widest of each side, who ask for more and whose every change is looked at
ASK_FOR_MORE = ("owner", "staff analyst", "unassigned analyst", "writing key")
CHANGES = ("post", "put", "patch", "delete")
FAILED = (401, 403, 404, 405)
_methods: dict[str, list[str]] = {}  # what pages take, asked once


def nothing_found(findings: Iterable[str]) -> None:
    """Fail with every finding, a line each."""
    told = list(findings)
    if told:
        pytest.fail("\n".join([f"{len(told)} found:", *told]), pytrace=False)


def not_thought_of(addresses: Iterable[Address], cases: Mapping[str, Case]) -> list[str]:
    """Addresses without a case, and cases without an address."""
    names = {address.name for address in addresses}
    return [
        *(f"{name} has no case in tests/walls/cases" for name in sorted(names - set(cases))),
        *(f"{name} has a case and no address" for name in sorted(set(cases) - names)),
    ]


@dataclass
class Wall:
    """One importer's side and the other's, and the cases of the addresses between them."""

    ours: Tenant
    theirs: Tenant
    cases: Mapping[str, Case]
    administrator: Asker
    neighbour: Asker | None = None  # somebody of theirs, whose cursors are tried

    def path(self, address: Address, tenant: Tenant, **instead: Any) -> str:
        """The address with an importer's ids in it."""
        return reverse(address.name, kwargs=self.values(address, tenant) | instead)

    def values(self, address: Address, tenant: Tenant) -> dict[str, Any]:
        """What of an importer's stands for each name in the address."""
        case = self.cases[address.name]
        return {name: _value(case, name, tenant) for name in address.parameters}

    def unknown_ids(self, addresses: Iterable[Address]) -> list[str]:
        """Names in addresses that no row of an importer's answers to."""
        return [
            f"{address.name} asks for {name}: put it in Tenant.ids, or in its case's `at`"
            for address in addresses
            if address.name in self.cases
            for name, value in self.values(address, self.ours).items()
            if value is None
        ]

    def strange_paths(self, address: Address) -> Iterator[str]:
        """The address with the other importer's ids, all of them, and each one among ours."""
        mine = self.path(address, self.ours)
        found = [self.path(address, self.theirs)]
        if len(address.parameters) > 1:
            strange = self.values(address, self.theirs)
            found += [self.path(address, self.ours, **{name: strange[name]}) for name in strange]
        yield from dict.fromkeys(path for path in found if path != mine)

    def try_pages(self, asker: Asker, addresses: Iterable[Address]) -> list[str]:
        """Every method of every page: with our ids, with theirs, asked for theirs in the query."""
        return [
            f"{asker.name}: {finding}"
            for address in addresses
            if address.name in self.cases and not self.unknown_ids([address])
            for method in self.methods_of(address)
            for finding in self.try_method(asker, address, method)
        ]

    def told(self, asker: Asker, addresses: Iterable[Address]) -> str:
        """The same, a line each: a list of hundreds would be cut short where it matters."""
        return "\n".join(self.try_pages(asker, addresses))

    def methods_of(self, address: Address) -> list[str]:
        """What a page takes, as it says itself; else what its case speaks of."""
        if address.is_api:
            return list(address.api_methods)
        if address.name not in _methods:
            _methods[address.name] = self._methods_told(address)
        return _methods[address.name]

    def _methods_told(self, address: Address) -> list[str]:
        allowed = self.administrator.ask("options", self.path(address, self.ours)).headers
        case = self.cases[address.name]
        return [
            one
            for one in ("get", "post", "delete")
            if (one.upper() in allowed["Allow"] if "Allow" in allowed else case.need(one))
        ]

    def try_method(self, asker: Asker, address: Address, method: str) -> Iterator[str]:
        need = self.cases[address.name].need(method)
        if need is None:
            yield f"{address.name} takes {method.upper()}, and its case does not say what it needs"
            return
        yield from self._try_ours(asker, address, method, need)
        if not asker.sees_everything and not need.is_public:
            yield from self._try_theirs(asker, address, method, need)
        if asker.name in ASK_FOR_MORE:
            yield from self._try_more(asker, address, method)

    def _try_more(self, asker: Asker, address: Address, method: str) -> Iterator[str]:
        """Theirs asked for beside the address: in the query, in the body."""
        if method == "post":
            yield from self._try_bodies(asker, address)
        elif method == "get" and address.is_api:
            yield from self._try_filters(asker, address)
            yield from self._try_orders(asker, address)
        elif method == "get":
            for query in (SEARCH, self._their_ids):
                yield from self._try_query(asker, address, query)[1]

    def _try_ours(self, asker: Asker, address: Address, method: str, need: Need) -> Iterator[str]:
        path, body = self.path(address, self.ours), self._body(address, self.ours)
        told = f"{method.upper()} {path}"
        answer, findings = self._ask(asker, address, method, path, told, body=body)
        if wrong := _wrong(asker, address, method, need, answer):
            yield f"{told}: {answer.status}, not {wrong}"
        yield from findings

    def _try_theirs(self, asker: Asker, address: Address, method: str, need: Need) -> Iterator[str]:
        body = self._body(address, self.ours)
        for place, path in enumerate(self.strange_paths(address)):
            told = f"{method.upper()} {path} (theirs)"
            answer, findings = self._ask(asker, address, method, path, told, body=body)
            if wrong := _wrong_for_theirs(asker, address, method, need, answer, place > 0):
                yield f"{told}: {answer.status}, not {wrong}"
            yield from findings

    def _try_bodies(self, asker: Asker, address: Address) -> Iterator[str]:
        """Our body with one thing of theirs in it is refused; with all of theirs, does nothing."""
        mine, strange = self._body(address, self.ours), self._body(address, self.theirs)
        path = self.path(address, self.ours)
        for name in mine:
            if mine[name] == strange[name] or hasattr(mine[name], "read"):
                continue
            body, told = mine | {name: strange[name]}, f"POST {path} with their {name}"
            answer, findings = self._ask(asker, address, "post", path, told, body=body)
            if answer.status < (400 if address.is_api else 300):
                yield f"{told}: {answer.status}, not refused"
            yield from findings
        if not address.is_api:
            told = f"POST {path} with all of their ids"
            body = mine | self._their_ids
            yield from self._ask(asker, address, "post", path, told, body=body)[1]

    def _try_filters(self, asker: Asker, address: Address) -> Iterator[str]:
        """Their things asked for by every filter there is: no row."""
        of_them = named(self.theirs)
        for name in filters(address):
            query = {name: of_them.get(name, "")}
            answer, findings = self._try_query(asker, address, query)
            yield from findings
            if name not in MEANS_SEVERAL and answer.status == 200 and _rows(answer):
                yield f"GET {address.route}?{name}={query[name]}: rows, for what is theirs"

    def _try_orders(self, asker: Asker, address: Address) -> Iterator[str]:
        """Every order, and a page that begins where one of theirs ended."""
        for order in orders(address):
            asked = {"ordering": order, "page_size": 1}
            yield from self._try_query(asker, address, {"ordering": order})[1]
            if cursor := self._their_cursor(address, asked):
                yield from self._try_query(asker, address, asked | {"cursor": cursor})[1]

    def _their_cursor(self, address: Address, asked: dict[str, Any]) -> str:
        if self.neighbour is None:
            return ""
        answer = self.neighbour.ask("get", self.path(address, self.theirs), query=asked)
        link = answer.document.get("next") if isinstance(answer.document, dict) else None
        return parse_qs(urlsplit(link or "").query).get("cursor", [""])[0]

    def _try_query(
        self, asker: Asker, address: Address, query: Mapping[str, Any]
    ) -> tuple[Answer, list[str]]:
        path = self.path(address, self.ours)
        told = f"GET {path}?{'&'.join(f'{name}={value}' for name, value in query.items())[:60]}"
        return self._ask(asker, address, "get", path, told, query=query)

    def _ask(
        self, asker: Asker, address: Address, method: str, path: str, told: str, **said: Any
    ) -> tuple[Answer, list[str]]:
        """The answer; and what no answer may be: a failure, a word or a change of theirs."""
        seen: list[Any] = []
        looks = method in CHANGES and asker.name in ASK_FOR_MORE
        before = self._rows_before if looks else None
        answer = asker.ask(
            method,
            path,
            said.get("body"),
            said.get("query"),
            as_json=address.is_api,
            after=lambda: seen.append(rows_of(self.theirs) if looks else None),
        )
        words = [] if asker.sees_everything else answer.markers(self.theirs, str(said))
        findings = [f"{told}: tells “{word}”" for word in words]
        if seen[0] != before:
            findings.append(f"{told}: changed {_differences(before, seen[0])} of theirs")
        if answer.status >= 500:
            findings.append(f"{told}: {answer.status}, a failure of ours")
        return answer, findings

    @cached_property
    def _rows_before(self) -> list[tuple[str, str]]:
        return rows_of(self.theirs)  # for good: whatever is asked is rolled back

    @cached_property
    def _their_ids(self) -> dict[str, Any]:
        ids = {name.removesuffix("_id"): value for name, value in self.theirs.ids.items()}
        return ids | self.theirs.ids

    def _body(self, address: Address, tenant: Tenant) -> dict[str, Any]:
        body = self.cases[address.name].body
        return body(tenant) if body else {}


def _value(case: Case, name: str, tenant: Tenant) -> Any:
    value = case.at.get(name, tenant.ids.get(name))
    return value(tenant) if callable(value) else value


def _holds(asker: Asker, need: Need) -> bool:
    if need.whose:
        return asker.name == need.whose
    if need.is_for_staff and not asker.is_staff:
        return False
    return not need.any_of or bool(need.any_of & asker.held)


def _lacks_grant(asker: Asker, address: Address, method: str) -> bool:
    if asker.grants is None or address.resource in OPEN_TO_EVERY_KEY:
        return False
    right = "read" if method == "get" else "write"
    wanted = {f"{name}:{level}" for name in ("*", address.resource) for level in (right, "write")}
    return wanted.isdisjoint(asker.grants)


OPEN_TO_EVERY_KEY = ("me", "schema", "docs", "")


def _wrong(asker: Asker, address: Address, method: str, need: Need, answer: Answer) -> str:
    """What should have come back for our own object; nothing if it did."""
    if need.is_public or answer.status >= 500:  # a failure is told anyway
        return ""
    if not asker.is_signed_in:
        return _wrong_signed_out(address, answer)
    if _lacks_grant(asker, address, method):
        return "" if answer.status == 403 else "403, for want of the grant"
    if not _holds(asker, need):
        wanted = {need.refused, *((404,) if not asker.sees_ours else ())}
        return "" if answer.status in wanted else f"{need.refused}, for want of the permission"
    if not asker.sees_ours and need.any_of and answer.status == 404:
        return ""
    if not asker.sees_ours and answer.status == 403:
        return ""
    if need.may_be_missing and answer.status == 404:
        return ""
    return "granted" if answer.status in FAILED or _is_sent_to_sign_in(answer) else ""


def _wrong_signed_out(address: Address, answer: Answer) -> str:
    if address.is_api:
        return "" if answer.status == 401 else "401"
    return "" if _is_sent_to_sign_in(answer) else "the sign-in page"


def _wrong_for_theirs(
    asker: Asker, address: Address, method: str, need: Need, answer: Answer, is_among_ours: bool
) -> str:
    """What should have come back for the other importer's object; nothing if it did."""
    if not asker.is_signed_in:
        return _wrong_signed_out(address, answer)
    if answer.status == 404:
        return ""
    is_refused_anyway = _lacks_grant(asker, address, method) or (
        (need.is_brokerage_wide or is_among_ours) and not _holds(asker, need)
    )
    return "" if is_refused_anyway and answer.status == 403 else "404"


def _is_sent_to_sign_in(answer: Answer) -> bool:
    return answer.status == 302 and answer.location.startswith(
        f"{reverse(settings.LOGIN_URL)}?next="
    )


def _rows(answer: Answer) -> list[Any]:
    found: list[Any] = answer.document.get("results", []) if answer.document else []
    return found


def _differences(before: Any, after: Any) -> str:
    return ", ".join(name for name, content in after if (name, content) not in before)


# what is an importer's and stands before the wall: table, and the name of its row in Tenant.ids
BEFORE_THE_WALL = (
    *(("platform_apikey", "key_id"), ("clients_invitation", "invitation_id")),
    *(("usersessions_usersession", "session_id"), ("mfa_authenticator", "passkey_id")),
    *(("clients_user", "person_id"), ("clients_clientgroup", "group_id")),
)


def rows_of(tenant: Tenant) -> list[tuple[str, str]]:
    """What stands in each table of an importer, as one hash a table."""
    with importer_scope(tenant.importer.pk), connection.cursor() as cursor:
        cursor.execute(_every_row(), {name: tenant.ids[name] for _table, name in BEFORE_THE_WALL})
        return list(cursor.fetchall())


@cache
def _every_row() -> str:
    content = "SELECT '{0}', md5(string_agg(t::text, '' ORDER BY t::text)) FROM \"{0}\" t"
    walled = [content.format(model._meta.db_table) for model in TENANT_MODELS]
    others = [f"{content.format(table)} WHERE id = %({name})s" for table, name in BEFORE_THE_WALL]
    return " UNION ALL ".join([*walled, *others])
