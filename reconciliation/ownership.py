"""What a person who leaves still owns here: signatures that wait for a second, stuck runs."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from clients import ownership
from reconciliation.models import MatchRun, SignOff


def runs_owned_by(person: Any) -> Iterator[ownership.Owned]:
    """Runs they prepared that nobody has reviewed, and runs that are parked for them."""
    for run in _current().filter(pk__in=_prepared_alone(person)):
        yield _owned(_("Prepared, and waits for a reviewer: %(statement)s"), run)
    for run in _current().filter(parked_for=person).exclude(parked_at=None):
        yield _owned(_("Stuck, and named to them: %(statement)s"), run)


def _current() -> Any:
    rows = MatchRun.objects.filter(superseded_by=None)
    return rows.select_related("importer", "statement__program_account").order_by("id")


def _prepared_alone(person: Any) -> Any:
    standing = SignOff.objects.filter(reopened_at=None)
    reviewed = standing.filter(role=SignOff.Role.REVIEWER).values("run")
    prepared = standing.filter(role=SignOff.Role.PREPARER, signed_by=person)
    return prepared.exclude(run__in=reviewed).values("run")


def _owned(sentence: str, run: MatchRun) -> ownership.Owned:
    statement = run.statement
    name = f"{statement.program_account} {statement.period_end}"
    address = reverse("reconciliation", args=[run.statement_id])
    return ownership.Owned(sentence % {"statement": name}, address, run.importer)


def register_ownership() -> None:
    """Called once, when the app is ready."""
    ownership.register(runs_owned_by)
