"""Somebody asked whether a chain is whole: a row that a worker takes in, and its answer."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from carmsvc.platform import work
from carmsvc.platform.audit import record, record_for_brokerage
from carmsvc.platform.audit_anchors import anchored_heads
from carmsvc.platform.audit_chain import Walk, head_of, walked
from carmsvc.platform.nudge import nudge
from carmsvc.platform.tenancy import TenantModel, every_importer_id, importer_scope
from carmsvc.platform.work import WorkRow

logger = logging.getLogger(__name__)
SHORT = 5_000  # a chain of so many events is walked while the person waits
PROBLEMS_KEPT = 100


class ChainCheck(WorkRow):
    """One walk along a chain, asked for and answered."""

    class State(models.TextChoices):
        REQUESTED = "requested"
        RUNNING = "running"
        FINISHED = "finished"

    waiting_state, working_state = State.REQUESTED, State.RUNNING
    app_may: tuple[str, ...] = ("SELECT", "INSERT", "UPDATE")

    id = models.BigAutoField(primary_key=True)
    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    finished_at = models.DateTimeField(null=True)
    events = models.BigIntegerField(default=0)
    head_sequence = models.BigIntegerField(default=0)
    head_hash = models.CharField(max_length=64, blank=True)
    problem_count = models.BigIntegerField(default=0)
    problems = models.JSONField(default=list)

    class Meta:
        abstract = True

    @property
    def chain(self) -> int | None:
        """The importer whose chain is walked; None for the brokerage's."""
        return getattr(self, "importer_id", None)


class AuditCheck(TenantModel, ChainCheck):
    """A walk along an importer's chain."""

    app_may = ("SELECT", "INSERT", "UPDATE")

    class Meta:
        app_label = "platform"
        indexes = [
            models.Index(fields=["importer", "state", "id"], name="audit_checks"),
        ]


class BrokerageCheck(ChainCheck):
    """A walk along the brokerage's chain."""

    class Meta:
        app_label = "platform"


def checks_of(importer_id: int | None) -> models.QuerySet[Any]:
    """The walks along an importer's chain, or along the brokerage's (None)."""
    if importer_id is None:
        return BrokerageCheck.objects.all()
    return AuditCheck.objects.filter(importer_id=importer_id)


def ask_for_check(importer_id: int | None, by: Any) -> Any:
    """Ask for a chain to be walked: at once when it is short, else by a worker. Asked twice, the
    one under way is the answer.
    """
    checks = checks_of(importer_id)
    under_way = checks.exclude(state=ChainCheck.State.FINISHED).filter(parked_at=None).last()
    if under_way:
        return under_way
    named = {} if importer_id is None else {"importer_id": importer_id}
    check = checks.create(asked_by=by, **named)
    if importer_id is None:
        record_for_brokerage("audit check requested", by=by)
    else:
        record("audit check requested", importer_id=importer_id, by=by)
    if head_of(importer_id).sequence <= SHORT:
        run_check(importer_id, check.pk)
        check.refresh_from_db()
    else:
        nudge("carmsvc.platform.tasks.run_audit_check", importer_id=importer_id, check_id=check.pk)
    return check


def run_check(importer_id: int | None, check_id: int) -> bool:
    """Claim a requested walk and carry it out; False if another worker has it or it is done."""
    model = BrokerageCheck if importer_id is None else AuditCheck
    scope = () if importer_id is None else importer_id
    with importer_scope(scope):
        token = work.claim(model, check_id)
    if token is None:
        return False

    def still_at_it() -> None:
        with importer_scope(scope):
            work.renew(model, check_id, token)

    try:
        walk = _walked(importer_id, still_at_it)
        with importer_scope(scope):
            _finish(work.hold(model, check_id, token), walk)
    except work.LostClaim:
        logger.warning("audit check %s was taken over by another worker", check_id)
        return False
    except Exception as failure:
        logger.exception("audit check %s failed", check_id)
        with importer_scope(scope):
            work.give_back(model, check_id, token, repr(failure), None)
        return False
    return True


def _walked(importer_id: int | None, after_slice: Callable[[], None]) -> Walk:
    known = anchored_heads().get(importer_id, [])
    return walked(importer_id, known, after_slice)


def _finish(check: Any, walk: Walk) -> None:
    check.events, check.problem_count = walk.events, walk.problem_count
    check.head_sequence, check.head_hash = walk.head.sequence, walk.head.own_hash
    check.problems = [problem.to_json() for problem in walk.problems[:PROBLEMS_KEPT]]
    check.state, check.finished_at = ChainCheck.State.FINISHED, timezone.now()
    check.claim_token = check.leased_until = None
    check.save()


def checks_waiting() -> list[tuple[int | None, int]]:
    """(importer, check) of every walk that waits for a worker; the exhausted are parked first."""
    with importer_scope(every_importer_id()), transaction.atomic():
        for model in (AuditCheck, BrokerageCheck):
            work.park_exhausted(model, lambda check: None)
        tenants = AuditCheck.objects.filter(AuditCheck.is_waiting())
        ours = BrokerageCheck.objects.filter(BrokerageCheck.is_waiting())
        return [
            *tenants.values_list("importer_id", "id"),
            *((None, check_id) for check_id in ours.values_list("id", flat=True)),
        ]
