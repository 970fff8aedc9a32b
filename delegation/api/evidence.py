"""What proves a delegation, and who of our staff holds which role in it, through the API."""

from types import MappingProxyType
from typing import Any

from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.downloads import kept_file
from carmsvc.platform.parsers import PlainJson
from carmsvc.platform.problems import NotSeen
from carmsvc.platform.refusals import Refused
from clients.api import NOT_SEEN, ReadDoor
from clients.api.documents import BYTES
from clients.queries.staff import assignable_staff
from clients.rules import Permission
from delegation.actions import give_role, keep_evidence, open_evidence, take_role
from delegation.api.bodies import (
    DelegationEvidenceWish,
    DelegationSerializer,
    ProxyRoleSerializer,
    ProxyRoleWish,
)
from delegation.models import Delegation

MANAGE = Permission.MANAGE_DELEGATION


class EvidenceDoor(ReadDoor):
    """The part of a delegation's door that is about its evidence and our staff's roles."""

    queryset = Delegation._base_manager.none()
    serializer_class = DelegationSerializer
    answer_codes = MappingProxyType({"evidence": (200,), "give_role": (201,)})

    def rows(self) -> Any:
        return Delegation.objects.all()

    @extend_schema(request=DelegationEvidenceWish, responses={200: DelegationSerializer})
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser, PlainJson])
    def evidence(self, request: Request, pk: int) -> Response:
        """Keep what proves it; without a new scan the one that is kept stays."""
        delegation, told = self.object_for(MANAGE), self.said(DelegationEvidenceWish)
        scan = told.pop("file", None)
        told |= {"content": scan, "file_name": scan.name if scan else ""}
        keep_evidence(delegation=delegation, by=self.person, **told)
        return self._as_it_is_now()

    @extend_schema(responses=BYTES)
    @action(detail=True, url_path="evidence/file")
    def evidence_file(self, request: Request, pk: int) -> FileResponse:
        """The scan as it was sent; whoever takes it is noted."""
        delegation = self.object_for(Permission.ANSWER_DELEGATION)
        if not delegation.evidence:
            raise NotSeen("id", NOT_SEEN)
        content = open_evidence(delegation=delegation, by=self.person)
        return kept_file(content, delegation.evidence_name)

    @extend_schema(responses=ProxyRoleSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def roles(self, request: Request, pk: int) -> Response:
        """The proxy roles that our staff hold in the portal under it."""
        rows = self.get_object().roles.select_related("person").order_by("id")
        return Response(ProxyRoleSerializer(rows, many=True).data)

    @extend_schema(request=ProxyRoleWish, responses={201: ProxyRoleSerializer})
    @roles.mapping.post
    def give_role(self, request: Request, pk: int) -> Response:
        """Record that one of our staff holds a proxy role."""
        delegation, told = self.object_for(MANAGE), self.said(ProxyRoleWish)
        person = assignable_staff().filter(email__iexact=told["email"]).first()
        if person is None:
            raise Refused(_("Choose somebody of the brokerage’s staff who can sign in."))
        place = give_role(delegation=delegation, person=person, role=told["role"], by=self.person)
        return Response(ProxyRoleSerializer(place).data, status.HTTP_201_CREATED)

    @extend_schema(responses={204: None}, filters=False)
    @action(detail=True, methods=["delete"], url_path="roles/<int:role_id>")
    def role(self, request: Request, pk: int, role_id: int) -> Response:
        """Record that somebody no longer holds a proxy role."""
        delegation = self.object_for(MANAGE)
        place = delegation.roles.select_related("person", "delegation").filter(pk=role_id).first()
        if place is None:
            raise NotSeen("role_id", NOT_SEEN)
        take_role(place=place, by=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _as_it_is_now(self) -> Response:
        return Response(self.get_serializer(self.get_object()).data)
