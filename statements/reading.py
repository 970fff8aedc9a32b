"""From an original to its rows in the database: read outside, then load in one transaction.

Reading writes the valid rows to a spool file and keeps every error; only a file without errors
is loaded. Progress and the lease are renewed in short transactions of their own.
"""

import json
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import connection
from django.utils import timezone

from carmsvc.platform import audit, work
from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.money import plain
from carmsvc.platform.nudge import nudge
from carmsvc.platform.tables import FileRefused, Limits, Table, open_table
from carmsvc.platform.tenancy import importer_scope
from clients.models import ProgramAccount
from statements import loading
from statements.layouts.profiles import MappingProfile as Mapped
from statements.layouts.profiles import Proposal, answer, propose
from statements.layouts.readers import MAX_INTEGER_DIGITS
from statements.layouts.reading import FileKind, Reading, ReadingContext, is_header, read_table
from statements.models import (
    LedgerFile,
    MappingProfile,
    RowProblem,
    Statement,
    StatementFile,
)
from statements.queries import previous_total_payable
from statements.queries.rulebook import rulebook_in_force
from statements.rules.billing import period_end, period_ending, statement_on
from statements.rules.streams import payment_days
from statements.rules.tie_out import TieOut, tie_out

SAMPLE_ROWS = 8
ENOUGH_LINES = 3  # fewer may well be of an earlier period
PROGRESS_SECONDS = 0.5
_LOCK = 0x0A0D1C  # advisory lock space of the layouts of an importer


@dataclass(frozen=True)
class Claim:
    """A file that this worker holds."""

    model: Any
    importer_id: int
    file_id: int
    token: uuid.UUID

    @property
    def kind(self) -> FileKind:
        return FileKind.STATEMENT if self.model is StatementFile else FileKind.LEDGER


def upload_limits() -> Limits:
    """The limits on an uploaded table, from the settings."""
    return Limits(
        max_bytes=settings.UPLOAD_MAX_BYTES,
        max_rows=settings.UPLOAD_MAX_ROWS,
        max_columns=settings.UPLOAD_MAX_COLUMNS,
        max_cells=settings.UPLOAD_MAX_CELLS,
        max_cell_length=settings.UPLOAD_MAX_CELL_LENGTH,
        max_unpacked_bytes=settings.UPLOAD_MAX_UNPACKED_BYTES,
    )


def read_and_load(model: Any, importer_id: int, file_id: int, token: uuid.UUID) -> None:
    """Bring a claimed file to `loaded`, `rejected` or `needs_mapping`.

    Raises `work.LostClaim` when another worker took over, and whatever else went wrong.
    """
    claim = Claim(model, importer_id, file_id, token)
    with importer_scope(importer_id):
        file = model.objects.select_related("program_account", "profile").get(pk=file_id)
        profiles = _known_profiles(file, claim.kind)
        context = _context(file)
    try:
        with _local_copy(file) as path, tempfile.TemporaryFile() as spool:
            with open_table(path, file.file_name, upload_limits(), is_header(claim.kind)) as table:
                _read(claim, file, table, profiles, context, spool)
    except FileRefused as refusal:
        with _held(claim) as held:
            _reject(held, refusal={"code": refusal.code, "params": _json(refusal.params)})


def _read(
    claim: Claim,
    file: Any,
    table: Table,
    profiles: list[Mapped],
    context: ReadingContext,
    spool: BinaryIO,
) -> None:
    proposal = propose(table, claim.kind, profiles, context)
    if proposal.questions:
        with _held(claim) as held:
            _ask(held, table, proposal)
        return
    reading = read_table(table, proposal.profile, context, spool, _progress_of(claim))
    profile = file.profile or _kept_profile(claim, file.file_name, proposal.profile)
    with _held(claim) as held:
        held.profile = profile
        _store(held, reading, spool)


def _known_profiles(file: Any, kind: FileKind) -> list[Mapped]:
    """The profile chosen for this file alone, else every profile of the importer."""
    if file.profile:
        return [Mapped.from_json(file.profile.mapping)]
    rows = MappingProfile.objects.filter(importer_id=file.importer_id, kind=kind)
    return [Mapped.from_json(row.mapping) for row in rows.order_by("-confirmed_at", "-id")]


def _context(file: Any) -> ReadingContext:
    accounts = ProgramAccount.objects.filter(importer_id=file.importer_id)
    return ReadingContext(
        program_account=file.program_account.bn15 if file.program_account else None,
        program_accounts=frozenset(accounts.values_list("bn15", flat=True)),
        read_on=today_in_toronto(),
        repairs={(row, column): value for row, column, value in file.repairs},
        max_errors=settings.UPLOAD_MAX_ROW_ERRORS,
    )


