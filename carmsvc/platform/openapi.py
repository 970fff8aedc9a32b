"""What every operation of the OpenAPI document has in common: its problems, its headers."""

from functools import cache
from typing import Any

from django.utils import translation
from drf_spectacular.contrib.django_filters import DjangoFilterExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import is_serializer
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from carmsvc.platform.idempotency import HEADER
from carmsvc.platform.problems import CONTENT_TYPE

IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="Any text of yours, new for each wish. The same key with the same body is done "
    "once and answered again with `Idempotent-Replay: true`; with another body it is refused.",
)


class ProblemErrorSerializer(serializers.Serializer[Any]):
    """One thing that is wrong."""

    field = serializers.CharField(allow_null=True, help_text="The field it is about.")
    pointer = serializers.CharField(allow_null=True, help_text="The same as a JSON pointer.")
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """What is wrong, as RFC 9457 has it."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField(help_text="The address that was asked.")
    errors = ProblemErrorSerializer(many=True)  # type: ignore[assignment]


PROBLEM_EXAMPLE = OpenApiExample(
    "A field is wrong",
    value={
        "type": "urn:carmsvc:problem:invalid-request",
        "title": "The request is not valid",
        "status": 400,
        "detail": "Enter a valid date.",
        "instance": "/api/v1/statements/",
        "errors": [
            {
                "field": "period_end_from",
                "pointer": "/period_end_from",
                "message": "Enter a valid date.",
            }
        ],
    },
    status_codes=["400"],
)
_PROBLEMS = {
    "400": "A field or a parameter is wrong.",
    "401": "The API key is missing or not valid.",
    "403": "The role does not include this, or the key lacks the grant that is named.",
    "404": "There is nothing here that you may see.",
    "409": "Refused as things stand.",
    "422": "Refused whatever the state, or an idempotency key used for another body.",
    "429": "Too many requests; `Retry-After` says when to come again.",
}
_ON_CHANGES = {"409", "422"}


class HouseSchema(AutoSchema):
    """Adds to each operation the problems it may answer with and the key of every POST."""

    def get_override_parameters(self) -> list[Any]:
        own = list(super().get_override_parameters())
        return [*own, IDEMPOTENCY_KEY] if self.method == "POST" else own

    def get_response_serializers(self) -> Any:
        """The view's own serializer, under the codes that the view says the action has."""
        found = super().get_response_serializers()
        codes = getattr(self.view, "answer_codes", {}).get(getattr(self.view, "action", ""))
        return dict.fromkeys(map(str, codes), found) if codes and is_serializer(found) else found

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        responses = super()._get_response_bodies(direction)
        for code, description in _PROBLEMS.items():
            if self._may_answer(code) and code not in responses:
                problem = OpenApiResponse(
                    ProblemSerializer, description, [PROBLEM_EXAMPLE] if code == "400" else []
                )
                responses[code] = self._get_response_for_code(problem, code, [CONTENT_TYPE])
        return responses

    def _may_answer(self, code: str) -> bool:
        if code in _ON_CHANGES:
            return self.method != "GET"
        return code != "404" or "{" in self.path or self.method != "GET"


class HouseFilters(DjangoFilterExtension):  # type: ignore[no-untyped-call]
    """Filters as parameters, without a look at tables: the document is written in no scope."""

    priority = 1

    def get_schema_operation_parameters(self, auto_schema: Any, *_: Any, **__: Any) -> list[Any]:
        filters, model = auto_schema.view.filterset_class, auto_schema.view.queryset.model
        return [
            parameter
            for name, one in getattr(filters, "base_filters", {}).items()
            for parameter in self.resolve_filter_field(auto_schema, model, filters, name, one)
        ]


@cache
def openapi_document() -> Any:
    """The OpenAPI document, in English, the same for everybody."""
    with translation.override("en"):
        return SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
