"""The API's door to an importer's own people."""

from types import MappingProxyType
from typing import Any

import django_filters
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.problems import NotSeen
from clients.actions.people import change_role, remove_member
from clients.api.doors import LARGEST_ID, NOT_SEEN, IdFilter, ReadDoor
from clients.models import Membership, User
from clients.rules import Permission


class _MemberSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ("id", "email", "full_name", "is_active")
        ref_name = "Member"


class MembershipSerializer(serializers.ModelSerializer[Membership]):
    """One of an importer's own people and their role."""

    importer = serializers.IntegerField(source="importer_id")
    person = _MemberSerializer(source="user")

    class Meta:
        model = Membership
        fields = ("id", "importer", "person", "role")
        read_only_fields = fields


class MembershipFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    role = django_filters.MultipleChoiceFilter(choices=Membership.Role.choices)
    email = django_filters.CharFilter(
        "user__email", lookup_expr="iexact", help_text="The exact address."
    )


class RoleWish(serializers.Serializer[Any]):
    """Another role."""

    role = serializers.ChoiceField(choices=Membership.Role.choices)
    new_owner = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=LARGEST_ID,
        help_text="Administrators only: the membership that becomes owner when this is the last.",
    )
    sure = serializers.BooleanField(
        default=False, help_text="True to give up managing people oneself."
    )


FINANCE = OpenApiExample("Finance from now on", value={"role": "finance"}, request_only=True)


class MembershipDoor(ReadDoor):
    """The people of your importers, and their roles."""

    queryset = Membership._base_manager.none()
    serializer_class = MembershipSerializer
    filterset_class = MembershipFilters
    ordering = "id"
    ordering_fields = ("role",)
    answer_codes = MappingProxyType({"role": (200,)})

    def rows(self) -> Any:
        return Membership.objects.select_related("user")

    @extend_schema(request=RoleWish, responses={200: MembershipSerializer}, examples=[FINANCE])
    @action(detail=True, methods=["post"])
    def role(self, request: Request, pk: int) -> Response:
        """Give a person another role; it works on their next request."""
        held = self.object_for(Permission.MANAGE_PEOPLE)
        wish = self.said(RoleWish)
        new_owner = self._new_owner(wish.pop("new_owner", None))
        change_role(membership=held, by=self.person, new_owner=new_owner, **wish)
        return Response(self.get_serializer(self.get_object()).data)

    def _new_owner(self, pk: int | None) -> Membership | None:
        if pk is None:
            return None
        found: Membership | None = self.get_queryset().filter(pk=pk).first()
        if found is None:
            raise NotSeen("new_owner", NOT_SEEN)
        return found

    @extend_schema(responses={204: OpenApiResponse(description="They see it no more.")})
    def destroy(self, request: Request, pk: int) -> Response:
        """Take a person off an importer. Nobody takes themselves off here: that is a page's."""
        held = self.object_for(Permission.MANAGE_PEOPLE)
        remove_member(membership=held, by=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)
