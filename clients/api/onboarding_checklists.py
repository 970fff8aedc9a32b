"""Versions of the onboarding checklist through the API, to read."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.problems import NotSeen
from clients.api.doors import NOT_SEEN, Door
from clients.models.onboarding import PARTIES, VARIANTS, choices
from clients.queries.onboarding_checklists import version_numbered, versions


class WordsSerializer(serializers.Serializer[Any]):
    """The same words in both languages."""

    en = serializers.CharField()
    fr = serializers.CharField()


class ChecklistStepSerializer(serializers.Serializer[Any]):
    """A step as its version of the checklist words it."""

    code = serializers.CharField()
    phase = serializers.CharField()
    parties = serializers.ListField(child=serializers.ChoiceField(choices=choices(PARTIES)))
    variants = serializers.ListField(child=serializers.ChoiceField(choices=choices(VARIANTS)))
    title = WordsSerializer()
    task = WordsSerializer()
    why = WordsSerializer()
    evidence = WordsSerializer()
    needs_evidence = serializers.BooleanField()
    source = serializers.CharField()  # type: ignore[assignment]  # the name of our field
    source_kind = serializers.CharField()
    days = serializers.IntegerField(help_text="Counted from when the steps in `after` are over.")
    after = serializers.ListField(child=serializers.CharField())


class ChecklistSerializer(serializers.Serializer[Any]):
    """A version of the checklist."""

    number = serializers.IntegerField()
    state = serializers.CharField()
    note = serializers.CharField()
    stale_days = serializers.IntegerField(source="checklist.stale_days")
    steps = serializers.SerializerMethodField()

    @extend_schema_field(ChecklistStepSerializer(many=True))
    def get_steps(self, version: Any) -> list[dict[str, Any]]:
        return [one.told() for one in version.checklist.steps]


class ChecklistDoor(Door):
    """Versions of the onboarding checklist, for the brokerage's staff."""

    serializer_class = ChecklistSerializer
    pagination_class = None
    lookup_field = "number"
    filter_backends = ()

    def _known_parameters(self) -> Iterable[str]:
        return ()

    def _demand_staff(self) -> None:
        if not self.person.is_staff_member:
            self.permission_denied(self.request, "The checklist is for the brokerage’s staff.")

    @extend_schema(responses={200: ChecklistSerializer(many=True)})
    def list(self, request: Request) -> Response:
        """Every version, the newest first."""
        self._demand_staff()
        return Response(ChecklistSerializer(versions(), many=True).data)

    @extend_schema(responses={200: ChecklistSerializer})
    def retrieve(self, request: Request, number: int) -> Response:
        """One version with its steps, in both languages."""
        self._demand_staff()
        found = version_numbered(number)
        if found is None:
            raise NotSeen("number", NOT_SEEN)
        return Response(ChecklistSerializer(found).data)
