"""The API's door to API keys: who has which, new ones, rotating and revoking them."""

from typing import Any

import django_filters
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.api_keys import ApiKey
from carmsvc.platform.problems import NotSeen, Unprocessable
from clients.actions.keys import LONGEST_NAME, issue_api_key, revoke_api_key, rotate_api_key
from clients.api.doors import NOT_SEEN, IdFilter, ReadDoor
from clients.models import Importer, User
from clients.queries import importers_where
from clients.queries.keys import (
    ids_shown,
    in_state,
    keys_managed_by,
    keys_of_importer,
    keys_seen_by,
    people_for_keys,
    state_of,
)
from clients.rules import Permission
from clients.rules.keys import KEY_STATES, KeyState


class ApiKeySerializer(serializers.ModelSerializer[ApiKey]):
    """A key: what it opens, until when, and how it is used. The key itself is not kept."""

    person = serializers.EmailField(source="user.email", help_text="Who answers for it.")
    importers = serializers.SerializerMethodField(help_text="Those whose keys you manage.")
    state = serializers.SerializerMethodField()
    created_by = serializers.EmailField(source="created_by.email", default=None, allow_null=True)
    revoked_by = serializers.EmailField(source="revoked_by.email", default=None, allow_null=True)
    replaced_by = serializers.IntegerField(source="replaced_by_id", allow_null=True)

    class Meta:
        model = ApiKey
        fields: tuple[str, ...] = (
            *("id", "name", "prefix", "state", "person", "importers", "grants", "created_at"),
            *("created_by", "expires_at", "replaced_by", "revoked_at", "revoked_by"),
            *("last_used_at", "last_used_from", "last_call"),
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(KEY_STATES))
    def get_state(self, key: ApiKey) -> KeyState:
        return state_of(key)

    def get_importers(self, key: ApiKey) -> list[int]:
        return ids_shown(key, self.context["request"].user, self.context["managed"])


class NewApiKeySerializer(ApiKeySerializer):
    """A key just made. This answer is the only one that tells it."""

    key = serializers.CharField(
        help_text="Send it as `Authorization: Bearer …`. Null when a request is repeated."
    )

    class Meta(ApiKeySerializer.Meta):
        fields: tuple[str, ...] = (*ApiKeySerializer.Meta.fields, "key")


class KeyWish(serializers.Serializer[Any]):
    """A new key."""

    name = serializers.CharField(max_length=LONGEST_NAME, help_text="What it is for.")
    importers = serializers.ListField(
        child=serializers.IntegerField(min_value=1), min_length=1, max_length=1000
    )
    grants = serializers.ListField(
        child=serializers.CharField(max_length=80),
        min_length=1,
        max_length=200,
        help_text="Such as `statements:read` or `statement-files:write`, which includes reading.",
    )
    days = serializers.IntegerField(
        required=False, min_value=1, max_value=100_000, help_text="How long it works."
    )
    person = serializers.EmailField(
        required=False, help_text="Who answers for it; you when nobody is named."
    )


class RotationWish(serializers.Serializer[Any]):
    """A new key in the place of another."""

    overlap_days = serializers.IntegerField(
        min_value=0, max_value=100_000, help_text="How long the old one goes on; 0 ends it now."
    )
    days = serializers.IntegerField(
        required=False, min_value=1, max_value=100_000, help_text="How long the new one works."
    )


class KeyFilters(django_filters.FilterSet):
    importer = IdFilter("importer_ids", "That opens this importer, whose keys you manage.")
    importer.method = "by_importer"
    importer.method = "by_importer"
    state = django_filters.ChoiceFilter(
        choices=[(state, state) for state in KEY_STATES], method="by_state"
    )

    def by_importer(self, keys: Any, name: str, value: Any) -> Any:
        """Of an importer whose keys they do not manage nobody learns which keys open it."""
        return keys.filter(pk__in=keys_of_importer(self.request.user, int(value)).values("pk"))

    def by_state(self, keys: Any, name: str, value: str) -> Any:
        return in_state(keys, value)


NIGHTLY = OpenApiExample(
    "Upload files and read the results",
    value={
        "name": "Nightly upload",
        "importers": [1],
        "grants": ["statement-files:write", "ledger-files:write", "match-runs:read"],
        "days": 365,
    },
    request_only=True,
)


class ApiKeyDoor(ReadDoor):
    """The keys of the importers whose keys you manage, and those you answer for."""

    queryset = ApiKey._base_manager.none()
    serializer_class = ApiKeySerializer
    filterset_class = KeyFilters
    ordering_fields = ("expires_at", "created_at")
    told_once = ("key",)
    refused_status = Unprocessable.status_code

    def rows(self) -> Any:
        return keys_seen_by(self.person)

    def get_serializer_context(self) -> dict[str, Any]:
        """With the importers whose keys whoever asks manages, for all keys at once."""
        context = dict(super().get_serializer_context())
        if not getattr(self, "swagger_fake_view", False):
            context["managed"] = importers_where(self.person, Permission.MANAGE_KEYS)
        return context

    @property
    def _asking_key(self) -> ApiKey | None:
        return self.request.auth if isinstance(self.request.auth, ApiKey) else None

    @extend_schema(request=KeyWish, responses={201: NewApiKeySerializer}, examples=[NIGHTLY])
    def create(self, request: Request) -> Response:
        """Make a key, with no more than you have. Its text is told once, in this answer."""
        said = self.said(KeyWish)
        key, text = issue_api_key(
            name=said["name"],
            user=self._person_called(said.get("person")),
            importers=self._importers(said["importers"]),
            grants=said["grants"],
            by=self.person,
            days=said.get("days"),
            within=self._asking_key,
        )
        return self._told(key, text)

    def _importers(self, ids: list[int]) -> list[Importer]:
        """404 for those that are not seen, 403 for those whose keys are managed by others."""
        found = {importer.pk: importer for importer in Importer.objects.filter(pk__in=ids)}
        if set(ids) - set(found):
            raise NotSeen("importers", NOT_SEEN)
        for importer_id in found:
            self.demand(Permission.MANAGE_KEYS, importer_id)
        return list(found.values())

    def _person_called(self, email: str | None) -> User:
        if email is None:
            return self.person  # type: ignore[no-any-return]
        person = people_for_keys(self.person).filter(email=email.strip().lower()).first()
        if person is None:
            raise NotSeen("person", NOT_SEEN)
        return person  # type: ignore[no-any-return]

    def _told(self, key: ApiKey, text: str) -> Response:
        key.key = text  # type: ignore[attr-defined]
        body = NewApiKeySerializer(key, context=self.get_serializer_context()).data
        headers = {"Location": self.address_of("api-key", key.pk), "Cache-Control": "no-store"}
        return Response(body, status.HTTP_201_CREATED, headers=headers)

    def _managed_key(self) -> ApiKey:
        """The key of the address; 403 for somebody who only answers for it."""
        key: ApiKey = self.get_object()
        if not keys_managed_by(self.person).filter(pk=key.pk).exists():
            raise PermissionDenied("Your role with its importers does not include: manage keys.")
        return key

    @extend_schema(request=RotationWish, responses={201: NewApiKeySerializer})
    @action(detail=True, methods=["post"])
    def rotations(self, request: Request, pk: int) -> Response:
        """Make a key with the same scope; the old one goes on for up to 14 days."""
        key, said = self._managed_key(), self.said(RotationWish)
        return self._told(*rotate_api_key(key=key, by=self.person, within=self._asking_key, **said))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Revoke a key; its next request fails. Where you manage only some of its importers,
        those are closed for it.
        """
        revoke_api_key(key=self._managed_key(), by=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)
