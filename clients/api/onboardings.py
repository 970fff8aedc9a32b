"""Onboardings through the API: begun, read, finished; their steps proved and taken further."""

from types import MappingProxyType
from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.refusals import Refused
from clients.actions.onboarding import (
    cancel_onboarding,
    change_plan,
    finish_onboarding,
    move_to_newest,
    remind_of_steps,
    start_onboarding,
)
from clients.actions.onboarding_steps import (
    give_step,
    keep_step_evidence,
    take_onboarding_step,
    write_comment,
)
from clients.api.documents import evidence_seen, importer_seen
from clients.api.doors import IdFilter, ReadDoor
from clients.api.onboarding_bodies import (
    AssignmentWish,
    CancellationWish,
    CommentSerializer,
    CommentWish,
    EvidenceWish,
    OnboardingSerializer,
    PlanWish,
    ProgressSerializer,
    RemindedSerializer,
    StartWish,
    StepSerializer,
    StepTransitionSerializer,
    StepTransitionWish,
)
from clients.models import Onboarding, OnboardingStep, User
from clients.models.onboarding import STEP_STATES, VARIANTS, choices
from clients.queries import onboarding as queries
from clients.queries.staff import assignable_staff
from clients.rules import Permission
from clients.rules.onboarding import StepWish

MANAGE, TAKE = Permission.MANAGE_ONBOARDING, Permission.TAKE_ONBOARDING_STEPS


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
    answer_codes = MappingProxyType(
        dict.fromkeys(("completion", "plan", "cancellation", "version", "reminder"), (200,))
    )

    def rows(self) -> Any:
        return Onboarding.objects.select_related("lead")

    @extend_schema(request=StartWish, responses={201: OnboardingSerializer}, examples=[BEGUN])
    def create(self, request: Request) -> Response:
        """Begin an importer's onboarding by the newest checklist. For the brokerage's staff."""
        wish = self.said(StartWish)
        importer = importer_seen(wish.pop("importer"))
        self.demand(MANAGE, importer.pk)
        wish["lead"] = _one_of_ours(wish.get("lead"))
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
        return self._as_it_is_now()

    @extend_schema(request=PlanWish, responses={200: OnboardingSerializer})
    @action(detail=True, methods=["post"])
    def plan(self, request: Request, pk: int) -> Response:
        """Change by when it is to be done and who leads it; open steps get new days."""
        onboarding, wish = self.object_for(MANAGE), self.said(PlanWish)
        lead = _one_of_ours(wish["lead"]) if "lead" in wish else onboarding.lead
        target_on = wish.get("target_on", onboarding.target_on)
        change_plan(onboarding=onboarding, target_on=target_on, lead=lead, by=self.person)
        return self._as_it_is_now()

    @extend_schema(request=CancellationWish, responses={200: OnboardingSerializer})
    @action(detail=True, methods=["post"])
    def cancellation(self, request: Request, pk: int) -> Response:
        """Give it up, and say why."""
        onboarding, told = self.object_for(MANAGE), self.said(CancellationWish)
        cancel_onboarding(onboarding=onboarding, by=self.person, today=today_in_toronto(), **told)
        return self._as_it_is_now()

    @extend_schema(request=None, responses={200: OnboardingSerializer})
    @action(detail=True, methods=["post"])
    def version(self, request: Request, pk: int) -> Response:
        """Go on by the newest checklist: what is done stays done."""
        onboarding = self.object_for(MANAGE)
        move_to_newest(onboarding=onboarding, by=self.person, today=today_in_toronto())
        return self._as_it_is_now()

    @extend_schema(request=None, responses={200: RemindedSerializer})
    @action(detail=True, methods=["post"])
    def reminder(self, request: Request, pk: int) -> Response:
        """Remind the importer's people of their open steps, of each at most once a day."""
        onboarding = self.object_for(MANAGE)
        steps = remind_of_steps(onboarding=onboarding, by=self.person, today=today_in_toronto())
        return Response(RemindedSerializer({"steps": steps}).data)

    def _as_it_is_now(self) -> Response:
        return Response(self.get_serializer(self.get_object()).data)


def _one_of_ours(email: str | None) -> User | None:
    """Who of the staff has this e-mail address; raises `Refused` when nobody has it."""
    if email is None:
        return None
    person: User | None = assignable_staff().filter(email__iexact=email).first()
    if person is None:
        raise Refused(_("Only one of our staff leads an onboarding."))
    return person


class OnboardingStepDoor(ReadDoor):
    """Steps of onboardings; of an importer's people, their own steps."""

    queryset = OnboardingStep._base_manager.none()
    serializer_class = StepSerializer
    filterset_class = StepFilters
    ordering_fields = ("due_on",)
    answer_codes = MappingProxyType({"evidence": (200,), "assignment": (200,)})

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
        document = evidence_seen(step.importer_id, wish.pop("document", None), "document")
        keep_step_evidence(
            step=step, by=self.person, today=today_in_toronto(), document=document, **wish
        )
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=AssignmentWish, responses={200: StepSerializer})
    @action(detail=True, methods=["post"])
    def assignment(self, request: Request, pk: int) -> Response:
        """Say who sees to it and by when. For the brokerage's staff."""
        step, wish = self.object_for(MANAGE), self.said(AssignmentWish)
        assignee = _worker(step, wish["assignee"]) if "assignee" in wish else step.assignee
        due_on = wish.get("due_on", step.due_on)
        give_step(step=step, assignee=assignee, due_on=due_on, by=self.person)
        return Response(self.get_serializer(self.get_object()).data)

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


def _worker(step: OnboardingStep, email: str | None) -> User | None:
    """Who of those who may see to a step has this e-mail address; raises `Refused` else."""
    if email is None:
        return None
    person: User | None = queries.people_for(step).filter(email__iexact=email).first()
    if person is None:
        raise Refused(_("This person does not work on this step of this importer."))
    return person
