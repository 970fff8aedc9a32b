"""The API's door to the audit of one's importers."""

from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied

from carmsvc.platform.audit import AuditEvent
from clients.api.doors import IdFilter, ReadDoor
from clients.queries.audit import events_of_importers, importers_audited
from clients.rules import Permission


class AuditEventSerializer(serializers.ModelSerializer[AuditEvent]):
    """One thing that happened, with all that its hash is made of."""

    importer = serializers.IntegerField(source="importer_id")
    object_kind = serializers.CharField(source="target_kind", help_text="Empty: about no object.")
    object_id = serializers.IntegerField(source="target_id", allow_null=True)
    before = serializers.JSONField(allow_null=True, help_text="Fields that changed, as they were.")
    after = serializers.JSONField(allow_null=True, help_text="Fields that changed, as they are.")
    details = serializers.JSONField(help_text="What else is told.")
    came_from = serializers.JSONField(
        allow_null=True, help_text="`how`, and what is known of `address`, `key`, `request`."
    )
    hashed_text = serializers.CharField(help_text="`own_hash` is the SHA-256 of this, in UTF-8.")

    class Meta:
        model = AuditEvent
        fields: tuple[str, ...] = (
            *("id", "importer", "sequence", "happened_at", "actor", "actor_id", "action"),
            *("object_kind", "object_id", "before", "after", "details", "came_from"),
            *("previous_hash", "own_hash", "hashed_text"),
        )
        read_only_fields = fields


class AuditEventFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    actor_id = IdFilter("actor_id", "Done by this person.")
    action = django_filters.CharFilter("action", help_text="The exact word, `variance explained`.")
    object_kind = django_filters.CharFilter("target_kind", help_text="For example `matchrun`.")
    object_id = IdFilter("target_id", "About the object with this id; with `object_kind`.")
    since = django_filters.IsoDateTimeFilter(
        "happened_at", lookup_expr="gte", help_text="At this instant or later."
    )
    until = django_filters.IsoDateTimeFilter(
        "happened_at", lookup_expr="lt", help_text="Before this instant."
    )


class AuditEventDoor(ReadDoor):
    """What happened to your importers, for those who may read their audit; never changed."""

    queryset = AuditEvent._base_manager.none()
    serializer_class = AuditEventSerializer
    filterset_class = AuditEventFilters
    ordering = "-id"

    def rows(self) -> Any:
        """The events of the importers whose audit whoever asks may read; a list of none is 403."""
        importer_ids = importers_audited(self.person)
        if not importer_ids and self.action == "list":
            word = Permission.READ_AUDIT.value.replace("_", " ")
            raise PermissionDenied(f"Your role does not include: {word}.")
        return events_of_importers(importer_ids)