@contextmanager
def _local_copy(file: Any) -> Iterator[Path]:
    """The original as a local file, whatever the storage is."""
    try:
        yield Path(file.original.path)
    except NotImplementedError:
        with tempfile.NamedTemporaryFile() as copy, file.original.open("rb") as original:
            for block in original.chunks():
                copy.write(block)
            copy.flush()
            yield Path(copy.name)


@contextmanager
def _held(claim: Claim) -> Iterator[Any]:
    """The file, locked and still ours; what is done inside is saved whole or not at all."""
    with importer_scope(claim.importer_id):
        yield work.hold(claim.model, claim.file_id, claim.token)


def _progress_of(claim: Claim) -> Callable[[int], None]:
    """Note how many rows were read, not more often than people can see it."""
    last = time.monotonic()

    def note(rows: int) -> None:
        nonlocal last
        if time.monotonic() - last >= PROGRESS_SECONDS:
            last = time.monotonic()
            with importer_scope(claim.importer_id):
                work.renew(claim.model, claim.file_id, claim.token, rows_read=rows)

    return note


def _json(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))


def _finish(file: Any, state: str) -> None:
    before, file.state = file.state, state
    file.claim_token, file.leased_until = None, None
    file.last_failure = ""
    file.save()
    audit.record(
        f"file {state}",
        importer_id=file.importer_id,
        by="worker",
        target=file,
        before={"state": before},
        after={"state": state},
        file_name=file.file_name,
        rows=file.rows_read,
        errors=file.error_count,
        refusal=file.refusal,
    )
    # whatever became of it, files that were loaded meanwhile have waited for it
    nudge("reconciliation.tasks.collect_from_importer", importer_id=file.importer_id)


def _ask(file: Any, table: Table, proposal: Proposal) -> None:
    """Leave the file to a person, with what we think, what we ask, and some rows to look at."""
    sample: list[list[str]] = []
    for chunk in table.chunks():
        sample.extend(chunk.rows[:SAMPLE_ROWS])
        break
    file.proposal = _json(proposal.to_json()) | {"headers": table.header, "sample": sample}
    _finish(file, file.State.NEEDS_MAPPING)


def answered(proposal: dict[str, Any], answers: dict[str, str]) -> Mapped:
    """The mapping a person confirmed: what was proposed, with their answers."""
    return answer(Proposal.from_json(proposal), answers)


def _kept_profile(claim: Claim, file_name: str, mapping: Mapped) -> MappingProfile:
    """The stored profile of a mapping that raised no question, so that next month can compare.

    Files of one new layout may be read at the same moment: the first keeps it for all of them.
    """
    with importer_scope(claim.importer_id), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, claim.importer_id % 2**31])
        known = MappingProfile.objects.filter(
            importer_id=claim.importer_id, kind=claim.kind, header_signature=mapping.signature
        )
        return known.order_by("-confirmed_at", "-id").first() or MappingProfile.objects.create(
            importer_id=claim.importer_id,
            kind=claim.kind,
            header_signature=mapping.signature,
            name=f"{file_name[:80]} #{claim.file_id}",
            mapping=_json(mapping.to_json()),
        )


def _reject(file: Any, refusal: dict[str, Any] | None = None) -> None:
    file.refusal = refusal
    _finish(file, file.State.REJECTED)


def _store(file: Any, reading: Reading, spool: BinaryIO) -> None:
    """Keep the problems; load the rows if there is no error and the totals hold."""
    file.rows_read = reading.rows
    file.error_count, file.warning_count = reading.error_count, reading.warning_count
    _keep_problems(file, "error", reading.errors)
    _keep_problems(file, "warning", reading.warnings)
    if reading.error_count:
        _reject(file)
    elif isinstance(file, StatementFile):
        _load_statement(file, reading, spool)
    else:
        _load_ledger(file, reading, spool)


def _keep_problems(file: Any, severity: str, problems: Iterable[Any]) -> None:
    owner = {"statement_file": file} if isinstance(file, StatementFile) else {"ledger_file": file}
    rows = (
        RowProblem(
            importer_id=file.importer_id,
            severity=severity,
            row_no=problem.row,
            column=problem.column[:200],
            value=problem.value[:1000].replace("\x00", "\N{REPLACEMENT CHARACTER}"),
            code=problem.code,
            params=_json(dict(problem.params)),
            suggestion=getattr(problem, "suggestion", None),
            **owner,
        )
        for problem in problems
    )
    RowProblem.objects.bulk_create(rows, batch_size=5000)


