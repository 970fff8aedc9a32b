"""Onboardings through the API: begun, read, finished; their steps proved and taken further."""

from types import MappingProxyType
from typing import Any

import django_filters
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.problems import NotSeen
from clients.actions.onboarding import finish_onboarding, start_onboarding
from clients.actions.onboarding_steps import (
    keep_step_evidence,
    take_onboarding_step,
    write_comment,
)
from clients.api.documents import importer_seen
from clients.api.doors import LARGEST_ID, NOT_SEEN, IdFilter, ReadDoor
from clients.models import (
    Document,
    Onboarding,
    OnboardingComment,
    OnboardingEvent,
    OnboardingStep,
)
from clients.models.onboarding import PARTIES, STEP_STATES, STEP_WISHES, VARIANTS, choices
from clients.queries import onboarding as queries
from clients.rules import Permission
from clients.rules.onboarding import StepWish, possible

MANAGE, TAKE = Permission.MANAGE_ONBOARDING, Permission.TAKE_ONBOARDING_STEPS


class ProgressSerializer(serializers.Serializer[Any]):
    """How far it is; steps that do not apply count neither way."""

    done = serializers.IntegerField()
    total = serializers.IntegerField()
    percent = serializers.IntegerField(help_text="Rounded down: 100 only when all is done.")


class OnboardingSerializer(serializers.ModelSerializer[Onboarding]):
    """Taking an importer from prospect to working in CARM."""

    importer = serializers.IntegerField(source="importer_id")
    lead = serializers.EmailField(source="lead.email", default=None)

    class Meta:
        model = Onboarding
        fields = (
            *("id", "importer", "state", "variant", "version", "lead", "started_on"),
            *("target_on", "ended_on", "end_reason"),
        )
        read_only_fields = fields


class StepSerializer(serializers.ModelSerializer[OnboardingStep]):
    """A step of an onboarding; its words are in the checklist of its version."""

    importer = serializers.IntegerField(source="importer_id")
    onboarding = serializers.IntegerField(source="onboarding_id")
    assignee = serializers.EmailField(source="assignee.email", default=None)
    done_by = serializers.EmailField(source="done_by.email", default=None)
    evidence_document = serializers.IntegerField(
        source="evidence_document_id", help_text="A document of the importer, or null."
    )
    is_ready = serializers.BooleanField(help_text="It is open and waits for no other step.")
    possible_transitions = serializers.SerializerMethodField(
        help_text="What may be asked of `transitions/` in this state."
    )

    class Meta:
        model = OnboardingStep
        fields = (
            *("id", "importer", "onboarding", "code", "version", "position", "parties", "state"),
            *("is_ready", "moved_at", "reason", "waiting_for", "due_on", "assignee", "done_on"),
            *("done_by", "evidence_reference", "evidence_document", "evidence_on"),
            *("evidence_expires_on", "possible_transitions"),
        )
        read_only_fields = fields

    def get_possible_transitions(self, step: OnboardingStep) -> list[str]:
        return [wish.value for wish in possible(step.standing)]


class StepTransitionSerializer(serializers.ModelSerializer[OnboardingEvent]):
    """A move that a step made."""

    recorded_by = serializers.EmailField(source="recorded_by.email", default=None)

    class Meta:
        model = OnboardingEvent
        fields = (
            *("id", "wish", "from_state", "to_state", "reason", "happened_on"),
            *("recorded_at", "recorded_by"),
        )
        read_only_fields = fields


class CommentSerializer(serializers.ModelSerializer[OnboardingComment]):
    """What somebody wrote at a step."""

    written_by = serializers.EmailField(source="written_by.email")

    class Meta:
        model = OnboardingComment
        fields = ("id", "text", "is_for_staff", "written_at", "written_by")
        read_only_fields = fields


class StartWish(serializers.Serializer[Any]):
    """Which importer's onboarding begins, and how."""

    importer = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    variant = serializers.ChoiceField(choices=choices(VARIANTS))
    target_on = serializers.DateField(required=False, help_text="To be done by this day.")


class StepTransitionWish(serializers.Serializer[Any]):
    """A move, the day it was made, and what it needs."""

    wish = serializers.ChoiceField(choices=choices(STEP_WISHES))
    on = serializers.DateField(required=False, help_text="Today unless said.")
    reason = serializers.CharField(
        max_length=500,
        required=False,
        allow_blank=True,
        help_text="Needed to block, skip and reopen. A text with a secret in it is refused.",
    )
    waiting_for = serializers.ChoiceField(
        choices=choices(PARTIES), required=False, help_text="Needed to wait."
    )


class EvidenceWish(serializers.Serializer[Any]):
    """What proves a step: words, a document of the importer, its days."""

    reference = serializers.CharField(
        max_length=500,
        required=False,
        allow_blank=True,
        help_text="A text with a password, a code or a token in it is refused.",
    )
    document = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    evidence_on = serializers.DateField(required=False)
    expires_on = serializers.DateField(required=False)


class CommentWish(serializers.Serializer[Any]):
    """What to write at a step."""

    text = serializers.CharField(max_length=2000)
    is_for_staff = serializers.BooleanField(
        default=False, help_text="Seen by the brokerage's staff only; theirs alone to ask for."
    )


class OnboardingFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    state = django_filters.MultipleChoiceFilter(choices=Onboarding.State.choices)
    variant = django_filters.MultipleChoiceFilter(choices=choices(VARIANTS))
    target_to = django_filters.DateFilter("target_on", lookup_expr="lte")


class StepFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    onboarding = IdFilter("onboarding_id", "Of this onboarding.")
    state = django_filters.MultipleChoiceFilter(choices=choices(STEP_STATES))
    is_ready = django_filters.BooleanFilter()
    due_to = django_filters.DateFilter("due_on", lookup_expr="lte")


BEGUN = OpenApiExample(
    "A non-resident, by the end of February",
    value={"importer": 1, "variant": "non_resident", "target_on": "2027-02-26"},
    request_only=True,
)
TAKEN = OpenApiExample(
    "The second manager is added", value={"wish": "finish", "on": "2026-11-20"}, request_only=True
)
BLOCKED = OpenApiExample(
    "The portal refuses the name",
    value={"wish": "block", "reason": "The portal does not find the legal name."},
    request_only=True,
)


class OnboardingDoor(ReadDoor):
    """Onboardings of importers."""

    queryset = Onboarding._base_manager.none()
    serializer_class = OnboardingSerializer
    filterset_class = OnboardingFilters
    answer_codes = MappingProxyType({"completion": (200,)})

    def rows(self) -> Any:
        return Onboarding.objects.select_related("lead")

    @extend_schema(request=StartWish, responses={201: OnboardingSerializer}, examples=[BEGUN])
    def create(self, request: Request) -> Response:
        """Begin an importer's onboarding by the newest checklist. For the brokerage's staff."""
        wish = self.said(StartWish)
        importer = importer_seen(wish.pop("importer"))
        self.demand(MANAGE, importer.pk)
        made = start_onboarding(importer=importer, today=today_in_toronto(), by=self.person, **wish)
        location = {"Location": self.address_of("onboarding", made.pk)}
        body = self.get_serializer(self.rows().get(pk=made.pk)).data
        return Response(body, status.HTTP_201_CREATED, headers=location)

    @extend_schema(responses=ProgressSerializer)
    @action(detail=True, pagination_class=None)
    def progress(self, request: Request, pk: int) -> Response:
        """How far it is, all steps counted."""
        view = queries.onboarding_view(self.get_object(), self.person, timezone.now())
        return Response(ProgressSerializer(view.progress).data)

    @extend_schema(request=None, responses={200: OnboardingSerializer})
    @action(detail=True, methods=["post"])
    def completion(self, request: Request, pk: int) -> Response:
        """The importer is onboarded; 409 while a step is open."""
        onboarding = self.object_for(MANAGE)
        finish_onboarding(onboarding=onboarding, by=self.person, today=today_in_toronto())
        return Response(self.get_serializer(self.get_object()).data)


class OnboardingStepDoor(ReadDoor):
    """Steps of onboardings; of an importer's people, their own steps."""

    queryset = OnboardingStep._base_manager.none()
    serializer_class = StepSerializer
    filterset_class = StepFilters
    ordering_fields = ("due_on",)
    answer_codes = MappingProxyType({"evidence": (200,)})

    def rows(self) -> Any:
        rows = OnboardingStep.objects.select_related("assignee", "done_by")
        return rows if self.person.is_staff_member else rows.filter(is_for_importer=True)

    @extend_schema(responses={200: StepTransitionSerializer(many=True)}, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def transitions(self, request: Request, pk: int) -> Response:
        """Every move it made, the newest first."""
        return Response(
            StepTransitionSerializer(queries.events_of(self.get_object()), many=True).data
        )

    @extend_schema(
        request=StepTransitionWish,
        responses={201: StepTransitionSerializer},
        examples=[TAKEN, BLOCKED],
    )
    @transitions.mapping.post
    def take_step(self, request: Request, pk: int) -> Response:
        """Take it further; 409 for what its state, its order or its evidence does not allow."""
        step, wish, today = self.object_for(TAKE), self.said(StepTransitionWish), today_in_toronto()
        told = {"on": wish.pop("on", today), "today": today, "by": self.person}
        taken = take_onboarding_step(step=step, wish=StepWish(wish.pop("wish")), **told, **wish)
        body = StepTransitionSerializer(queries.events_of(taken).first()).data
        return Response(body, status.HTTP_201_CREATED)

    @extend_schema(request=EvidenceWish, responses={200: StepSerializer})
    @action(detail=True, methods=["post"])
    def evidence(self, request: Request, pk: int) -> Response:
        """Keep what proves it, instead of what was kept before."""
        step, wish = self.object_for(TAKE), self.said(EvidenceWish)
        document = self._document(step, wish.pop("document", None))
        keep_step_evidence(
            step=step, by=self.person, today=today_in_toronto(), document=document, **wish
        )
        return Response(self.get_serializer(self.get_object()).data)

    def _document(self, step: OnboardingStep, pk: int | None) -> Document | None:
        if pk is None:
            return None
        found: Document | None = Document.objects.filter(importer=step.importer_id, pk=pk).first()
        if found is None:
            raise NotSeen("document", NOT_SEEN)
        return found

    @extend_schema(responses={200: CommentSerializer(many=True)}, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def comments(self, request: Request, pk: int) -> Response:
        """What was said at it, the oldest first."""
        rows = queries.comments_of(self.get_object(), self.person)
        return Response(CommentSerializer(rows, many=True).data)

    @extend_schema(request=CommentWish, responses={201: CommentSerializer})
    @comments.mapping.post
    def write(self, request: Request, pk: int) -> Response:
        """Say something at it. A text with a secret in it is refused, and kept nowhere."""
        step, wish = self.object_for(TAKE), self.said(CommentWish)
        comment = write_comment(step=step, by=self.person, **wish)
        return Response(CommentSerializer(comment).data, status.HTTP_201_CREATED)
