"""Documents through the API: keep one, add a version, take one, ask the importer, make packages."""

from types import MappingProxyType
from typing import Any

import django_filters
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.problems import NotSeen
from clients.actions.document_packages import open_package, request_package
from clients.actions.document_requests import answer_request, request_document
from clients.actions.documents import add_version, keep_document, open_version
from clients.api.doors import LARGEST_ID, NOT_SEEN, IdFilter, ReadDoor
from clients.models import (
    Document,
    DocumentKind,
    DocumentPackage,
    DocumentRequest,
    DocumentVersion,
    Importer,
    User,
)
from clients.queries import documents as queries
from clients.queries.documents import DocumentSearch
from clients.rules import Permission

MANAGE = Permission.MANAGE_DOCUMENTS
BYTES = {(200, "application/octet-stream"): OpenApiTypes.BINARY}
ASKED = OpenApiExample(
    "A permit by the end of the month",
    value={"importer": 1, "kind": "permit", "title": "CFIA permit", "due_on": "2026-11-30"},
    request_only=True,
)
PACKED = OpenApiExample(
    "Every invoice", value={"importer": 1, "title": "Verification", "kind": "commercial_invoice"},
    request_only=True,
)  # fmt: skip


def importer_seen(pk: int) -> Importer:
    """The importer of the open scope; 404 when it is not there."""
    importer: Importer | None = Importer.objects.filter(pk=pk).first()
    if importer is None:
        raise NotSeen("importer", f"There is no importer {pk}.")
    return importer


def as_download(content: Any, name: str) -> FileResponse:
    """A private file as an attachment that nobody guesses at or keeps."""
    return FileResponse(
        content,
        as_attachment=True,
        filename=name,
        content_type="application/octet-stream",
        headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"},
    )


class VersionSerializer(serializers.ModelSerializer[DocumentVersion]):
    """One version: served when it is `ready`, or cleared and still being read."""

    uploaded_by = serializers.EmailField(source="uploaded_by.email", default=None)

    class Meta:
        model = DocumentVersion
        fields = (
            *("number", "state", "file_name", "content_type", "size", "sha256", "uploaded_at"),
            *("uploaded_by", "cleared_at", "scanner", "finding", "pages"),
        )
        read_only_fields = fields


class DocumentSerializer(serializers.ModelSerializer[Document]):
    """A document with its versions, the newest first."""

    importer = serializers.IntegerField(source="importer_id")
    program_account = serializers.CharField(source="program_account.bn15", default=None)
    is_held = serializers.BooleanField(help_text="A legal hold stands on it.")
    versions = VersionSerializer(source="newest", many=True)

    class Meta:
        model = Document
        fields = (
            *("id", "importer", "kind", "title", "language", "program_account", "transaction_no"),
            *("subject_kind", "subject_id", "expires_on", "retention_class", "counted_from_on"),
            *("destroy_after_on", "is_held", "destroyed_at", "created_at", "versions"),
        )
        read_only_fields = fields


class FileWish(serializers.Serializer[Any]):
    """A file, sent as `multipart/form-data`."""

    file = serializers.FileField(
        help_text="PDF, PNG, JPEG, TIFF, XLSX, DOCX or text, up to 50 MB.", max_length=255
    )


class DocumentWish(FileWish):
    """A new document, sent as `multipart/form-data`."""

    importer = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    kind = serializers.ChoiceField(choices=DocumentKind.choices)
    title = serializers.CharField(max_length=200)
    language = serializers.ChoiceField(choices=User.Language.choices, default="en")
    transaction_no = serializers.CharField(
        max_length=20, required=False, allow_blank=True, help_text="14 digits."
    )
    subject_kind = serializers.CharField(
        max_length=30, required=False, allow_blank=True, help_text="Such as `statement`."
    )
    subject_id = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    counted_from_on = serializers.DateField(
        required=False, help_text="The day of importation: its years of keeping count from it."
    )
    expires_on = serializers.DateField(required=False, help_text="In force to this day.")


class DocumentFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    kind = django_filters.MultipleChoiceFilter(choices=DocumentKind.choices)
    transaction_no = django_filters.CharFilter(help_text="Of this transaction.")
    counted_from = django_filters.DateFilter("counted_from_on", lookup_expr="gte")
    counted_to = django_filters.DateFilter("counted_from_on", lookup_expr="lte")
    expires_to = django_filters.DateFilter("expires_on", lookup_expr="lte")
    destroyed = django_filters.BooleanFilter(
        "destroyed_at", lookup_expr="isnull", exclude=True, help_text="Its content is destroyed."
    )


class DocumentDoor(ReadDoor):
    """Compliance documents of importers."""

    queryset = Document._base_manager.none()
    serializer_class = DocumentSerializer
    filterset_class = DocumentFilters
    parser_classes = [MultiPartParser]
    answer_codes = MappingProxyType({"versions": (201,)})

    def rows(self) -> Any:
        return queries.documents(DocumentSearch(state="all"), today_in_toronto())

    @extend_schema(request=DocumentWish, responses={201: DocumentSerializer})
    def create(self, request: Request) -> Response:
        """Keep a new document. Look at the version's `state`: an infected one is set apart."""
        wish = self.said(DocumentWish)
        importer = importer_seen(wish.pop("importer"))
        self.demand(MANAGE, importer.pk)
        content = wish.pop("file")
        version = keep_document(importer=importer, content=content, by=self.person, **wish)
        return self._created(version)

    def _created(self, version: DocumentVersion) -> Response:
        location = {"Location": self.address_of("document", version.document_id)}
        body = self.get_serializer(self.rows().get(pk=version.document_id)).data
        return Response(body, status.HTTP_201_CREATED, headers=location)

    @extend_schema(request=FileWish, responses={201: DocumentSerializer})
    @action(detail=True, methods=["post"])
    def versions(self, request: Request, pk: int) -> Response:
        """Add a newer version; the older ones stay."""
        document = self.object_for(MANAGE)
        content = self.said(FileWish)["file"]
        return self._created(add_version(document=document, content=content, by=self.person))

    @extend_schema(responses=BYTES)
    @action(detail=True)
    def content(self, request: Request, pk: int) -> FileResponse:
        """The newest version as it was sent; whoever takes it is noted."""
        document = self.object_for(Permission.VIEW)
        served = [one for one in document.newest if one.is_served]
        if not served:
            raise NotSeen("id", NOT_SEEN)
        return as_download(open_version(version=served[0], by=self.person), served[0].file_name)


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
    answer_codes = MappingProxyType({"answer": (200,)})

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
        if not self.person.is_staff_member:
            self.permission_denied(request, "The brokerage’s staff ask for documents.")
        made = request_document(importer=importer, by=self.person, today=today_in_toronto(), **wish)
        location = {"Location": self.address_of("document-request", made.pk)}
        body = self.get_serializer(self.rows().get(pk=made.pk)).data
        return Response(body, status.HTTP_201_CREATED, headers=location)

    @extend_schema(request=FileWish, responses={200: DocumentRequestSerializer})
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def answer(self, request: Request, pk: int) -> Response:
        """Send what was asked for."""
        wish = self.object_for(MANAGE)
        answer_request(wish=wish, content=self.said(FileWish)["file"], by=self.person)
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
    parser_classes = [JSONParser]
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
        return as_download(content, f"documents-{package.pk}.zip")
