"""What people say on checks that no data can answer: dated, proved, for a while."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.refusals import Refused
from clients.actions.readiness import keep_readiness, one_keeper_at_a_time
from clients.actions.secrets import against_secrets
from clients.models import Document, Importer, ProgramAccount, ReadinessAnswer, User
from clients.queries.readiness import Judged, readiness_of, to_be_answered
from clients.rules.readiness import Result

LONGEST = {"statement": 500, "evidence_reference": 300}


@transaction.atomic
def answer_question(
    *,
    importer: Importer,
    question: str,
    account: ProgramAccount | None,
    is_met: bool,
    statement: str,
    said_on: date,
    today: date,
    by: User,
    evidence_reference: str = "",
    evidence_document: Document | None = None,
    expires_on: date | None = None,
) -> ReadinessAnswer:
    """Keep what somebody found out on a day. Raises `Refused`, above all where the data say it.

    It counts as long as its check lets answers count, or to an earlier day.
    """
    one_keeper_at_a_time()
    asked = _asked(importer, question, account, today)
    last = min(said_on, today) + timedelta(days=asked.check.answer_days)
    answer = ReadinessAnswer(
        importer=importer,
        question=question,
        program_account=account,
        is_met=is_met,
        statement=statement.strip(),
        evidence_reference=evidence_reference.strip(),
        evidence_document=evidence_document,
        said_on=said_on,
        expires_on=expires_on or last,
        recorded_by=by,
    )
    if reasons := list(_reasons_against(answer, last, today)):
        raise Refused(*reasons)
    answer.save(force_insert=True)
    audit.record(
        "readiness answered", importer_id=importer.pk, by=by, target=answer, after=told_of(answer)
    )
    keep_readiness(importers=[importer.pk], now=timezone.now(), by=by)
    return answer


def _asked(
    importer: Importer, question: str, account: ProgramAccount | None, today: date
) -> Judged:
    """The check that is answered; raises `Refused` where it is not for people to answer."""
    found = readiness_of(importer.pk, today)
    places = {(one.check.code, one.account): one for one in found.judged}
    asked = places.get((question, account))
    if asked is None:
        raise Refused(_("There is no such question about this importer or program account."))
    if asked not in to_be_answered(found):
        is_known = asked.result in (Result.PASSED, Result.FAILED)
        raise Refused(
            _("The data decide this check: put right what they say.")
            if is_known
            else _("This has a place of its own: record it there, and the check knows.")
        )
    return asked


def _reasons_against(answer: ReadinessAnswer, last: date, today: date) -> Iterator[str]:
    if not answer.statement:
        yield _("Say what you found.")
    if not answer.evidence_reference and answer.evidence_document is None:
        yield _("Say what proves it: a document, or where you saw it.")
    for name, most in LONGEST.items():
        if len(getattr(answer, name)) > most or "\x00" in getattr(answer, name):
            field: Any = ReadinessAnswer._meta.get_field(name)
            words = {"field": str(field.verbose_name).capitalize(), "count": most}
            yield _("%(field)s: at most %(count)s characters.") % words
    if answer.said_on > today:
        yield _("The day lies in the future: record it once it has happened.")
    if not answer.said_on <= answer.expires_on <= last:
        yield _("It counts from its day to %(day)s at most.") % {"day": last}
    if answer.expires_on < today:
        yield _("It would count no more today: look again, and say what you find.")
    yield from against_secrets(answer.statement, answer.evidence_reference)


def told_of(answer: ReadinessAnswer) -> dict[str, Any]:
    """What the audit tells of an answer."""
    return {
        "question": answer.question,
        "program_account": answer.program_account.bn15 if answer.program_account else None,
        "is_met": answer.is_met,
        "finding": answer.statement,
        "said_on": answer.said_on,
        "expires_on": answer.expires_on,
    }


@transaction.atomic
def take_answer_back(*, answer: ReadinessAnswer, by: User) -> None:
    """An answer counts no more; what was said before it does again. Raises `Refused`."""
    one_keeper_at_a_time()
    standing = ReadinessAnswer.objects.filter(pk=answer.pk, withdrawn_at=None)
    if not standing.update(withdrawn_at=timezone.now(), withdrawn_by=by):
        raise Refused(_("It was taken back already."))
    audit.record(
        "readiness answer withdrawn", importer_id=answer.importer_id, by=by, target=answer,
        before=told_of(answer),
    )  # fmt: skip
    keep_readiness(importers=[answer.importer_id], now=timezone.now(), by=by)
