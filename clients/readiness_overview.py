"""What other pages tell of readiness: the overview, the deadlines, the notices."""

from collections.abc import Collection, Iterator
from datetime import date

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from carmsvc.platform.tenancy import of_importers
from clients.actions.readiness import KIND
from clients.deadlines import Deadline, Kind, register
from clients.models import Importer, ReadinessAnswer
from clients.models.readiness import VERDICT_WORDS
from clients.overview import (
    Asked,
    Concern,
    Fact,
    Level,
    address_of,
    register_concerns,
    register_facts,
)
from clients.queries.readiness import newest_snapshots, standing_answers
from clients.readiness import check_of
from clients.rules.readiness import Verdict


def register_readiness() -> None:
    """Tell the registries; called when the app is ready."""
    register_concerns("readiness", readiness_concerns)
    register_facts("readiness", readiness_facts, place=12)
    register(
        Kind(
            name=KIND,
            label=_("Readiness"),
            provider=answers_ending,
            thresholds=(7, 0, -7),
            escalates_at=-7,
            is_for_staff=True,
        )
    )


def readiness_concerns(importers: Collection[int], today: date) -> Iterator[Concern]:
    """Clients that were not ready when they were last looked at; a prospect is on its way."""
    clients = Importer.objects.filter(of_importers(importers, "pk"), state=Importer.State.CLIENT)
    snapshots = newest_snapshots(importers)
    for pk in clients.values_list("pk", flat=True):
        kept = snapshots.get(pk)
        if kept and kept.verdict == Verdict.NOT_READY:
            words = ngettext(
                "Not ready: %(count)s check stops it.",
                "Not ready: %(count)s checks stop it.",
                kept.blockers,
            )
            sentence = words % {"count": kept.blockers}
            yield Concern(pk, Level.AT_RISK, sentence, address_of("importer-readiness", pk))


def readiness_facts(asked: Asked) -> Iterator[Fact]:
    """One line: the verdict as it was kept last."""
    kept = newest_snapshots([asked.importer.pk]).get(asked.importer.pk)
    address = address_of("importer-readiness", asked.importer.pk)
    if kept is None:
        yield Fact(_("Readiness"), _("Not looked at yet"), address)
        return
    verdict = Verdict(kept.verdict)
    level = Level.FINE if verdict is Verdict.READY else Level.AT_RISK
    note = format_lazy(_("on {day}"), day=kept.taken_on.isoformat())
    yield Fact(_("Readiness"), VERDICT_WORDS[verdict], address, note, level)


def answers_ending(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """What people said, by the last day on which it counts; gone once somebody says it anew, or
    the data have come to say it.
    """
    kept = newest_snapshots(importers)
    for (importer_id, question, account_id), answer in standing_answers(importers).items():
        is_asked = importer_id in kept and answer.place in kept[importer_id].questions
        if is_asked and first <= answer.expires_on <= last:
            yield _ending(importer_id, question, account_id, answer)


def _ending(
    importer_id: int, question: str, account_id: int | None, answer: ReadinessAnswer
) -> Deadline:
    return Deadline(
        kind=KIND,
        key=f"{KIND}-answer/{importer_id}/{question}/{account_id or 0}/{answer.expires_on}",
        importer_id=importer_id,
        due_on=answer.expires_on,
        subject=format_lazy("{code} {title}", code=question, title=check_of(question).title),
        address=address_of("importer-readiness", importer_id),
        reasons=(_("What somebody found out counts to this day: look again, and say it anew."),),
    )
