"""The API's door to whom one reaches at an importer."""

from types import MappingProxyType
from typing import Any

import django_filters
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.problems import Unprocessable
from clients.actions.importer_contacts import add_contact, change_contact, remove_contact
from clients.api.documents import importer_seen
from clients.api.doors import LARGEST_ID, IdFilter, ReadDoor
from clients.models import ImporterContact, User
from clients.rules import Permission


class ImporterContactSerializer(serializers.ModelSerializer[ImporterContact]):
    """A person or a desk of an importer, and how to reach them."""

    importer = serializers.IntegerField(source="importer_id")

    class Meta:
        model = ImporterContact
        fields = (
            *("id", "importer", "name", "function", "title", "email", "phone", "language"),
            "added_at",
        )
        read_only_fields = fields


class ImporterContactFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    function = django_filters.MultipleChoiceFilter(choices=ImporterContact.Function.choices)


class ChangedContactWish(serializers.Serializer[Any]):
    """What is another; a field that is not named stays as it is."""

    name = serializers.CharField(max_length=200, required=False)
    function = serializers.ChoiceField(choices=ImporterContact.Function.choices, required=False)
    title = serializers.CharField(max_length=120, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=User.Language.choices, required=False)


class ContactWish(ChangedContactWish):
    """Somebody to reach: an e-mail address or a telephone number, or both."""

    importer = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    name = serializers.CharField(max_length=200)
    function = serializers.ChoiceField(choices=ImporterContact.Function.choices)


FINANCE = OpenApiExample(
    "Who answers for finance",
    value={
        "importer": 1,
        "name": "Anne Roy",
        "function": "finance",
        "email": "anne.roy@maple.example",
        "language": "fr",
    },
    request_only=True,
)
MOVED = OpenApiExample("Another number", value={"phone": "514 555-0100"}, request_only=True)


class ImporterContactDoor(ReadDoor):
    """Whom to reach at your importers, by function."""

    queryset = ImporterContact._base_manager.none()
    serializer_class = ImporterContactSerializer
    filterset_class = ImporterContactFilters
    ordering = "id"
    ordering_fields = ("name",)
    refused_status = Unprocessable.status_code
    answer_codes = MappingProxyType({"describe": (200,)})

    def rows(self) -> Any:
        return ImporterContact.objects.all()

    @extend_schema(
        request=ContactWish, responses={201: ImporterContactSerializer}, examples=[FINANCE]
    )
    def create(self, request: Request) -> Response:
        """Add somebody to reach; without a language the importer's own."""
        told = self.said(ContactWish)
        importer = importer_seen(told.pop("importer"))
        self.demand(Permission.EDIT_CONTACTS, importer.pk)
        told.setdefault("language", importer.language)
        contact = add_contact(importer=importer, by=self.person, **told)
        location = {"Location": self.address_of("importer-contact", contact.pk)}
        body = self.get_serializer(contact).data
        return Response(body, status.HTTP_201_CREATED, headers=location)

    @extend_schema(
        request=ChangedContactWish,
        responses={200: ImporterContactSerializer},
        examples=[MOVED],
    )
    @action(detail=True, methods=["post"], url_path="description")  # DRF's own word otherwise
    def describe(self, request: Request, pk: int) -> Response:
        """Change who is reached, or how."""
        contact = self.object_for(Permission.EDIT_CONTACTS)
        change_contact(contact=contact, by=self.person, **self.said(ChangedContactWish))
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(responses={204: OpenApiResponse(description="Nobody reaches them here now.")})
    def destroy(self, request: Request, pk: int) -> Response:
        """Take a contact off an importer."""
        remove_contact(contact=self.object_for(Permission.EDIT_CONTACTS), by=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)
