"""What importers are asked to send, and packages of what they sent, through the API."""

from types import MappingProxyType
from typing import Any

import django_filters
from django.http import FileResponse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.downloads import kept_file
from carmsvc.platform.parsers import PlainJson
from carmsvc.platform.problems import NotSeen
from clients.actions import document_requests as requests
from clients.actions.document_packages import open_package, request_package
from clients.api.documents import BYTES, MANAGE, FileWish, ReasonWish, importer_seen
from clients.api.doors import LARGEST_ID, NOT_SEEN, IdFilter, ReadDoor
from clients.models import DocumentKind, DocumentPackage, DocumentRequest, User
from clients.queries import documents as queries
from clients.queries.documents import DocumentSearch
from clients.rules import Permission

ASKED = OpenApiExample(
    "A permit by the end of the month",
    value={"importer": 1, "kind": "permit", "title": "CFIA permit", "due_on": "2026-11-30"},
    request_only=True,
)
PACKED = OpenApiExample(
    "Every invoice", value={"importer": 1, "title": "Verification", "kind": "commercial_invoice"},
    request_only=True,
)  # fmt: skip


class DocumentRequestSerializer(serializers.ModelSerializer[DocumentRequest]):
    """What an importer is asked to send, and what came of it."""

    importer = serializers.IntegerField(source="importer_id")
    document = serializers.IntegerField(source="document_id", default=None)
    asked_by = serializers.EmailField(source="asked_by.email")

    class Meta:
        model = DocumentRequest
        fields = (
            *("id", "importer", "kind", "title", "explanation", "transaction_no", "due_on"),
            *("state", "document", "asked_at", "asked_by", "sent_at", "decided_at"),
            "decision_reason",
        )
        read_only_fields = fields


class RequestWish(serializers.Serializer[Any]):
    """What to ask an importer for."""

    importer = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    kind = serializers.ChoiceField(choices=DocumentKind.choices)
    title = serializers.CharField(max_length=200)
    explanation = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    transaction_no = serializers.CharField(max_length=14, required=False, allow_blank=True)
    due_on = serializers.DateField()


class ReturnWish(ReasonWish):
    """Why what was sent will not do, and by when it is asked for anew."""

    due_on = serializers.DateField()


class RequestFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    state = django_filters.MultipleChoiceFilter(choices=DocumentRequest.State.choices)
    due_to = django_filters.DateFilter("due_on", lookup_expr="lte")


class DocumentRequestDoor(ReadDoor):
    """What importers are asked to send."""

    queryset = DocumentRequest._base_manager.none()
    serializer_class = DocumentRequestSerializer
    filterset_class = RequestFilters
    ordering_fields = ("due_on",)
    answer_codes = MappingProxyType(
        dict.fromkeys(("answer", "acceptance", "returned", "withdrawal"), (200,))
    )

    def rows(self) -> Any:
        return queries.requests().order_by("-id")

    @extend_schema(
        request=RequestWish, responses={201: DocumentRequestSerializer}, examples=[ASKED]
    )
    def create(self, request: Request) -> Response:
        """Ask an importer for a document; its people are told. For the brokerage's staff."""
        wish = self.said(RequestWish)
        importer = importer_seen(wish.pop("importer"))
        self.demand(MANAGE, importer.pk)
        self.demand_staff()
        made = requests.request_document(
            importer=importer, by=self.person, today=today_in_toronto(), **wish
        )
        location = {"Location": self.address_of("document-request", made.pk)}
        body = self.get_serializer(self.rows().get(pk=made.pk)).data
        return Response(body, status.HTTP_201_CREATED, headers=location)

    @extend_schema(request=FileWish, responses={200: DocumentRequestSerializer})
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def answer(self, request: Request, pk: int) -> Response:
        """Send what was asked for."""
        wish = self.object_for(MANAGE)
        content = self.said(FileWish)["file"]
        requests.answer_request(wish=wish, content=content, by=self.person)
        return self._as_it_is_now()

    @extend_schema(request=None, responses={200: DocumentRequestSerializer})
    @action(detail=True, methods=["post"])
    def acceptance(self, request: Request, pk: int) -> Response:
        """What was sent is right. For the brokerage's staff."""
        requests.accept_answer(wish=self._for_staff(), by=self.person)
        return self._as_it_is_now()

    @extend_schema(request=ReturnWish, responses={200: DocumentRequestSerializer})
    @action(detail=True, methods=["post"], url_path="return")
    def returned(self, request: Request, pk: int) -> Response:
        """What was sent will not do; its people are told why. For the brokerage's staff."""
        wish, told = self._for_staff(), self.said(ReturnWish)
        requests.send_back(wish=wish, by=self.person, today=today_in_toronto(), **told)
        return self._as_it_is_now()

    @extend_schema(request=ReasonWish, responses={200: DocumentRequestSerializer})
    @action(detail=True, methods=["post"])
    def withdrawal(self, request: Request, pk: int) -> Response:
        """It is not needed any more. For the brokerage's staff."""
        wish, told = self._for_staff(), self.said(ReasonWish)
        requests.withdraw_request(wish=wish, by=self.person, **told)
        return self._as_it_is_now()

    def _for_staff(self) -> DocumentRequest:
        wish: DocumentRequest = self.object_for(MANAGE)
        self.demand_staff()
        return wish

    def _as_it_is_now(self) -> Response:
        return Response(self.get_serializer(self.get_object()).data)


