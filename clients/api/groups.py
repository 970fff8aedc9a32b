"""The API's door to client groups."""

from typing import Any

import django_filters
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients.actions import groups as actions
from clients.api.doors import ReadDoor
from clients.api.staff import IDS, demand_of, importers_named, staff_named
from clients.models import ClientGroup, GroupStaff, Importer, User
from clients.queries.groups import groups, in_group, staff_of
from clients.rules import Permission

MOST_IN_A_BODY = 1000


class ClientGroupSerializer(serializers.ModelSerializer[ClientGroup]):
    """Importers that the same staff look after."""

    importer_count = serializers.IntegerField(help_text="How many of your importers are in it.")
    staff_count = serializers.IntegerField()

    class Meta:
        model = ClientGroup
        fields = ("id", "name", "note", "created_at", "importer_count", "staff_count")
        read_only_fields = fields


class ClientGroupFilters(django_filters.FilterSet):
    name = django_filters.CharFilter(lookup_expr="icontains", help_text="A part of the name.")


class ClientGroupWish(serializers.Serializer[Any]):
    """A client group's name and note."""

    name = serializers.CharField(max_length=100)
    note = serializers.CharField(max_length=500, allow_blank=True, default="")


class GroupedImportersSerializer(serializers.ModelSerializer[Importer]):
    """An importer of a group."""

    class Meta:
        model = Importer
        fields = ("id", "legal_name", "bn9")
        read_only_fields = fields


class GroupStaffSerializer(serializers.ModelSerializer[GroupStaff]):
    """One of a group's staff."""

    person = serializers.IntegerField(source="user_id")
    email = serializers.EmailField(source="user.email")

    class Meta:
        model = GroupStaff
        fields = ("person", "email", "is_lead")
        read_only_fields = fields


def _ids() -> serializers.ListField:
    one = serializers.IntegerField(**IDS)
    return serializers.ListField(child=one, max_length=MOST_IN_A_BODY, default=list)


class GroupImportersWish(serializers.Serializer[Any]):
    """Importers to put in a group and to take out of it."""

    put_in = _ids()
    take_out = _ids()


class GroupStaffWish(serializers.Serializer[Any]):
    """Staff to put in a group and to take out of it."""

    put_in = _ids()
    take_out = _ids()
    lead = serializers.IntegerField(
        **IDS, required=False, help_text="Who leads it: somebody in it, or put in by this request."
    )


EAST = OpenApiExample(
    "A team's book", value={"name": "East", "note": "Halifax and Montréal"}, request_only=True
)


class ClientGroupDoor(ReadDoor):
    """Client groups. For those who assign staff."""

    queryset = ClientGroup.objects.none()
    serializer_class = ClientGroupSerializer
    filterset_class = ClientGroupFilters
    ordering = "id"
    ordering_fields = ("name",)

    def rows(self) -> Any:
        demand_of(self.person, Permission.ASSIGN_STAFF)
        return groups().order_by()

    @extend_schema(request=ClientGroupWish, responses={201: ClientGroupSerializer}, examples=[EAST])
    def create(self, request: Request) -> Response:
        """Make an empty group."""
        demand_of(self.person, Permission.ASSIGN_STAFF)
        group = actions.create_group(**self.said(ClientGroupWish), by=self.person)
        body = self.get_serializer(self.rows().get(pk=group.pk)).data
        location = {"Location": self.address_of("client-group", group.pk)}
        return Response(body, status.HTTP_201_CREATED, headers=location)

    @extend_schema(request=ClientGroupWish, responses={200: ClientGroupSerializer})
    @action(detail=True, methods=["post"], url_path="description")  # DRF's own word otherwise
    def describe(self, request: Request, pk: int) -> Response:
        """Give the group another name and note."""
        group = self.get_object()
        actions.describe_group(group=group, **self.said(ClientGroupWish), by=self.person)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(responses={204: OpenApiResponse(description="The group is gone.")})
    def destroy(self, request: Request, pk: int) -> Response:
        """Delete an empty group."""
        actions.delete_group(group=self.get_object(), by=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={204: OpenApiResponse(description="It is gone.")})
    @action(detail=True, methods=["post"])
    def deletion(self, request: Request, pk: int) -> Response:
        """Delete the group as it is: its staff no longer see its importers through it."""
        actions.delete_group(group=self.get_object(), by=self.person, sure=True)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={200: GroupedImportersSerializer(many=True)})
    @action(
        detail=True,
        methods=["get"],
        paginated=True,
        queryset=Importer._base_manager.none(),
        filterset_class=None,
        ordering_fields=("legal_name",),
    )
    def importers(self, request: Request, pk: int) -> Response:
        """The group's importers that you see."""
        members = in_group(Importer.objects.all(), self.get_object())
        return self.page_of(members, GroupedImportersSerializer)

    @extend_schema(request=GroupImportersWish, responses={200: ClientGroupSerializer})
    @importers.mapping.post
    def change_importers(self, request: Request, pk: int) -> Response:
        """Put importers in and take importers out; whoever is in its staff sees those in it."""
        group, wish = self.get_object(), self.said(GroupImportersWish)
        incoming = importers_named(wish["put_in"], "put_in")
        outgoing = importers_named(wish["take_out"], "take_out")
        actions.put_importers(group=group, importers=incoming, by=self.person)
        actions.take_importers(group=group, importers=outgoing, by=self.person)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(responses={200: GroupStaffSerializer(many=True)}, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def staff(self, request: Request, pk: int) -> Response:
        """The group's staff, its lead first."""
        return Response(GroupStaffSerializer(staff_of(self.get_object()), many=True).data)

    @extend_schema(request=GroupStaffWish, responses={200: GroupStaffSerializer(many=True)})
    @staff.mapping.post
    def change_staff(self, request: Request, pk: int) -> Response:
        """Put staff in, take staff out, and say who leads."""
        group, wish = self.get_object(), self.said(GroupStaffWish)
        lead = wish.get("lead")
        there = set(staff_of(group).values_list("user_id", flat=True))
        for person in [staff_named(one, "put_in") for one in set(wish["put_in"]) - there]:
            actions.put_staff(group=group, person=person, by=self.person)
        if lead:
            actions.put_staff(
                group=group, person=staff_named(lead, "lead"), by=self.person, is_lead=True
            )
        for person in User.objects.filter(pk__in=wish["take_out"]):
            actions.take_staff(group=group, person=person, by=self.person)
        return Response(GroupStaffSerializer(staff_of(group), many=True).data)
