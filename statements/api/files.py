"""Files through the API: send one, see how far it is and what is wrong, answer, repair."""

from types import MappingProxyType
from typing import Any

import django_filters
from django.db.models import OuterRef, Subquery
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.downloads import kept_file
from carmsvc.platform.parsers import PlainJson
from carmsvc.platform.problems import NotSeen, Unprocessable
from clients.api import IdFilter, ReadDoor
from clients.models import Importer, ProgramAccount
from clients.rules import Permission
from statements import actions
from statements.api.uploads import LedgerUpload, StatementUpload, profile_named
from statements.forms.files import CHOICE_WORDS
from statements.layouts.profiles import Proposal
from statements.messages import describe
from statements.models import (
    FileKind,
    LedgerFile,
    RowProblem,
    Statement,
    StatementFile,
    TransactionType,
)
from statements.queries import is_under_way

KEEP_ASKING = "Ask for `status_url` until `is_under_way` is false."


class QuestionSerializer(serializers.Serializer[Any]):
    """Something only a person can say about a file's columns."""

    class Choice(serializers.Serializer[Any]):
        value = serializers.CharField()
        label = serializers.CharField()  # type: ignore[assignment]

        class Meta:
            ref_name = "QuestionChoice"

    key = serializers.CharField(help_text="Answer under this name.")
    code = serializers.CharField()
    message = serializers.CharField()
    choices = Choice(many=True)


class WholeFileErrorSerializer(serializers.Serializer[Any]):
    """Why a file was refused as a whole."""

    code = serializers.CharField()
    message = serializers.CharField()


class FileSerializer(serializers.ModelSerializer[Any]):
    """A file and how far we got with it."""

    importer = serializers.IntegerField(source="importer_id")
    program_account = serializers.CharField(source="program_account.bn15", default=None)
    uploaded_by = serializers.EmailField(source="uploaded_by.email", default=None)
    is_under_way = serializers.SerializerMethodField(
        help_text="A worker has it, or will take it without anybody's help."
    )
    refusal = serializers.SerializerMethodField(help_text="Why it was refused as a whole.")
    questions = serializers.SerializerMethodField(help_text="What to answer at `mapping/`.")
    parked_for = serializers.EmailField(source="parked_for.email", default=None)
    status_url = serializers.SerializerMethodField()
    problems_url = serializers.SerializerMethodField()
    original_url = serializers.SerializerMethodField(help_text="The file as it was sent.")

    SHARED = (
        *("id", "importer", "program_account", "state", "is_under_way", "file_name", "size"),
        *("sha256", "uploaded_at", "uploaded_by", "rows_read", "row_count", "error_count"),
        *("warning_count", "refusal", "questions", "loaded_at", "parked_at", "parked_for"),
        *("status_url", "problems_url", "original_url"),
    )
    address = ""

    def get_is_under_way(self, file: Any) -> bool:
        return is_under_way(file)

    @extend_schema_field(WholeFileErrorSerializer(allow_null=True))
    def get_refusal(self, file: Any) -> dict[str, str] | None:
        if not file.refusal:
            return None
        return {"code": file.refusal["code"], "message": describe(**file.refusal)}

    @extend_schema_field(QuestionSerializer(many=True))
    def get_questions(self, file: Any) -> list[dict[str, Any]]:
        if file.state != file.State.NEEDS_MAPPING or not file.proposal:
            return []
        return [_question(one) for one in Proposal.from_json(file.proposal).questions]

    def get_status_url(self, file: Any) -> str:
        return self.context["view"].address_of(self.address, file.pk)  # type: ignore[no-any-return]

    def get_problems_url(self, file: Any) -> str:
        return f"{self.get_status_url(file)}problems/"

    def get_original_url(self, file: Any) -> str:
        return f"{self.get_status_url(file)}original/"


def _question(question: Any) -> dict[str, Any]:
    what = question.key.partition(":")[0]
    words: dict[str, Any] = dict(TransactionType.choices) if what == "type" else CHOICE_WORDS
    if what == "column":  # a heading stands for itself
        words = {"": CHOICE_WORDS[""]}
    return {
        "key": question.key,
        "code": question.code,
        "message": describe(question.code, dict(question.params)),
        "choices": [{"value": one, "label": words.get(one, one)} for one in question.choices],
    }


