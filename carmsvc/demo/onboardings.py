"""Onboardings of the invented importers: one done, one that stands still, one blocked, one new."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from carmsvc.demo.cast import CASCADE, MAPLE
from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.tenancy import importer_scope
from clients.actions.onboarding import finish_onboarding, start_onboarding
from clients.actions.onboarding_steps import (
    give_step,
    keep_step_evidence,
    take_onboarding_step,
    write_comment,
)
from clients.models import Importer, Onboarding, OnboardingStep, User
from clients.queries import importer_numbered
from clients.rules.onboarding import StepWish
from clients.rules.onboarding_checklist import shipped

Telling = Callable[[Importer, date, User], Onboarding]
PROOF = {
    "A1": "Letter of the CRA of the spring",
    "A3": "Extract of the CRA, compared letter by letter",
    "A10": "Two questions were asked; the facts came from us the same morning",
    "A13": "Two managers: the chief financial officer and the controller",
    "A15": "Business management, all three ticks",
    "A16": "Surety bond, lodged by the surety itself",
}


def seed_onboardings(by: User) -> None:
    """Make what is not there yet, for the importers of the table below."""
    today = today_in_toronto()
    for bn9, tell in STORIES.items():
        importer = importer_numbered(bn9)
        with importer_scope(importer.pk):
            if not Onboarding.objects.filter(importer=importer).exists():
                tell(importer, today, by)


def _begun(importer: Importer, on: date, by: User, variant: str, **told: Any) -> Onboarding:
    return start_onboarding(importer=importer, variant=variant, today=on, by=by, lead=by, **told)


def _take(
    onboarding: Onboarding, code: str, wish: StepWish, on: date, by: User, **told: Any
) -> None:
    step = OnboardingStep.objects.get(onboarding=onboarding, code=code)
    take_onboarding_step(step=step, wish=wish, on=on, today=on, by=by, **told)


def _finish(onboarding: Onboarding, on: date, by: User, *codes: str) -> None:
    for code in codes:
        step = OnboardingStep.objects.get(onboarding=onboarding, code=code)
        reference = PROOF.get(code, "Seen in the portal")
        keep_step_evidence(step=step, by=by, today=on, reference=reference, evidence_on=on)
        _take(onboarding, code, StepWish.FINISH, on, by)


def _onboarded(importer: Importer, today: date, by: User) -> Onboarding:
    """Everything done, a year ago."""
    on = today - timedelta(days=340)
    onboarding = _begun(importer, on, by, "resident", target_on=on + timedelta(days=60))
    codes = [one.code for one in shipped().of("resident") if not one.is_conditional]
    for code in ("A11", "A19"):
        _take(onboarding, code, StepWish.SKIP, on, by, reason="Not needed: the portal took us")
    _finish(onboarding, on + timedelta(days=30), by, *codes)
    finish_onboarding(onboarding=onboarding, by=by, today=on + timedelta(days=48))
    return onboarding


def _standing_still(importer: Importer, today: date, by: User) -> Onboarding:
    """Registered; the bond is with the surety, and the second manager was forgotten."""
    on = today - timedelta(days=32)
    target_on = today + timedelta(days=25)
    onboarding = _begun(importer, on, by, "resident", target_on=target_on)
    _take(onboarding, "A11", StepWish.SKIP, on, by, reason="The portal took the registration")
    codes = [f"A{number}" for number in range(1, 13) if number != 11]
    _finish(onboarding, on + timedelta(days=12), by, *codes, "A15")
    _take(onboarding, "A16", StepWish.WAIT, today, by, waiting_for="importer")
    step = OnboardingStep.objects.get(onboarding=onboarding, code="A13")
    give_step(step=step, assignee=by, due_on=today - timedelta(days=4), by=by)
    write_comment(step=step, by=by, text="Who else in finance can be a manager? One is not enough.")
    write_comment(
        step=step, by=by, is_for_staff=True, text="Call the owner if nothing comes by Friday."
    )
    rows = OnboardingStep.objects.filter(onboarding=onboarding, code__in=["A13", "A14", "A17"])
    rows.update(moved_at=timezone.now() - timedelta(days=11))
    return onboarding


def _blocked(importer: Importer, today: date, by: User) -> Onboarding:
    """The portal does not take the name: the CBSA has to register the business by hand."""
    on = today - timedelta(days=15)
    onboarding = _begun(importer, on, by, "manual_registration")
    codes = [f"A{number}" for number in range(1, 10)]
    _finish(onboarding, on + timedelta(days=9), by, *codes)
    reason = "Le portail affiche EC-1023 ; l’extrait de l’ARC porte l’ancienne adresse."
    _take(onboarding, "A11", StepWish.BLOCK, today - timedelta(days=2), by, reason=reason)
    return onboarding


def _new(importer: Importer, today: date, by: User) -> Onboarding:
    """A non-resident that asks the CRA for its number."""
    target_on = today + timedelta(days=90)
    onboarding = _begun(importer, today, by, "non_resident", target_on=target_on)
    _take(onboarding, "N1", StepWish.WAIT, today, by, waiting_for="cra")
    return onboarding


STORIES: dict[str, Telling] = {
    MAPLE.bn9: _onboarded,
    "111234563": _standing_still,
    "102345675": _blocked,
    "108901232": _new,
    CASCADE: _onboarded,
}
