"""The API's doors to importers and their program accounts."""

from types import MappingProxyType
from typing import Any

import django_filters
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.api_keys import ApiKey
from carmsvc.platform.problems import Unprocessable
from carmsvc.platform.tenancy import importer_scope
from clients.actions import create_importer, warnings_about
from clients.actions.keys import open_to_registered
from clients.actions.program_accounts import arrange_payer
from clients.api.doors import IdFilter, ReadDoor
from clients.models import Importer, ProgramAccount
from clients.queries import may_here
from clients.rules import Permission


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
        if not may_here(self.person, Permission.REGISTER_IMPORTER):
            raise PermissionDenied("Only an administrator registers importers.")
        importer = create_importer(**self.said(ImporterWish), by=self.person)
        if isinstance(request.auth, ApiKey):
            open_to_registered(key=request.auth, importer=importer, by=self.person)
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
        fields = ("id", "importer", "bn15", "name", "payer", "pays_by_debit")
        read_only_fields = fields


class ProgramAccountFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    bn15 = django_filters.CharFilter("bn15", help_text="The exact number.")


class PayerWish(serializers.Serializer[Any]):
    """Who pays an account, and whether pre-authorized debit is on; null: not known."""

    payer = serializers.ChoiceField(
        choices=ProgramAccount.Payer.choices, allow_blank=True, help_text="Empty: not known."
    )
    pays_by_debit = serializers.BooleanField(allow_null=True)


BROKER_PAYS = OpenApiExample(
    "The broker pays", value={"payer": "broker", "pays_by_debit": False}, request_only=True
)


class ProgramAccountDoor(ReadDoor):
    """The program accounts of your importers."""

    queryset = ProgramAccount._base_manager.none()
    serializer_class = ProgramAccountSerializer
    filterset_class = ProgramAccountFilters
    ordering = "id"
    ordering_fields = ("bn15",)
    answer_codes = MappingProxyType({"payer": (200,)})

    def rows(self) -> Any:
        return ProgramAccount.objects.all()

    @extend_schema(
        request=PayerWish, responses={200: ProgramAccountSerializer}, examples=[BROKER_PAYS]
    )
    @action(detail=True, methods=["post"])
    def payer(self, request: Request, pk: int) -> Response:
        """Say who pays the account by arrangement, and whether pre-authorized debit is on."""
        account = self.object_for(Permission.RECORD_PAYMENT)
        arrange_payer(account=account, by=self.person, **self.said(PayerWish))
        return Response(self.get_serializer(account).data)
