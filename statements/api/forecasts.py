"""Forecasts through the API: the next statements as known today, and twelve months by component."""

from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.dates import today_in_toronto
from clients.api import IdFilter, ReadDoor
from clients.models import ProgramAccount
from statements.queries.forecast import forecasts


class Money(serializers.DecimalField):
    """CAD, to the cent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=14, decimal_places=2, **options)


class ComponentsSerializer(serializers.Serializer[Any]):
    """What an amount is made of; the columns add up to its total to the cent."""

    duty = Money()
    sima = Money(help_text="Anti-dumping and countervailing duty.")
    surtax = Money(help_text="Surtax and safeguard.")
    excise = Money(help_text="Excise duty and tax.")
    gst = Money(help_text="GST, and PST or HST.")
    interest = Money()
    penalty = Money()
    unsplit = Money(help_text="What the file does not split.")


class MonthSerializer(serializers.Serializer[Any]):
    """What one billing period charged."""

    period_end = serializers.DateField(source="last")
    total = Money()
    duties_and_taxes = Money(help_text="Without interest and penalties: what security covers.")
    components = ComponentsSerializer(source="columns")


class NextStatementSerializer(serializers.Serializer[Any]):
    """A statement to come, from ledger entries that no statement shows yet."""

    period_end = serializers.DateField(source="known.month.last")
    statement_on = serializers.DateField(source="known.statement_on")
    entries = serializers.IntegerField(source="known.count")
    total = Money(source="known.month.total")
    components = ComponentsSerializer(source="known.month.columns")
    security_required = Money(
        source="measure.headroom.required", help_text="What such a month would ask of security."
    )
    security_level = serializers.CharField(
        source="measure.level",
        help_text="The threshold of what is posted that it reaches: notice, warning, full.",
    )


class PatternSerializer(serializers.Serializer[Any]):
    """What the months before tell of the next one; no promise, and added to nothing."""

    mean = Money()
    highest = Money()
    periods = serializers.IntegerField(source="count")


class ForecastSerializer(serializers.Serializer[Any]):
    """What is to come on a program account, computed as it is asked for."""

    id = serializers.IntegerField(source="standing.account.pk", help_text="Of the program account.")
    importer = serializers.IntegerField(source="standing.account.importer_id")
    program_account = serializers.CharField(source="standing.account.bn15")
    next_statements = NextStatementSerializer(source="coming", many=True)
    left_open = Money(
        source="opening",
        allow_null=True,
        help_text="What the newest statement leaves to pay today: the next one opens so.",
    )
    pattern = PatternSerializer(allow_null=True)
    history = MonthSerializer(
        source="standing.months", many=True, help_text="The twelve newest periods, oldest first."
    )


class AccountFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    bn15 = django_filters.CharFilter("bn15", help_text="Of this program account.")


class ForecastDoor(ReadDoor):
    """What the next statements of your importers' program accounts will ask."""

    queryset = ProgramAccount._base_manager.none()
    serializer_class = ForecastSerializer
    filterset_class = AccountFilters
    ordering = "id"
    ordering_fields = ("bn15",)

    def rows(self) -> Any:
        return ProgramAccount.objects.all()

    def list(self, request: Request, *arguments: Any, **named: Any) -> Response:
        """A page of accounts, each with what is to come."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or ()
        found = {one.standing.account.pk: one for one in forecasts(page, today_in_toronto())}
        rows = [found[account.pk] for account in page]
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    def retrieve(self, request: Request, *arguments: Any, **named: Any) -> Response:
        """One account's forecast."""
        [found] = forecasts([self.get_object()], today_in_toronto())
        return Response(self.get_serializer(found).data)
