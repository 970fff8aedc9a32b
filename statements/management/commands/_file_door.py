"""What importing a statement and importing a ledger have in common.

The command reads in-process with the same actions as a worker; when a worker was quicker and
holds the file, the command waits for it.
"""

import argparse
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from carmsvc.platform.commands import DoorCommand, readable_file
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from statements import actions
from statements.layouts.profiles import Proposal, Question
from statements.messages import describe
from statements.models import MappingProfile, RowProblem
from statements.queries import is_under_way, problems_of

POLL_SECONDS = 0.2
MOST_ROUNDS = 5  # read, answer, read, repair, read


class FileCommand(DoorCommand):
    """Takes one file in and answers with what became of it."""

    model: Any
    kind = ""
    nothing: Mapping[str, Any]  # what a refused file brought

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("path", metavar="FILE", type=readable_file, help="a CSV or XLSX file")
        parser.add_argument("--profile", metavar="NAME", help="a saved layout of this importer")
        parser.add_argument(
            "--answer",
            dest="answers",
            metavar="FIELD=VALUE",
            action="append",
            default=[],
            type=_answer,
            help="answer a question about the columns; may be repeated",
        )
        parser.add_argument(
            "--accept-repairs",
            action="store_true",
            help="apply every suggested repair of a rejected file",
        )

    def is_done(self, document: Mapping[str, Any]) -> bool:
        return bool(document["state"] == "loaded")

    def refusal(self, reasons: list[str]) -> dict[str, Any]:
        errors = [whole_file_error(reason) for reason in reasons]
        told = {"state": "refused", "file": None, "errors": errors, "warnings": []}
        return {**told, "unchanged": False, **self.nothing}

    def take_in(self, file_id: int, importer_id: int) -> None:
        """The action that reads this kind of file."""
        raise NotImplementedError

    def brought_in(self, importer_id: int, receive: Any, options: Mapping[str, Any]) -> Any:
        """Receive, read, answer and repair as far as the options say."""
        path: Path = options["path"]
        with path.open("rb") as opened, importer_scope(importer_id):
            told: dict[str, Any] = {"importer_id": importer_id, "file_name": path.name}
            told["profile"] = self._profile(importer_id, options["profile"])
            received = receive(content=File(opened), by=None, **told)
        for _round in range(MOST_ROUNDS):
            file = self._read(received.file.pk, importer_id)
            with importer_scope(importer_id):
                if not _helped(file, options):
                    break
        return actions.Received(file, received.is_new)

    def _profile(self, importer_id: int, name: str | None) -> MappingProfile | None:
        if name is None:
            return None
        rows = MappingProfile.objects.filter(importer_id=importer_id, kind=self.kind, name=name)
        profile: MappingProfile | None = rows.first()
        if profile is None:
            raise Refused(_("There is no layout “%(name)s” for this importer.") % {"name": name})
        return profile

    def _read(self, file_id: int, importer_id: int) -> Any:
        """The file once it is read by us or by the worker that holds it."""
        while True:
            self.take_in(importer_id=importer_id, file_id=file_id)
            with importer_scope(importer_id):
                file = self.model.objects.get(pk=file_id)
            if not is_under_way(file) or _gave_up(file):
                return file
            time.sleep(POLL_SECONDS)


def _gave_up(file: Any) -> bool:
    """Whether reading broke off, so that only a later try can help."""
    return bool(file.state == file.State.RECEIVED and file.last_failure)


def _answer(text: str) -> tuple[str, str]:
    field, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not FIELD=VALUE")
    return field, value


def _helped(file: Any, options: Mapping[str, Any]) -> bool:
    """Answer or repair what the options allow; whether the file is to be read again."""
    if file.state == file.State.NEEDS_MAPPING:
        answers = dict(options["answers"])
        if any(question.key not in answers for question in _questions(file)):
            return False
        _refuse_wrong_answers(file, answers)
        name = options["profile"] or ""
        actions.confirm_mapping(file=file, answers=answers, name=name, by=None)
        return True
    if not options["accept_repairs"] or file.state != file.State.REJECTED:
        return False
    if not problems_of(file, "error").exclude(suggestion=None).exists():
        return False
    actions.confirm_repairs(file=file, by=None)
    return True


def _refuse_wrong_answers(file: Any, answers: Mapping[str, str]) -> None:
    wrong = [one for one in _questions(file) if answers[one.key] not in one.choices]
    if wrong:
        raise Refused(*(_question_text(question) for question in wrong))


def _questions(file: Any) -> tuple[Question, ...]:
    return Proposal.from_json(file.proposal).questions if file.proposal else ()


def _question_text(question: Question) -> str:
    sentence = describe(question.code, dict(question.params))
    choices = ", ".join(f"“{choice}”" for choice in question.choices)
    how = _("Answer with --answer “%(key)s=…”, one of: %(choices)s.")
    return f"{sentence} {how % {'key': question.key, 'choices': choices}}"


def document_of(file: Any, is_new: bool) -> dict[str, Any]:
    """What became of a file, as both commands answer it."""
    return {
        "state": file.state,
        "file": file.pk,
        "errors": list(_errors(file)),
        "warnings": [_row(problem) for problem in problems_of(file, "warning")],
        "unchanged": not is_new,
    }


def whole_file_error(message: str, column: str | None = None) -> dict[str, Any]:
    """An error that no row has."""
    return {
        "row": None,
        "column": column,
        "value": None,
        "message": message,
        "suggestion": None,
    }


def _errors(file: Any) -> Iterable[dict[str, Any]]:
    if file.refusal:
        yield whole_file_error(describe(**file.refusal))
    if file.state == file.State.NEEDS_MAPPING:
        for question in _questions(file):
            yield whole_file_error(_question_text(question), question.key)
    if _gave_up(file) or file.parked_at:
        told = {"failure": file.last_failure}
        yield whole_file_error(_("The file could not be read: %(failure)s") % told)
    for problem in problems_of(file, "error"):
        yield _row(problem)


def _row(problem: RowProblem) -> dict[str, Any]:
    return {
        "row": problem.row_no,
        "column": problem.column,
        "value": problem.value,
        "message": describe(problem.code, problem.params),
        "suggestion": problem.suggestion,
    }
