"""How ready importers are: every check asked, people's answers taken in, the verdicts."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.tenancy import of_importers
from clients.models import Importer, ProgramAccount, ReadinessAnswer, ReadinessSnapshot, User
from clients.readiness import Check, Finding, Inquiry, check_of, findings
from clients.rules.readiness import (
    AnswerFacts,
    Area,
    Outcome,
    Result,
    Severity,
    Verdict,
    verdict_of,
    with_answer,
)

OVERLAP = timedelta(minutes=2)  # longer than what is recorded waits to be committed


@dataclass(frozen=True)
class Judged:
    """A check of an importer or an account, with the answer of a person where there is one."""

    check: Check
    importer_id: int
    account: ProgramAccount | None
    outcome: Outcome
    answer: ReadinessAnswer | None = None

    @property
    def severity(self) -> Severity:
        """What it weighs here."""
        return self.outcome.severity or self.check.severity

    @property
    def result(self) -> Result:
        return self.outcome.result

    @property
    def address(self) -> str:
        """The page where it is put right."""
        return self.check.address(self.importer_id)

    @property
    def place(self) -> str:
        """As it stands in an address: `R04`, or `R11-123456782RM0001`."""
        return f"{self.check.code}-{self.account.bn15}" if self.account else self.check.code

    @property
    def order(self) -> tuple[int, int, str, str]:
        """What failed first, the gravest before the rest, then by code and account."""
        bn15 = self.account.bn15 if self.account else ""
        return (
            list(Result).index(self.result),
            list(Severity).index(self.severity),
            *(
                self.check.code,
                bn15,
            ),
        )


@dataclass(frozen=True)
class Readiness:
    """How ready an importer is on a day, and why."""

    importer: Importer
    accounts: tuple[ProgramAccount, ...]
    judged: tuple[Judged, ...]
    day: date

    @property
    def verdict(self) -> Verdict:
        """Of the importer as a whole."""
        return _verdict(self.judged) or Verdict.READY

    @property
    def areas(self) -> dict[Area, Verdict | None]:
        """The verdict of each area; None where it does not concern the importer."""
        return {area: self.in_area(area) for area in Area}

    def in_area(self, area: Area, account: ProgramAccount | None = None) -> Verdict | None:
        """The verdict of an area, of the importer or of one of its accounts."""
        of_it = self.of_account(account) if account else self.judged
        return _verdict(one for one in of_it if area in one.check.areas)

    def of_account(self, account: ProgramAccount) -> list[Judged]:
        """What concerns one account: its own checks, and those of the importer."""
        return [one for one in self.judged if one.account is None or one.account.pk == account.pk]

    @property
    def by_account(self) -> list[tuple[ProgramAccount, Verdict, dict[Area, Verdict | None]]]:
        """Each account with its verdict, and its verdict by area."""
        return [
            (
                account,
                _verdict(self.of_account(account)) or Verdict.READY,
                {area: self.in_area(area, account) for area in Area},
            )
            for account in self.accounts
        ]

    def those(self, result: Result, severity: Severity | None = None) -> list[Judged]:
        """The checks with a result, of one severity or of any."""
        return [
            one for one in self.judged if one.result is result and severity in (None, one.severity)
        ]


def _verdict(judged: Iterable[Judged]) -> Verdict | None:
    return verdict_of((one.severity, one.result) for one in judged)


def readiness(importers: Collection[int], today: date) -> dict[int, Readiness]:
    """How ready each of these importers of the open scope is; the queries do not grow with them."""
    rows = {one.pk: one for one in Importer.objects.filter(of_importers(importers, "pk"))}
    accounts = ProgramAccount.objects.filter(of_importers(importers))
    in_use = accounts.exclude(status=ProgramAccount.Status.CLOSED).order_by("bn15")
    inquiry = Inquiry(rows, tuple(in_use), today)
    answers = standing_answers(rows)
    known = {one.pk: one for one in inquiry.accounts}
    judged: dict[int, list[Judged]] = defaultdict(list)
    for one in findings(inquiry):
        judged[one.importer_id].append(_judged(one, known, answers, today))
    return {
        pk: Readiness(
            importer=importer,
            accounts=tuple(one for one in inquiry.accounts if one.importer_id == pk),
            judged=tuple(sorted(judged[pk], key=lambda one: one.order)),
            day=today,
        )
        for pk, importer in rows.items()
    }


Place = tuple[int, str, int | None]  # the importer, the check, the account


def standing_answers(importers: Collection[int]) -> dict[Place, ReadinessAnswer]:
    """The newest answer to each question that was not taken back."""
    rows = ReadinessAnswer.objects.filter(of_importers(importers), withdrawn_at=None)
    related = ("program_account", "recorded_by", "evidence_document")
    told = rows.select_related(*related).order_by("id")
    return {(one.importer_id, one.question, one.program_account_id): one for one in told}


def _judged(
    finding: Finding,
    accounts: Mapping[int, ProgramAccount],
    answers: Mapping[Place, ReadinessAnswer],
    today: date,
) -> Judged:
    answer = answers.get((finding.importer_id, finding.code, finding.account_id))
    facts = answer and AnswerFacts(
        answer.is_met, answer.said_on, answer.expires_on, _name(answer.recorded_by)
    )
    return Judged(
        check=check_of(finding.code),
        importer_id=finding.importer_id,
        account=accounts.get(finding.account_id or 0),
        outcome=with_answer(finding.outcome, facts or None, today),
        answer=answer if finding.outcome.may_be_answered else None,
    )


def _name(person: User) -> str:
    return person.full_name or person.email


def readiness_of(importer_id: int, today: date) -> Readiness:
    """How ready one importer of the open scope is; raises KeyError for one that is not there."""
    return readiness([importer_id], today)[importer_id]


def to_be_answered(found: Readiness) -> list[Judged]:
    """The checks that only a person can answer, now or again, in the order of the codes."""
    able = [one for one in found.judged if one.outcome.may_be_answered or one.answer]
    return sorted(able, key=lambda one: (one.check.code, one.account.bn15 if one.account else ""))


def importers_to_look_at(
    importers: Collection[int], today: date, *, only_moved: bool = False
) -> list[int]:
    """Those of these importers that are no former clients; with `only_moved` those that were not
    looked at today, or of whom something was recorded since, or so shortly before that it may
    not have been committed then.
    """
    rows = Importer.objects.filter(of_importers(importers, "pk")).exclude(
        state=Importer.State.FORMER
    )
    if only_moved:
        since = AuditEvent.objects.filter(
            importer=OuterRef("importer"), happened_at__gt=OuterRef("checked_at") - OVERLAP
        )
        kept = ReadinessSnapshot.objects.filter(
            ~Exists(since.exclude(action__startswith="readiness ")),
            of_importers(importers),
            is_newest=True,
            taken_on=today,
        )
        rows = rows.exclude(pk__in=list(kept.values_list("importer_id", flat=True)))
    return list(rows.order_by("pk").values_list("pk", flat=True))


def newest_snapshots(importers: Collection[int]) -> dict[int, ReadinessSnapshot]:
    """How each importer stood when it was last looked at."""
    rows = ReadinessSnapshot.objects.filter(of_importers(importers), is_newest=True)
    return {one.importer_id: one for one in rows}


def history_of(importer_id: int) -> Any:
    """How an importer stood, day by day, the newest first."""
    rows = ReadinessSnapshot.objects.filter(importer=importer_id)
    return rows.order_by("-taken_on")


def answers_of(importer_id: int) -> Any:
    """What people said of an importer, the newest first, what was taken back too."""
    rows = ReadinessAnswer.objects.filter(importer=importer_id)
    related = ("program_account", "recorded_by", "withdrawn_by", "evidence_document")
    return rows.select_related(*related).order_by("-id")
