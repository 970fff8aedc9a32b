"""A due date that the CBSA publishes, once it is in the rulebook, holds for loaded statements."""

from collections.abc import Collection
from datetime import date

from carmsvc.platform import audit
from carmsvc.platform.tenancy import importer_scope
from statements.actions.rulebook import OVERRIDE
from statements.models import RulebookEntry, Statement
from statements.queries.rulebook import rulebook_in_force
from statements.rules.billing import period_ending
from statements.rules.streams import Stream, payment_days


def follow_published_days(*, importers: Collection[int]) -> int:
    """Put these importers' statements on the due dates of the rulebook; returns how many moved.

    Only periods of which somebody ever entered a published day can have moved, back too when the
    entry was withdrawn. Safe to run at any time.
    """
    book, moved = rulebook_in_force(), 0
    with importer_scope(importers):
        for closing in _closings():
            due_on = payment_days(period_ending(closing), book).due_on
            rows = Statement.objects.filter(importer__in=importers, period_end=closing)
            for statement in rows.exclude(payment_due_on=due_on).select_for_update(of=("self",)):
                _move(statement, due_on)
                moved += 1
    return moved


def _closings() -> list[date]:
    """The last days of the periods of which a published day was ever entered."""
    keys = RulebookEntry.objects.filter(name=OVERRIDE).values_list("key", flat=True)
    told = {key.partition("/") for key in keys}
    days = {date.fromisoformat(day) for word, _, day in told if word == Stream.COMMERCIAL}
    return sorted(days)


def _move(statement: Statement, due_on: date) -> None:
    before = {"payment_due_on": statement.payment_due_on.isoformat()}
    statement.payment_due_on = due_on
    statement.save(update_fields=["payment_due_on"])
    audit.record(
        "due date followed", importer_id=statement.importer_id, by="worker", target=statement,
        before=before, after={"payment_due_on": due_on.isoformat()},
    )  # fmt: skip
