"""An importer's onboarding: begun, planned, reminded of, moved to a newer checklist, ended."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.refusals import Refused
from clients.actions.documents import said_why
from clients.actions.onboarding_steps import settle_readiness
from clients.actions.reminders import tell_at_once
from clients.actions.secrets import refuse_secrets
from clients.models import Importer, Onboarding, OnboardingEvent, OnboardingStep, User
from clients.models.onboarding import CLOSED_STATES, VARIANTS
from clients.queries.onboarding import said
from clients.queries.onboarding_checklists import checklists, newest_published
from clients.queries.staff import assignable_staff
from clients.rules.onboarding import StepState, StepWish, carried_over
from clients.rules.onboarding_checklist import Step, planned_days

KIND = "onboarding_step"
ROLES = frozenset({"owner", "finance", "operations", "compliance"})
State = Onboarding.State


@transaction.atomic
def start_onboarding(
    *,
    importer: Importer,
    variant: str,
    today: date,
    by: User | None,
    target_on: date | None = None,
    lead: User | None = None,
) -> Onboarding:
    """Begin an importer's onboarding by the newest published checklist. Raises `Refused`."""
    reasons = [*_plan_refused(today, target_on, lead)]
    if variant not in VARIANTS:
        reasons.append(_("There is no such way into the portal: %(name)s.") % {"name": variant})
    if reasons:
        raise Refused(*reasons)
    number = newest_published()
    checklist = checklists({number})[number]
    onboarding = Onboarding(
        importer=importer,
        variant=variant,
        version=number,
        stale_days=checklist.stale_days,
        lead=lead,
        started_on=today,
        target_on=target_on,
        started_by=by,
    )
    _save_new(onboarding)
    _add_steps(onboarding, checklist.of(variant), number)
    settle_readiness(onboarding)
    after = {"variant": variant, "version": number, "target_on": target_on}
    _tell("onboarding started", onboarding, by or "command", after=after)
    return onboarding


def _save_new(onboarding: Onboarding) -> None:
    try:
        with transaction.atomic():
            onboarding.save()
    except IntegrityError as error:
        if "one_running_onboarding" not in str(error):
            raise
        told = _("An onboarding of this importer runs already: finish or give up that one first.")
        raise Refused(told) from error


def _plan_refused(first: date, target_on: date | None, lead: User | None) -> Iterable[str]:
    if target_on and target_on <= first:
        yield _("The day by which it is to be done lies before it begins.")
    if lead and not assignable_staff().filter(pk=lead.pk).exists():
        yield _("Only one of our staff leads an onboarding.")


def _add_steps(onboarding: Onboarding, steps: Iterable[Step], version: int) -> None:
    wanted = tuple(steps)
    days = planned_days(wanted, onboarding.started_on, onboarding.target_on)
    held = set(onboarding.steps.values_list("code", flat=True))
    OnboardingStep.objects.bulk_create(
        OnboardingStep(
            importer_id=onboarding.importer_id,
            onboarding=onboarding,
            code=step.code,
            version=version,
            position=position,
            parties=[one.value for one in step.parties],
            is_for_importer=step.is_for_importer,
            due_on=days[step.code],
        )
        for position, step in enumerate(wanted, 1)
        if step.code not in held
    )


def _running(onboarding: Onboarding) -> Onboarding:
    """The row as it is now, locked; `Refused` when it is over."""
    rows = Onboarding.objects.select_for_update(of=("self",))
    held: Onboarding = rows.select_related("importer").get(pk=onboarding.pk)
    if not held.is_running:
        raise Refused(_("This onboarding is over; nothing is recorded in it any more."))
    return held


@transaction.atomic
def change_plan(
    *, onboarding: Onboarding, target_on: date | None, lead: User | None, by: User
) -> Onboarding:
    """Change by when it is to be done and who leads it; open steps get new days. `Refused`."""
    held = _running(onboarding)
    if reasons := [*_plan_refused(held.started_on, target_on, lead)]:
        raise Refused(*reasons)
    before = {"target_on": held.target_on, "lead": str(held.lead or "")}
    moves = held.target_on != target_on
    held.target_on, held.lead = target_on, lead
    held.save(update_fields=["target_on", "lead"])
    if moves:
        _plan_again(held)
    after = {"target_on": target_on, "lead": str(lead or "")}
    if before != after:
        _tell("onboarding plan changed", held, by, before=before, after=after)
    return held


def _plan_again(onboarding: Onboarding) -> None:
    steps = checklists({onboarding.version})[onboarding.version].of(onboarding.variant)
    days = planned_days(steps, onboarding.started_on, onboarding.target_on)
    rows = list(onboarding.steps.exclude(state__in=CLOSED_STATES).filter(code__in=days))
    for row in rows:
        row.due_on = days[row.code]
    OnboardingStep.objects.bulk_update(rows, ["due_on"])


