"""Writing a new version of the onboarding checklist: drafted by some, published by another."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carmsvc.platform import audit
from carmsvc.platform.refusals import Refused
from clients.actions.secrets import refuse_secrets
from clients.models import ChecklistVersion, User
from clients.models.onboarding import VARIANTS
from clients.queries.onboarding_checklists import newest_published, version_numbered
from clients.rules.onboarding_checklist import (
    SHIPPED_VERSION,
    Checklist,
    Flaw,
    Step,
    Variant,
    checklist_from,
    flaws,
)

State = ChecklistVersion.State
WHERE = gettext_lazy("%(what)s (%(where)s)")
SENTENCES = {
    Flaw.NO_STEPS: gettext_lazy("A checklist has at least one step."),
    Flaw.TOO_MANY_STEPS: gettext_lazy("A checklist has at most 60 steps."),
    Flaw.STALE_DAYS: gettext_lazy("A step goes stale after 1 to 365 days."),
    Flaw.BAD_CODE: gettext_lazy("A step is named by up to three capitals and digits, such as B7."),
    Flaw.SAME_CODE: gettext_lazy("Two steps have the same name."),
    Flaw.NO_WORDS: gettext_lazy("A step needs its title, task and reason in English and French."),
    Flaw.WORDS_TOO_LONG: gettext_lazy("A text is longer than 600 characters."),
    Flaw.NO_PARTY: gettext_lazy("Say who does the step."),
    Flaw.NO_VARIANT: gettext_lazy("Say for which importers the step is."),
    Flaw.NO_SOURCE: gettext_lazy("Say where it is from: the law, the notice or the page."),
    Flaw.BAD_DAYS: gettext_lazy("A step takes 0 to 365 days."),
    Flaw.AFTER_WHAT: gettext_lazy("A step comes after steps that stand above it."),
    Flaw.EMPTY_VARIANT: gettext_lazy("No step is left for one kind of importer."),
}


@transaction.atomic
def draft_checklist(*, note: str, by: User) -> ChecklistVersion:
    """Begin a new version as a copy of the newest published one. Raises `Refused`."""
    note = " ".join(note.split())
    refuse_secrets(note)
    if not note or len(note) > 300:
        raise Refused(_("Say what is new, in at most 300 characters."))
    begun_with = version_numbered(newest_published())
    last = ChecklistVersion.objects.aggregate(last=Max("number"))["last"] or SHIPPED_VERSION
    draft = ChecklistVersion(
        number=last + 1,
        document=begun_with.checklist.told() if begun_with else {},
        note=note,
        drafted_by=by,
        edited_by_ids=[by.pk],
    )
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError as error:
        raise Refused(_("There is a draft already: publish or discard it first.")) from error
    _tell("checklist drafted", draft, by, after={"note": note})
    return draft


@transaction.atomic
def change_draft(
    *, number: int, change: Callable[[Checklist], Checklist], what: str, by: User
) -> Checklist:
    """Change a draft; `what` says for the audit what was changed. Raises `Refused`."""
    draft = _draft(number)
    before = checklist_from(number, draft.document)
    after = change(before)
    refuse_secrets(*_texts(after))
    draft.document = after.told()
    draft.edited_by_ids = sorted({*draft.edited_by_ids, by.pk})
    draft.save(update_fields=["document", "edited_by_ids"])
    if before != after:
        _tell("checklist changed", draft, by, what=what)
    return after


def _texts(checklist: Checklist) -> list[str]:
    words = (
        [*one.title.values(), *one.task.values(), *one.why.values(), *one.evidence.values()]
        for one in checklist.steps
    )
    return [text for texts in words for text in texts]


def put_step(*, number: int, step: Step, place: int, instead_of: str = "", by: User) -> Checklist:
    """Put a step at a place of a draft (1 is the first), instead of one or as a new one.

    Raises `Refused` for what could not be published either.
    """

    def put(checklist: Checklist) -> Checklist:
        others = [
            _following(one, instead_of, step.code)
            for one in checklist.steps
            if one.code != instead_of
        ]
        others.insert(max(place - 1, 0), step)
        changed = replace(checklist, steps=tuple(others))
        _refuse_flaws([one for one in flaws(changed) if one not in flaws(checklist)])
        return changed

    return change_draft(number=number, change=put, what=step.code, by=by)


def _following(step: Step, earlier: str, code: str) -> Step:
    """The step, coming after another under its new name."""
    return replace(step, after=tuple(code if one == earlier else one for one in step.after))


def leave_step_out(*, number: int, code: str, by: User) -> Checklist:
    """Take a step off a draft; what came after it comes after what it came after. `Refused`."""

    def leave_out(checklist: Checklist) -> Checklist:
        gone = checklist.step(code)
        if gone is None:
            raise Refused(_("There is no step %(code)s in this draft.") % {"code": code})
        kept = [one for one in checklist.steps if one.code != code]
        return replace(checklist, steps=tuple(_without(one, gone) for one in kept))

    return change_draft(number=number, change=leave_out, what=code, by=by)


def _without(step: Step, gone: Step) -> Step:
    if gone.code not in step.after:
        return step
    after = [one for one in step.after if one != gone.code]
    return replace(step, after=tuple(dict.fromkeys([*after, *gone.after])))


def set_stale_days(*, number: int, days: int, by: User) -> Checklist:
    """Say after how many days without movement a step of this version is stale. `Refused`."""

    def set_days(checklist: Checklist) -> Checklist:
        changed = replace(checklist, stale_days=days)
        _refuse_flaws([one for one in flaws(changed) if one[0] is Flaw.STALE_DAYS])
        return changed

    return change_draft(number=number, change=set_days, what="stale_days", by=by)


@transaction.atomic
def publish_checklist(*, number: int, by: User) -> ChecklistVersion:
    """Publish a draft: new onboardings go by it. Nobody who edited it can. Raises `Refused`."""
    draft = _draft(number)
    if by.pk in draft.edited_by_ids or by.pk == draft.drafted_by_id:
        raise Refused(_("You worked on this draft; somebody else has to publish it."))
    _refuse_flaws(flaws(checklist_from(number, draft.document)))
    return _decide(draft, State.PUBLISHED, by)


@transaction.atomic
def discard_checklist(*, number: int, by: User) -> ChecklistVersion:
    """Give a draft up; it stays on record. Raises `Refused`."""
    return _decide(_draft(number), State.DISCARDED, by)


def _draft(number: int) -> ChecklistVersion:
    draft = ChecklistVersion.objects.select_for_update().filter(number=number).first()
    if draft is None or draft.state != State.DRAFT:
        raise Refused(_("Only a draft can be changed: begin a new version."))
    return draft


def _decide(draft: ChecklistVersion, state: str, by: User) -> ChecklistVersion:
    draft.state, draft.decided_by, draft.decided_at = state, by, timezone.now()
    draft.save(update_fields=["state", "decided_by", "decided_at"])
    published = state == State.PUBLISHED
    _tell("checklist published" if published else "checklist discarded", draft, by)
    return draft


def _refuse_flaws(found: list[tuple[Flaw, str]]) -> None:
    if found:
        raise Refused(*(_sentence(flaw, where) for flaw, where in found))


def _sentence(flaw: Flaw, where: str) -> str:
    if not where:
        return str(SENTENCES[flaw])
    place = VARIANTS[Variant(where)] if flaw is Flaw.EMPTY_VARIANT else where
    return str(WHERE % {"what": SENTENCES[flaw], "where": place})


def _tell(action: str, draft: ChecklistVersion, by: User, **told: Any) -> None:
    audit.record_for_brokerage(action, by=by, target=draft, number=draft.number, **told)
