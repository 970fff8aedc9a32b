"""Documents through the API: keep one, add versions, take them, hold it, and its end."""

from types import MappingProxyType
from typing import Any

import django_filters
from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.downloads import kept_file
from carmsvc.platform.parsers import PlainJson
from carmsvc.platform.problems import NotSeen
from carmsvc.platform.refusals import Refused
from clients.actions import document_ends as ends
from clients.actions import documents as actions
from clients.api.doors import LARGEST_ID, NOT_SEEN, IdFilter, ReadDoor
from clients.models import (
    Document,
    DocumentKind,
    DocumentVersion,
    Importer,
    ProgramAccount,
    User,
)
from clients.models.documents import DocumentDestruction, DocumentHold
from clients.queries import documents as queries
from clients.queries.documents import DocumentSearch
from clients.rules import Permission

MANAGE, DESTROY = Permission.MANAGE_DOCUMENTS, Permission.DESTROY_DOCUMENTS
BYTES = {(200, "application/octet-stream"): OpenApiTypes.BINARY}


def importer_seen(pk: int) -> Importer:
    """The importer of the open scope; 404 when it is not there."""
    importer: Importer | None = Importer.objects.filter(pk=pk).first()
    if importer is None:
        raise NotSeen("importer", f"There is no importer {pk}.")
    return importer


def account_seen(importer_id: int, bn15: str) -> ProgramAccount | None:
    """The importer's program account of this number, none for no number; 404 when it has none."""
    if not bn15:
        return None
    rows = ProgramAccount.objects.filter(importer=importer_id, bn15=bn15)
    account: ProgramAccount | None = rows.first()
    if account is None:
        raise NotSeen("program_account", NOT_SEEN)
    return account


def evidence_seen(importer_id: int, pk: int | None, field: str) -> Document | None:
    """The importer's document that proves something, none for no id; 404 when it is destroyed, or
    not the importer's. `field` is what the body calls it.
    """
    if pk is None:
        return None
    kept = Document.objects.filter(importer=importer_id, destroyed_at=None)
    document: Document | None = kept.filter(pk=pk).first()
    if document is None:
        raise NotSeen(field, NOT_SEEN)
    return document


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


class HoldSerializer(serializers.ModelSerializer[DocumentHold]):
    """A legal hold: while it stands, the document is not destroyed."""

    placed_by = serializers.EmailField(source="placed_by.email")
    released_by = serializers.EmailField(source="released_by.email", default=None)

    class Meta:
        model = DocumentHold
        fields = (
            *("id", "reason", "placed_at", "placed_by"),
            *("released_at", "released_by", "release_reason"),
        )
        read_only_fields = fields


class DestructionSerializer(serializers.ModelSerializer[DocumentDestruction]):
    """Who asked for the destruction of a document, and what another person decided."""

    asked_by = serializers.EmailField(source="asked_by.email")
    decided_by = serializers.EmailField(source="decided_by.email", default=None)

    class Meta:
        model = DocumentDestruction
        fields = ("id", "reason", "asked_at", "asked_by", "decision", "decided_at", "decided_by")
        read_only_fields = fields


