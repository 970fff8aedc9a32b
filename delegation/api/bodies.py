"""What the doors of delegations are sent and answer."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clients.api.doors import LARGEST_ID
from delegation.models import DelegatedRole, Delegation, DelegationEvent
from delegation.queries import shortfalls_of
from delegation.rules import Act, Reason, Wish, possible
from delegation.wording import LEVEL_CHOICES, PROVIDERS, choices, sentence


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


class ProxyRoleSerializer(serializers.ModelSerializer[DelegatedRole]):
    """A proxy role that one of our staff holds in the portal under a delegation."""

    email = serializers.EmailField(source="person.email")
    name = serializers.CharField(source="person.full_name")

    class Meta:
        model = DelegatedRole
        fields = ("id", "email", "name", "role", "recorded_at")
        read_only_fields = fields


class ProxyRoleWish(serializers.Serializer[Any]):
    """Who of our staff holds which proxy role."""

    email = serializers.EmailField(help_text="Of somebody of the staff who can sign in.")
    role = serializers.ChoiceField(
        choices=DelegatedRole.Role.choices,
        help_text="`pbam` under business management, `ppam` under program management.",
    )


class TermsWish(serializers.Serializer[Any]):
    """What is agreed with an importer, and our own days."""

    agreed_level = serializers.ChoiceField(choices=LEVEL_CHOICES)
    agreed_accounts = serializers.ListField(
        child=serializers.CharField(max_length=15), required=False, max_length=500
    )
    agreed_ticks = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=3), required=False, max_length=3
    )
    effective_from = serializers.DateField(required=False, allow_null=True)
    effective_to = serializers.DateField(required=False, allow_null=True, help_text="The last day.")
    review_on = serializers.DateField(required=False, allow_null=True)


class TermsChange(TermsWish):
    """What of it changes; `null` takes a day away."""

    agreed_level = serializers.ChoiceField(choices=LEVEL_CHOICES, required=False)


TERMS: tuple[str, ...] = tuple(TermsChange().fields)


class DelegationWish(TermsWish):
    """What is agreed with an importer, before it is asked for in the portal."""

    importer = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    provider_kind = serializers.ChoiceField(choices=choices(PROVIDERS), default="our_brokerage")
    provider_name = serializers.CharField(
        max_length=200, required=False, help_text="Needed for another provider than us."
    )
    provider_bn9 = serializers.RegexField(
        r"^\d{9}$", required=False, help_text="Needed for another provider than us: nine digits."
    )


class DelegationEvidenceWish(serializers.Serializer[Any]):
    """What proves a delegation; with a scan sent as `multipart/form-data`."""

    reference = serializers.CharField(
        max_length=300, help_text="What it is and where it is written."
    )
    evidence_on = serializers.DateField()
    file = serializers.FileField(
        required=False, help_text="PDF, PNG or JPEG, up to 20 MB.", max_length=255
    )


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
