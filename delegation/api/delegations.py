"""Delegations through the API: what stands, what they let do, and the steps they take."""

from types import MappingProxyType
from typing import Any

import django_filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.problems import NotSeen
from clients.api import NOT_SEEN, IdFilter
from clients.api.documents import importer_seen
from clients.models import ProgramAccount
from clients.rules import Permission
from delegation.actions import Approval, change_terms, prepare_delegation, take_step
from delegation.api.bodies import (
    TERMS,
    CoverSerializer,
    DelegationSerializer,
    DelegationWish,
    TermsChange,
    TransitionSerializer,
    TransitionWish,
    reasons,
)
from delegation.api.evidence import EvidenceDoor
from delegation.queries import delegations_with_cover, history_of
from delegation.rules import ANSWERS, Act, Wish
from delegation.wording import LEVEL_CHOICES, PROVIDERS, STATE_CHOICES, choices


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


class DelegationDoor(EvidenceDoor):
    """Delegations: the portal's business relationships as they are on record here."""

    filterset_class = DelegationFilters
    answer_codes = MappingProxyType(EvidenceDoor.answer_codes | {"terms": (200,)})

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

    @extend_schema(request=TermsChange, responses={200: DelegationSerializer})
    @action(detail=True, methods=["post"])
    def terms(self, request: Request, pk: int) -> Response:
        """Change what was agreed, our own days, or the review; what is left out stays.

        Whether the approval is enough is decided anew.
        """
        delegation = self.object_for(Permission.MANAGE_DELEGATION)
        stands = {name: getattr(delegation, name) for name in TERMS}
        told = stands | self.said(TermsChange)
        change_terms(delegation=delegation, on=today_in_toronto(), by=self.person, **told)
        return self._as_it_is_now()

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
