"""The pay answer through the API: who pays what of an account's newest statement, and why."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.dates import today_in_toronto
from clients.api import IdFilter, ReadDoor
from clients.models import ProgramAccount
from reconciliation.queries import pay_words
from reconciliation.queries.pay_answer import PayAnswer, answers_for
from reconciliation.rules.pay_answer import Part


class _Money(serializers.DecimalField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=14, decimal_places=2, **options)


class PayReasonSerializer(serializers.Serializer[Any]):
    """One line of the reasoning; the lines of a part add up to it."""

    part = serializers.ChoiceField(choices=[part.value for part in Part])
    reason = serializers.CharField()
    sentence = serializers.CharField(help_text="In the language of the request.")
    amount = _Money()
    count = serializers.IntegerField(help_text="Lines of the statement.")
    payment = serializers.IntegerField(allow_null=True, help_text="The recorded payment meant.")


class PayWarningSerializer(serializers.Serializer[Any]):
    """What to look at before anybody pays."""

    code = serializers.CharField()
    sentence = serializers.CharField(help_text="In the language of the request.")
    amount = _Money(allow_null=True)
    payment = serializers.IntegerField(allow_null=True)


class WayToPaySerializer(serializers.Serializer[Any]):
    """A way for the importer to pay its part."""

    method = serializers.CharField()
    until = serializers.CharField(
        allow_null=True, help_text="Eastern time on the due date; null: the CBSA withdraws it."
    )
    most = _Money(allow_null=True, help_text="What it takes at most; null: no limit.")
    takes_all = serializers.BooleanField()
    source = serializers.CharField()  # type: ignore[assignment]


class PayAnswerSerializer(serializers.Serializer[PayAnswer]):
    """Who pays what of a program account's newest statement, by when and how.

    `client + broker + unsure + left_alone + already_paid` is the total payable, or zero when that
    is a credit. Amounts are null without a statement.
    """

    id = serializers.IntegerField(source="account.pk", help_text="Of the program account.")
    importer = serializers.IntegerField(source="account.importer_id")
    program_account = serializers.CharField(source="account.bn15")
    payer = serializers.CharField(source="account.payer", help_text="The arrangement.")
    pays_by_debit = serializers.BooleanField(source="account.pays_by_debit", allow_null=True)
    statement = serializers.IntegerField(source="statement.pk", default=None)
    payment_due_on = serializers.DateField(source="statement.payment_due_on", default=None)
    last_lawful_on = serializers.DateField(allow_null=True)
    why_due = serializers.ListField(
        child=serializers.CharField(),
        help_text="Why it is due on that day, in the language of the request.",
    )
    total_payable = _Money(source="answer.total_payable", default=None)
    client = serializers.SerializerMethodField()
    broker = serializers.SerializerMethodField()
    unsure = serializers.SerializerMethodField(help_text="Somebody has to say who pays this.")
    left_alone = serializers.SerializerMethodField()
    already_paid = serializers.SerializerMethodField()
    expected_credit = _Money(help_text="In our ledger, not on the statement: never taken off.")
    reasons = serializers.SerializerMethodField()
    warnings = serializers.SerializerMethodField()
    ways = serializers.SerializerMethodField()

    @extend_schema_field(_Money(allow_null=True))
    def get_client(self, found: PayAnswer) -> str | None:
        return _part(found, Part.CLIENT)

    @extend_schema_field(_Money(allow_null=True))
    def get_broker(self, found: PayAnswer) -> str | None:
        return _part(found, Part.BROKER)

    @extend_schema_field(_Money(allow_null=True))
    def get_unsure(self, found: PayAnswer) -> str | None:
        return _part(found, Part.UNSURE)

    @extend_schema_field(_Money(allow_null=True))
    def get_left_alone(self, found: PayAnswer) -> str | None:
        return _part(found, Part.LEFT_ALONE)

    @extend_schema_field(_Money(allow_null=True))
    def get_already_paid(self, found: PayAnswer) -> str | None:
        return _part(found, Part.PAID)

    @extend_schema_field(PayReasonSerializer(many=True))
    def get_reasons(self, found: PayAnswer) -> Any:
        items = found.answer.items if found.answer else ()
        rows = [
            {
                "part": one.part.value,
                "reason": one.reason.value,
                "sentence": pay_words.reason(one, found),
                "amount": one.amount,
                "count": one.count,
                "payment": one.payment,
            }
            for one in items
        ]
        return PayReasonSerializer(rows, many=True).data

    @extend_schema_field(PayWarningSerializer(many=True))
    def get_warnings(self, found: PayAnswer) -> Any:
        warned = found.answer.warnings if found.answer else ()
        rows = [
            {
                "code": one.doubt.value,
                "sentence": told.sentence,
                "amount": one.amount,
                "payment": one.payment,
            }
            for one, told in zip(warned, pay_words.warnings(found), strict=True)
        ]
        return PayWarningSerializer(rows, many=True).data

    @extend_schema_field(WayToPaySerializer(many=True))
    def get_ways(self, found: PayAnswer) -> Any:
        rows = [
            {
                "method": way.method,
                "until": way.until.strftime("%H:%M") if way.until else None,
                "most": way.most,
                "takes_all": way.takes_all,
                "source": way.source,
            }
            for way in found.ways
        ]
        return WayToPaySerializer(rows, many=True).data


def _part(found: PayAnswer, part: Part) -> str | None:
    return f"{found.answer[part]:.2f}" if found.answer else None


class PayAnswerFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    bn15 = django_filters.CharFilter("bn15", help_text="Of this program account.")


class PayAnswerDoor(ReadDoor):
    """What to pay on your importers' program accounts, computed as it is asked for."""

    queryset = ProgramAccount._base_manager.none()
    serializer_class = PayAnswerSerializer
    filterset_class = PayAnswerFilters
    ordering = "id"
    ordering_fields = ("bn15",)

    def rows(self) -> Any:
        return ProgramAccount.objects.all()

    def list(self, request: Request, *arguments: Any, **named: Any) -> Response:
        """A page of accounts, each with its answer."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        found = answers_for(page or (), today_in_toronto())
        return self.get_paginated_response(self.get_serializer(found, many=True).data)

    def retrieve(self, request: Request, *arguments: Any, **named: Any) -> Response:
        """One account's answer."""
        [found] = answers_for([self.get_object()], today_in_toronto())
        return Response(self.get_serializer(found).data)
