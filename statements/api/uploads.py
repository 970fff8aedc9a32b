"""What is said with a file that is sent."""

from typing import Any

from django.conf import settings
from rest_framework import serializers
from rest_framework.fields import empty

from carmsvc.platform.problems import NotSeen
from clients.models import Importer, ProgramAccount
from statements.messages import describe
from statements.models import FileKind, LedgerFile, MappingProfile


class ProgramAccountField(serializers.CharField):
    """A BN15 that stands for the program account in the open scope; 404 when it is not there."""

    def run_validation(self, data: Any = empty) -> Any:
        text = super().run_validation(data)
        if text is None:
            return None
        bn15 = text.replace(" ", "").upper()
        account = ProgramAccount.objects.filter(bn15=bn15).first()
        if account is None:
            raise NotSeen(str(self.field_name), f"There is no program account {bn15}.")
        return account


class ImporterField(serializers.IntegerField):
    """The id of an importer in the open scope; 404 when it is not there."""

    def run_validation(self, data: Any = empty) -> Any:
        pk = super().run_validation(data)
        importer = Importer.objects.filter(pk=pk).first()
        if importer is None:
            raise NotSeen(str(self.field_name), f"There is no importer {pk}.")
        return importer


class _Upload(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="A CSV or XLSX file.")
    profile = serializers.CharField(
        max_length=100, required=False, default="", help_text="A saved layout of this importer."
    )

    def validate_file(self, file: Any) -> Any:
        if file.size > settings.UPLOAD_MAX_BYTES:
            limit = {"limit_mib": settings.UPLOAD_MAX_BYTES // 2**20}
            raise serializers.ValidationError(describe("file_too_large", limit))
        return file


class StatementUpload(_Upload):
    """A CARM statement export, and which statement it is."""

    program_account = ProgramAccountField(max_length=20, help_text="BN15, e.g. 123456782RM0001.")
    period_end = serializers.DateField(help_text="The 17th on which the billing period ends.")
    opening_balance = serializers.DecimalField(
        max_digits=14, decimal_places=2, required=False, help_text="In CAD, as the portal shows it."
    )
    total_payable = serializers.DecimalField(
        max_digits=14, decimal_places=2, required=False, help_text="In CAD, as the portal shows it."
    )


class LedgerUpload(_Upload):
    """An export of the broker's own book."""

    importer = ImporterField(min_value=1, max_value=2**63 - 1, help_text="Whose book it is.")
    program_account = ProgramAccountField(
        max_length=20, required=False, default=None, help_text="Only if the file has no column."
    )
    covers = serializers.ChoiceField(
        choices=LedgerFile.Covers.choices,
        required=False,
        default=LedgerFile.Covers.FILE_TELLS,
        help_text="What it means that the file does not hold an entry of its days: it goes from "
        "the book (`all_of_its_days`), it stays (`changes_only`), or it goes if the file repeats "
        "at least half of what the book held of its days (`file_tells`).",
    )


def profile_named(name: str, importer_id: int, kind: FileKind) -> MappingProfile | None:
    """The saved layout that an upload names, if it names one."""
    if not name:
        return None
    rows = MappingProfile.objects.filter(importer_id=importer_id, kind=kind, name=name)
    profile: MappingProfile | None = rows.first()
    if profile is None:
        raise NotSeen("profile", f"There is no layout “{name}” for this importer.")
    return profile
