"""The door for e-mail that a provider hands over; it is read by a worker, as from the pipe."""

from types import MappingProxyType
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from clients.actions.received_letters import receive_letter
from clients.api.doors import Door
from clients.models import ReceivedLetter
from clients.queries import may_here
from clients.rules import Permission


class LetterWish(serializers.Serializer[Any]):
    """A letter as it came, sent as `multipart/form-data`."""

    letter = serializers.FileField(max_length=255, help_text="RFC 5322, up to 25 MB.")
    recipient = serializers.CharField(
        max_length=254,
        required=False,
        allow_blank=True,
        help_text="The address it was delivered to, where its headers do not say it.",
    )


class ReceivedLetterSerializer(serializers.ModelSerializer[ReceivedLetter]):
    """That a letter is here. What it says is on its request, or for administrators to see."""

    class Meta:
        model = ReceivedLetter
        fields = ("id", "state", "reason", "received_at")
        read_only_fields = fields


class ReceivedLetterDoor(Door):
    """E-mail that came in. For administrators’ keys."""

    queryset = ReceivedLetter.objects.none()
    serializer_class = ReceivedLetterSerializer
    parser_classes = [MultiPartParser]
    answer_codes = MappingProxyType({"create": (202,)})
    http_method_names = ["post", "head"]

    def rows(self) -> Any:
        return ReceivedLetter.objects.defer("raw")

    @extend_schema(request=LetterWish, responses={202: ReceivedLetterSerializer})
    def create(self, request: Request) -> Response:
        """Hand a letter over. The same one again changes nothing."""
        if not may_here(self.person, Permission.MANAGE_MAIL):
            raise PermissionDenied("Your role does not include: manage mail.")
        wish = self.said(LetterWish)
        raw = wish["letter"].read()
        kept = receive_letter(raw=raw, recipient=wish.get("recipient", ""))
        return Response(self.get_serializer(kept).data, status.HTTP_202_ACCEPTED)
