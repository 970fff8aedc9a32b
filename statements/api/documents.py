"""Statements with their lines, and the broker's ledger entries, as they were loaded."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients.api import IdFilter, ReadDoor
from statements.models import (
    COMPONENTS,
    FiledBy,
    LedgerEntry,
    Statement,
    StatementLine,
    TransactionType,
)


class StatementSerializer(serializers.ModelSerializer[Statement]):
    """One month's statement of account; opening balance + activity = total payable."""

    importer = serializers.IntegerField(source="importer_id")
    program_account = serializers.CharField(source="program_account.bn15")
    file = serializers.IntegerField(source="file_id")
    superseded_by = serializers.IntegerField(source="superseded_by_id", allow_null=True)
    components = serializers.DictField(
        child=serializers.CharField(), help_text="The activity's split, in CAD, as text."
    )

    class Meta:
        model = Statement
        fields = (
            *("id", "importer", "program_account", "period_start", "period_end", "statement_on"),
            *("payment_due_on", "opening_balance", "activity", "total_payable"),
            *("opening_balance_stated", "line_count", "components", "file", "superseded_by"),
            "loaded_at",
        )
        read_only_fields = fields


class StatementFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    program_account = django_filters.CharFilter(
        "program_account__bn15", help_text="Of this program account (BN15)."
    )
    period_end = django_filters.DateFilter("period_end", help_text="Of this billing period.")
    period_end_from = django_filters.DateFilter("period_end", lookup_expr="gte")
    period_end_to = django_filters.DateFilter("period_end", lookup_expr="lte")
    payment_due_from = django_filters.DateFilter("payment_due_on", lookup_expr="gte")
    payment_due_to = django_filters.DateFilter("payment_due_on", lookup_expr="lte")
    current = django_filters.BooleanFilter(
        "superseded_by", lookup_expr="isnull", help_text="Superseded by no corrected file."
    )


class StatementLineSerializer(serializers.ModelSerializer[StatementLine]):
    """One line of a statement; debit positive, credit negative, in CAD."""

    statement = serializers.IntegerField(source="statement_id")

    class Meta:
        model = StatementLine
        fields = (
            *("id", "statement", "row_no", "transaction_no", "version", "transaction_type"),
            *("raw_type", "released_on", "posted_on", "due_on", "amount", *COMPONENTS),
            *("open_amount", "status", "reference", "submitted_by", "filed_by"),
        )
        read_only_fields = fields


class StatementLineFilters(django_filters.FilterSet):
    transaction_no = django_filters.CharFilter("transaction_no", help_text="All 14 digits.")
    transaction_type = django_filters.MultipleChoiceFilter(choices=TransactionType.choices)
    filed_by = django_filters.MultipleChoiceFilter(choices=FiledBy.choices)


class StatementDoor(ReadDoor):
    """Statements of account as the CBSA issued them, loaded whole."""

    queryset = Statement._base_manager.none()
    serializer_class = StatementSerializer
    filterset_class = StatementFilters
    ordering_fields = ("period_end", "payment_due_on", "total_payable")

    def rows(self) -> Any:
        return Statement.objects.select_related("program_account")

    @extend_schema(responses=StatementLineSerializer(many=True))
    @action(
        detail=True,
        paginated=True,
        queryset=StatementLine._base_manager.none(),
        filterset_class=StatementLineFilters,
        ordering="row_no",
        ordering_fields=("amount",),
    )
    def lines(self, request: Request, pk: int) -> Response:
        """The lines of a statement."""
        return self.page_of(self.get_object().lines.all(), StatementLineSerializer)


class LedgerEntrySerializer(serializers.ModelSerializer[LedgerEntry]):
    """One entry of the broker's own book; debit positive, credit negative, in CAD."""

    importer = serializers.IntegerField(source="importer_id")
    program_account = serializers.CharField(source="program_account.bn15")
    file = serializers.IntegerField(source="file_id")
    superseded_by = serializers.IntegerField(source="superseded_by_id", allow_null=True)

    class Meta:
        model = LedgerEntry
        fields = (
            *("id", "importer", "program_account", "file", "superseded_by", "row_no"),
            *("transaction_no", "version", "transaction_type", "raw_type", "released_on"),
            *("accounted_on", "posted_on", "period_end", "amount", *COMPONENTS),
            *("payer", "reference", "job_no", "client_name"),
        )
        read_only_fields = fields


class LedgerEntryFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    program_account = django_filters.CharFilter(
        "program_account__bn15", help_text="Of this program account (BN15)."
    )
    file = IdFilter("file_id", "Brought by this ledger file.")
    transaction_no = django_filters.CharFilter("transaction_no", help_text="All 14 digits.")
    transaction_type = django_filters.MultipleChoiceFilter(choices=TransactionType.choices)
    period_end = django_filters.DateFilter("period_end", help_text="Due in this period.")
    period_end_from = django_filters.DateFilter("period_end", lookup_expr="gte")
    period_end_to = django_filters.DateFilter("period_end", lookup_expr="lte")
    current = django_filters.BooleanFilter(
        "superseded_by",
        lookup_expr="isnull",
        help_text="Superseded by no later file. Sum up current entries only.",
    )


class LedgerEntryDoor(ReadDoor):
    """Entries of the broker's own book, superseded ones too unless `current=true`."""

    queryset = LedgerEntry._base_manager.none()
    serializer_class = LedgerEntrySerializer
    filterset_class = LedgerEntryFilters
    ordering_fields = ("period_end", "amount")

    def rows(self) -> Any:
        return LedgerEntry.objects.select_related("program_account")
