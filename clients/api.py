"""The API's doors to the clients room, and what every room's API stands on."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import django_filters
from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from carmsvc.platform.api_keys import ApiKey
from carmsvc.platform.idempotency import IdempotentPosts
from carmsvc.platform.problems import NotSeen, Unprocessable
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import TenantModel, importer_scope, importers_in_scope
from carmsvc.platform.throttling import RateHeaders
from clients.actions import create_importer, warnings_about
from clients.models import Importer, Membership, ProgramAccount, User
from clients.queries import may
from clients.rules import Permission, permissions_of_importer_role, permissions_of_staff

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

    parser_classes = [JSONParser]
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

    def _known_parameters(self) -> Iterable[str]:
        if self.action == "list" or self.paginated:
            yield from self.paginator.query_params  # type: ignore[union-attr]
            yield from getattr(self.filterset_class, "base_filters", ())

    def handle_exception(self, error: Exception) -> Response:
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


class ImporterSerializer(serializers.ModelSerializer[Importer]):
    """An importer: the tenant whose rows all others are."""

    program_accounts = serializers.ListField(
        source="account_numbers", child=serializers.CharField(), help_text="Its RM accounts (BN15)."
    )

    class Meta:
        model = Importer
        fields: tuple[str, ...] = (
            *("id", "legal_name", "bn9", "language", "amount_tolerance"),
            *("program_accounts", "created_at"),
        )
        read_only_fields = fields


class RegisteredImporterSerializer(ImporterSerializer):
    """An importer just registered, with what is odd about its numbers."""

    warnings = serializers.ListField(child=serializers.CharField())

    class Meta(ImporterSerializer.Meta):
        fields: tuple[str, ...] = (*ImporterSerializer.Meta.fields, "warnings")


class ImporterWish(serializers.Serializer[Any]):
    """A new importer."""

    legal_name = serializers.CharField(max_length=200, help_text="Exactly as the CBSA has it.")
    bn9 = serializers.CharField(max_length=20, help_text="Business number, nine digits.")
    program_accounts = serializers.ListField(
        child=serializers.CharField(max_length=30), min_length=1, max_length=200
    )


class ImporterFilters(django_filters.FilterSet):
    legal_name = django_filters.CharFilter(
        "legal_name", lookup_expr="icontains", help_text="A part of the legal name."
    )
    bn9 = django_filters.CharFilter("bn9", help_text="The exact business number.")


MAPLE = OpenApiExample(
    "A furniture importer",
    value={
        "legal_name": "Maple Furniture Inc.",
        "bn9": "123456782",
        "program_accounts": ["123456782RM0001"],
    },
    request_only=True,
)


class ImporterDoor(ReadDoor):
    """The importers you may see."""

    queryset = Importer._base_manager.none()
    serializer_class = ImporterSerializer
    filterset_class = ImporterFilters
    ordering = "id"
    ordering_fields = ("legal_name",)
    refused_status = Unprocessable.status_code

    def rows(self) -> Any:
        accounts = ProgramAccount.objects.filter(importer=OuterRef("pk")).order_by("bn15")
        return Importer.objects.annotate(account_numbers=ArraySubquery(accounts.values("bn15")))

    @extend_schema(
        request=ImporterWish, responses={201: RegisteredImporterSerializer}, examples=[MAPLE]
    )
    def create(self, request: Request) -> Response:
        """Register an importer. Administrators only; a key then sees what it registered."""
        if not self.person.is_administrator:
            raise PermissionDenied("Only an administrator registers importers.")
        importer = create_importer(**self.said(ImporterWish), by=self.person)
        if isinstance(request.auth, ApiKey):
            seen = [*request.auth.importer_ids, importer.pk]
            ApiKey.objects.filter(pk=request.auth.pk).update(importer_ids=seen)
        with importer_scope(importer.pk):
            found = self.rows().get(pk=importer.pk)
        found.warnings = warnings_about(importer.bn9)
        location = {"Location": self.address_of("importer", importer.pk)}
        body = RegisteredImporterSerializer(found).data
        return Response(body, status.HTTP_201_CREATED, headers=location)


class ProgramAccountSerializer(serializers.ModelSerializer[ProgramAccount]):
    """An RM account: where money and statements sit."""

    importer = serializers.IntegerField(source="importer_id")

    class Meta:
        model = ProgramAccount
        fields = ("id", "importer", "bn15", "name")
        read_only_fields = fields


class ProgramAccountFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    bn15 = django_filters.CharFilter("bn15", help_text="The exact number.")


class ProgramAccountDoor(ReadDoor):
    """The program accounts of your importers."""

    queryset = ProgramAccount._base_manager.none()
    serializer_class = ProgramAccountSerializer
    filterset_class = ProgramAccountFilters
    ordering = "id"
    ordering_fields = ("bn15",)

    def rows(self) -> Any:
        return ProgramAccount.objects.all()


class _PersonSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ("id", "email", "full_name", "language", "staff_role")
        ref_name = "Person"


class _KeySerializer(serializers.ModelSerializer[ApiKey]):
    class Meta:
        model = ApiKey
        fields = ("name", "prefix", "may_write", "created_at", "expires_at")
        ref_name = "Key"


class _SeenImporterSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    permissions = serializers.ListField(child=serializers.ChoiceField(list(Permission)))

    class Meta:
        ref_name = "SeenImporter"


class MeSerializer(serializers.Serializer[Any]):
    """Who asks, with which key, and what they may do with which importer."""

    person = _PersonSerializer()
    key = _KeySerializer(allow_null=True)
    importers = _SeenImporterSerializer(many=True)


class MeDoor(RateHeaders, APIView):
    """Who asks, and what they may do."""

    http_method_names = ["get", "head"]

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        key = request.auth if isinstance(request.auth, ApiKey) else None
        user: Any = request.user
        document = {"person": user, "key": key, "importers": list(_seen(user, key))}
        return Response(MeSerializer(document).data)


def _seen(user: User, key: ApiKey | None) -> Iterable[dict[str, Any]]:
    """Each importer in the scope with what may be done there; a reading key only views."""
    roles: dict[int, str] = {}
    if not user.is_staff_member:
        roles = dict(Membership.objects.filter(user=user).values_list("importer_id", "role"))
    for importer_id in importers_in_scope():
        if user.is_staff_member:
            allowed = permissions_of_staff(user.staff_role)
        else:
            allowed = permissions_of_importer_role(roles.get(importer_id, ""))
        if key and not key.may_write:
            allowed = allowed & {Permission.VIEW}
        yield {"id": importer_id, "permissions": sorted(allowed)}
