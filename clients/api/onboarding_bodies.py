"""What the doors of onboardings and of their steps are sent and answer."""

from typing import Any

from rest_framework import serializers

from clients.api.doors import LARGEST_ID
from clients.models import Onboarding, OnboardingComment, OnboardingEvent, OnboardingStep
from clients.models.onboarding import PARTIES, STEP_WISHES, VARIANTS, choices
from clients.rules.onboarding import possible


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
    lead = serializers.EmailField(required=False, help_text="Who of the staff leads it.")


class PlanWish(serializers.Serializer[Any]):
    """What of the plan changes: `null` takes it away, what is left out stays."""

    target_on = serializers.DateField(
        required=False, allow_null=True, help_text="To be done by this day."
    )
    lead = serializers.EmailField(
        required=False, allow_null=True, help_text="Who of the staff leads it."
    )


class CancellationWish(serializers.Serializer[Any]):
    """Why an onboarding is given up."""

    reason = serializers.CharField(
        max_length=500, help_text="A text with a secret in it is refused."
    )


class RemindedSerializer(serializers.Serializer[Any]):
    """Of how many steps the importer's people were reminded."""

    steps = serializers.IntegerField(help_text="None of which they were reminded today already.")


class AssignmentWish(serializers.Serializer[Any]):
    """Who sees to a step and by when: `null` is nobody, what is left out stays."""

    assignee = serializers.EmailField(required=False, allow_null=True)
    due_on = serializers.DateField(required=False)


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
