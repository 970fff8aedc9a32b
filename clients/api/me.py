"""Who asks the API, and what they may do."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from carmsvc.platform.api_keys import ApiKey
from carmsvc.platform.key_grants import may_write_anything
from carmsvc.platform.tenancy import importers_in_scope
from carmsvc.platform.throttling import RateHeaders
from clients.models import User
from clients.queries import permissions_by_importer, permissions_here
from clients.rules import Permission


class _PersonSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ("id", "email", "full_name", "language", "staff_role")
        ref_name = "Person"


class _KeySerializer(serializers.ModelSerializer[ApiKey]):
    class Meta:
        model = ApiKey
        fields = ("id", "name", "prefix", "grants", "created_at", "expires_at")
        ref_name = "Key"


class _SeenImporterSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    permissions = serializers.ListField(child=serializers.ChoiceField(list(Permission)))

    class Meta:
        ref_name = "SeenImporter"


class MeSerializer(serializers.Serializer[Any]):
    """Who asks, with which key, and what they may do with which importer."""

    person = _PersonSerializer()
    key = _KeySerializer(allow_null=True)
    importers = _SeenImporterSerializer(many=True)


class MeDoor(RateHeaders, APIView):
    """Who asks, and what they may do. Every key may ask this, whatever its grants."""

    http_method_names = ["get", "head"]

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        key = request.auth if isinstance(request.auth, ApiKey) else None
        user: Any = request.user
        document = {"person": user, "key": key, "importers": list(_seen(user, key))}
        return Response(MeSerializer(document).data)


def _seen(user: User, key: ApiKey | None) -> Iterable[dict[str, Any]]:
    """Each importer in the scope with what may be done there; a reading key only views."""
    held, everywhere = permissions_by_importer(user, importers_in_scope()), permissions_here(user)
    reads_only = key is not None and not may_write_anything(key.grants)
    for importer_id, allowed in held.items():
        told = allowed & {Permission.VIEW} if reads_only else allowed | everywhere
        yield {"id": importer_id, "permissions": sorted(told)}
