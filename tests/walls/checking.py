"""Tries addresses and says what it found: a finding is a hole, or an address nobody thought of.

What must come back follows from the case and the permission matrix:
another importer's object is 404 whoever asks; a role too small is 403; signed out leads to the
sign-in page, or is 401 in the API; and no answer holds a word of the other importer's.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.urls import reverse

from carmsvc.platform.tenancy import importer_scope
from tests.walls.addresses import Address
from tests.walls.asking import Answer, Asker
from tests.walls.cases import Case, Need
from tests.walls.test_world import TENANT_MODELS
from tests.walls.world import Tenant

# what a list may be asked for; a page leaves alone what it does not know
SEARCH = {"search": "Optik", "q": "Optik", "importer": "Optik", "words": "Optik", "person": "Optik"}
ASK_FOR_MORE = ("owner", "staff analyst", "unassigned analyst")  # the widest roles of each side
FAILED = (401, 403, 404, 405)


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

    def path(self, address: Address, tenant: Tenant, **instead: Any) -> str:
        """The address with an importer's ids in it."""
        case = self.cases[address.name]
        return reverse(
            address.name,
            kwargs={
                name: instead.get(name, _value(case, name, tenant)) for name in address.parameters
            },
        )

    def unknown_ids(self, addresses: Iterable[Address]) -> list[str]:
        """Names in addresses that no row of an importer's answers to."""
        return [
            f"{address.name} asks for {name}: put it in Tenant.ids, or in its case's `at`"
            for address in addresses
            for name in address.parameters
            if address.name in self.cases
            and _value(self.cases[address.name], name, self.ours) is None
        ]

    def strange_paths(self, address: Address) -> Iterator[str]:
        """The address with the other importer's ids, all of them, and each one among ours."""
        mine = self.path(address, self.ours)
        found = [self.path(address, self.theirs)]
        if len(address.parameters) > 1:
            case = self.cases[address.name]
            for name in address.parameters:
                found.append(
                    self.path(address, self.ours, **{name: _value(case, name, self.theirs)})
                )
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

    def methods_of(self, address: Address) -> list[str]:
        """What a page takes, as it says itself; else what its case speaks of."""
        if address.is_api:
            return list(address.api_methods)
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
        if method == "get" and asker.name in ASK_FOR_MORE:
            yield from self._try_queries(asker, address)

    def _try_ours(self, asker: Asker, address: Address, method: str, need: Need) -> Iterator[str]:
        path, body = self.path(address, self.ours), self._body(address, self.ours)
        answer = asker.ask(method, path, body, as_json=address.is_api)
        told = f"{method.upper()} {path}"
        if wrong := _wrong(asker, address, method, need, answer):
            yield f"{told}: {answer.status}, not {wrong}"
        yield from self._leaks(asker, answer, told)

    def _try_theirs(self, asker: Asker, address: Address, method: str, need: Need) -> Iterator[str]:
        body = self._body(address, self.ours)
        for place, path in enumerate(self.strange_paths(address)):
            answer = asker.ask(method, path, body, as_json=address.is_api)
            told = f"{method.upper()} {path} (theirs)"
            if wrong := _wrong_for_theirs(asker, address, method, need, answer, place > 0):
                yield f"{told}: {answer.status}, not {wrong}"
            yield from self._leaks(asker, answer, told)
        yield from self._try_bodies(asker, address, method)

    def _try_bodies(self, asker: Asker, address: Address, method: str) -> Iterator[str]:
        """Our body with one thing of theirs in it changes nothing of theirs."""
        mine, strange = self._body(address, self.ours), self._body(address, self.theirs)
        if method != "post" or not asker.is_signed_in:
            return
        for name in mine:
            if mine[name] == strange[name]:
                continue
            body = mine | {name: strange[name]}
            path = self.path(address, self.ours)
            answer, changed = self._ask_and_look(asker, path, body, address.is_api)
            told = f"POST {path} with their {name}"
            if changed or (answer.status < 300 if not address.is_api else answer.status < 400):
                yield f"{told}: {answer.status}{', and their rows changed' if changed else ''}"
            yield from self._leaks(asker, answer, told, said=str(body))

    def _ask_and_look(
        self, asker: Asker, path: str, body: dict[str, Any], as_json: bool
    ) -> tuple[Answer, bool]:
        before = rows_of(self.theirs)
        seen: list[bool] = []
        answer = asker.ask(
            "post",
            path,
            body,
            as_json=as_json,
            after=lambda: seen.append(rows_of(self.theirs) != before),
        )
        return answer, seen[0]

    def _try_queries(self, asker: Asker, address: Address) -> Iterator[str]:
        ids = {name.removesuffix("_id"): value for name, value in self.theirs.ids.items()}
        path = self.path(address, self.ours)
        for query in (SEARCH, ids | self.theirs.ids):
            answer = asker.ask("get", path, query=query)
            if answer.status >= 500:
                yield f"GET {path} with their words in the query: {answer.status}"
            yield from self._leaks(asker, answer, f"GET {path}?{next(iter(query))}=…", str(query))

    def _body(self, address: Address, tenant: Tenant) -> dict[str, Any]:
        body = self.cases[address.name].body
        return body(tenant) if body else {}

    def _leaks(self, asker: Asker, answer: Answer, told: str, said: str = "") -> Iterator[str]:
        if asker.sees_everything:
            return
        for word in answer.markers(self.theirs, said):
            yield f"{told}: tells “{word}”"


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
    if answer.status >= 500:
        return "a failure of ours"
    if need.is_public:
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


def rows_of(tenant: Tenant) -> list[tuple[str, str]]:
    """What stands in each table of an importer, as one hash a table."""
    found = []
    with importer_scope(tenant.importer.pk), connection.cursor() as cursor:
        for model in TENANT_MODELS:
            table = model._meta.db_table
            cursor.execute(
                f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM \"{table}\" t"
            )
            found.append((table, cursor.fetchone()[0]))
    return found