@transaction.atomic
def move_to_newest(*, onboarding: Onboarding, by: User, today: date) -> Onboarding:
    """Go on by the newest published checklist: what is done stays done. Raises `Refused`.

    New steps are added; a step that is gone and was not begun no longer applies.
    """
    held, number = _running(onboarding), newest_published()
    if held.version == number:
        raise Refused(_("This onboarding goes by the newest checklist already."))
    checklist = checklists({number})[number]
    steps, before = checklist.of(held.variant), held.version
    rows = list(held.steps.all())
    added, gone = carried_over({one.code: one.standing for one in rows}, steps)
    held.version, held.stale_days = number, checklist.stale_days
    held.save(update_fields=["version", "stale_days"])
    _leave_out([one for one in rows if one.code in gone], number, by, today)
    _follow([one for one in rows if one.code not in gone], steps, number)
    _add_steps(held, steps, number)
    settle_readiness(held)
    told = {"added": sorted(added), "gone": sorted(gone)}
    _tell("onboarding moved to newer checklist", held, by, before={"version": before},
          after={"version": number}, **told)  # fmt: skip
    return held


def _leave_out(rows: list[OnboardingStep], number: int, by: User, today: date) -> None:
    why = _("No longer in version %(number)s of the checklist.") % {"number": number}
    for row in rows:
        row.state, row.reason, row.is_ready = StepState.NOT_APPLICABLE.value, why, False
        row.moved_at = timezone.now()
        row.save()
        OnboardingEvent.objects.create(
            importer_id=row.importer_id,
            step=row,
            wish=StepWish.SKIP.value,
            from_state=StepState.NOT_STARTED.value,
            to_state=row.state,
            reason=why,
            happened_on=today,
            recorded_by=by,
        )


def _follow(rows: list[OnboardingStep], steps: Iterable[Step], number: int) -> None:
    """Open steps take the newer words and place; what is over keeps those it was done by."""
    wanted = {step.code: (place, step) for place, step in enumerate(steps, 1)}
    for row in rows:
        if row.code not in wanted:
            continue
        row.position, step = wanted[row.code]
        if not row.is_closed:
            row.version, row.is_for_importer = number, step.is_for_importer
            row.parties = [one.value for one in step.parties]
        row.save()


@transaction.atomic
def finish_onboarding(*, onboarding: Onboarding, by: User, today: date) -> Onboarding:
    """The importer is onboarded: every step is over. Raises `Refused` and names what is left."""
    held = _running(onboarding)
    rows = held.steps.exclude(state__in=CLOSED_STATES).order_by("position", "id")
    if codes := list(rows.values_list("code", flat=True)):
        raise Refused(_("Steps are still open: %(steps)s.") % {"steps": ", ".join(codes)})
    return _end(held, State.FINISHED, "", by, today)


@transaction.atomic
def cancel_onboarding(*, onboarding: Onboarding, reason: str, by: User, today: date) -> Onboarding:
    """Give an onboarding up, for a reason. Raises `Refused`."""
    refuse_secrets(reason)
    held, why = _running(onboarding), said_why(reason)
    return _end(held, State.CANCELLED, why, by, today)


def _end(held: Onboarding, state: str, why: str, by: User, today: date) -> Onboarding:
    held.state, held.end_reason = state, why
    held.ended_on, held.ended_by = today, by
    held.save(update_fields=["state", "end_reason", "ended_on", "ended_by"])
    after = {"state": state, "reason": why}
    action = "onboarding finished" if state == State.FINISHED else "onboarding cancelled"
    _tell(action, held, by, before={"state": State.RUNNING.value}, after=after)
    return held


@transaction.atomic
def remind_of_steps(*, onboarding: Onboarding, by: User, today: date) -> int:
    """Remind the importer's people of their steps that can go on; returns of how many.

    Of each at most once a day, whoever asks and however often. Raises `Refused`.
    """
    held = _running(onboarding)
    rows = list(
        held.steps.select_for_update()
        .filter(is_ready=True, is_for_importer=True)
        .exclude(reminded_on=today)
        .order_by("position", "id")
    )
    known = checklists({one.version for one in rows})
    for row in rows:
        step = known[row.version].step(row.code)
        tell_at_once(
            importer_id=held.importer_id,
            roles=ROLES,
            kind=KIND,
            key=f"onboarding-step/{row.pk}@reminder-{today}",
            subject=f"{row.code} {said(step.title) if step else ''}".strip(),
            due_on=row.due_on,
            address=reverse("onboarding-step", args=[row.pk]),
        )
        row.reminded_on = today
    OnboardingStep.objects.bulk_update(rows, ["reminded_on"])
    if rows:
        told = {"steps": [one.code for one in rows]}
        _tell("onboarding reminder sent", held, by, **told)
    return len(rows)


def remind_many(*, onboardings: Iterable[Onboarding], by: User, today: date) -> tuple[int, int]:
    """Remind several importers' people; (how many importers, of how many steps)."""
    counts = [
        remind_of_steps(onboarding=one, by=by, today=today) for one in onboardings if one.is_running
    ]
    return sum(bool(count) for count in counts), sum(counts)


def _tell(action: str, onboarding: Onboarding, by: object, **told: Any) -> None:
    audit.record(action, importer_id=onboarding.importer_id, by=by, target=onboarding, **told)