class DocumentPackageSerializer(serializers.ModelSerializer[DocumentPackage]):
    """An audit package, and how far it is."""

    importer = serializers.IntegerField(source="importer_id")
    documents = serializers.SerializerMethodField()
    is_under_way = serializers.BooleanField()

    class Meta:
        model = DocumentPackage
        fields = (
            *("id", "importer", "title", "language", "documents", "packed", "state"),
            *("is_under_way", "sha256", "size", "requested_at", "expires_at"),
        )
        read_only_fields = fields

    def get_documents(self, package: DocumentPackage) -> int:
        return len(package.version_ids)


class PackageWish(serializers.Serializer[Any]):
    """Which documents to put together; nothing said beside the importer is all of them."""

    importer = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    title = serializers.CharField(max_length=200)
    language = serializers.ChoiceField(choices=User.Language.choices, default="en")
    kind = serializers.ChoiceField(choices=DocumentKind.choices, required=False)
    transaction_no = serializers.CharField(max_length=14, required=False)
    first = serializers.DateField(required=False, help_text="Imported on this day or later.")
    last = serializers.DateField(required=False, help_text="Imported on this day or earlier.")


class PackageFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    state = django_filters.MultipleChoiceFilter(choices=DocumentPackage.State.choices)


class DocumentPackageDoor(ReadDoor):
    """Documents put together as one ZIP file, made by a worker and removed after a week."""

    queryset = DocumentPackage._base_manager.none()
    serializer_class = DocumentPackageSerializer
    filterset_class = PackageFilters
    parser_classes = [PlainJson]
    answer_codes = MappingProxyType({"create": (202,)})

    def rows(self) -> Any:
        return queries.packages()

    @extend_schema(
        request=PackageWish, responses={202: DocumentPackageSerializer}, examples=[PACKED]
    )
    def create(self, request: Request) -> Response:
        """Ask for a package. Ask for its address until `is_under_way` is false."""
        wish = self.said(PackageWish)
        importer = importer_seen(wish.pop("importer"))
        self.demand(MANAGE, importer.pk)
        title, language = wish.pop("title"), wish.pop("language")
        search = DocumentSearch(importer_id=importer.pk, **wish)
        package = request_package(
            importer=importer,
            title=title,
            documents=queries.documents(search, today_in_toronto()).order_by().values("pk"),
            chosen_by={name: str(value) for name, value in wish.items()},
            language=language,
            by=self.person,
        )
        location = {"Location": self.address_of("document-package", package.pk)}
        body = self.get_serializer(self.rows().get(pk=package.pk)).data
        return Response(body, status.HTTP_202_ACCEPTED, headers=location)

    @extend_schema(responses=BYTES)
    @action(detail=True)
    def file(self, request: Request, pk: int) -> FileResponse:
        """The ZIP file; whoever takes it is noted."""
        package = self.object_for(Permission.VIEW)
        if not package.file:
            raise NotSeen("id", NOT_SEEN)
        content = open_package(package=package, by=self.person)
        return kept_file(content, f"documents-{package.pk}.zip")
