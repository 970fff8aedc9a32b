"""Payments through the API: record one with its proof, find them, void one."""

from types import MappingProxyType
from typing import Any

import django_filters
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.downloads import kept_file
from carmsvc.platform.parsers import PlainJson
from carmsvc.platform.problems import NotSeen
from clients.api import NOT_SEEN, IdFilter, ReadDoor
from clients.rules import Permission
from statements.actions.payments import open_proof, record_payment, void_payment
from statements.api.uploads import ProgramAccountField
from statements.models import Payment


class PaymentSerializer(serializers.ModelSerializer[Payment]):
    """One payment to the CBSA as somebody recorded it; a voided one does not count."""

    importer = serializers.IntegerField(source="importer_id")
    program_account = serializers.CharField(source="program_account.bn15")
    recorded_by = serializers.EmailField(source="recorded_by.email")
    voided_by = serializers.EmailField(source="voided_by.email", default=None)
    proof_url = serializers.SerializerMethodField(help_text="Where its proof is; null without one.")

    class Meta:
        model = Payment
        fields = (
            *("id", "importer", "program_account", "amount", "paid_on", "method", "payer"),
            *("reference", "directed_to", "note", "proof_name", "proof_sha256", "proof_url"),
            *("recorded_at", "recorded_by", "voided_at", "voided_by", "void_reason"),
        )
        read_only_fields = fields

    def get_proof_url(self, payment: Payment) -> str | None:
        if not payment.proof_name:
            return None
        return f"{self.context['view'].address_of('payment', payment.pk)}proof/"


class PaymentWish(serializers.Serializer[Any]):
    """A payment that was made. With a proof it is sent as `multipart/form-data`."""

    program_account = ProgramAccountField(max_length=20, help_text="BN15, e.g. 123456782RM0001.")
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, help_text="In CAD.")
    paid_on = serializers.DateField(help_text="The day it left the bank account.")
    method = serializers.ChoiceField(choices=Payment.Method.choices)
    payer = serializers.ChoiceField(choices=Payment.Payer.choices)
    reference = serializers.CharField(max_length=100, required=False, allow_blank=True)
    directed_to = serializers.CharField(
        max_length=20,
        required=False,
        allow_blank=True,
        help_text="The one transaction it was directed to in the portal, 14 digits.",
    )
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)
    proof = serializers.FileField(
        required=False, help_text="A PDF, PNG or JPEG file of up to 10 MB."
    )
    sure = serializers.BooleanField(
        default=False, help_text="True to record it although something about it is odd."
    )


class VoidWish(serializers.Serializer[Any]):
    """Why a payment is voided."""

    reason = serializers.CharField(max_length=500)


class PaymentFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    program_account = django_filters.CharFilter(
        "program_account__bn15", help_text="On this program account (BN15)."
    )
    method = django_filters.MultipleChoiceFilter(choices=Payment.Method.choices)
    payer = django_filters.ChoiceFilter(choices=Payment.Payer.choices)
    paid_from = django_filters.DateFilter("paid_on", lookup_expr="gte")
    paid_to = django_filters.DateFilter("paid_on", lookup_expr="lte")
    voided = django_filters.BooleanFilter(
        "voided_at", lookup_expr="isnull", exclude=True, help_text="Voided, or standing."
    )


PAID = OpenApiExample(
    "Paid from online banking",
    value={
        "program_account": "123456782RM0001",
        "amount": "12040.10",
        "paid_on": "2026-10-29",
        "method": "online_banking",
        "payer": "importer",
        "reference": "CONF-118",
    },
    request_only=True,
)
WRONG = OpenApiExample("A typing error", value={"reason": "Typed twice."}, request_only=True)


class PaymentDoor(ReadDoor):
    """Payments to the CBSA as people recorded them; append-only."""

    queryset = Payment._base_manager.none()
    serializer_class = PaymentSerializer
    filterset_class = PaymentFilters
    ordering_fields = ("paid_on", "amount")
    parser_classes = [PlainJson, MultiPartParser]
    answer_codes = MappingProxyType({"voiding": (200,)})

    def rows(self) -> Any:
        return Payment.objects.select_related("program_account", "recorded_by", "voided_by")

    @extend_schema(request=PaymentWish, responses={201: PaymentSerializer}, examples=[PAID])
    def create(self, request: Request) -> Response:
        """Record a payment. What is odd about it is refused until you say `sure`."""
        wish = self.said(PaymentWish)
        account = wish.pop("program_account")
        self.demand(Permission.RECORD_PAYMENT, account.importer_id)
        payment = record_payment(account=account, by=self.person, **wish)
        location = {"Location": self.address_of("payment", payment.pk)}
        body = self.get_serializer(self.rows().get(pk=payment.pk)).data
        return Response(body, status.HTTP_201_CREATED, headers=location)

    @extend_schema(request=VoidWish, responses={200: PaymentSerializer}, examples=[WRONG])
    @action(detail=True, methods=["post"], parser_classes=[PlainJson])
    def voiding(self, request: Request, pk: int) -> Response:
        """Void a payment that was recorded wrongly; it stays to be seen."""
        payment = self.object_for(Permission.RECORD_PAYMENT)
        void_payment(payment=payment, by=self.person, **self.said(VoidWish))
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True)
    def proof(self, request: Request, pk: int) -> FileResponse:
        """The proof as it was sent; whoever takes it is noted."""
        payment = self.object_for(Permission.VIEW)
        if not payment.proof:
            raise NotSeen("id", NOT_SEEN)
        return kept_file(open_proof(payment=payment, by=self.person), payment.proof_name)
