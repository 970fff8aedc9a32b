"""The API's door to invitations."""

from types import MappingProxyType
from typing import Any

import django_filters
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.problems import NotSeen
from clients.actions.invitations import invite, revoke_invitation, send_again
from clients.api.doors import LARGEST_ID, NOT_SEEN, IdFilter, ReadDoor
from clients.models import Importer, Invitation, Membership, User
from clients.queries.invitations import in_state, invitations_managed_by, may_invite, state_of
from clients.rules import InvitationState

STATES = [(state.value, state.value) for state in InvitationState]


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """An invitation; its link is in the letter only."""

    importers = serializers.ListField(
        source="importer_ids",
        child=serializers.IntegerField(),
        help_text="Those it opens that you see.",
    )
    state = serializers.SerializerMethodField()
    invited_by = serializers.CharField(source="invited_by.email")

    class Meta:
        model = Invitation
        fields = (
            *("id", "email", "full_name", "language", "staff_role", "importer_role", "importers"),
            *("state", "invited_by", "created_at", "sent_at", "expires_at"),
            *("accepted_at", "revoked_at"),
        )
        read_only_fields = fields

    def get_state(self, invitation: Invitation) -> InvitationState:
        return state_of(invitation)


class InvitationFilters(django_filters.FilterSet):
    importer = IdFilter("invited_to__importer_id", "To this importer.")
    email = django_filters.CharFilter("email", lookup_expr="iexact", help_text="The exact address.")
    state = django_filters.ChoiceFilter(choices=STATES, method="stand", label="How it stands now.")

    def stand(self, rows: Any, _name: str, state: str) -> Any:
        return in_state(rows, state)


class InvitationWish(serializers.Serializer[Any]):
    """A new invitation: to one role, of the brokerage's staff or of importers' people."""

    email = serializers.EmailField(max_length=254)
    full_name = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    language = serializers.ChoiceField(choices=User.Language.choices, default=User.Language.ENGLISH)
    staff_role = serializers.ChoiceField(
        choices=User.StaffRole.choices, required=False, default="", allow_blank=True
    )
    importer_role = serializers.ChoiceField(
        choices=Membership.Role.choices, required=False, default="", allow_blank=True
    )
    importers = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID),
        required=False,
        default=list,
        max_length=200,
    )


ANNE = OpenApiExample(
    "An importer's finance person",
    value={"email": "anne@maple.example", "importer_role": "finance", "importers": [1]},
    request_only=True,
)


class InvitationDoor(ReadDoor):
    """The invitations you may send again or revoke."""

    queryset = Invitation._base_manager.none()
    serializer_class = InvitationSerializer
    filterset_class = InvitationFilters
    ordering_fields = ("email", "expires_at")
    answer_codes = MappingProxyType({"sending": (200,), "revocation": (200,)})

    def rows(self) -> Any:
        return invitations_managed_by(self.person)

    @extend_schema(request=InvitationWish, responses={201: InvitationSerializer}, examples=[ANNE])
    def create(self, request: Request) -> Response:
        """Invite somebody: a letter with a link that works once is on its way."""
        wish = self.said(InvitationWish)
        importers = self._importers(wish.pop("importers"))
        ids = [importer.pk for importer in importers]
        if not may_invite(self.person, staff_role=wish["staff_role"], importer_ids=ids):
            raise PermissionDenied("Your role does not let you invite somebody to this.")
        invitation = invite(by=self.person, importers=importers, **wish)
        location = {"Location": self.address_of("invitation", invitation.pk)}
        body = self.get_serializer(self.rows().get(pk=invitation.pk)).data
        return Response(body, status.HTTP_201_CREATED, headers=location)

    def _importers(self, ids: list[int]) -> list[Importer]:
        found = list(Importer.objects.filter(pk__in=ids))
        if len(found) != len(set(ids)):
            raise NotSeen("importers", NOT_SEEN)
        return found

    @extend_schema(request=None, responses={200: InvitationSerializer})
    @action(detail=True, methods=["post"])
    def sending(self, request: Request, pk: int) -> Response:
        """Send it again: a new link and a new term; the earlier link no longer works."""
        send_again(invitation=self.get_object(), by=self.person)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=None, responses={200: InvitationSerializer})
    @action(detail=True, methods=["post"])
    def revocation(self, request: Request, pk: int) -> Response:
        """Take it back: its link no longer works."""
        revoke_invitation(invitation=self.get_object(), by=self.person)
        return Response(self.get_serializer(self.get_object()).data)