class StatementFileSerializer(FileSerializer):
    """A statement export, and the statement it became."""

    statement = serializers.IntegerField(source="statement_id", default=None)
    address = "statement-file"

    class Meta:
        model = StatementFile
        fields = (
            *FileSerializer.SHARED,
            *("period_end", "stated_opening_balance", "stated_total_payable", "statement"),
        )
        read_only_fields = fields


class LedgerFileSerializer(FileSerializer):
    """A ledger export, and what it changed in the book."""

    address = "ledger-file"

    class Meta:
        model = LedgerFile
        fields = (
            *FileSerializer.SHARED,
            *("covers", "entries_new", "entries_unchanged", "entries_superseded"),
            "entries_gone",
        )
        read_only_fields = fields


class RowProblemSerializer(serializers.ModelSerializer[RowProblem]):
    """One cell that is wrong or odd."""

    row = serializers.IntegerField(source="row_no")
    message = serializers.SerializerMethodField()

    class Meta:
        model = RowProblem
        fields = ("id", "severity", "row", "column", "value", "code", "message", "suggestion")

    def get_message(self, problem: RowProblem) -> str:
        return describe(problem.code, problem.params)


class RowProblemFilters(django_filters.FilterSet):
    severity = django_filters.ChoiceFilter(
        "severity", choices=RowProblem.Severity.choices, help_text="Errors or warnings only."
    )


class FileFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    program_account = django_filters.CharFilter(
        "program_account__bn15", help_text="Of this program account (BN15)."
    )
    state = django_filters.MultipleChoiceFilter(
        choices=StatementFile.State.choices, help_text="In one of these states."
    )
    uploaded_from = django_filters.IsoDateTimeFilter("uploaded_at", lookup_expr="gte")
    uploaded_to = django_filters.IsoDateTimeFilter("uploaded_at", lookup_expr="lte")


class StatementFileFilters(FileFilters):
    period_end = django_filters.DateFilter("period_end", help_text="Of this billing period.")


class MappingWish(serializers.Serializer[Any]):
    """How the columns are read: an answer for each of the file's questions."""

    answers = serializers.DictField(child=serializers.CharField(allow_blank=True))
    name = serializers.CharField(
        max_length=100, required=False, default="", help_text="A name for this layout."
    )


MAPPING_EXAMPLE = OpenApiExample(
    "The day comes first",
    value={"answers": {"date_format": "%d/%m/%Y"}, "name": "CARM export, French"},
    request_only=True,
)


class AnyTypeRenderer(JSONRenderer):
    """Lets a client ask for a file by whatever type it likes; problems stay JSON."""

    media_type, format = "*/*", "file"


class FileDoor(ReadDoor):
    """What both kinds of files share."""

    kind: FileKind
    model: Any
    address = ""
    upload: Any
    parser_classes = [MultiPartParser]
    answer_codes = MappingProxyType(
        {"create": (202, 200), "mapping": (202,), "repairs": (202,), "attempts": (202,)}
    )
    ordering_fields: tuple[str, ...] = ("uploaded_at",)

    def rows(self) -> Any:
        return self.model.objects.select_related("program_account", "uploaded_by", "parked_for")

    def receive(self, wish: dict[str, Any]) -> actions.Received:
        """Leave an upload at the door."""
        raise NotImplementedError

    def shown(self, file_id: int, code: int) -> Response:
        """The file as it stands now, and where to ask again."""
        file = self.rows().get(pk=file_id)
        location = {"Location": self.address_of(self.address, file_id)}
        return Response(self.get_serializer(file).data, code, headers=location)

    def create(self, request: Request) -> Response:
        """Send an export."""
        self.refused_status = Unprocessable.status_code
        received = self.receive(self.said(self.upload))
        code = status.HTTP_202_ACCEPTED if received.is_new else status.HTTP_200_OK
        return self.shown(received.file.pk, code)

    @extend_schema(responses=RowProblemSerializer(many=True))
    @action(
        detail=True,
        paginated=True,
        queryset=RowProblem._base_manager.none(),
        filterset_class=RowProblemFilters,
        ordering="row_no",
        ordering_fields=(),
    )
    def problems(self, request: Request, pk: int) -> Response:
        """What is wrong or odd in a file, row by row."""
        return self.page_of(self.get_object().problems.all(), RowProblemSerializer)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, renderer_classes=[JSONRenderer, AnyTypeRenderer])
    def original(self, request: Request, pk: int) -> FileResponse:
        """The file as it was sent, byte for byte; whoever takes it is noted."""
        file = self.object_for(Permission.VIEW)
        return kept_file(actions.open_original(file=file, by=self.person), file.file_name)

    @extend_schema(request=MappingWish, examples=[MAPPING_EXAMPLE])
    @action(detail=True, methods=["post"], parser_classes=[PlainJson])
    def mapping(self, request: Request, pk: int) -> Response:
        """Answer the questions about a file's columns; it is then read again."""
        file = self.object_for(Permission.CONFIRM_MAPPING)
        wish = self.said(MappingWish)
        _check_answers(file, wish["answers"])
        actions.confirm_mapping(file=file, by=self.person, **wish)
        return self.shown(file.pk, status.HTTP_202_ACCEPTED)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], parser_classes=[PlainJson])
    def repairs(self, request: Request, pk: int) -> Response:
        """Apply every suggested repair of a rejected file; it is then read again."""
        file = self.object_for(Permission.CONFIRM_MAPPING)
        actions.confirm_repairs(file=file, by=self.person)
        return self.shown(file.pk, status.HTTP_202_ACCEPTED)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], parser_classes=[PlainJson])
    def attempts(self, request: Request, pk: int) -> Response:
        """Give a parked file three new tries."""
        file = self.object_for(Permission.UPLOAD)
        actions.send_again(file=file, by=self.person)
        return self.shown(file.pk, status.HTTP_202_ACCEPTED)


