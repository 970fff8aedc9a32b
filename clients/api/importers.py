"""The API's doors to importers and their program accounts."""

from types import MappingProxyType
from typing import Any

import django_filters
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.api_keys import ApiKey
from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.problems import Unprocessable
from carmsvc.platform.tenancy import importer_scope
from clients.actions import create_importer, warnings_about
from clients.actions.importer_profiles import add_account, change_account, change_profile
from clients.actions.keys import open_to_registered
from clients.actions.program_accounts import arrange_payer
from clients.api.documents import importer_seen
from clients.api.doors import LARGEST_ID, IdFilter, ReadDoor
from clients.models import Importer, ProgramAccount, ReleaseStatus, User
from clients.queries import may_here
from clients.queries.register import with_standing
from clients.rules import Permission


class ImporterSerializer(serializers.ModelSerializer[Importer]):
    """An importer: the tenant whose rows all others are."""

    trade_names = serializers.ListField(
        source="trade_name_list", child=serializers.CharField(), help_text="As it operates."
    )
    program_accounts = serializers.ListField(
        source="account_numbers", child=serializers.CharField(), help_text="Its RM accounts (BN15)."
    )

    class Meta:
        model = Importer
        fields: tuple[str, ...] = (
            *("id", "legal_name", "trade_names", "name_at_cbsa", "name_seen_on", "bn9", "state"),
            *("is_resident", "language", "document_language", "amount_tolerance"),
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
    state = serializers.ChoiceField(
        choices=Importer.State.choices,
        required=False,
        help_text="`client` unless it is `prospect`.",
    )


class ImporterFilters(django_filters.FilterSet):
    legal_name = django_filters.CharFilter(
        "legal_name", lookup_expr="icontains", help_text="A part of the legal name."
    )
    bn9 = django_filters.CharFilter("bn9", help_text="The exact business number.")
    state = django_filters.MultipleChoiceFilter(choices=Importer.State.choices)
    language = django_filters.ChoiceFilter(choices=User.Language.choices)


class ProfileWish(serializers.Serializer[Any]):
    """What is known of an importer; a field that is not named stays as it is."""

    legal_name = serializers.CharField(max_length=200, required=False)
    trade_names = serializers.ListField(
        child=serializers.CharField(max_length=200), max_length=20, required=False
    )
    name_at_cbsa = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text="The legal name as the CARM portal shows it; empty: nobody has looked.",
    )
    name_seen_on = serializers.DateField(required=False, allow_null=True)
    state = serializers.ChoiceField(choices=Importer.State.choices, required=False)
    is_resident = serializers.BooleanField(required=False, allow_null=True)
    language = serializers.ChoiceField(choices=User.Language.choices, required=False)
    document_language = serializers.ChoiceField(choices=User.Language.choices, required=False)


class StandingSerializer(serializers.Serializer[Any]):
    """Whether an importer is fine, and why not."""

    importer = serializers.IntegerField()
    level = serializers.ChoiceField(["fine", "at_risk", "stopped"])
    reasons = serializers.ListField(child=serializers.CharField())


AS_SEEN = OpenApiExample(
    "The name as seen in the portal",
    value={"name_at_cbsa": "MAPLE FURNITURE INC.", "name_seen_on": "2026-11-20"},
    request_only=True,
)
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
    answer_codes = MappingProxyType({"profile": (200,)})

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

    @extend_schema(request=ProfileWish, responses={200: ImporterSerializer}, examples=[AS_SEEN])
    @action(detail=True, methods=["post"])
    def profile(self, request: Request, pk: int) -> Response:
        """Change what is known of an importer; what is not named stays as it is."""
        importer = self.get_object()
        self.demand(Permission.EDIT_PROFILE, importer.pk)
        told = self.said(ProfileWish)
        if "trade_names" in told:
            told["trade_names"] = "\n".join(told["trade_names"])
        change_profile(importer=importer, by=self.person, **told)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(responses={200: StandingSerializer})
    @action(detail=True, methods=["get"])
    def standing(self, request: Request, pk: int) -> Response:
        """Whether an importer is fine today, and every reason why not."""
        importer, is_staff = self.get_object(), self.person.is_staff_member
        found = with_standing([importer], today_in_toronto(), is_staff=is_staff)[0]
        reasons = [str(one.sentence) for one in found.concerns]
        told = {"importer": importer.pk, "level": found.level.name.lower(), "reasons": reasons}
        return Response(StandingSerializer(told).data)


