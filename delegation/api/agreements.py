"""Agency agreements through the API: parties, scope, days, and the signed copy's hash."""

from types import MappingProxyType
from typing import Any

import django_filters
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.downloads import kept_file
from carmsvc.platform.problems import NotSeen
from clients.api import NOT_SEEN, IdFilter, ReadDoor
from clients.api.documents import BYTES, importer_seen
from clients.api.doors import LARGEST_ID
from clients.rules import Permission
from delegation.actions import (
    draw_up_agreement,
    end_agreement,
    keep_signed_copy,
    open_paper,
    open_signed_copy,
    request_paper,
)
from delegation.models import AgencyAgreement
from delegation.paper import paper_file
from delegation.queries.agreements import usual_parties
from delegation.rules import OFFERED, Standing

MANAGE = Permission.MANAGE_DELEGATION
USUAL_PARTIES = ("importer_name", "importer_bn9", "broker_name", "broker_bn9", "broker_address")


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


class AgreementWish(serializers.ModelSerializer[AgencyAgreement]):
    """An agreement to draw up. The parties are the importer and we, as recorded, unless said."""

    importer = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    scope = serializers.ListField(
        child=serializers.ChoiceField(choices=[act.value for act in OFFERED]),
        max_length=len(OFFERED),
        help_text="What the broker may do.",
    )

    class Meta:
        model = AgencyAgreement
        fields = (
            *("importer", "importer_name", "importer_bn9", "importer_address", "legal_entity"),
            *("broker_name", "broker_bn9", "broker_address", "scope", "allows_sub_agents"),
            *("effective_on", "ends_on", "importer_signatory", "importer_signatory_title"),
            *("broker_signatory", "broker_signatory_title"),
        )
        extra_kwargs = {name: {"required": False} for name in USUAL_PARTIES}


class SigningWish(serializers.Serializer[Any]):
    """The copy that both parties signed, sent as `multipart/form-data`."""

    signed_on = serializers.DateField()
    file = serializers.FileField(help_text="PDF, PNG or JPEG, up to 20 MB.", max_length=255)


class EndingWish(serializers.Serializer[Any]):
    """The end of an agreement by either party."""

    on = serializers.DateField()
    reason = serializers.CharField(max_length=500)


class AgencyAgreementFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    signed = django_filters.BooleanFilter(
        "signed_on", lookup_expr="isnull", exclude=True, help_text="With a signed copy, or without."
    )
    ends_by = django_filters.DateFilter(
        "ends_on", lookup_expr="lte", help_text="Whose last day is this day or earlier."
    )


class AgencyAgreementDoor(ReadDoor):
    """Agency agreements (GAA): drawn up, put on paper, signed, ended."""

    queryset = AgencyAgreement._base_manager.none()
    serializer_class = AgencyAgreementSerializer
    filterset_class = AgencyAgreementFilters
    answer_codes = MappingProxyType(
        {**dict.fromkeys(("signing", "ending"), (200,)), "ask_paper": (202,)}
    )

    def rows(self) -> Any:
        return AgencyAgreement.objects.all()

    @extend_schema(request=AgreementWish, responses={201: AgencyAgreementSerializer})
    def create(self, request: Request) -> Response:
        """Draw up an agreement; a worker makes its paper, which `paper` hands out."""
        wish = self.said(AgreementWish)
        importer = importer_seen(wish.pop("importer"))
        self.demand(MANAGE, importer.pk)
        made = draw_up_agreement(
            importer=importer, by=self.person, **usual_parties(importer) | wish
        )
        location = {"Location": self.address_of("agency-agreement", made.pk)}
        body = self.get_serializer(made).data
        return Response(body, status.HTTP_201_CREATED, headers=location)

    @extend_schema(request=SigningWish, responses={200: AgencyAgreementSerializer})
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def signing(self, request: Request, pk: int) -> Response:
        """Keep the signed copy with its hash; another one needs another agreement."""
        agreement, told = self.object_for(MANAGE), self.said(SigningWish)
        copy = told.pop("file")
        told |= {"content": copy, "file_name": copy.name, "today": today_in_toronto()}
        keep_signed_copy(agreement=agreement, by=self.person, **told)
        return self._as_it_is_now()

    @extend_schema(request=EndingWish, responses={200: AgencyAgreementSerializer})
    @action(detail=True, methods=["post"])
    def ending(self, request: Request, pk: int) -> Response:
        """Record that either party ended it."""
        agreement, told = self.object_for(MANAGE), self.said(EndingWish)
        end_agreement(agreement=agreement, today=today_in_toronto(), by=self.person, **told)
        return self._as_it_is_now()

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True)
    def paper(self, request: Request, pk: int) -> FileResponse:
        """The newest paper for signing; 409 while it is being made. Whoever takes it is noted."""
        agreement = self.object_for(Permission.ANSWER_DELEGATION)
        paper = agreement.papers.select_related("agreement").order_by("-id").first()
        if paper is None:
            raise NotSeen("id", NOT_SEEN)
        return paper_file(open_paper(paper=paper, by=self.person), agreement)

    @extend_schema(request=None, responses={202: AgencyAgreementSerializer})
    @paper.mapping.post
    def ask_paper(self, request: Request, pk: int) -> Response:
        """Have another paper made."""
        agreement = self.object_for(MANAGE)
        request_paper(agreement=agreement, by=self.person)
        return Response(self.get_serializer(agreement).data, status.HTTP_202_ACCEPTED)

    @extend_schema(responses=BYTES)
    @action(detail=True, url_path="signed-copy")
    def signed_copy(self, request: Request, pk: int) -> FileResponse:
        """The signed copy as it was sent; whoever takes it is noted."""
        agreement = self.object_for(Permission.ANSWER_DELEGATION)
        if not agreement.signed_copy:
            raise NotSeen("id", NOT_SEEN)
        content = open_signed_copy(agreement=agreement, by=self.person)
        return kept_file(content, agreement.signed_copy_name)

    def _as_it_is_now(self) -> Response:
        return Response(self.get_serializer(self.get_object()).data)
