"""How the stories of onboarding take a step: in one line, as people tell it."""

from datetime import date
from typing import Any

from clients.actions.onboarding import start_onboarding
from clients.actions.onboarding_steps import keep_step_evidence, take_onboarding_step
from clients.models import Importer, Onboarding, OnboardingStep, User
from clients.rules.onboarding import StepWish
from clients.rules.onboarding_checklist import shipped

TODAY = date(2026, 11, 23)


def begun(
    importer: Importer, by: User | None, variant: str = "resident", **told: Any
) -> Onboarding:
    """An onboarding that began today."""
    return start_onboarding(importer=importer, variant=variant, today=TODAY, by=by, **told)


def step(onboarding: Onboarding, code: str) -> OnboardingStep:
    """The step of this name, as it is now."""
    return OnboardingStep.objects.get(onboarding=onboarding, code=code)


def take(onboarding: Onboarding, code: str, wish: str, by: User, **told: Any) -> OnboardingStep:
    """Take a step further, today unless another day is said."""
    given = {"on": TODAY, "today": TODAY, "by": by, **told}
    return take_onboarding_step(step=step(onboarding, code), wish=StepWish(wish), **given)


def prove(onboarding: Onboarding, code: str, by: User, reference: str = "Seen") -> OnboardingStep:
    """Keep evidence of a step in words."""
    found = step(onboarding, code)
    return keep_step_evidence(step=found, by=by, today=TODAY, reference=reference)


def finish(onboarding: Onboarding, by: User, *codes: str) -> None:
    """Prove these steps and mark them as done, in this order."""
    for code in codes:
        prove(onboarding, code, by)
        take(onboarding, code, "finish", by)


def finish_everything(onboarding: Onboarding, by: User) -> None:
    """Every step of the onboarding, in the checklist's order."""
    finish(onboarding, by, *(one.code for one in shipped().of(onboarding.variant)))
