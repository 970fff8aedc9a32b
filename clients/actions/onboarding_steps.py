"""The steps of an onboarding: taken, proved, given to somebody, talked about."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.refusals import Refused
from clients.actions.secrets import against_secrets, refuse_secrets
from clients.models import (
    Document,
    OnboardingComment,
    OnboardingEvent,
    OnboardingStep,
    User,
)
from clients.models.onboarding import PARTIES, STEP_STATES, STEP_WISHES
from clients.queries.onboarding import people_for, said
from clients.queries.onboarding_checklists import checklists
from clients.rules.onboarding import (
    CLOSED,
    GOES_ON,
    NEEDS_REASON,
    IllegalStep,
    StepState,
    StepWish,
    may_skip,
    outcome,
    ready,
    waits_for,
)
from clients.rules.onboarding_checklist import Step

LONGEST_REASON, LONGEST_REFERENCE, LONGEST_COMMENT = 500, 500, 2000
# wish -> what was done, as the audit tells it
DONE = {
    StepWish.START: "started",
    StepWish.WAIT: "waiting",
    StepWish.BLOCK: "blocked",
    StepWish.RESUME: "resumed",
    StepWish.FINISH: "done",
    StepWish.SKIP: "not applicable",
    StepWish.REOPEN: "opened again",
}


@transaction.atomic
def take_onboarding_step(
    *,
    step: OnboardingStep,
    wish: StepWish,
    on: date,
    today: date,
    by: User,
    reason: str = "",
    waiting_for: str = "",
) -> OnboardingStep:
    """Take a step of an onboarding further, on a day. Raises `Refused`; nothing is then changed.

    Finishing needs the evidence the checklist asks for. What comes after a step that is over may
    go on from then.
    """
    held, words = held_step(step)
    earlier, reason = held.standing, " ".join(reason.split())
    if reasons := _against(held, words, wish, on, today, by, reason, waiting_for):
        raise Refused(*reasons)
    _become(held, outcome(earlier, wish), on, by, reason, waiting_for)
    OnboardingEvent.objects.create(
        importer_id=held.importer_id,
        step=held,
        wish=wish.value,
        from_state=earlier.value,
        to_state=held.state,
        reason=reason,
        happened_on=on,
        recorded_by=by,
    )
    settle_readiness(held.onboarding)
    before, after = {"state": earlier.value}, {"state": held.state}
    action = f"onboarding step {DONE[wish]}"
    _tell(action, held, by, before=before, after=after, on=on, reason=reason)
    held.refresh_from_db(fields=["is_ready"])
    return held


def held_step(step: OnboardingStep) -> tuple[OnboardingStep, Step]:
    """The row as it is now, locked, and its words. Raises `Refused` when its onboarding is over."""
    rows = OnboardingStep.objects.select_for_update(of=("self", "onboarding"))
    held: OnboardingStep = rows.select_related("onboarding").get(pk=step.pk)
    if not held.onboarding.is_running:
        raise Refused(_("This onboarding is over; nothing is recorded in it any more."))
    words = checklists({held.version})[held.version].step(held.code)
    if words is None:
        raise Refused(_("The checklist does not know this step any more."))
    return held, words


def _against(
    held: OnboardingStep,
    words: Step,
    wish: StepWish,
    on: date,
    today: date,
    by: User,
    reason: str,
    waiting_for: str,
) -> list[str]:
    try:
        outcome(held.standing, wish)
    except IllegalStep as error:
        return [_not_possible(error)]
    if wish is StepWish.SKIP and not may_skip(words, is_staff=by.is_staff_member):
        return [_("Only the broker can say that this step does not apply: write it as a comment.")]
    reasons = [*_order_refused(held, wish), *against_secrets(reason)]
    if on > today:
        reasons.append(_("%(day)s has not come yet.") % {"day": on})
    if wish in NEEDS_REASON and not reason:
        reasons.append(_("Say why: the reason stays with the step."))
    if len(reason) > LONGEST_REASON:
        reasons.append(_("The reason is too long: 500 characters at most."))
    if wish is StepWish.WAIT and waiting_for not in PARTIES:
        reasons.append(_("Say for whom you wait: importer, broker, CRA or CBSA."))
    if wish is StepWish.FINISH and words.needs_evidence and not held.has_evidence:
        told = {"what": said(words.evidence)}
        reasons.append(_("First keep what proves it: %(what)s.") % told)
    return reasons


def _not_possible(error: IllegalStep) -> str:
    told = {
        "wish": STEP_WISHES[error.wish],
        "state": STEP_STATES[error.state],
        "possible": ", ".join(f"“{STEP_WISHES[one]}”" for one in error.possible),
    }
    return (
        _("“%(wish)s” is not possible: the step is “%(state)s”. Possible now: %(possible)s.") % told
    )


def _order_refused(held: OnboardingStep, wish: StepWish) -> list[str]:
    """What has to be over first, by its title."""
    if wish not in GOES_ON:
        return []
    known = _with_words(held.onboarding_id)
    states = {row.code: row.standing for row, _words in known}
    words = next(words for row, words in known if row.pk == held.pk)
    waiting = waits_for(words, states)
    titles = [f"{row.code} {said(other.title)}" for row, other in known if row.code in waiting]
    return [_("First comes: %(steps)s.") % {"steps": "; ".join(titles)}] if titles else []


def _with_words(onboarding_id: int) -> list[tuple[OnboardingStep, Step]]:
    rows = list(OnboardingStep.objects.filter(onboarding=onboarding_id).order_by("position", "id"))
    known = checklists({one.version for one in rows})
    found = ((one, known[one.version].step(one.code)) for one in rows)
    return [(row, words) for row, words in found if words is not None]


def _become(
    held: OnboardingStep, state: StepState, on: date, by: User, reason: str, waiting_for: str
) -> None:
    is_done = state is StepState.DONE
    held.state, held.moved_at = state.value, timezone.now()
    held.done_on, held.done_by = (on, by) if is_done else (None, None)
    held.reason = reason if state in (StepState.BLOCKED, StepState.NOT_APPLICABLE) else ""
    held.waiting_for = waiting_for if state is StepState.WAITING else ""
    held.is_ready = held.is_ready and state not in CLOSED
    held.save()


def settle_readiness(onboarding: Any) -> None:
    """Say of every step whether it can go on; one that now can begins to age from now."""
    known = _with_words(onboarding.pk)
    states = {row.code: row.standing for row, _words in known}
    able, now, changed = ready([words for _row, words in known], states), timezone.now(), []
    for row, _words in known:
        if row.is_ready != (row.code in able):
            row.is_ready = row.code in able
            row.moved_at = now if row.is_ready else row.moved_at
            changed.append(row)
    OnboardingStep.objects.bulk_update(changed, ["is_ready", "moved_at"])


@transaction.atomic
def keep_step_evidence(
    *,
    step: OnboardingStep,
    by: User,
    today: date,
    reference: str = "",
    document: Document | None = None,
    evidence_on: date | None = None,
    expires_on: date | None = None,
) -> OnboardingStep:
    """Keep what proves a step: words, a document of the importer, its own days. Raises `Refused`.

    What a done step is proved by is not emptied; open the step again first.
    """
    held, _words = held_step(step)
    reference = " ".join(reference.split())
    reasons = against_secrets(reference)
    if len(reference) > LONGEST_REFERENCE or "\x00" in reference:
        reasons.append(_("The evidence is described in 500 characters at most."))
    if document is not None and not _is_kept(document, held.importer_id):
        reasons.append(_("This importer has no such document."))
    if evidence_on and evidence_on > today:
        reasons.append(_("%(day)s has not come yet.") % {"day": evidence_on})
    if evidence_on and expires_on and expires_on < evidence_on:
        reasons.append(_("The evidence would expire before its own day."))
    if not reference and document is None and held.standing is StepState.DONE:
        reasons.append(_("The step is done: open it again before you take its evidence away."))
    if reasons:
        raise Refused(*reasons)
    before = _evidence(held)
    held.evidence_reference, held.evidence_document = reference, document
    held.evidence_on, held.evidence_expires_on = evidence_on, expires_on
    held.moved_at = timezone.now()
    held.save()
    _tell("onboarding evidence kept", held, by, before=before, after=_evidence(held))
    return held


def _is_kept(document: Document, importer_id: int) -> bool:
    rows = Document.objects.filter(pk=document.pk, importer=importer_id, destroyed_at=None)
    return bool(rows.exists())


def _evidence(step: OnboardingStep) -> dict[str, Any]:
    names = ("evidence_reference", "evidence_document_id", "evidence_on", "evidence_expires_on")
    return {name: getattr(step, name) for name in names}


@transaction.atomic
def give_step(
    *, step: OnboardingStep, assignee: User | None, due_on: date, by: User
) -> OnboardingStep:
    """Say who sees to a step and by when. Raises `Refused`."""
    held, _words = held_step(step)
    if assignee and not people_for(held).filter(pk=assignee.pk).exists():
        raise Refused(_("This person does not work on this step of this importer."))
    if due_on < held.onboarding.started_on:
        raise Refused(_("The day lies before the onboarding began."))
    before = {"assignee": str(held.assignee or ""), "due_on": held.due_on}
    held.assignee, held.due_on = assignee, due_on
    held.save(update_fields=["assignee", "due_on"])
    after = {"assignee": str(assignee or ""), "due_on": due_on}
    if before != after:
        _tell("onboarding step given", held, by, before=before, after=after)
    return held


@transaction.atomic
def write_comment(
    *, step: OnboardingStep, text: str, by: User, is_for_staff: bool = False
) -> OnboardingComment:
    """Say something at a step; our own notes are seen by our staff only. Raises `Refused`."""
    held, _words = held_step(step)
    text = text.strip()
    refuse_secrets(text)
    if not text or len(text) > LONGEST_COMMENT or "\x00" in text:
        raise Refused(_("Write something, in at most 2,000 characters."))
    comment = OnboardingComment.objects.create(
        importer_id=held.importer_id,
        step=held,
        text=text,
        is_for_staff=is_for_staff and by.is_staff_member,
        written_by=by,
    )
    held.moved_at = timezone.now()
    held.save(update_fields=["moved_at"])
    _tell("onboarding comment written", held, by, for_staff_only=comment.is_for_staff)
    return comment


def _tell(action: str, step: OnboardingStep, by: object, **told: Any) -> None:
    audit.record(action, importer_id=step.importer_id, by=by, target=step, step=step.code, **told)