def _load_statement(file: StatementFile, reading: Reading, spool: BinaryIO) -> None:
    figures, refusal = _figures(file, reading)
    if refusal:
        _reject(file, refusal)
        return
    loading.stage(reading.columns, spool)
    refusal = _of_another_period(file)
    if refusal:
        _reject(file, refusal)
        return
    statement = _new_statement(file, figures)
    statement.line_count = reading.rows
    statement.components = loading.staged_components()
    statement.save(force_insert=True)
    loaded = loading.insert_lines(statement, reading.columns)
    if loaded != reading.rows:
        raise RuntimeError(f"{loaded} of {reading.rows} lines were stored")
    _loaded(file, reading, is_late=statement.superseded_by_id is not None)


def _of_another_period(file: StatementFile) -> dict[str, Any] | None:
    """The refusal of a file whose every line lies in one other billing period: the wrong period
    was chosen, and the right one's statement would be set aside for it.
    """
    earliest, latest, lines = loading.staged_days()
    if lines < ENOUGH_LINES or earliest is None or latest is None:
        return None
    period, given = period_ending(period_end(earliest)), period_ending(file.period_end)
    overlaps = earliest <= statement_on(given) and latest >= given.first
    if latest > period.last or overlaps:
        return None
    days = {"earliest": earliest, "latest": latest, "period_end": period.last}
    params = {name: day.isoformat() for name, day in days.items()}
    return {"code": "another_period", "params": params | {"given": file.period_end.isoformat()}}


def _new_statement(file: StatementFile, figures: TieOut) -> Statement:
    period = period_ending(file.period_end)
    statement_id = loading.next_statement_id()
    return Statement(
        id=statement_id,
        importer_id=file.importer_id,
        program_account_id=file.program_account_id,
        file=file,
        superseded_by=loading.supersede_statement(file, statement_id),
        period_start=period.first,
        period_end=period.last,
        statement_on=statement_on(period),
        payment_due_on=payment_days(period, rulebook_in_force()).due_on,
        opening_balance=figures.opening_balance,
        activity=figures.activity,
        total_payable=figures.total_payable,
        opening_balance_stated=figures.opening_balance_stated,
    )


def _figures(file: StatementFile, reading: Reading) -> tuple[TieOut, dict[str, Any] | None]:
    """The statement's figures, and the refusal when they contradict each other."""
    stated = reading.stated
    told = {
        "opening_balance": (file.stated_opening_balance, stated.opening_balance),
        "total_payable": (file.stated_total_payable, stated.total_payable),
        "activity": (reading.amount_total, stated.activity),
    }
    figures = tie_out(
        activity=reading.amount_total,
        opening_balance=_first(told["opening_balance"]),
        total_payable=_first(told["total_payable"]),
        previous_total_payable=previous_total_payable(file.program_account_id, file.period_end),
    )
    for figure, (ours, in_file) in told.items():
        if ours is not None and in_file is not None and ours != in_file:
            params = {"figure": figure, "given": plain(ours), "in_file": plain(in_file)}
            return figures, _refusal("figure_contradicts_file", params, ours - in_file)
    for figure in ("opening_balance", "activity", "total_payable"):
        if abs(getattr(figures, figure)) >= 10**MAX_INTEGER_DIGITS:
            too_large: dict[str, Any] = {"figure": figure, "digits": MAX_INTEGER_DIGITS}
            return figures, {"code": "figure_too_large", "params": too_large}
    if figures.difference:
        params = {
            "opening_balance": plain(figures.opening_balance),
            "activity": plain(figures.activity),
            "total_payable": plain(figures.total_payable),
        }
        return figures, _refusal("does_not_tie_out", params, figures.difference)
    return figures, None


def _first(values: tuple[Any, Any]) -> Any:
    return values[0] if values[0] is not None else values[1]


def _refusal(code: str, params: dict[str, str], difference: Any) -> dict[str, Any]:
    return {"code": code, "params": {**params, "difference": plain(difference)}}


def _load_ledger(file: LedgerFile, reading: Reading, spool: BinaryIO) -> None:
    loading.stage(reading.columns, spool)
    done = loading.load_entries(file, reading.columns)
    if done.new + done.unchanged != reading.rows:
        raise RuntimeError(f"{done.new} + {done.unchanged} of {reading.rows} entries were stored")
    file.entries_new, file.entries_unchanged = done.new, done.unchanged
    file.entries_superseded, file.entries_gone = done.superseded, done.gone
    file.periods_changed = {key: day.isoformat() for key, day in done.periods_changed.items()}
    _loaded(file, reading)


def _loaded(file: Any, reading: Reading, *, is_late: bool = False) -> None:
    """Tell the next room; not of a file that is late, for one uploaded after it stands."""
    file.row_count, file.loaded_at = reading.rows, timezone.now()
    _finish(file, file.State.SUPERSEDED if is_late else file.State.LOADED)
    nudge("statements.tasks.watch_security_of", importer_id=file.importer_id)
