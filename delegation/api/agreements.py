"""Agency agreements through the API: parties, scope, days, and the signed copy's hash."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from carmsvc.platform.dates import today_in_toronto
from clients.api import IdFilter, ReadDoor
from delegation.models import AgencyAgreement
from delegation.rules import Standing


class AgencyAgreementSerializer(serializers.ModelSerializer[AgencyAgreement]):
    """The importer's written authority to the brokerage."""

    importer = serializers.IntegerField(source="importer_id")
    standing = serializers.SerializerMethodField(help_text="Where it stands today.")
    is_continuous = serializers.BooleanField(help_text="Without a last day.")

    class Meta:
        model = AgencyAgreement
        fields = (
            *("id", "importer", "standing", "importer_name", "importer_bn9", "importer_address"),
            *("legal_entity", "broker_name", "broker_bn9", "broker_address", "scope"),
            *("allows_sub_agents", "effective_on", "ends_on", "is_continuous"),
            *("importer_signatory", "importer_signatory_title", "broker_signatory"),
            *("broker_signatory_title", "signed_on", "signed_copy_name", "signed_copy_sha256"),
            *("terminated_on", "termination_reason", "created_at"),
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=[one.value for one in Standing]))
    def get_standing(self, agreement: AgencyAgreement) -> str:
        return agreement.standing(today_in_toronto()).value


class AgencyAgreementFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    signed = django_filters.BooleanFilter(
        "signed_on", lookup_expr="isnull", exclude=True, help_text="With a signed copy, or without."
    )
    ends_by = django_filters.DateFilter(
        "ends_on", lookup_expr="lte", help_text="Whose last day is this day or earlier."
    )


class AgencyAgreementDoor(ReadDoor):
    """Agency agreements (GAA). Drawn up and signed on the pages."""

    queryset = AgencyAgreement._base_manager.none()
    serializer_class = AgencyAgreementSerializer
    filterset_class = AgencyAgreementFilters

    def rows(self) -> Any:
        return AgencyAgreement.objects.all()
