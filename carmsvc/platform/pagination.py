"""Pages by key: the next page begins after the last row seen, whatever came or went meanwhile."""

import base64
import binascii
import json
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError as FieldError
from django.db.models import Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

PAGE_SIZE, MOST = 50, 500


class KeysetPagination(CursorPagination):
    """`cursor`, `page_size` and `ordering`, on a key that ends in the view's unique field.

    A view names its unique field in `keyset` (`id`), what one may order by in
    `ordering_fields`, and the order without a wish in `ordering`. All are NOT NULL columns.
    """

    page_size = PAGE_SIZE
    max_page_size = MOST
    page_size_query_param = "page_size"
    query_params = ("cursor", "page_size", "ordering")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.address = request.build_absolute_uri()
        self.order = self._order(request, view)
        size, cursor = self._size(request), request.query_params.get("cursor")
        backwards, place = self._decoded(cursor, queryset) if cursor else (False, None)
        order = [_turned(name) for name in self.order] if backwards else self.order
        rows = queryset.order_by(*order)
        if place:
            rows = rows.filter(_beyond(order, place))
        found = list(rows[: size + 1])
        more, page = len(found) > size, found[:size]
        self.has_next = more if not backwards else True
        self.has_previous = place is not None if not backwards else more
        self.page = page[::-1] if backwards else page
        return self.page

    def get_next_link(self) -> str | None:
        return self._link(self.page[-1], False) if self.has_next and self.page else None

    def get_previous_link(self) -> str | None:
        return self._link(self.page[0], True) if self.has_previous and self.page else None

    def _size(self, request: Request) -> int:
        text = request.query_params.get("page_size", str(PAGE_SIZE))
        if not (text.isdecimal() and len(text) < 5 and 1 <= int(text) <= MOST):
            raise ValidationError({"page_size": [f"A whole number from 1 to {MOST}."]})
        return int(text)

    def _order(self, request: Request, view: Any) -> list[str]:
        unique = getattr(view, "keyset", "id")
        chosen = request.query_params.get("ordering", view.ordering)
        name = chosen.removeprefix("-")
        if name not in {*view.ordering_fields, view.ordering.removeprefix("-")}:
            allowed = ", ".join(_orderings(view))
            raise ValidationError({"ordering": [f"Not “{chosen}”; one of: {allowed}."]})
        sign = "-" if chosen.startswith("-") else ""
        return [chosen] if name == unique else [chosen, f"{sign}{unique}"]

    def _link(self, row: Any, backwards: bool) -> str:
        values = [getattr(row, name.removeprefix("-")) for name in self.order]
        content = json.dumps([self.order, backwards, *map(_as_text, values)])
        cursor = base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")
        return replace_query_param(self.address, "cursor", cursor)

    def _decoded(self, cursor: str, queryset: QuerySet[Any]) -> tuple[bool, list[Any]]:
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            order, backwards, *texts = json.loads(base64.urlsafe_b64decode(padded.encode()))
            if order != self.order or any("\x00" in str(text) for text in texts):
                raise ValueError("not made here, or for another order")
            fields = [queryset.model._meta.get_field(one.removeprefix("-")) for one in self.order]
            values = [field.to_python(text) for field, text in zip(fields, texts, strict=True)]
        except (ValueError, TypeError, RecursionError, binascii.Error, FieldError):
            message = "This cursor is not valid here; take it from the page before."
            raise ValidationError({"cursor": [message]}) from None
        return bool(backwards), values

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            _parameter("cursor", "Where the page begins; taken from `next` or `previous`."),
            {
                **_parameter("page_size", f"Rows a page, at most {MOST}."),
                "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": PAGE_SIZE},
            },
            {
                **_parameter("ordering", "The order; a minus turns it."),
                "schema": {
                    "type": "string",
                    "enum": _orderings(view),
                    "default": view.ordering,
                },
            },
        ]


def _parameter(name: str, description: str) -> dict[str, Any]:
    schema = {"type": "string"}
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
    }


def _orderings(view: Any) -> list[str]:
    names = dict.fromkeys([view.ordering.removeprefix("-"), *view.ordering_fields])
    return [turned for name in names for turned in (name, f"-{name}")]


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(order: list[str], place: list[Any]) -> Q:
    """The rows after a place; the first condition alone already narrows the index."""
    name, later = order[0].removeprefix("-"), "lt" if order[0].startswith("-") else "gt"
    if len(order) == 1:
        return Q(**{f"{name}__{later}": place[0]})
    tied = Q(**{name: place[0]}) & _beyond(order[1:], place[1:])
    further = Q(**{f"{name}__{later}": place[0]}) | tied
    return Q(**{f"{name}__{later}e": place[0]}) & further


def _as_text(value: Any) -> Any:
    if isinstance(value, date):  # an instant too
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