class ProgramAccountSerializer(serializers.ModelSerializer[ProgramAccount]):
    """An RM account: where money and statements sit."""

    importer = serializers.IntegerField(source="importer_id")
    release_status = serializers.CharField(
        default="", help_text="Release prior to payment as it was noted last; empty: never."
    )

    class Meta:
        model = ProgramAccount
        fields = (
            *("id", "importer", "bn15", "name", "profile", "status"),
            *("release_status", "payer", "pays_by_debit"),
        )
        read_only_fields = fields


class ProgramAccountFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    bn15 = django_filters.CharFilter("bn15", help_text="The exact number.")


class AccountWish(serializers.Serializer[Any]):
    """What a program account is; a field that is not named stays as it is."""

    name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    profile = serializers.ChoiceField(
        choices=ProgramAccount.Profile.choices,
        required=False,
        allow_blank=True,
        help_text="Empty: not known.",
    )
    status = serializers.ChoiceField(
        choices=ProgramAccount.Status.choices,
        required=False,
        allow_blank=True,
        help_text="Empty: not known.",
    )


class NewAccountWish(AccountWish):
    """A program account that an importer has."""

    importer = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    bn15 = serializers.CharField(max_length=20, help_text="BN9, RM and four digits.")


class PayerWish(serializers.Serializer[Any]):
    """Who pays an account, and whether pre-authorized debit is on; null: not known."""

    payer = serializers.ChoiceField(
        choices=ProgramAccount.Payer.choices, allow_blank=True, help_text="Empty: not known."
    )
    pays_by_debit = serializers.BooleanField(allow_null=True)


BROKER_PAYS = OpenApiExample(
    "The broker pays", value={"payer": "broker", "pays_by_debit": False}, request_only=True
)


NEW_ACCOUNT = OpenApiExample(
    "A second account",
    value={"importer": 1, "bn15": "123456782RM0002", "profile": "importer"},
    request_only=True,
)
IMPORTS = OpenApiExample(
    "It imports, and is in use",
    value={"profile": "importer", "status": "active"},
    request_only=True,
)


class ProgramAccountDoor(ReadDoor):
    """The program accounts of your importers."""

    queryset = ProgramAccount._base_manager.none()
    serializer_class = ProgramAccountSerializer
    filterset_class = ProgramAccountFilters
    ordering = "id"
    ordering_fields = ("bn15",)
    answer_codes = MappingProxyType({"payer": (200,), "profile": (200,)})

    def rows(self) -> Any:
        newest = ReleaseStatus.objects.filter(program_account=OuterRef("pk")).order_by("-id")
        noted = Coalesce(Subquery(newest.values("status")[:1]), Value(""))
        return ProgramAccount.objects.annotate(release_status=noted)

    @extend_schema(
        request=NewAccountWish, responses={201: ProgramAccountSerializer}, examples=[NEW_ACCOUNT]
    )
    def create(self, request: Request) -> Response:
        """Add a program account to an importer."""
        told = self.said(NewAccountWish)
        importer = importer_seen(told.pop("importer"))
        self.demand(Permission.EDIT_PROFILE, importer.pk)
        account = add_account(importer=importer, by=self.person, **told)
        location = {"Location": self.address_of("program-account", account.pk)}
        body = self.get_serializer(account).data
        return Response(body, status.HTTP_201_CREATED, headers=location)

    @extend_schema(
        request=AccountWish, responses={200: ProgramAccountSerializer}, examples=[IMPORTS]
    )
    @action(detail=True, methods=["post"])
    def profile(self, request: Request, pk: int) -> Response:
        """Change what is known of a program account."""
        account = self.object_for(Permission.EDIT_PROFILE)
        change_account(account=account, by=self.person, **self.said(AccountWish))
        return Response(self.get_serializer(account).data)

    @extend_schema(
        request=PayerWish, responses={200: ProgramAccountSerializer}, examples=[BROKER_PAYS]
    )
    @action(detail=True, methods=["post"])
    def payer(self, request: Request, pk: int) -> Response:
        """Say who pays the account by arrangement, and whether pre-authorized debit is on."""
        account = self.object_for(Permission.RECORD_PAYMENT)
        arrange_payer(account=account, by=self.person, **self.said(PayerWish))
        return Response(self.get_serializer(account).data)
