"""Verification rounds of people in the portal, and who can do what there, through the API."""

from types import MappingProxyType
from typing import Any

import django_filters
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.problems import NotSeen
from carmsvc.platform.throttling import RateHeaders
from clients.actions import portal_decisions, portal_verifications
from clients.actions.portal_verifications import Said
from clients.api.documents import ReasonWish, importer_seen
from clients.api.doors import LARGEST_ID, NOT_SEEN, IdFilter, ReadDoor
from clients.models import PortalVerification, PortalVerificationLine
from clients.models.portal import (
    ANSWER_WORDS,
    DECISION_WORDS,
    PERSON_WORDS,
    ROLE_WORDS,
    ROUND_WORDS,
    choices,
)
from clients.queries import portal as queries
from clients.queries.portal_words import said as words_of
from clients.rules import Permission
from clients.rules.portal import Decision, PersonKind
from clients.rules.portal_permissions import PortalAction, permission_table

MANAGE, ANSWER = Permission.MANAGE_DELEGATION, Permission.ANSWER_DELEGATION


class VerificationSerializer(serializers.ModelSerializer[PortalVerification]):
    """A round in which an importer is asked who has access to the portal."""

    importer = serializers.IntegerField(source="importer_id")
    started_by = serializers.EmailField(source="started_by.email")
    answered_by = serializers.EmailField(source="answered_by.email", default=None)

    class Meta:
        model = PortalVerification
        fields = (
            *("id", "importer", "state", "due_on", "started_on", "started_by", "answered_at"),
            *("answered_by", "ended_at", "withdrawal_reason"),
        )
        read_only_fields = fields


class LineSerializer(serializers.ModelSerializer[PortalVerificationLine]):
    """One person and role of a round: asked, said, decided."""

    portal_user = serializers.IntegerField(
        source="portal_user_id", help_text="Null: somebody whom the importer says was missing."
    )
    portal_role = serializers.IntegerField(source="portal_role_id")
    decided_by = serializers.EmailField(source="decided_by.email", default=None)
    waits_for_us = serializers.BooleanField(help_text="The brokerage’s staff have yet to decide.")

    class Meta:
        model = PortalVerificationLine
        fields = (
            *("id", "portal_user", "portal_role", "asked_name", "asked_email", "asked_role"),
            *("asked_account", "answer", "said_name", "said_email", "said_role", "said_account"),
            *("left_on", "is_removed", "note", "decision", "decided_at", "decided_by"),
            *("decision_reason", "waits_for_us"),
        )
        read_only_fields = fields


class RoundWish(serializers.Serializer[Any]):
    """Which importer is asked, and by when it is to answer."""

    importer = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    due_on = serializers.DateField()


class AnswerWish(serializers.Serializer[Any]):
    """What is said to one line; without a line, of somebody who was missing."""

    line = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    answer = serializers.ChoiceField(choices=choices(ANSWER_WORDS))
    name = serializers.CharField(max_length=200, required=False)
    email = serializers.EmailField(required=False)
    role = serializers.ChoiceField(choices=choices(ROLE_WORDS), required=False)
    account = serializers.CharField(max_length=15, required=False, help_text="A BN15.")
    left_on = serializers.DateField(required=False)
    is_removed = serializers.BooleanField(
        default=False, help_text="The access is taken away in the portal already."
    )
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)


class AnswersWish(serializers.Serializer[Any]):
    """Every line's answer at once."""

    answers = serializers.ListField(child=AnswerWish(), max_length=500)


class DecisionWish(serializers.Serializer[Any]):
    """What becomes of a line that says something else than the record."""

    line = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    decision = serializers.ChoiceField(choices=choices(DECISION_WORDS))
    kind = serializers.ChoiceField(
        choices=choices(PERSON_WORDS),
        required=False,
        help_text="Whose person it is who was missing; an employee unless said.",
    )
    reason = serializers.CharField(
        max_length=500, required=False, help_text="Needed when it is declined."
    )


class VerificationFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    state = django_filters.MultipleChoiceFilter(choices=choices(ROUND_WORDS))
    due_to = django_filters.DateFilter("due_on", lookup_expr="lte")


ANSWERED = OpenApiExample(
    "One is right, one has left, one was missing",
    value={
        "answers": [
            {"line": 1, "answer": "confirm"},
            {"line": 2, "answer": "left", "left_on": "2026-10-01", "is_removed": True},
            {"answer": "missing", "name": "Bo Bell", "email": "bo@maple.example", "role": "bam"},
        ]
    },
    request_only=True,
)


