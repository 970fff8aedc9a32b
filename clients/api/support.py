"""Requests for help through the API: ask, read, write, take steps. Notes of staff are staff's."""

from types import MappingProxyType
from typing import Any

import django_filters
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.parsers import PlainJson
from clients.actions.support import open_request, take_step, write_message
from clients.api.documents import importer_seen
from clients.api.doors import LARGEST_ID, IdFilter, ReadDoor
from clients.models import (
    SUPPORT_STATE_CHOICES,
    SupportCategory,
    SupportMessage,
    SupportPriority,
    SupportRequest,
    SupportSource,
)
from clients.queries import support as queries
from clients.queries.service_levels import clock_of
from clients.rules import Permission
from clients.rules.service_levels import ClockState
from clients.rules.support import OF_CLIENT, Wish

ASK, ANSWER = Permission.ASK_SUPPORT, Permission.ANSWER_SUPPORT
ASKED = OpenApiExample(
    "About a statement line",
    value={
        "importer": 1,
        "title": "Billed twice?",
        "category": "statement",
        "text": "Line 14 looks like line 12.",
        "subject_kind": "statement_line",
        "subject_id": 4711,
    },
    request_only=True,
)
SOLVED = OpenApiExample(
    "Solved with an answer", value={"wish": "solve", "text": "It was."}, request_only=True
)


class SupportRequestSerializer(serializers.ModelSerializer[SupportRequest]):
    """A request for help, where it stands, and what is promised next."""

    importer = serializers.IntegerField(source="importer_id")
    asked_by = serializers.EmailField(source="asked_by.email", default=None)
    owner = serializers.EmailField(source="owner.email", default=None)
    clock = serializers.SerializerMethodField()

    class Meta:
        model = SupportRequest
        fields = (
            *("id", "importer", "number", "title", "category", "priority", "state", "source"),
            *("subject_kind", "subject_id", "subject_key", "subject_label", "asked_by"),
            *("asked_at", "owner", "answer_due_at", "resolution_due_at", "clock_due_at", "clock"),
            *("answered_at", "solved_at", "client_due_on", "case_no", "next_on"),
            *("lapse_warned_at", "lapsed_at"),
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=[one.value for one in ClockState]))
    def get_clock(self, request: SupportRequest) -> str:
        return clock_of(request.clock_due_at, timezone.now()).value


class SupportMessageSerializer(serializers.ModelSerializer[SupportMessage]):
    """Something written on a request; `is_staff_only` ones are given to staff only."""

    documents = serializers.SerializerMethodField(help_text="Ids of the documents with it.")

    class Meta:
        model = SupportMessage
        fields = (
            *("id", "is_staff_only", "is_from_staff", "author_name", "text", "source"),
            *("written_at", "documents"),
        )
        read_only_fields = fields

    def get_documents(self, message: Any) -> list[int]:
        return [one.document_id for one in message.files]


class SupportWish(serializers.Serializer[Any]):
    """A new request."""

    importer = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    title = serializers.CharField(max_length=200)
    text = serializers.CharField(max_length=20_000)
    category = serializers.ChoiceField(choices=SupportCategory.choices)
    priority = serializers.ChoiceField(choices=SupportPriority.choices, default="normal")
    subject_kind = serializers.CharField(
        max_length=30, required=False, help_text="Such as `statement_line`, or `deadline`."
    )
    subject_id = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    subject_key = serializers.CharField(
        max_length=200, required=False, help_text="Of a deadline: its day, a colon and its key."
    )


class MessageWish(serializers.Serializer[Any]):
    """A message; as `multipart/form-data` a file may go with it."""

    text = serializers.CharField(max_length=20_000)
    is_staff_only = serializers.BooleanField(default=False, help_text="A note among the staff.")
    file = serializers.FileField(
        required=False,
        max_length=255,
        help_text="PDF, PNG, JPEG, TIFF, XLSX, DOCX or text, up to 50 MB; kept as a document.",
    )


