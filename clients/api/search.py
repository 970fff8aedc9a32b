"""The API's door to the search: one question, answers by kind."""

from typing import Any

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from carmsvc.platform.api_keys import ApiKey
from carmsvc.platform.key_grants import READ, covers
from carmsvc.platform.throttling import RateHeaders
from clients.search import LEAST_LETTERS, Kind, Sought, kinds_for, search

MOST = 50


class FoundSerializer(serializers.Serializer[Any]):
    """One thing that was found."""

    id = serializers.IntegerField(source="pk", allow_null=True)
    title = serializers.CharField()
    detail = serializers.CharField()
    importer = serializers.IntegerField(source="importer_id", allow_null=True)
    page = serializers.SerializerMethodField(help_text="Its page for people.")

    def get_page(self, one: Any) -> str:
        request: HttpRequest = self.context["request"]
        return str(request.build_absolute_uri(one.address))


class FoundGroupSerializer(serializers.Serializer[Any]):
    """What was found of one kind."""

    kind = serializers.CharField(source="kind.name")
    word = serializers.CharField(source="kind.label", help_text="In the language of the request.")
    resource = serializers.CharField(source="kind.resource", help_text="Where the API has it.")
    has_more = serializers.BooleanField()
    found = FoundSerializer(many=True)


class SearchSerializer(serializers.Serializer[Any]):
    """Everything that was found, by kind."""

    results = FoundGroupSerializer(many=True)


class SearchWish(serializers.Serializer[Any]):
    """What is looked for."""

    q = serializers.CharField(max_length=200)
    kind = serializers.CharField(required=False)
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=10)

    def validate_q(self, text: str) -> Sought:
        sought = Sought(text)
        if not sought.is_enough:
            raise serializers.ValidationError(f"At least {LEAST_LETTERS} letters or digits.")
        return sought


class SearchDoor(RateHeaders, APIView):
    """Importers, numbers, documents and people of the importers you may see, by their words."""

    resource = "search"
    http_method_names = ["get", "head"]

    @extend_schema(
        operation_id="search",
        parameters=[
            OpenApiParameter("q", str, required=True, description="A name, a number, or words."),
            OpenApiParameter("kind", str, description="Only of this kind, such as `importer`."),
            OpenApiParameter("limit", int, description=f"Of each kind at most; up to {MOST}."),
        ],
        responses=SearchSerializer,
    )
    def get(self, request: Request) -> Response:
        """Look for something among everything you may see; a key finds what it may read."""
        unknown = sorted(set(request.query_params) - set(SearchWish().fields))
        if unknown:
            raise ValidationError({name: ["There is no such parameter."] for name in unknown})
        wish = SearchWish(data=request.query_params)
        wish.is_valid(raise_exception=True)
        said = wish.validated_data
        kinds = self._kinds(request, said.get("kind", ""))
        found = search(said["q"], request.user, kinds, said["limit"])
        return Response(SearchSerializer({"results": found}, context={"request": request}).data)

    def _kinds(self, request: Request, wanted: str) -> list[Kind]:
        known = kinds_for(request.user)
        if wanted and wanted not in [one.name for one in known]:
            names = ", ".join(one.name for one in known)
            raise ValidationError({"kind": [f"One of: {names}."]})
        key = request.auth
        readable = [
            one
            for one in known
            if not isinstance(key, ApiKey) or covers(key.grants, f"{one.resource}:{READ}")
        ]
        return [one for one in readable if wanted in ("", one.name)]
