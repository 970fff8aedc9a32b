"""Onboardings, their steps, and the checklist they go by."""

from clients.rules.permissions import Permission
from tests.walls.cases import STAFF, Case, Cases, asks, reads, writes

VIEW = Permission.VIEW
MANAGE, TAKE = Permission.MANAGE_ONBOARDING, Permission.TAKE_ONBOARDING_STEPS
EDIT = Permission.EDIT_RULEBOOK
STEP = {"code": "A4"}

CASES: Cases = {
    "onboarding-register": Case(get=STAFF),
    "onboarding-register-export": Case(get=STAFF),
    "onboarding-reminders": Case(post=STAFF),
    "importer-onboarding": reads(VIEW),
    "onboarding-new": asks(MANAGE),
    "onboarding": reads(VIEW),
    "onboarding-plan": asks(MANAGE),
    "onboarding-completion": writes(MANAGE),
    "onboarding-cancellation": writes(MANAGE),
    "onboarding-version": writes(MANAGE),
    "onboarding-reminder": writes(MANAGE),
    "onboarding-step": reads(VIEW),
    "onboarding-step-transition": writes(TAKE, at={"wish": "start"}),
    "onboarding-step-evidence": writes(TAKE),
    "onboarding-step-assignment": writes(MANAGE),
    "onboarding-step-comments": writes(TAKE),
    "checklist-list": Case(get=STAFF),
    "checklist-new": writes(EDIT),
    "checklist": Case(get=STAFF),
    "checklist-step-new": asks(EDIT),
    "checklist-step": asks(EDIT, at=STEP),
    "checklist-step-removal": writes(EDIT, at=STEP),
    "checklist-stale-days": writes(EDIT),
    "checklist-publication": writes(EDIT),
    "checklist-discarding": writes(EDIT),
}
