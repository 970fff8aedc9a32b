"""The API's doors to the brokerage's staff and to which importers each one looks after."""

from typing import Any

import django_filters
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.problems import NotSeen, Unprocessable
from clients.actions.staff import MOST_AT_ONCE, assign_staff, change_staff_role, unassign_staff
from clients.api.doors import LARGEST_ID, NOT_SEEN, IdFilter, ReadDoor
from clients.models import Importer, StaffAssignment, User
from clients.queries import may_here, permissions_here
from clients.queries.staff import assignable_staff, assignments, staff, with_second_factor
from clients.rules import Permission

IDS = {"min_value": 1, "max_value": LARGEST_ID}


def demand_of(person: Any, permission: Permission) -> None:
    """403 unless whoever asks may do this for the whole brokerage."""
    if not may_here(person, permission):
        word = permission.value.replace("_", " ")
        raise PermissionDenied(f"Your role does not include: {word}.")


def importers_named(ids: list[int], field: str = "importers") -> list[Importer]:
    """The importers of a body; 404 when one of them is not in the scope."""
    found = list(Importer.objects.filter(pk__in=ids))
    if len(found) != len(set(ids)):
        raise NotSeen(field, NOT_SEEN)
    return found


def staff_named(pk: int, field: str = "person") -> User:
    """One of the brokerage's people who can sign in, or 404."""
    person: User | None = assignable_staff().filter(pk=pk).first()
    if person is None:
        raise NotSeen(field, NOT_SEEN)
    return person


class StaffMemberSerializer(serializers.ModelSerializer[User]):
    """Somebody who works for the brokerage."""

    has_second_factor = serializers.BooleanField()
    last_signed_in_at = serializers.DateTimeField(source="last_login", allow_null=True)

    class Meta:
        model = User
        fields = (
            *("id", "email", "full_name", "language", "staff_role", "is_active"),
            *("has_second_factor", "last_signed_in_at", "deactivated_at"),
        )
        read_only_fields = fields


class StaffFilters(django_filters.FilterSet):
    staff_role = django_filters.MultipleChoiceFilter(choices=User.StaffRole.choices)
    is_active = django_filters.BooleanFilter()
    email = django_filters.CharFilter(lookup_expr="iexact", help_text="The exact address.")


class StaffRoleWish(serializers.Serializer[Any]):
    """Another role for one of the brokerage's people."""

    staff_role = serializers.ChoiceField(choices=User.StaffRole.choices)

    class Meta:
        ref_name = "StaffRoleWish"


VIEWER = OpenApiExample("Only looks from now on", value={"staff_role": "viewer"}, request_only=True)


class StaffDoor(ReadDoor):
    """The brokerage's staff. For those who manage or assign them."""

    queryset = User.objects.none()
    serializer_class = StaffMemberSerializer
    filterset_class = StaffFilters
    ordering = "id"
    ordering_fields = ("full_name",)

    def rows(self) -> Any:
        held = permissions_here(self.person)
        if not held & {Permission.MANAGE_STAFF, Permission.ASSIGN_STAFF}:
            raise PermissionDenied("Your role does not include: manage staff.")
        return with_second_factor(staff())

    @extend_schema(request=StaffRoleWish, responses={200: StaffMemberSerializer}, examples=[VIEWER])
    @action(detail=True, methods=["post"])
    def role(self, request: Request, pk: int) -> Response:
        """Give somebody another role; it works on their next request. Nobody changes their own."""
        demand_of(self.person, Permission.MANAGE_STAFF)
        person = self.get_object()
        role = self.said(StaffRoleWish)["staff_role"]
        change_staff_role(person=person, role=role, by=self.person)
        return Response(self.get_serializer(self.get_object()).data)


class StaffAssignmentSerializer(serializers.ModelSerializer[StaffAssignment]):
    """One of the brokerage's people looks after an importer, not through a group."""

    importer = serializers.IntegerField(source="importer_id")
    person = serializers.IntegerField(source="user_id")
    email = serializers.EmailField(source="user.email")

    class Meta:
        model = StaffAssignment
        fields = ("id", "importer", "person", "email", "is_lead")
        read_only_fields = fields


class StaffAssignmentFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    person = IdFilter("user_id", "Of this member of the staff.")
    is_lead = django_filters.BooleanFilter()


class StaffAssignmentWish(serializers.Serializer[Any]):
    """Importers for one of the brokerage's people."""

    person = serializers.IntegerField(**IDS)
    importers = serializers.ListField(
        child=serializers.IntegerField(**IDS), min_length=1, max_length=MOST_AT_ONCE
    )
    is_lead = serializers.BooleanField(
        default=False, help_text="As the lead; who was it stays assigned."
    )


THREE = OpenApiExample(
    "Three importers", value={"person": 7, "importers": [1, 2, 3]}, request_only=True
)


class StaffAssignmentDoor(ReadDoor):
    """Who looks after which of your importers directly. For those who assign staff."""

    queryset = StaffAssignment._base_manager.none()
    serializer_class = StaffAssignmentSerializer
    filterset_class = StaffAssignmentFilters
    ordering = "id"
    refused_status = Unprocessable.status_code

    def rows(self) -> Any:
        demand_of(self.person, Permission.ASSIGN_STAFF)
        return assignments()

    @extend_schema(
        request=StaffAssignmentWish,
        responses={201: StaffAssignmentSerializer(many=True)},
        examples=[THREE],
    )
    def create(self, request: Request) -> Response:
        """Assign somebody to importers; for those they have already, say anew who leads."""
        demand_of(self.person, Permission.ASSIGN_STAFF)
        wish = self.said(StaffAssignmentWish)
        person = staff_named(wish["person"])
        importers = importers_named(wish["importers"])
        assign_staff(person=person, importers=importers, is_lead=wish["is_lead"], by=self.person)
        made = assignments().filter(user=person, importer__in=importers).order_by("importer_id")
        body = StaffAssignmentSerializer(made, many=True).data
        return Response(body, status.HTTP_201_CREATED)

    @extend_schema(responses={204: OpenApiResponse(description="They look after it no more.")})
    def destroy(self, request: Request, pk: int) -> Response:
        """Take the importer off the person; works on their next request."""
        demand_of(self.person, Permission.ASSIGN_STAFF)
        held = self.get_object()
        unassign_staff(person=held.user, importers=[held.importer], by=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)
