"""The rulebook through the API: what is in force and where it was read, and what was before."""

from datetime import date
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.throttling import RateHeaders
from statements.queries.rulebook import Line, every_line
from statements.rules.rulebook import KINDS
from statements.wording import WORDS

WRITTEN_HERE = "written_here"


class ValueSerializer(serializers.Serializer[Line]):
    """A dated value of the rulebook."""

    name = serializers.CharField(source="value.name")
    word = serializers.SerializerMethodField(
        help_text="What it is called, in the language of the request."
    )
    key = serializers.CharField(source="value.key", help_text="Empty where the value has none.")
    value = serializers.CharField(source="value.value")
    from_on = serializers.DateField(source="value.from_on")
    to_on = serializers.DateField(source="value.to_on", allow_null=True)
    source = serializers.CharField(source="value.source")  # type: ignore[assignment]
    is_in_force = serializers.BooleanField(source="holds")
    state = serializers.SerializerMethodField(
        help_text="`written_here`, or of the brokerage's own entries: proposed, approved, "
        "rejected, withdrawn."
    )
    entry = serializers.IntegerField(source="entry.pk", default=None)
    proposed_at = serializers.DateTimeField(source="entry.proposed_at", default=None)
    decided_at = serializers.DateTimeField(source="entry.decided_at", default=None)
    reason = serializers.CharField(source="entry.reason", default="")

    def get_word(self, line: Line) -> str:
        return str(WORDS[line.value.name].label)

    def get_state(self, line: Line) -> str:
        return line.entry.state if line.entry else WRITTEN_HERE


class RulebookSerializer(serializers.Serializer[Any]):
    """Values of the rulebook, by name, key and day."""

    on = serializers.DateField(help_text="The day on which `is_in_force` is judged.")
    results = ValueSerializer(many=True)


class RulebookWish(serializers.Serializer[Any]):
    """Which values are asked for."""

    name = serializers.ChoiceField(list(KINDS), required=False)
    on = serializers.DateField(required=False)
    history = serializers.BooleanField(default=False)


class RulebookDoor(RateHeaders, APIView):
    """Rates, amounts, days and lists that law and the CBSA may change, with their source."""

    resource = "rulebook"
    http_method_names = ["get", "head"]

    @extend_schema(
        operation_id="rulebook_list",
        parameters=[
            OpenApiParameter("name", str, enum=list(KINDS), description="Of this name only."),
            OpenApiParameter("on", date, description="In force on this day; today if not said."),
            OpenApiParameter(
                "history", bool, description="True: what is not in force on the day, too."
            ),
        ],
        responses=RulebookSerializer,
    )
    def get(self, request: Request) -> Response:
        """List what is in force on a day, or the whole history."""
        unknown = sorted(set(request.query_params) - set(RulebookWish().fields))
        if unknown:
            raise ValidationError({name: ["There is no such parameter."] for name in unknown})
        wish = RulebookWish(data=request.query_params)
        wish.is_valid(raise_exception=True)
        said = wish.validated_data
        on: date = said.get("on") or today_in_toronto()
        lines = every_line(on, name=said.get("name", ""))
        shown = [one for one in lines if said["history"] or one.holds]
        return Response(RulebookSerializer({"on": on, "results": shown}).data)