class ReasonWish(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(max_length=500)


class FileWish(serializers.Serializer[Any]):
    """A file, sent as `multipart/form-data`."""

    file = serializers.FileField(
        help_text="PDF, PNG, JPEG, TIFF, XLSX, DOCX or text, up to 50 MB.", max_length=255
    )


class DescriptionWish(serializers.Serializer[Any]):
    """What a document is and how long it counts."""

    kind = serializers.ChoiceField(choices=DocumentKind.choices)
    title = serializers.CharField(max_length=200)
    language = serializers.ChoiceField(choices=User.Language.choices, required=False)
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


class DocumentWish(DescriptionWish, FileWish):
    """A new document, sent as `multipart/form-data`."""

    importer = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    language = serializers.ChoiceField(choices=User.Language.choices, default="en")


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
    answer_codes = MappingProxyType(
        {
            **dict.fromkeys(("versions", "place_hold", "ask_destruction"), (201,)),
            **dict.fromkeys(("describe", "hold_release"), (200,)),
            **dict.fromkeys(("destruction_approval", "destruction_refusal"), (200,)),
        }
    )

    def rows(self) -> Any:
        return queries.documents(DocumentSearch(state="all"), today_in_toronto())

    @extend_schema(request=DocumentWish, responses={201: DocumentSerializer})
    def create(self, request: Request) -> Response:
        """Keep a new document. Look at the version's `state`: an infected one is set apart."""
        wish = self.said(DocumentWish)
        importer = importer_seen(wish.pop("importer"))
        self.demand(MANAGE, importer.pk)
        content = wish.pop("file")
        version = actions.keep_document(importer=importer, content=content, by=self.person, **wish)
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
        version = actions.add_version(document=document, content=content, by=self.person)
        return self._created(version)

    @extend_schema(responses=BYTES)
    @action(detail=True)
    def content(self, request: Request, pk: int) -> FileResponse:
        """The newest version as it was sent; whoever takes it is noted."""
        document = self.object_for(Permission.VIEW)
        return self._download([one for one in document.newest if one.is_served][:1])

    @extend_schema(responses=BYTES)
    @action(detail=True, url_path="versions/<int:number>/content")
    def version_content(self, request: Request, pk: int, number: int) -> FileResponse:
        """One version as it was sent; whoever takes it is noted."""
        document = self.object_for(Permission.VIEW)
        served = [one for one in document.newest if one.is_served and one.number == number]
        return self._download(served)

    def _download(self, served: list[DocumentVersion]) -> FileResponse:
        if not served:
            raise NotSeen("id", NOT_SEEN)
        [version] = served
        content = actions.open_version(version=version, by=self.person)
        return kept_file(content, version.file_name)

    @extend_schema(request=DescriptionWish, responses={200: DocumentSerializer})
    @action(detail=True, methods=["post"], url_path="description", parser_classes=[PlainJson])
    def describe(self, request: Request, pk: int) -> Response:
        """Say anew what the document is and how long it counts; what is left out stays."""
        document, told = self.object_for(MANAGE), self.said(DescriptionWish)
        actions.describe_document(document=document, by=self.person, **told)
        return self._as_it_is_now()

    @extend_schema(responses=HoldSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None, parser_classes=[PlainJson])
    def holds(self, request: Request, pk: int) -> Response:
        """Its legal holds, the newest first."""
        rows = queries.holds_of(self.object_for(Permission.VIEW))
        return Response(HoldSerializer(rows, many=True).data)

    @extend_schema(request=ReasonWish, responses={201: HoldSerializer})
    @holds.mapping.post
    def place_hold(self, request: Request, pk: int) -> Response:
        """Place a legal hold. For the brokerage's staff."""
        document, told = self._for_staff(), self.said(ReasonWish)
        hold = actions.place_hold(document=document, by=self.person, **told)
        return Response(HoldSerializer(hold).data, status.HTTP_201_CREATED)

    @extend_schema(request=ReasonWish, responses={200: HoldSerializer})
    @action(detail=True, methods=["post"], url_path="hold-release", parser_classes=[PlainJson])
    def hold_release(self, request: Request, pk: int) -> Response:
        """Release the hold that stands. For the brokerage's staff."""
        document, told = self._for_staff(), self.said(ReasonWish)
        hold = queries.holds_of(document).filter(released_at=None).first()
        if hold is None:
            raise Refused(_("No legal hold stands on this document."))
        ends.release_hold(hold=hold, by=self.person, **told)
        return Response(HoldSerializer(queries.holds_of(document).get(pk=hold.pk)).data)

    @extend_schema(responses=DestructionSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None, parser_classes=[PlainJson])
    def destructions(self, request: Request, pk: int) -> Response:
        """Who asked for its destruction and what was decided, the newest first."""
        rows = queries.destructions_of(self.object_for(Permission.VIEW))
        return Response(DestructionSerializer(rows, many=True).data)

    @extend_schema(request=ReasonWish, responses={201: DestructionSerializer})
    @destructions.mapping.post
    def ask_destruction(self, request: Request, pk: int) -> Response:
        """Ask that its content be destroyed; another person decides."""
        document, told = self.object_for(DESTROY), self.said(ReasonWish)
        on = today_in_toronto()
        wish = ends.ask_destruction(document=document, on=on, by=self.person, **told)
        return Response(DestructionSerializer(wish).data, status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={200: DocumentSerializer})
    @action(detail=True, methods=["post"], url_path="destruction-approval")
    def destruction_approval(self, request: Request, pk: int) -> Response:
        """Approve what another person asked for: the content is destroyed, its hashes stay."""
        wish = self._open_destruction()
        ends.approve_destruction(wish=wish, on=today_in_toronto(), by=self.person)
        return self._as_it_is_now()

    @extend_schema(request=None, responses={200: DocumentSerializer})
    @action(detail=True, methods=["post"], url_path="destruction-refusal")
    def destruction_refusal(self, request: Request, pk: int) -> Response:
        """Leave the document as it is; whoever asked may take the wish back this way too."""
        ends.refuse_destruction(wish=self._open_destruction(), by=self.person)
        return self._as_it_is_now()

    def _open_destruction(self) -> DocumentDestruction:
        document = self.object_for(DESTROY)
        wish: DocumentDestruction | None = (
            queries.destructions_of(document).filter(decision="").first()
        )
        if wish is None:
            raise Refused(_("Nobody has asked for the destruction of this document."))
        return wish

    def _for_staff(self) -> Document:
        document: Document = self.object_for(MANAGE)
        self.demand_staff()
        return document

    def _as_it_is_now(self) -> Response:
        return Response(self.get_serializer(self.get_object()).data)
