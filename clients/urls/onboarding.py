"""Onboarding and readiness."""

from django.urls import path

from clients.urls.places import OF_IMPORTER
from clients.views import (
    onboarding,
    onboarding_checklists,
    onboarding_register,
    onboarding_steps,
    readiness,
    readiness_register,
)

ONBOARDING = "onboardings/<int:onboarding_id>/"
STEP = "onboarding-steps/<int:step_id>/"
CHECKLIST = "onboarding-checklists/<int:number>/"
urlpatterns = [
    path("readiness/", readiness_register.readiness_register, name="readiness-register"),
    path(
        "readiness/export/",
        readiness_register.readiness_register_export,
        name="readiness-register-export",
    ),
    path(f"{OF_IMPORTER}readiness/", readiness.importer_readiness, name="importer-readiness"),
    path(f"{OF_IMPORTER}readiness/keeping/", readiness.readiness_keeping, name="readiness-keeping"),
    path(f"{OF_IMPORTER}readiness/report.pdf", readiness.readiness_report, name="readiness-report"),
    path(
        f"{OF_IMPORTER}readiness/answers/new/",
        readiness.readiness_answer_new,
        name="readiness-answer-new",
    ),
    path(
        "readiness-answers/<int:answer_id>/withdrawal/",
        readiness.readiness_answer_withdrawal,
        name="readiness-answer-withdrawal",
    ),
    path("onboardings/", onboarding_register.onboarding_register, name="onboarding-register"),
    path(
        "onboardings/export/",
        onboarding_register.onboarding_register_export,
        name="onboarding-register-export",
    ),
    path(
        "onboardings/reminders/",
        onboarding_register.onboarding_reminders,
        name="onboarding-reminders",
    ),
    path(f"{OF_IMPORTER}onboarding/", onboarding.importer_onboarding, name="importer-onboarding"),
    path(f"{OF_IMPORTER}onboarding/new/", onboarding.onboarding_new, name="onboarding-new"),
    path(ONBOARDING, onboarding.onboarding_page, name="onboarding"),
    path(f"{ONBOARDING}plan/", onboarding.onboarding_plan, name="onboarding-plan"),
    path(
        f"{ONBOARDING}completion/", onboarding.onboarding_completion, name="onboarding-completion"
    ),
    path(
        f"{ONBOARDING}cancellation/",
        onboarding.onboarding_cancellation,
        name="onboarding-cancellation",
    ),
    path(f"{ONBOARDING}version/", onboarding.onboarding_version, name="onboarding-version"),
    path(f"{ONBOARDING}reminder/", onboarding.onboarding_reminder, name="onboarding-reminder"),
    path(STEP, onboarding_steps.onboarding_step, name="onboarding-step"),
    path(
        f"{STEP}transitions/<slug:wish>/",
        onboarding_steps.onboarding_step_transition,
        name="onboarding-step-transition",
    ),
    path(
        f"{STEP}evidence/",
        onboarding_steps.onboarding_step_evidence,
        name="onboarding-step-evidence",
    ),
    path(
        f"{STEP}assignment/",
        onboarding_steps.onboarding_step_assignment,
        name="onboarding-step-assignment",
    ),
    path(
        f"{STEP}comments/",
        onboarding_steps.onboarding_step_comments,
        name="onboarding-step-comments",
    ),
    path("onboarding-checklists/", onboarding_checklists.checklist_list, name="checklist-list"),
    path("onboarding-checklists/new/", onboarding_checklists.checklist_new, name="checklist-new"),
    path(CHECKLIST, onboarding_checklists.checklist, name="checklist"),
    path(f"{CHECKLIST}steps/new/", onboarding_checklists.checklist_step, name="checklist-step-new"),
    path(
        f"{CHECKLIST}steps/<slug:code>/",
        onboarding_checklists.checklist_step,
        name="checklist-step",
    ),
    path(
        f"{CHECKLIST}steps/<slug:code>/removal/",
        onboarding_checklists.checklist_step_removal,
        name="checklist-step-removal",
    ),
    path(
        f"{CHECKLIST}stale-days/",
        onboarding_checklists.checklist_stale_days,
        name="checklist-stale-days",
    ),
    path(
        f"{CHECKLIST}publication/",
        onboarding_checklists.checklist_publication,
        name="checklist-publication",
    ),
    path(
        f"{CHECKLIST}discarding/",
        onboarding_checklists.checklist_discarding,
        name="checklist-discarding",
    ),
]