class SupportStepWish(serializers.Serializer[Any]):
    """A step, with a message where one is wanted."""

    wish = serializers.ChoiceField(choices=[wish.value for wish in Wish])
    text = serializers.CharField(
        max_length=20_000,
        required=False,
        allow_blank=True,
        help_text="Needed to ask the client and to reopen; to solve, unless it was answered.",
    )
    case_no = serializers.CharField(
        max_length=40, required=False, help_text="The CBSA’s; needed to put it to the CBSA."
    )
    next_on = serializers.DateField(
        required=False, help_text="When it is looked after next; needed to put it to the CBSA."
    )


class SupportFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    number = django_filters.CharFilter(help_text="Of this number: `SR-1234-5678`.")
    state = django_filters.MultipleChoiceFilter(choices=SUPPORT_STATE_CHOICES)
    category = django_filters.MultipleChoiceFilter(choices=SupportCategory.choices)
    subject_kind = django_filters.CharFilter(help_text="About things of this kind.")
    subject_id = IdFilter("subject_id", "About the thing with this id.")
    due_before = django_filters.IsoDateTimeFilter(
        "clock_due_at", lookup_expr="lt", help_text="Whose next promise is due before."
    )


class SupportRequestDoor(ReadDoor):
    """Requests for help: what an importer asks, and what staff ask of it."""

    queryset = SupportRequest._base_manager.none()
    serializer_class = SupportRequestSerializer
    filterset_class = SupportFilters
    ordering_fields = ("asked_at",)
    answer_codes = MappingProxyType({"write": (201,)})

    def rows(self) -> Any:
        return SupportRequest.objects.select_related("importer", "asked_by", "owner")

    @extend_schema(request=SupportWish, responses={201: SupportRequestSerializer}, examples=[ASKED])
    def create(self, request: Request) -> Response:
        """Ask for help. What the staff ask goes to the importer’s people and waits for them."""
        wish = self.said(SupportWish)
        importer = importer_seen(wish.pop("importer"))
        self.demand(ASK, importer.pk)
        made = open_request(
            importer=importer,
            by=self.person,
            source=SupportSource.API,
            now=timezone.now(),
            **wish,
        )
        location = {"Location": self.address_of("support-request", made.pk)}
        body = self.get_serializer(self.rows().get(pk=made.pk)).data
        return Response(body, status.HTTP_201_CREATED, headers=location)

    @extend_schema(responses={200: SupportMessageSerializer(many=True)}, filters=False)
    @action(
        detail=True,
        methods=["get"],
        pagination_class=None,
        parser_classes=[PlainJson, MultiPartParser],
    )
    def messages(self, request: Request, pk: int) -> Response:
        """What was written, the oldest first."""
        rows = queries.thread_of(self.get_object(), self.person)
        return Response(SupportMessageSerializer(rows, many=True).data)

    @extend_schema(request=MessageWish, responses={201: SupportMessageSerializer})
    @messages.mapping.post
    def write(self, request: Request, pk: int) -> Response:
        """Write to the other side, or among the staff; the other side is told."""
        found, wish = self.object_for(ASK), self.said(MessageWish)
        file = wish.pop("file", None)
        if wish["is_staff_only"]:
            self.demand(ANSWER, found.importer_id)
        made = write_message(
            request=found,
            by=self.person,
            now=timezone.now(),
            source=SupportSource.API,
            files=[file] if file else [],
            **wish,
        )
        row = queries.thread_of(found, self.person).get(pk=made.pk)
        return Response(SupportMessageSerializer(row).data, status.HTTP_201_CREATED)

    @extend_schema(
        request=SupportStepWish, responses={200: SupportRequestSerializer}, examples=[SOLVED]
    )
    @action(detail=True, methods=["post"])
    def transitions(self, request: Request, pk: int) -> Response:
        """Take a step; 409 for one that does not follow from its state."""
        found, wish = self.get_object(), self.said(SupportStepWish)
        step = Wish(wish.pop("wish"))
        self.demand(ASK if step in OF_CLIENT else ANSWER, found.importer_id)
        take_step(
            request=found,
            wish=step,
            by=self.person,
            now=timezone.now(),
            source=SupportSource.API,
            **wish,
        )
        return Response(self.get_serializer(self.get_object()).data)
