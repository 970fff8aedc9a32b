"""Every address there is, as Django's resolver and the API's router know them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

API = "api/v1/"
API_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Address:
    """A route with its name, and the names in it that stand for something."""

    name: str
    route: str
    parameters: tuple[str, ...]
    callback: Any

    @property
    def is_api(self) -> bool:
        return self.route.startswith(API)

    @property
    def resource(self) -> str:
        """The first word of an API address: `statements`."""
        return self.route.removeprefix(API).partition("/")[0]

    @property
    def api_methods(self) -> tuple[str, ...]:
        """What the router, or the view's class, takes."""
        actions = getattr(self.callback, "actions", None)
        if actions:
            return tuple(method for method in API_METHODS if method in actions)
        taken = self.callback.cls.http_method_names
        return tuple(one for one in API_METHODS if one in taken and hasattr(self.callback.cls, one))


def _walk(patterns: Iterable[Any], before: str = "", given: tuple[str, ...] = ()) -> Iterator[Any]:
    for one in patterns:
        route, names = before + str(one.pattern), (*given, *_names(one.pattern))
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, route, names)
        elif isinstance(one, URLPattern):
            yield Address(one.name or route, route, names, one.callback)


def _names(pattern: Any) -> tuple[str, ...]:
    return tuple(pattern.converters) or tuple(pattern.regex.groupindex)


@cache
def addresses_of(urlconf: str) -> tuple[Address, ...]:
    return tuple(_walk(get_resolver(urlconf).url_patterns))


def pages(urlconf: str = "carmsvc.urls") -> list[Address]:
    """Every page's address."""
    return [one for one in addresses_of(urlconf) if not one.is_api]


def operations(urlconf: str = "carmsvc.urls") -> list[Address]:
    """Every address of the API."""
    return [one for one in addresses_of(urlconf) if one.is_api]
