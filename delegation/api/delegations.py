"""Delegations through the API: what stands, what they let do, and the steps they take."""

from typing import Any

import django_filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
)
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.problems import NotSeen
from clients.api import NOT_SEEN, IdFilter, ReadDoor
from clients.api.documents import importer_seen
from clients.api.doors import LARGEST_ID
from clients.models import ProgramAccount
from clients.rules import Permission
from delegation.actions import Approval, prepare_delegation, take_step
from delegation.models import Delegation, DelegationEvent
from delegation.queries import delegations_with_cover, history_of, shortfalls_of
from delegation.rules import ANSWERS, Act, Reason, Wish, possible
from delegation.wording import LEVEL_CHOICES, PROVIDERS, STATE_CHOICES, choices, sentence


class ReasonSerializer(serializers.Serializer[Any]):
    """A reason: its code for programs, its sentence for people."""

    code = serializers.CharField()
    message = serializers.CharField()


def reasons(found: tuple[Reason, ...]) -> list[dict[str, str]]:
    return [{"code": one.code, "message": sentence(one)} for one in found]


class DelegationSerializer(serializers.ModelSerializer[Delegation]):
    """An importer's relationship with a provider: what was agreed, what the portal has."""

    importer = serializers.IntegerField(source="importer_id")
    shortfalls = serializers.SerializerMethodField(
        help_text="What is approved less than agreed; empty when it is enough."
    )
    possible_transitions = serializers.SerializerMethodField(
        help_text="What may be asked of `transitions/` in this state."
    )

    class Meta:
        model = Delegation
        fields = (
            *("id", "importer", "provider_kind", "provider_name", "provider_bn9", "state"),
            *("agreed_level", "agreed_accounts", "agreed_ticks", "approved_level"),
            *("approved_accounts", "approved_ticks", "approved_by_name", "approved_on"),
            *("effective_from", "effective_to", "review_on", "evidence_reference"),
            *("evidence_on", "evidence_name", "evidence_sha256", "shortfalls"),
            *("possible_transitions", "created_at"),
        )
        read_only_fields = fields

    @extend_schema_field(ReasonSerializer(many=True))
    def get_shortfalls(self, delegation: Delegation) -> list[dict[str, str]]:
        return reasons(shortfalls_of(delegation))

    def get_possible_transitions(self, delegation: Delegation) -> list[str]:
        return [wish.value for wish in possible(delegation.standing)]


class TransitionSerializer(serializers.ModelSerializer[DelegationEvent]):
    """One step that a delegation took."""

    recorded_by = serializers.EmailField(source="recorded_by.email", default=None)

    class Meta:
        model = DelegationEvent
        fields = (
            *("id", "wish", "from_state", "to_state", "reason", "happened_on"),
            *("recorded_at", "recorded_by"),
        )
        read_only_fields = fields


class CoverSerializer(serializers.Serializer[Any]):
    """Whether a delegation lets its provider do something, and why."""

    act = serializers.ChoiceField(choices=[act.value for act in Act])
    is_covered = serializers.BooleanField()
    reasons = ReasonSerializer(many=True)
    notes = ReasonSerializer(many=True)


class DelegationWish(serializers.Serializer[Any]):
    """What is agreed with an importer, before it is asked for in the portal."""

    importer = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    provider_kind = serializers.ChoiceField(choices=choices(PROVIDERS), default="our_brokerage")
    provider_name = serializers.CharField(
        max_length=200, required=False, help_text="Needed for another provider than us."
    )
    provider_bn9 = serializers.RegexField(
        r"^\d{9}$", required=False, help_text="Needed for another provider than us: nine digits."
    )
    agreed_level = serializers.ChoiceField(choices=LEVEL_CHOICES)
    agreed_accounts = serializers.ListField(
        child=serializers.CharField(max_length=15), required=False, max_length=500
    )
    agreed_ticks = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=3), required=False, max_length=3
    )
    effective_from = serializers.DateField(required=False)
    effective_to = serializers.DateField(required=False)
    review_on = serializers.DateField(required=False)


class TransitionWish(serializers.Serializer[Any]):
    """A step, the day it was taken, and for an approval or a change what the portal has now."""

    wish = serializers.ChoiceField(choices=[wish.value for wish in Wish])
    on = serializers.DateField(required=False, help_text="Today unless said.")
    reason = serializers.CharField(
        max_length=500,
        required=False,
        allow_blank=True,
        help_text="Needed to withdraw, reject, revoke, suspend and cancel.",
    )
    approved_level = serializers.ChoiceField(
        choices=LEVEL_CHOICES,
        required=False,
        help_text="Needed to approve and to change, with `approved_by_name`.",
    )
    approved_by_name = serializers.CharField(max_length=200, required=False)
    approved_on = serializers.DateField(
        required=False, help_text="The day of the step unless said."
    )
    approved_accounts = serializers.ListField(
        child=serializers.CharField(max_length=15), required=False, max_length=500
    )
    approved_ticks = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=3), required=False, max_length=3
    )


class DelegationFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    state = django_filters.MultipleChoiceFilter(choices=STATE_CHOICES)
    provider_kind = django_filters.MultipleChoiceFilter(choices=choices(PROVIDERS))
    approved_level = django_filters.ChoiceFilter(choices=LEVEL_CHOICES)
    ends_by = django_filters.DateFilter(
        "effective_to", lookup_expr="lte", help_text="Whose last day is this day or earlier."
    )
    review_by = django_filters.DateFilter(
        "review_on", lookup_expr="lte", help_text="To be reviewed by this day."
    )


APPROVED = OpenApiExample(
    "Approved in the portal",
    value={
        "wish": "approve",
        "on": "2026-11-20",
        "approved_level": "program",
        "approved_accounts": ["123456782RM0001"],
        "approved_ticks": [1, 2, 3],
        "approved_by_name": "Olivia Chen",
    },
    request_only=True,
)
REVOKED = OpenApiExample(
    "Removed by the importer",
    value={"wish": "revoke", "reason": "The importer changed its broker."},
    request_only=True,
)
ACCOUNT = OpenApiParameter(
    "program_account", OpenApiTypes.STR, description="BN15; without it the business as a whole."
)
DAY = OpenApiParameter("on", OpenApiTypes.DATE, description="On this day; today unless said.")


class DelegationDoor(ReadDoor):
    """Delegations: the portal's business relationships as they are on record here."""

    queryset = Delegation._base_manager.none()
    serializer_class = DelegationSerializer
    filterset_class = DelegationFilters

    def rows(self) -> Any:
        return Delegation.objects.all()

    @extend_schema(request=DelegationWish, responses={201: DelegationSerializer})
    def create(self, request: Request) -> Response:
        """Prepare a delegation as a draft; `transitions` takes it further."""
        wish = self.said(DelegationWish)
        importer = importer_seen(wish.pop("importer"))
        self.demand(Permission.MANAGE_DELEGATION, importer.pk)
        made = prepare_delegation(importer=importer, on=today_in_toronto(), by=self.person, **wish)
        location = {"Location": self.address_of("delegation", made.pk)}
        body = self.get_serializer(self.rows().get(pk=made.pk)).data
        return Response(body, status.HTTP_201_CREATED, headers=location)

    def _known_parameters(self) -> Any:
        yield from super()._known_parameters()
        if self.action == "cover":
            yield from ("program_account", "on")

    @extend_schema(responses={200: TransitionSerializer(many=True)}, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def transitions(self, request: Request, pk: int) -> Response:
        """Every step it took, the newest first."""
        return Response(TransitionSerializer(history_of(self.get_object()), many=True).data)

    @extend_schema(
        request=TransitionWish,
        responses={201: TransitionSerializer},
        examples=[APPROVED, REVOKED],
    )
    @transitions.mapping.post
    def take_step(self, request: Request, pk: int) -> Response:
        """Record a step; 409 for one that does not follow from its state."""
        delegation = self.get_object()
        wish = self.said(TransitionWish)
        step = Wish(wish.pop("wish"))
        answers = step in ANSWERS
        needed = Permission.ANSWER_DELEGATION if answers else Permission.MANAGE_DELEGATION
        self.demand(needed, delegation.importer_id)
        today = today_in_toronto()
        on = wish.pop("on", today)
        told = {"on": on, "today": today, "by": self.person, "reason": wish.pop("reason", "")}
        taken = take_step(delegation=delegation, wish=step, approval=_approval(wish, on), **told)
        body = TransitionSerializer(history_of(taken).first()).data
        return Response(body, status.HTTP_201_CREATED)

    @extend_schema(
        responses={200: CoverSerializer(many=True)}, filters=False, parameters=[ACCOUNT, DAY]
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def cover(self, request: Request, pk: int) -> Response:
        """What it lets its provider do, act by act, with the reasons."""
        delegation = self.get_object()
        account = request.query_params.get("program_account")
        known = ProgramAccount.objects.filter(importer=delegation.importer_id, bn15=account)
        if account is not None and not known.exists():
            raise NotSeen("program_account", NOT_SEEN)
        answers = delegations_with_cover(delegation, account, _day(request))
        return Response([_told(act, cover) for act, cover in answers])


def _day(request: Request) -> Any:
    if "on" not in request.query_params:
        return today_in_toronto()
    try:
        return serializers.DateField().run_validation(request.query_params["on"])
    except ValidationError as error:
        raise ValidationError({"on": error.detail}) from error


def _told(act: Act, cover: Any) -> dict[str, Any]:
    return {
        "act": act.value,
        "is_covered": cover.is_covered,
        "reasons": reasons(cover.reasons),
        "notes": reasons(cover.notes),
    }


def _approval(wish: dict[str, Any], on: Any) -> Approval | None:
    if "approved_level" not in wish:
        return None
    return Approval(
        approved_level=wish["approved_level"],
        approved_by_name=wish.get("approved_by_name", ""),
        approved_on=wish.get("approved_on", on),
        approved_accounts=tuple(wish.get("approved_accounts", ())),
        approved_ticks=tuple(wish.get("approved_ticks", ())),
    )
