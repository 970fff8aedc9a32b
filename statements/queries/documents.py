"""Reads of the statements room."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from carmsvc.platform.work import WorkRow
from clients.models import ProgramAccount
from statements.models import LedgerFile, RowProblem, Statement, StatementFile, StatementLine
from statements.rules.billing import period_ending


def files_waiting(
    model: type[StatementFile] | type[LedgerFile],
) -> list[tuple[int, int]]:
    """(importer, file) of each file that waits at the door or whose worker died."""
    assert issubclass(model, WorkRow)
    waiting = model.objects.filter(model.is_waiting()).order_by("id")
    return list(waiting.values_list("importer_id", "id"))


def problems_of(file: StatementFile | LedgerFile, severity: str) -> Any:
    """What is wrong or odd in a file, in the order of its rows."""
    owner = {"statement_file": file} if isinstance(file, StatementFile) else {"ledger_file": file}
    return RowProblem.objects.filter(severity=severity, **owner).order_by("row_no", "id")


def previous_total_payable(program_account_id: int, period_end: date) -> Decimal | None:
    """The total payable (CAD) of the statement of the period just before, if it was loaded."""
    before = period_ending(period_end).first.replace(day=17)
    found: Decimal | None = (
        Statement.objects.filter(
            program_account_id=program_account_id, period_end=before, superseded_by=None
        )
        .values_list("total_payable", flat=True)
        .first()
    )
    return found


def current_statement(program_account_id: int, period_end: date) -> Statement | None:
    """The statement that stands for an account and period."""
    found: Statement | None = Statement.objects.filter(
        program_account_id=program_account_id, period_end=period_end, superseded_by=None
    ).first()
    return found


def accounts_of(importer_id: int) -> Any:
    """An importer's program accounts, in order."""
    return ProgramAccount.objects.filter(importer_id=importer_id)


def is_under_way(file: StatementFile | LedgerFile) -> bool:
    """Whether a worker has a file, or will take it without anybody's help."""
    return file.state in (file.State.RECEIVED, file.State.READING) and not file.parked_at


def is_being_read(model: Any, importer_id: int) -> bool:
    """Whether a file of the importer that came lately is about to be loaded, at first try.

    Nobody waits for a file whose reading failed, or whose worker says nothing any more.
    """
    now = timezone.now()
    at_door = Q(state="received", attempts=0, parked_at=None)
    at_work = Q(state="reading", attempts=1, leased_until__gt=now)
    lately = now - timedelta(seconds=settings.WORK_LEASE_SECONDS)
    files = model.objects.filter(at_door | at_work, importer_id=importer_id)
    return bool(files.filter(uploaded_at__gt=lately).exists())


def statement_of(file: StatementFile | LedgerFile) -> Statement | None:
    """The statement a file became."""
    if not isinstance(file, StatementFile):
        return None
    found: Statement | None = Statement.objects.filter(file=file).order_by("-id").first()
    return found


def problems_page(file: StatementFile | LedgerFile, limit: int) -> dict[str, Any]:
    """The first errors and warnings of a file, and how many errors carry a suggested repair."""
    errors = problems_of(file, RowProblem.Severity.ERROR)
    return {
        "errors": list(errors[:limit]) if file.error_count else [],
        "warnings": list(problems_of(file, "warning")[:limit]) if file.warning_count else [],
        "repair_count": errors.exclude(suggestion=None).count() if file.error_count else 0,
    }


def recent_files(importer_id: int, limit: int) -> list[StatementFile | LedgerFile]:
    """An importer's newest files of both kinds, newest first."""
    files: list[StatementFile | LedgerFile] = []
    for model in (StatementFile, LedgerFile):
        rows = model.objects.filter(importer_id=importer_id)
        rows = rows.select_related("program_account", "uploaded_by", "parked_for")
        files += rows.order_by("-uploaded_at", "-id")[:limit]
    return sorted(files, key=lambda file: file.uploaded_at, reverse=True)[:limit]


