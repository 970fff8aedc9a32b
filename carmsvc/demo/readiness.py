"""How ready the invented importers are: what people said, and a year of looking."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from carmsvc.demo.cast import CASCADE, MAPLE
from carmsvc.platform.dates import TORONTO, months_after, today_in_toronto
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.actions.readiness import as_kept, keep_readiness
from clients.actions.readiness_answers import answer_question
from clients.models import Importer, ReadinessAnswer, ReadinessSnapshot, User
from clients.queries import importer_numbered
from clients.queries.readiness import Judged, readiness, readiness_of, to_be_answered

MONTHS = 11
# what was found, and where it was seen, by the check that asks
SAID = {
    "R03": ("Registered since the spring; we were shown the business profile.", "Screen shared"),
    "R04": ("Street, city and postal code are the same.", "Portal, business profile"),
    "R17": ("E-mails are on; a manager signed in during the call.", "Call with the client"),
    "R21": ("Kept for seven years at the head office.", "Letter of the controller"),
    "R22": ("All releases of the quarter were IID.", "Release report of the quarter"),
}
ANSWERED = {
    MAPLE.bn9: ("R21",),
    "100000009": ("R03", "R04"),
    CASCADE: tuple(SAID),
}
DAYS_AGO = 6


def seed_readiness(by: User) -> None:
    """What people said, then how everybody stood at the end of each month, and now."""
    today = today_in_toronto()
    importers = every_importer_id()
    with importer_scope(importers):
        is_first = not ReadinessSnapshot.objects.exists()
    for bn9, codes in ANSWERED.items():
        _answer(bn9, codes, today, by)
    if is_first:
        for back in range(MONTHS, 0, -1):
            _look_back(importers, months_after(today.replace(day=1), 1 - back) - timedelta(days=1))
    keep_readiness(importers=importers, now=timezone.now())


def _answer(bn9: str, codes: tuple[str, ...], today: date, by: User) -> None:
    importer = importer_numbered(bn9)
    with importer_scope(importer.pk):
        if ReadinessAnswer.objects.filter(importer=importer).exists():
            return
        for asked in to_be_answered(readiness_of(importer.pk, today)):
            if asked.check.code in codes:
                _say(importer, asked, today, by)


def _say(importer: Importer, asked: Judged, today: date, by: User) -> None:
    statement, seen = SAID[asked.check.code]
    answer_question(
        importer=importer,
        question=asked.check.code,
        account=asked.account,
        is_met=True,
        statement=statement,
        evidence_reference=seen,
        said_on=today - timedelta(days=DAYS_AGO),
        today=today,
        by=by,
    )


def _look_back(importers: list[int], day: date) -> None:
    """As a worker would have kept it on that day, of what is recorded now."""
    seen_at = datetime.combine(day, time(9), TORONTO)
    with importer_scope(importers):
        for found in readiness(importers, day).values():
            ReadinessSnapshot.objects.create(
                importer=found.importer,
                taken_on=day,
                **as_kept(found, seen_at) | {"is_newest": False},
            )
