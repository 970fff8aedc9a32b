"""What a key may do: words such as `statements:read`, `statement-files:write` or `*:read`.

A resource is the first part of an API address below /api/v1/; writing includes reading. An
address that is new in the API is a resource by itself, and no old key opens it but by `*`.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.urls import URLResolver, get_resolver

API_ROOT = "api/v1/"
READ, WRITE, EVERY = "read", "write", "*"
READ_ALL, WRITE_ALL = f"{EVERY}:{READ}", f"{EVERY}:{WRITE}"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# what any key is told: who it is, what the API looks like
OPEN_TO_EVERY_KEY = frozenset({"me", "schema", "docs"})
_RESOURCE = re.compile(r"[a-z][a-z0-9-]*")


@cache
def api_resources() -> tuple[str, ...]:
    """The resources of the API that keys can be made for, by name."""
    roots = [one for one in get_resolver().url_patterns if str(one.pattern) == API_ROOT]
    return tuple(sorted({name for root in roots for name in _names(root, "") if name}))


def _names(patterns: Any, before: str) -> Iterable[str | None]:
    for one in patterns.url_patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _names(one, path)
        else:
            yield resource_of(API_ROOT + path)


def resource_of(route: str) -> str | None:
    """The resource that a route of the API belongs to; None where every key may ask."""
    name = route.removeprefix(API_ROOT).partition("/")[0]
    is_resource = _RESOURCE.fullmatch(name) and name not in OPEN_TO_EVERY_KEY
    return name if is_resource else None


def grant_needed(method: str, route: str) -> str | None:
    """The grant without which a key may not ask this; None where every key may."""
    resource = resource_of(route)
    if resource is None:
        return None
    return f"{resource}:{READ if method in SAFE_METHODS else WRITE}"


def covers(held: Iterable[str], grant: str) -> bool:
    """Whether these grants include this one."""
    resource, _, right = grant.partition(":")
    enough = {f"{name}:{level}" for name in (resource, EVERY) for level in (right, WRITE)}
    return not enough.isdisjoint(held)


def may_write_anything(held: Iterable[str]) -> bool:
    """Whether any of these grants lets a key change something."""
    return any(grant.endswith(f":{WRITE}") for grant in held)


def unknown_grants(grants: Iterable[str]) -> list[str]:
    """Those of the words that are no grant here."""
    resources = {EVERY, *api_resources()}
    return [one for one in grants if not _is_known(one, resources)]


def _is_known(grant: str, resources: set[str]) -> bool:
    resource, _, right = grant.partition(":")
    return resource in resources and right in (READ, WRITE)


def without_doubles(grants: Iterable[str]) -> list[str]:
    """The same grants, in order, without those that another one includes."""
    held = set(grants)
    return sorted(one for one in held if not covers(held - {one}, one))