@dataclass(frozen=True)
class LinesPage:
    """Some lines of a statement, the id after which the next page begins, and what they sum to."""

    lines: list[StatementLine]
    next_after: int | None
    count: int
    amount: Decimal


_LINE_ORDERS: dict[str, Any] = {
    "row_no": F("row_no"),
    "amount": F("amount"),
    "released_on": Coalesce("released_on", Value(date.max)),
    "transaction_no": Coalesce("transaction_no", Value("")),
    "transaction_type": F("transaction_type"),
}


def statement_lines(
    statement: Statement,
    *,
    search: str = "",
    transaction_type: str = "",
    filed_by: str = "",
    order: str = "row_no",
    after: int | None = None,
    limit: int = 100,
) -> LinesPage:
    """The lines that fit, in an order (`-` turns it), after a line; an unknown order is by row."""
    lines = StatementLine.objects.filter(_fits(search), statement=statement)
    for name, wanted in {"transaction_type": transaction_type, "filed_by": filed_by}.items():
        lines = lines.filter(**{name: wanted}) if wanted else lines
    sums = lines.aggregate(count=Count("id"), amount=Coalesce(Sum("amount"), Decimal("0.00")))
    backwards, key = order.startswith("-"), _LINE_ORDERS.get(order.lstrip("-"), F("row_no"))
    lines = lines.annotate(place=key)
    last = lines.filter(pk=after).values_list("place", flat=True).first() if after else None
    if last is not None:
        beyond = "lt" if backwards else "gt"
        lines = lines.filter(
            Q(**{f"place__{beyond}": last}) | Q(place=last, **{f"pk__{beyond}": after})
        )
    page = list(lines.order_by(*(("-place", "-pk") if backwards else ("place", "pk")))[: limit + 1])
    more = page[limit - 1].pk if len(page) > limit else None
    return LinesPage(page[:limit], more, **sums)


def _fits(search: str) -> Q:
    """A number or a part of it, an amount of either sign, a reference or a submitter."""
    words = search.strip()
    if not words:
        return Q()
    found = Q(reference__icontains=words) | Q(submitted_by__icontains=words)
    digits = re.sub(r"[\s-]", "", words)
    if digits.isdecimal():
        found |= Q(transaction_no__contains=digits)
    amount = re.sub(r"[\s$]", "", words).replace("\u2212", "-")
    amount = re.sub(r",(?=\d{3})", "", amount).replace(",", ".")
    if re.fullmatch(r"-?\d{1,12}(\.\d{1,2})?", amount):
        found |= Q(amount__in=[Decimal(amount), -Decimal(amount)])
    return found


def files_for_people(
    limit: int, importer_id: int | None = None
) -> list[StatementFile | LedgerFile]:
    """Files that wait for a person: to be mapped, corrected or looked into; oldest first.

    A rejected file waits no longer once a later one of its kind came for the same book.
    """
    files: list[StatementFile | LedgerFile] = []
    same: dict[Any, dict[str, OuterRef]] = {
        StatementFile: {
            name: OuterRef(name) for name in ("importer", "program_account", "period_end")
        },
        LedgerFile: {"importer": OuterRef("importer")},
    }
    for model, book in same.items():
        later = model.objects.filter(uploaded_at__gt=OuterRef("uploaded_at"), **book)
        asked = Q(state="needs_mapping") | Q(parked_at__isnull=False)
        rows = model.objects.filter(asked | (Q(state="rejected") & ~Exists(later)))
        rows = rows.filter(importer=importer_id) if importer_id else rows
        rows = rows.select_related("importer", "program_account", "parked_for", "uploaded_by")
        files += rows.order_by("uploaded_at", "id")[:limit]
    return sorted(files, key=lambda file: file.uploaded_at)[:limit]


def statements_due(first: date, last: date, limit: int) -> list[Statement]:
    """Statements that stand and are due between two days, the most urgent first."""
    rows = Statement.objects.filter(superseded_by=None, payment_due_on__range=(first, last))
    rows = rows.select_related("importer", "program_account")
    return list(rows.order_by("payment_due_on", "id")[:limit])
