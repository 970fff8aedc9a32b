"""Variances: what disagrees, of which kind, and what people made of it."""

from decimal import Decimal
from types import MappingProxyType
from typing import Any

import django_filters
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.money import plain
from carmsvc.platform.problems import Conflict
from clients.api import IdFilter, ReadDoor
from clients.rules import Permission
from reconciliation import actions
from reconciliation.forms import Reason
from reconciliation.models import Variance, VarianceKind


class VarianceSerializer(serializers.ModelSerializer[Variance]):
    """A disagreement of exactly one kind; effect = lines minus entries, in CAD."""

    importer = serializers.IntegerField(source="importer_id")
    run = serializers.IntegerField(source="run_id")
    components = serializers.SerializerMethodField(help_text="Line minus entry by component.")
    decided_by = serializers.EmailField(source="decided_by.email", default=None)

    class Meta:
        model = Variance
        fields = (
            *("id", "importer", "run", "group_no", "kind", "transaction_no", "line_amount"),
            *("entry_amount", "effect", "components", "other_program_account", "is_ambiguous"),
            *("state", "reason_code", "note", "decided_at", "decided_by"),
        )
        read_only_fields = fields

    def get_components(self, variance: Variance) -> dict[str, str]:
        return {name: plain(Decimal(str(one))) for name, one in variance.components.items()}


class VarianceFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    run = IdFilter("run_id", "Of this run.")
    statement = IdFilter("run__statement_id", "Of this statement's runs.")
    kind = django_filters.MultipleChoiceFilter(choices=VarianceKind.choices)
    state = django_filters.MultipleChoiceFilter(choices=Variance.State.choices)
    transaction_no = django_filters.CharFilter("transaction_no", help_text="All 14 digits.")
    current = django_filters.BooleanFilter(
        "run__superseded_by", lookup_expr="isnull", help_text="Of runs that stand."
    )


class ExplanationWish(serializers.Serializer[Any]):
    """Why the statement and the ledger differ."""

    reason_code = serializers.ChoiceField(choices=Reason.choices)
    note = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


WISH = OpenApiExample(
    "A booking of ours is wrong",
    value={"reason_code": "booked_wrong", "note": "Freight was left out of the value."},
    request_only=True,
)


class VarianceDoor(ReadDoor):
    """What disagrees between statements and the ledger."""

    queryset = Variance._base_manager.none()
    serializer_class = VarianceSerializer
    filterset_class = VarianceFilters
    ordering_fields = ("effect", "kind")
    answer_codes = MappingProxyType({"explanation": (201,)})

    def rows(self) -> Any:
        return Variance.objects.select_related("run__statement", "decided_by")

    @extend_schema(request=ExplanationWish, examples=[WISH])
    @action(detail=True, methods=["post"])
    def explanation(self, request: Request, pk: int) -> Response:
        """Explain an open variance."""
        variance = self.object_for(Permission.DECIDE)
        wish = self.said(ExplanationWish)
        explained = actions.explain_variances(
            run=variance.run, group_nos=[variance.group_no], by=self.person, **wish
        )
        if not explained:
            raise Conflict(["This variance is not open."])
        return Response(self.get_serializer(self.get_object()).data, status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={200: VarianceSerializer})
    @explanation.mapping.delete
    def reopen(self, request: Request, pk: int) -> Response:
        """Take the explanation back; the variance is open again."""
        variance = self.object_for(Permission.DECIDE)
        actions.reopen_variance(variance=variance, by=self.person)
        return Response(self.get_serializer(self.get_object()).data)
