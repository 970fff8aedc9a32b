"""The API's door to deadlines."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.tenancy import importers_in_scope
from carmsvc.platform.throttling import RateHeaders
from clients.deadlines import DeadlineState, kinds
from clients.queries.deadlines import FIRST_DAY, LAST_DAY, LOOKS_AHEAD, LOOKS_BACK, listed

LONGEST_RANGE = timedelta(days=400)


class DeadlineSerializer(serializers.Serializer[Any]):
    """One thing that must be done by a day, computed from the facts as they are now."""

    key = serializers.CharField(source="deadline.key", help_text="Names it for ever.")
    kind = serializers.CharField(source="deadline.kind")
    word = serializers.CharField(
        source="label", help_text="What the kind is called, in the language of the request."
    )
    importer = serializers.IntegerField(source="deadline.importer_id")
    subject = serializers.CharField(source="deadline.subject", help_text="What it is about.")
    due_on = serializers.DateField(source="deadline.due_on")
    last_lawful_on = serializers.DateField(
        source="deadline.last_lawful_on",
        allow_null=True,
        help_text="A later day on which the law still takes it (Interpretation Act, s. 26).",
    )
    amount = serializers.DecimalField(
        source="deadline.amount", max_digits=14, decimal_places=2, allow_null=True
    )
    state = serializers.ChoiceField(list(DeadlineState))
    owner = serializers.CharField(help_text="Who of the brokerage looks after it.")
    reasons = serializers.ListField(source="deadline.reasons", child=serializers.CharField())
    page = serializers.SerializerMethodField(help_text="Its page for people.")

    def get_page(self, one: Any) -> str:
        request: HttpRequest = self.context["request"]
        return str(request.build_absolute_uri(one.deadline.address))


class DeadlineListSerializer(serializers.Serializer[Any]):
    """Deadlines of a range of days, the most urgent first."""

    first = serializers.DateField()
    last = serializers.DateField()
    results = DeadlineSerializer(many=True)


class DeadlineWish(serializers.Serializer[Any]):
    """Which deadlines are asked for."""

    first = serializers.DateField(required=False)
    last = serializers.DateField(required=False)
    importer = serializers.IntegerField(required=False, min_value=1)
    kind = serializers.CharField(required=False)
    state = serializers.ChoiceField(list(DeadlineState), required=False)

    def validate_kind(self, kind: str) -> str:
        names = [one.name for one in kinds()]
        if kind not in names:
            raise serializers.ValidationError(f"One of: {', '.join(names)}.")
        return kind

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        today = today_in_toronto()
        first: date = said.setdefault("first", today - LOOKS_BACK)
        last: date = said.setdefault("last", max(first, today + LOOKS_AHEAD))
        if not FIRST_DAY <= first <= LAST_DAY:
            raise serializers.ValidationError({"first": [f"From {FIRST_DAY} to {LAST_DAY}."]})
        if not timedelta(0) <= last - first <= LONGEST_RANGE:
            raise serializers.ValidationError(
                {"last": [f"From the first day to {LONGEST_RANGE.days} days after it."]}
            )
        return said


class DeadlineDoor(RateHeaders, APIView):
    """What is due and when, at the importers you may see."""

    resource = "deadlines"
    http_method_names = ["get", "head"]

    @extend_schema(
        operation_id="deadlines_list",
        parameters=[
            OpenApiParameter("first", date, description="From this day; 120 days ago if not said."),
            OpenApiParameter("last", date, description="To this day; in 60 days if not said."),
            OpenApiParameter("importer", int, description="Of this importer."),
            OpenApiParameter("kind", str, description="Of this kind, such as `payment_due`."),
            OpenApiParameter("state", str, enum=[one.value for one in DeadlineState]),
        ],
        responses=DeadlineListSerializer,
    )
    def get(self, request: Request) -> Response:
        """List deadlines in a range of days, the most urgent first, done ones too."""
        unknown = sorted(set(request.query_params) - set(DeadlineWish().fields))
        if unknown:
            raise ValidationError({name: ["There is no such parameter."] for name in unknown})
        wish = DeadlineWish(data=request.query_params)
        wish.is_valid(raise_exception=True)
        said = dict(wish.validated_data)
        seen, wanted = importers_in_scope(), said.pop("importer", None)
        importers = [one for one in seen if wanted in (None, one)]
        is_staff = request.user.is_staff_member
        found = listed(importers, today_in_toronto(), **said, is_staff=is_staff)
        answer = {"first": said["first"], "last": said["last"], "results": found}
        return Response(DeadlineListSerializer(answer, context={"request": request}).data)
