"""What moved since a statement's reconciliation was signed: new facts ask for new signatures."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef

from carmsvc.platform.money import ZERO
from reconciliation.models import MatchRun, SignOff, Variance
from reconciliation.queries import Bar, bridge, signatures
from reconciliation.queries.since import statements_touched
from statements.models import LedgerFile

FILES_NAMED = 5


@dataclass(frozen=True)
class Figure:
    """One step of the bridge in the signed run and now, in CAD."""

    key: str
    label: Any
    before: Decimal
    after: Decimal
    count_before: int
    count_after: int

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True)
class Moved:
    """A run against the signed one it superseded."""

    signed_run: MatchRun
    signatures: list[SignOff]
    figures: list[Figure]
    new_count: int
    new: list[Variance]
    gone_count: int
    gone: list[Variance]
    is_corrected: bool  # the statement itself came anew
    files: list[LedgerFile]


def signed_before(run: MatchRun) -> MatchRun | None:
    """The newest superseded run of the same account and period that was signed."""
    signed = SignOff.objects.filter(
        reopened_at=None,
        run__lt=run.pk,
        run__superseded_by__isnull=False,
        run__statement__program_account=run.statement.program_account_id,
        run__statement__period_end=run.statement.period_end,
    )
    newest = signed.select_related("run__statement").order_by("-run_id").first()
    return newest.run if newest else None


def moved_since_signed(run: MatchRun, limit: int) -> Moved | None:
    """What is different from the signed run before; None when there was none, or when its
    signatures were carried over because nothing is.
    """
    if any(one.is_carried_over for one in signatures(run).values()):
        return None
    before = signed_before(run)
    if before is None:
        return None
    new, gone = _only_in(run, before), _only_in(before, run)
    return Moved(
        signed_run=before,
        signatures=[one for _role, one in sorted(signatures(before).items())],
        figures=_figures(bridge(before), bridge(run)),
        new_count=new.count(),
        new=list(new[:limit]),
        gone_count=gone.count(),
        gone=list(gone[:limit]),
        is_corrected=before.statement_id != run.statement_id,
        files=_ledger_files(before, run),
    )


def _only_in(run: MatchRun, other: MatchRun) -> Any:
    """The variances of a run that the other has not, kind by kind."""
    same = Variance.objects.filter(run=other, identity=OuterRef("identity"))
    rows = Variance.objects.filter(~Exists(same), run=run)
    return rows.order_by("kind", "group_no")


def _figures(before: list[Bar], after: list[Bar]) -> list[Figure]:
    was, now = ({bar.key: bar for bar in bars} for bars in (before, after))
    figures = []
    for key in [*now, *(key for key in was if key not in now)]:
        one, other = was.get(key), now.get(key)
        known: Any = other or one
        figure = Figure(
            key,
            known.label,
            one.amount if one else ZERO,
            other.amount if other else ZERO,
            one.count if one else 0,
            other.count if other else 0,
        )
        if figure.difference or figure.count_before != figure.count_after:
            figures.append(figure)
    return figures


def _ledger_files(before: MatchRun, run: MatchRun) -> list[LedgerFile]:
    """The ledger files that came between and changed what the statement may meet."""
    came = LedgerFile.objects.filter(
        importer_id=run.importer_id,
        loaded_at__gt=before.finished_at,
        loaded_at__lte=run.finished_at,
    )
    named = came.exclude(periods_changed={}).order_by("-loaded_at")[: FILES_NAMED * 4]
    touching = (file for file in named if run.statement_id in statements_touched(file))
    return [file for file, _nth in zip(touching, range(FILES_NAMED), strict=False)]