def _check_answers(file: Any, answers: dict[str, str]) -> None:
    """Every question needs one of its choices; other answers are nobody's question."""
    if file.state != file.State.NEEDS_MAPPING or not file.proposal:
        return  # the action refuses
    questions = {one.key: one for one in Proposal.from_json(file.proposal).questions}
    wrong = {
        key: [f"{describe(one.code, dict(one.params))} One of: {', '.join(one.choices)}."]
        for key, one in questions.items()
        if answers.get(key) not in one.choices
    }
    wrong |= {key: ["Nobody asked this."] for key in answers if key not in questions}
    if wrong:
        raise ValidationError({"answers": wrong})


def sent_as(upload: type[serializers.Serializer[Any]]) -> Any:
    """What is sent to a door of files, and how to go on from its answer."""
    description = (
        f"Send an export. 202: it is taken in. {KEEP_ASKING} "
        "200: the same bytes are already here, and nothing was doubled."
    )
    return extend_schema_view(create=extend_schema(request=upload, description=description))


@sent_as(StatementUpload)
class StatementFileDoor(FileDoor):
    """Exports of CARM statements, as they were sent."""

    queryset = StatementFile._base_manager.none()
    model, kind, address = StatementFile, FileKind.STATEMENT, "statement-file"
    serializer_class = StatementFileSerializer
    filterset_class = StatementFileFilters
    upload = StatementUpload
    ordering_fields = ("uploaded_at", "period_end")

    def rows(self) -> Any:
        statement = Statement.objects.filter(file=OuterRef("pk")).order_by("-id")
        return super().rows().annotate(statement_id=Subquery(statement.values("id")[:1]))

    def receive(self, wish: dict[str, Any]) -> actions.Received:
        account = wish.pop("program_account")
        self.demand(Permission.UPLOAD, account.importer_id)
        profile = profile_named(wish.pop("profile"), account.importer_id, self.kind)
        content = wish.pop("file")
        return actions.receive_statement_file(
            importer_id=account.importer_id,
            program_account=account,
            content=content,
            file_name=content.name,
            by=self.person,
            profile=profile,
            **wish,
        )


@sent_as(LedgerUpload)
class LedgerFileDoor(FileDoor):
    """Exports of the broker's own book, as they were sent."""

    queryset = LedgerFile._base_manager.none()
    model, kind, address = LedgerFile, FileKind.LEDGER, "ledger-file"
    serializer_class = LedgerFileSerializer
    filterset_class = FileFilters
    upload = LedgerUpload

    def receive(self, wish: dict[str, Any]) -> actions.Received:
        importer: Importer = wish.pop("importer")
        self.demand(Permission.UPLOAD, importer.pk)
        account: ProgramAccount | None = wish.pop("program_account")
        if account and account.importer_id != importer.pk:
            raise NotSeen("program_account", "This importer has no such program account.")
        profile = profile_named(wish.pop("profile"), importer.pk, self.kind)
        content = wish.pop("file")
        return actions.receive_ledger_file(
            importer_id=importer.pk,
            program_account=account,
            content=content,
            file_name=content.name,
            by=self.person,
            profile=profile,
            covers=wish.pop("covers"),
        )
