"""What every room's API doors stand on."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import django_filters
from django import forms
from django.db import DataError
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from carmsvc.platform.idempotency import IdempotentPosts
from carmsvc.platform.parsers import PlainJson
from carmsvc.platform.problems import NotSeen, Unprocessable
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import TenantModel, importers_in_scope
from carmsvc.platform.throttling import RateHeaders
from clients.queries import may
from clients.rules import Permission

LARGEST_ID = 2**63 - 1
FEW_IMPORTERS = 200
NOT_SEEN = "There is nothing here that you may see."


@extend_schema_field(OpenApiTypes.INT64)
class IdFilter(django_filters.NumberFilter):
    """The id of another row."""

    field_class = forms.IntegerField

    def __init__(self, field_name: str, help_text: str) -> None:
        options = {"min_value": 0, "max_value": LARGEST_ID, "help_text": help_text}
        super().__init__(field_name, **options)


class Door(RateHeaders, IdempotentPosts, viewsets.GenericViewSet[Any]):
    """A resource: rows of the open scope, known parameters only, refusals as problems."""

    parser_classes = [PlainJson]
    http_method_names = ["get", "head", "post", "delete"]
    lookup_value_converter = "int"
    filterset_class: Any = None
    ordering = "-id"
    ordering_fields: tuple[str, ...] = ()
    answer_codes: Mapping[str, tuple[int, ...]] = MappingProxyType({})  # where not 200 or 201
    paginated = False  # set by an extra action that lists
    refused_status: int = status.HTTP_409_CONFLICT

    def initial(self, request: Request, *arguments: Any, **named: Any) -> None:
        super().initial(request, *arguments, **named)
        unknown = sorted(set(request.query_params) - set(self._known_parameters()))
        if unknown:
            raise ValidationError({name: ["There is no such parameter."] for name in unknown})
        no_text = [name for name, said in request.query_params.lists() if "\0" in "".join(said)]
        if no_text:
            raise ValidationError({name: ["Null characters are not allowed."] for name in no_text})

    def _known_parameters(self) -> Iterable[str]:
        if self.action == "list" or self.paginated:
            yield from self.paginator.query_params  # type: ignore[union-attr]
            yield from getattr(self.filterset_class, "base_filters", ())

    def handle_exception(self, error: Exception) -> Response:
        # such as an instant seventeen hours from Greenwich; what we write ourselves never is
        if isinstance(error, DataError) and self.request.method in SAFE_METHODS:
            error = ValidationError({"query": ["A value lies outside what can be looked for."]})
        if isinstance(error, Refused) and self.refused_status == Unprocessable.status_code:
            error = Unprocessable(error.reasons)
        return super().handle_exception(error)

    @property
    def person(self) -> Any:
        """Who asks: the signed-in person, or the one who answers for the key."""
        return self.request.user

    def rows(self) -> Any:
        """This resource's rows in the open scope."""
        raise NotImplementedError

    def get_queryset(self) -> Any:
        """This resource's rows, and their importers named when few.

        The wall hides other importers' rows without this, but one by one: named, the planner
        goes by the importer's index (a million strange entries: 0.2 ms instead of 250 ms).
        """
        if getattr(self, "swagger_fake_view", False):
            return self.queryset  # the OpenAPI document is written outside any scope
        rows, scope = self.rows(), importers_in_scope()
        if len(scope) > FEW_IMPORTERS or not issubclass(rows.model, TenantModel):
            return rows
        return rows.filter(importer__in=scope)

    def get_object(self) -> Any:
        """The row of the address; 404 when it is not in the scope, whoever's it is."""
        row = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if row is None:
            raise NotSeen("id", NOT_SEEN)
        return row

    def object_for(self, permission: Permission) -> Any:
        """The row of the address, if whoever asks may do this with it; else 404, or 403."""
        row = self.get_object()
        self.demand(permission, row.importer_id)
        return row

    def demand(self, permission: Permission, importer_id: int) -> None:
        """403 unless whoever asks may do this with the importer."""
        if not may(self.person, permission, importer_id):
            word = permission.value.replace("_", " ")
            raise PermissionDenied(f"Your role with this importer does not include: {word}.")

    def demand_staff(self) -> None:
        """403 unless whoever asks is of the brokerage's staff."""
        if not self.person.is_staff_member:
            raise PermissionDenied("This is for the brokerage’s staff.")

    def said(self, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The request's body: valid, and without fields nobody knows."""
        wish = serializer(data=self.request.data, context=self.get_serializer_context())
        wish.is_valid(raise_exception=True)
        unknown = sorted(set(self.request.data) - set(wish.fields))
        if unknown:
            raise ValidationError({name: ["There is no such field."] for name in unknown})
        return dict(wish.validated_data)

    def address_of(self, name: str, pk: Any) -> str:
        """The full address of a row: `address_of("statement-file", 7)`."""
        return reverse(f"api-{name}-detail", kwargs={"pk": pk}, request=self.request)

    def page_of(self, rows: Any, serializer: type[serializers.BaseSerializer[Any]]) -> Response:
        """One page of rows that pass the filters."""
        page = self.paginate_queryset(self.filter_queryset(rows))
        context = self.get_serializer_context()
        return self.get_paginated_response(serializer(page, many=True, context=context).data)


class ReadDoor(mixins.ListModelMixin, mixins.RetrieveModelMixin, Door):
    """A resource that can be listed and read."""