class PortalVerificationDoor(ReadDoor):
    """Rounds in which importers confirm their people in the portal."""

    queryset = PortalVerification._base_manager.none()
    serializer_class = VerificationSerializer
    filterset_class = VerificationFilters
    ordering_fields = ("due_on",)
    answer_codes = MappingProxyType(dict.fromkeys(("answers", "withdrawal"), (200,)))

    def rows(self) -> Any:
        return PortalVerification.objects.select_related("started_by", "answered_by")

    @extend_schema(request=RoundWish, responses={201: VerificationSerializer})
    def create(self, request: Request) -> Response:
        """Ask an importer's owners who has access. For the brokerage's staff."""
        wish = self.said(RoundWish)
        importer = importer_seen(wish.pop("importer"))
        self.demand(MANAGE, importer.pk)
        made = portal_verifications.start_verification(
            importer=importer, by=self.person, today=today_in_toronto(), **wish
        )
        location = {"Location": self.address_of("portal-verification", made.pk)}
        body = self.get_serializer(self.rows().get(pk=made.pk)).data
        return Response(body, status.HTTP_201_CREATED, headers=location)

    @extend_schema(responses={200: LineSerializer(many=True)}, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def lines(self, request: Request, pk: int) -> Response:
        """What was asked, said and decided."""
        rows = queries.lines_of_round(self.get_object())
        return Response(LineSerializer(rows, many=True).data)

    @extend_schema(
        request=AnswersWish, responses={200: VerificationSerializer}, examples=[ANSWERED]
    )
    @action(detail=True, methods=["post"])
    def answers(self, request: Request, pk: int) -> Response:
        """Answer every line at once; 409 when one is left out. For the importer's own people."""
        verification, wish = self.object_for(ANSWER), self.said(AnswersWish)
        portal_verifications.answer_verification(
            verification=verification,
            said=[Said(**one) for one in wish["answers"]],
            by=self.person,
        )
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=DecisionWish, responses={201: LineSerializer})
    @action(detail=True, methods=["post"])
    def decisions(self, request: Request, pk: int) -> Response:
        """Take over what was said to a line, or leave the record as it is."""
        verification, wish = self.object_for(MANAGE), self.said(DecisionWish)
        line = self._line(verification, wish["line"])
        if wish["decision"] == Decision.DECLINED:
            reason = wish.get("reason", "")
            portal_decisions.decline_line(line=line, reason=reason, by=self.person)
        else:
            kind = wish.get("kind", PersonKind.EMPLOYEE.value)
            today = today_in_toronto()
            portal_decisions.apply_line(line=line, by=self.person, today=today, kind=kind)
        body = LineSerializer(self._line(verification, line.pk)).data
        return Response(body, status.HTTP_201_CREATED)

    def _line(self, verification: PortalVerification, pk: int) -> PortalVerificationLine:
        rows = PortalVerificationLine.objects.filter(
            importer=verification.importer_id, verification=verification, pk=pk
        )
        found: PortalVerificationLine | None = rows.select_related(
            "verification", "decided_by"
        ).first()
        if found is None:
            raise NotSeen("line", NOT_SEEN)
        return found

    @extend_schema(request=ReasonWish, responses={200: VerificationSerializer})
    @action(detail=True, methods=["post"])
    def withdrawal(self, request: Request, pk: int) -> Response:
        """End a round that nobody has answered. For the brokerage's staff."""
        verification, told = self.object_for(MANAGE), self.said(ReasonWish)
        self.demand_staff()
        portal_verifications.withdraw_verification(
            verification=verification, by=self.person, **told
        )
        return Response(self.get_serializer(self.get_object()).data)


class CellSerializer(serializers.Serializer[Any]):
    """One answer of the table."""

    who = serializers.CharField()
    answer = serializers.CharField(help_text="yes, no, inferred_yes, inferred_no or unknown.")
    note = serializers.CharField()
    sources = serializers.ListField(child=serializers.CharField())


class AbleSerializer(serializers.Serializer[Any]):
    """Whether somebody at the importer can do it, by the best of the roles on record."""

    portal_user = serializers.IntegerField(source="person.number")
    name = serializers.CharField(source="person.name")
    answer = serializers.CharField(
        source="cell", allow_null=True, help_text="Null: no role is on record."
    )
    program_accounts = serializers.ListField(source="accounts", child=serializers.CharField())


class PortalActionSerializer(serializers.Serializer[Any]):
    """One thing that is done in the portal, and who can do it."""

    action = serializers.CharField()
    title = serializers.CharField()
    note = serializers.CharField()
    roles = CellSerializer(many=True)
    people = AbleSerializer(many=True, help_text="Of the importer that was asked for.")


class PermissionTableSerializer(serializers.Serializer[Any]):
    """Who can do what in the portal, as it was read on a day."""

    read_on = serializers.DateField()
    results = PortalActionSerializer(many=True)


class TableWish(serializers.Serializer[Any]):
    """Which part of the table is asked for."""

    importer = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    action = serializers.CharField(required=False)

    def validate_action(self, code: str) -> str:
        codes = [one.code for one in permission_table().actions]
        if code not in codes:
            raise serializers.ValidationError(f"One of: {', '.join(codes)}.")
        return code


class PortalPermissionDoor(RateHeaders, APIView):
    """Who can do what in the CARM portal, with the source of every answer."""

    resource = "portal-permissions"
    http_method_names = ["get", "head"]

    @extend_schema(
        operation_id="portal_permissions_list",
        parameters=[
            OpenApiParameter("importer", int, description="Name its people, too."),
            OpenApiParameter("action", str, description="This one only, such as `pay`."),
        ],
        responses=PermissionTableSerializer,
    )
    def get(self, request: Request) -> Response:
        """List what is done in the portal, and who can do it; unknown stays unknown."""
        unknown = sorted(set(request.query_params) - set(TableWish().fields))
        if unknown:
            raise ValidationError({name: ["There is no such parameter."] for name in unknown})
        wish = TableWish(data=request.query_params)
        wish.is_valid(raise_exception=True)
        told = wish.validated_data
        importer = importer_seen(told["importer"]) if "importer" in told else None
        table = permission_table()
        wanted = [one for one in table.actions if told.get("action") in (None, one.code)]
        able = queries.matrix_of(importer.pk, today_in_toronto()) if importer else []
        people = {one.code: found for one, found in able}
        rows = [_told(one, people.get(one.code, [])) for one in wanted]
        answer = {"read_on": table.read_on, "results": rows}
        return Response(PermissionTableSerializer(answer).data)


def _told(one: PortalAction, people: list[queries.Able]) -> dict[str, Any]:
    cells = [
        {
            "who": column.value,
            "answer": ruling.cell.value,
            "note": words_of(ruling.note),
            "sources": [source.address for source in ruling.sources],
        }
        for column, ruling in one.cells.items()
    ]
    titles = {"action": one.code, "title": words_of(one.title), "note": words_of(one.note)}
    return titles | {"roles": cells, "people": people}
